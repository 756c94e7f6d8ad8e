"""Words that the network uses for the same thing, with what each means."""

from __future__ import annotations

REASONS: dict[str, tuple[str | None, list[str]]] = {
    "MDD, recurrent, severe": ("depression", []),
    "F33.2": ("depression", []),
    "F33.2 MDD recurrent severe": ("depression", []),
    "TRD": ("depression", []),
    "TRD - failed 4 meds": ("depression", []),
    "MDD + GAD": ("depression", ["anxiety"]),
    "F33.1; F41.1": ("depression", ["anxiety"]),
    "dépression majeure": ("depression", []),
    "F32.2 / F43.10": ("depression", ["PTSD"]),
    "F31.81": ("bipolar depression", []),
    "Bipolar II, dep episode": ("bipolar depression", []),
    "PTSD (F43.12)": ("PTSD", []),
    "F43.10 / F33.1": ("PTSD", ["depression"]),
    "TSPT": ("PTSD", []),
    "GAD F41.1": ("anxiety", []),
    "OCD; MDD": ("OCD", ["depression"]),
    "AUD - F10.20": ("substance use", []),
    "CRPS / chronic pain": ("chronic pain", []),
    "n/a": (None, []),
}
"""Text of the reason for treatment: primary indication and further ones."""

FRENCH_ONLY = {"dépression majeure", "TSPT"}

SEXES: dict[str, list[str]] = {
    "female": ["Female", "F", "female", "FEMALE", "Female "],
    "male": ["Male", "M", "male", "MALE"],
    "other": ["Non-binary", "X", "Other"],
    "": ["", "Prefer not to say", "Unknown"],
}
FRENCH_SEXES = {"female": "Femme", "male": "Homme"}

ROUTES: dict[str, list[str]] = {
    "IV": ["IV infusion", "IV", "intravenous", "iv", "IV "],
    "IM": ["IM", "IM inj.", "intramuscular"],
    "SL": ["SL troche", "sublingual"],
    "IN": ["nasal", "intranasal", "Nasal spray"],
}
DRUGS: dict[str, list[str]] = {
    "IV": ["Ketamine HCl", "ketamine", "Ketamine 50 mg/mL"],
    "IM": ["Ketamine HCl", "Ketamine 50 mg/mL"],
    "SL": ["ketamine troche"],
    "IN": ["Spravato", "esketamine (Spravato)"],
}
PHASES: dict[str, list[str]] = {
    "induction": ["Induction", "Induction", "induction", "Ind."],
    "maintenance": ["Maintenance", "Maint", "maintenance", "Booster"],
}
STOPPED = {"BP": "blood pressure", "pt request": "patient's wish", "IV infiltrated": "technical",
           "too intense": "dissociation"}  # fmt: skip

TERMS: dict[str, list[str]] = {
    "nausea": ["nausea", "Nausea", "nauseous"],
    "headache": ["headache", "HA", "Headache"],
    "dizziness": ["dizzy", "dizziness", "lightheaded"],
    "vomiting": ["vomiting", "emesis x1"],
    "high blood pressure": ["High BP", "hypertension", "BP elevated"],
    "anxiety": ["anxiety", "panicky"],
    "dissociation": ["dissociation", "strong dissociation"],
    "sedation": ["sedation", "very sleepy"],
    "nausea and vomiting": ["N/V"],
}
SEVERITIES = {1: ["mild", "Mild", "mild "], 2: ["moderate", "Moderate", "mod"], 3: ["severe"]}
OUTCOMES: dict[str, list[str]] = {
    "recovered": ["Resolved", "resolved same day", "recovered", "Resolved."],
    "not recovered": ["Ongoing", "ongoing"],
    "recovering": ["improving"],
    "unknown": ["unknown", "?"],
}
RELATED: dict[str, bool | None] = {
    "Yes": True, "Related": True, "Possibly": True, "Unlikely": False, "No": False, "?": None,
}  # fmt: skip

LABELS = {
    "RV": ["aucun", "léger", "moyen", "fort", "très fort"],
    "LS": ["0 = none", "1 = slight", "2 = medium", "3 = strong", "4 = very strong"],
}
"""Answers that two clinics write out, lowest first; invented words, not those of a scale."""
NEW_LABEL = ("moyen", "modéré")
MISSING_CODES = ["n/a", "-", ".", "999"]
