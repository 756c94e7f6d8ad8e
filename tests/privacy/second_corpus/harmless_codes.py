"""Harmless columns of codes: of diagnoses, drugs, laboratory tests, versions, states, models."""

from __future__ import annotations

from tests.privacy.second_corpus.columns import Plan, harmless, one_of
from tests.privacy.second_corpus.dice import Dice

CODES = (
    ("icd10", "Codes of diagnoses.", "F33.2|F32.2|F43.10|F41.1|F31.4|F10.20|F60.3|Z91.5"),
    (
        "Dx Code (ICD-10-CM)",
        "Codes of diagnoses, without the point.",
        "F332|F322|F4310|F411|R45851",
    ),
    ("icd9_hist", "Old codes of diagnoses.", "296.33|296.32|309.81|300.02|305.00|311"),
    ("loinc", "Codes of tests and scales.", "44261-6|70274-6|89204-2|8480-6|8462-4|8867-4|2708-6"),
    ("atc", "Codes of active substances.", "N01AX03|N06AX27|N06AB06|N06AX16|N05AH04|A04AA01"),
    ("rxcui", "Codes of drugs, some with six digits.", "6130|2119365|36437|72625|26225|6470|2598"),
    (
        "ndc",
        "Codes of packages of drugs; not of patients.",
        "42023-113-10|0143-9508-10|67457-108-10|50458-028-02",
    ),
    (
        "snomed_ct",
        "Concepts with eight or nine digits.",
        "370143000|47505003|48694002|191736004|310497006|422587007",
    ),
    (
        "cpt",
        "Codes of services, five digits like a postal code.",
        "99213|99214|96365|96366|90837|99417",
    ),
    ("hcpcs", "Codes of services.", "G2082|G2083|J3490|S0013|G2212"),
    (
        "meddra_pt_code",
        "Codes of terms, eight digits.",
        "10028813|10019211|10013573|10039897|10005750",
    ),
    ("omop_concept_id", "Concepts of a vocabulary.", "4152280|440383|785649|3042932|1154029|8507"),
    ("ucum", "Units.", "mm[Hg]|mg/kg|ng/mL|/min|%|{score}|kg/m2|Cel"),
    ("unit", "Units as typed.", "mg|mg/kg|mL|mmHg|bpm|%|ng/ml|kg"),
    (
        "redcap_event_name",
        "Names of events of a form program.",
        "baseline_arm_1|week_1_arm_1|week_4_arm_1|month_3_arm_1|month_6_arm_1",
    ),
    ("VISIT", "Labels of visits.", "BASELINE|WEEK 1|WEEK 2|WEEK 4|MONTH 3|MONTH 6|EOT"),
    ("visit_code", "Labels of visits.", "V0|V1|V2|V3|FU1|FU2|UNS"),
    ("Visite", "German header; labels of visits.", "Screening|Woche 1|Woche 4|Monat 3|Abschluss"),
    ("PARAMCD", "Codes of parameters of an analysis set.", "PHQ9TOT|GAD7TOT|MADRSTOT|SYSBP|DIABP"),
    ("AVISIT", "Labels of analysis visits.", "Baseline|Day 1|Day 8|Day 15|Day 29|Week 12"),
    ("software_version", "Versions of three parts.", "3.11.7|3.12.1|2.2.3|1.15.0|0.14.4"),
    (
        "firmware",
        "Versions of four parts look like addresses, but pumps print them.",
        "9.33.0.58|9.33.1.2|12.1.3.0|4.10.0.7",
    ),
    ("form_version", "Versions of a form.", "v1|v2|v2.1|v3.0"),
    (
        "build",
        "Short hashes of program states, not of patients.",
        "9f3c2ab|1d04e77|c0ffee1|7ab3190",
    ),
    (
        "pump_model",
        "Names of models without serial.",
        "Alaris PC 8015|Baxter Sigma Spectrum|Medfusion 4000|B. Braun Perfusor Space",
    ),
    (
        "monitor",
        "Names of models without serial.",
        "Masimo Rad-97|Philips MX450|Nihon Kohden PVM-4000|GE CARESCAPE B450",
    ),
    ("wearable_model", "Names of models.", "Charge 5|Oura Gen3|Apple Watch SE|none"),
    ("state", "States are as coarse as the rule allows.", "MN|WI|ND|WA|OR|CO|NC|TX|ME|GA|CA"),
    (
        "State of residence",
        "States are as coarse as the rule allows.",
        "Minnesota|Wisconsin|North Dakota|Washington|Oregon|Texas|Maine|Georgia",
    ),
    ("region", "Regions larger than a state.", "Midwest|South|West|Northeast"),
    (
        "Bundesland",
        "German states are as large as American ones.",
        "Bayern|Sachsen|Hessen|Niedersachsen|Nordrhein-Westfalen",
    ),
    ("country", "Countries.", "US|CA|DE|FR|ES|GB|AU"),
    (
        "zip3",
        "Three digits of areas with far more than 20,000 people.",
        "100|606|900|770|554|981|802",
    ),
    (
        "tz_offset",
        "Hours from Greenwich; zones are wider than states.",
        "-05:00|-06:00|-07:00|-08:00",
    ),
    ("payer_type_code", "Kinds of payers of a public list.", "1|2|5|6|81|9"),
    (
        "taxonomy_code",
        "Kinds of providers, none of them named.",
        "2084P0800X|363LP0808X|207L00000X",
    ),
    ("color_hex", "Colours of a chart.", "#1f77b4|#ff7f0e|#2ca02c|#d62728|#9467bd"),
    ("model_term", "Terms of a model.", "Intercept|arm[T.im]|visit[T.w4]|arm[T.im]:visit[T.w4]"),
    ("rule_code", "Codes of rules of a check.", "ASM-004|SUB-001|SES-012|MON-007|AEV-003"),
    (
        "race_omb",
        "Classes of a public standard.",
        "White|Black|Asian|AIAN|NHPI|Two or more|Unknown",
    ),
    ("asa_class", "Classes of risk.", "I|II|III|IV"),
    ("severity_grade", "Grades.", "Grade 1|Grade 2|Grade 3"),
    ("col13", "Nothing in the header; codes of diagnoses.", "F33.2|F33.1|F32.2|F43.10"),
    ("k2", "Nothing in the header; answers yes, no, unknown.", "Y|N|U"),
    (
        "ref_id",
        "The header alarms, the values are keys of references of scales.",
        "kroenke2001|spitzer2006|montgomery1979|bremner1998",
    ),
    (
        "name",
        "The header alarms, the values are names of scales.",
        "PHQ-9|GAD-7|MADRS|PCL-5|CADSS|QIDS-SR16|WHO-5",
    ),
    (
        "device_id",
        "The header alarms, the values are kinds of devices.",
        "pump|monitor|oximeter|bp cuff",
    ),
    ("phone_type", "Kinds of telephones.", "mobile|landline|none"),
    ("email_consent", "Consent, not the address.", "yes|no|not asked"),
    ("address_verified", "A tick, not the address.", "TRUE|FALSE"),
    ("photo_consent", "Consent, not the picture.", "granted|declined|n/a"),
    ("license_ok", "A tick, not the number.", "1|0"),
    ("url_kind", "Kinds of links, none of them a link.", "portal|survey|none"),
    ("mrn_present", "A tick, not the number.", "yes|no"),
    ("date_precision", "How exact a date was, not the date.", "day|month|year|unknown"),
    (
        "weekday_clinic_schedule",
        "Opening pattern of a programme, no patient's day.",
        "Mon-Thu|Mon-Fri|Tue-Sat",
    ),
)


def dotted_range(dice: Dice) -> str:
    """Write a range of a reference interval."""
    low = dice.between(3, 40)
    return f"{low}-{low + dice.between(10, 60)}"


def plans() -> list[Plan]:
    """Plan the harmless columns of codes."""
    lists = [harmless(header, why, one_of(codes)) for header, why, codes in CODES]
    return [
        *lists,
        harmless("ref_range", "Reference intervals of a laboratory.", dotted_range),
        harmless(
            "cell_id",
            "Rows of a table of results, numbered.",
            lambda d: f"T{d.between(1, 6)}.{d.between(1, 12)}",
        ),
        harmless(
            "scenario",
            "Names of simulated settings.",
            lambda d: f"n{d.pick((50, 100, 400))}_icc{d.pick(('00', '05', '10'))}_mar",
        ),
    ]
