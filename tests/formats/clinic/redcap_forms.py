"""The forms of the invented REDCap project, as its data dictionary describes them."""

from __future__ import annotations

from dataclasses import dataclass

HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max",
    "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
    "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Field:
    """One line of the data dictionary."""

    name: str
    form: str
    kind: str
    label: str
    choices: str = ""
    note: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    identifier: str = ""
    logic: str = ""
    required: str = ""
    matrix: str = ""
    section: str = ""
    annotation: str = ""

    def line(self) -> list[str]:
        """Give the 18 columns of the dictionary."""
        return [self.name, self.form, self.section, self.kind, self.label, self.choices, self.note,
                self.validation, self.low, self.high, self.identifier, self.logic, self.required,
                "", "", self.matrix, "", self.annotation]  # fmt: skip

    def options(self) -> dict[str, str]:
        """Give the choices as codes and labels."""
        if self.kind == "yesno":
            return {"1": "Yes", "0": "No"}
        if self.kind not in {"radio", "dropdown", "checkbox"}:
            return {}
        pairs = (choice.split(",", 1) for choice in self.choices.split("|"))
        return {code.strip(): label.strip() for code, label in pairs}


FOUR = "0, level zero | 1, level one | 2, level two | 3, level three"
ENROLMENT = (
    Field(name="record_id", form="enrolment", kind="text", label="Record ID"),
    Field(name="intro", form="enrolment", kind="descriptive", label="<p>Please fill in <b>all</b>"
          " parts.</p>"),
    Field(name="consent_date", form="enrolment", kind="text", label="Date of consent",
          validation="date_dmy", required="y"),
    Field(name="initials", form="enrolment", kind="text", label="Initials", identifier="y"),
    Field(name="birth_date", form="enrolment", kind="text", label="Date of birth",
          validation="date_dmy", identifier="y", required="y"),
    Field(name="email", form="enrolment", kind="text", label="E-mail", validation="email",
          identifier="y"),
    Field(name="sex", form="enrolment", kind="radio", label="Sex recorded at birth",
          choices="1, Female | 2, Male | 3, Other"),
    Field(name="comorbid", form="enrolment", kind="checkbox", label="Other diagnoses, if any",
          choices="1, Anxiety | 2, PTSD | 3, Chronic pain, any site | 0, None | "
          "-88, Prefers not to say"),
    Field(name="prior_ketamine", form="enrolment", kind="yesno", label="Ketamine before?"),
    Field(name="prior_count", form="enrolment", kind="text", label="How many sessions before?",
          validation="integer", low="1", high="200", logic="[prior_ketamine] = '1'"),
    Field(name="expectation", form="enrolment", kind="slider", label="How much help is expected?",
          choices="none | some | very much", validation="number"),
)  # fmt: skip
PHQ9 = (
    Field(name="phq9_date", form="phq9", kind="text", label="Date of the mood questions",
          validation="date_dmy", annotation="@TODAY"),
    *(Field(name=f"phq9_{i}", form="phq9", kind="radio", choices=FOUR, matrix="phq9_items",
            label=f"Over the last 2 weeks, mood question {i} of 9 (0-3)",
            section="Mood" if i == 1 else "") for i in range(1, 10)),
    Field(name="phq9_difficulty", form="phq9", kind="radio", choices=FOUR,
          label="Effect on daily life, extra question (0-3)"),
    Field(name="phq9_total", form="phq9", kind="calc", label="Mood total",
          choices="+".join(f"[phq9_{i}]" for i in range(1, 10))),
)  # fmt: skip
GAD7 = (
    *(Field(name=f"gad7_{i}", form="gad7", kind="radio", choices=FOUR, matrix="gad7_items",
            label=f"Over the last 2 weeks, worry question {i} of 7 (0-3)") for i in range(1, 8)),
    Field(name="gad7_total", form="gad7", kind="calc", label="Worry total",
          choices="sum(" + ",".join(f"[gad7_{i}]" for i in range(1, 8)) + ")"),
)  # fmt: skip
MADRS = (
    Field(name="madrs_date", form="madrs_rating", kind="text", label="Date of the interview",
          validation="date_dmy"),
    Field(name="madrs_rater", form="madrs_rating", kind="dropdown", label="Rater",
          choices="1, Rater A | 2, Rater B"),
    *(Field(name=f"madrs_{i}", form="madrs_rating", kind="text", validation="integer", low="0",
            high="6", label=f"Interview point {i} of 10 (0-6)") for i in range(1, 11)),
    Field(name="madrs_total", form="madrs_rating", kind="calc", label="Interview total",
          choices="+".join(f"[madrs_{i}]" for i in range(1, 11))),
)  # fmt: skip
TREATMENT = (
    Field(name="tx_start", form="treatment_session", kind="text", label="Start of treatment",
          validation="datetime_dmy", required="y"),
    Field(name="tx_agent", form="treatment_session", kind="radio", label="Drug",
          choices="1, Ketamine | 2, Esketamine"),
    Field(name="tx_route", form="treatment_session", kind="dropdown", label="Route",
          choices="iv, Intravenous | im, Intramuscular | in, Intranasal"),
    Field(name="tx_dose_mg", form="treatment_session", kind="text", label="Dose (mg)",
          validation="number", low="0", high="500"),
    Field(name="tx_weight", form="treatment_session", kind="text", label="Weight (kg)",
          validation="number_1dp"),
    Field(name="tx_minutes", form="treatment_session", kind="text", label="Length of infusion",
          validation="integer", note="minutes", logic="[tx_route] = 'iv'"),
    *(Field(name=f"tx_{what}_{when}", form="treatment_session", kind="text", validation="integer",
            label=f"{name}, {moment}", section="Vital signs" if what + when == "sbppre" else "")
      for when, moment in (("pre", "before"), ("peak", "40 minutes"))
      for what, name in (("sbp", "Systolic"), ("dbp", "Diastolic"), ("spo2", "Saturation"))),
    Field(name="tx_symptoms", form="treatment_session", kind="checkbox", label="Symptoms seen",
          choices="1, Nausea | 2, Headache | 3, Dizziness | 99, Other"),
    Field(name="tx_other", form="treatment_session", kind="notes", label="Which other?",
          logic="[tx_symptoms(99)] = '1'", identifier="y"),
    Field(name="tx_completed", form="treatment_session", kind="yesno", label="Full dose given?"),
)  # fmt: skip
FIELDS = (*ENROLMENT, *PHQ9, *GAD7, *MADRS, *TREATMENT)
FORMS = ("enrolment", "phq9", "gad7", "madrs_rating", "treatment_session")
SURVEYS = ("phq9", "gad7")
STATES = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}

EVENTS = {
    "enrolment": ("Enrolment", ("enrolment",)),
    "baseline": ("Baseline", ("phq9", "gad7", "madrs_rating")),
    "treatment": ("Treatment", ("treatment_session",)),
    "week_4": ("Week 4", ("phq9", "gad7", "madrs_rating")),
    "week_12": ("Week 12", ("phq9", "gad7")),
    "unscheduled": ("Unscheduled", ("phq9", "gad7")),
}
"""Label of each event and the forms that belong to it."""
ARMS = {1: "Ketamine infusion", 2: "Esketamine spray"}
FORM_LABELS = {"enrolment": "Enrolment", "phq9": "Mood questions", "gad7": "Worry questions",
               "madrs_rating": "Interview", "treatment_session": "Treatment Session"}  # fmt: skip
SITES = {"uni_north": "Uni North", "uni_south": "Uni South"}


def checkbox_column(name: str, code: str) -> str:
    """Name the column of a choice: a minus becomes an underscore, as REDCap does."""
    return f"{name}___{code.replace('-', '_')}"


def columns_of(field: Field) -> list[str]:
    """Name the columns of a field in the raw export; descriptive texts have none."""
    if field.kind == "descriptive":
        return []
    if field.kind == "checkbox":
        return [checkbox_column(field.name, code) for code in field.options()]
    return [field.name]


def headings_of(field: Field) -> list[str]:
    """Head the columns of a field in the labelled export."""
    if field.kind == "checkbox":
        return [f"{field.label} (choice={label})" for label in field.options().values()]
    return [field.label] if columns_of(field) else []
