"""Harmless columns of words: drugs, events, answers and classes in four languages."""

from __future__ import annotations

from tests.privacy.second_corpus.columns import Plan, harmless, one_of

WORDS = (
    ("agent", "Names of drugs.", "ketamine|esketamine|racemic ketamine|Spravato"),
    (
        "concomitant_drug",
        "Names of drugs.",
        "sertraline|bupropion XL|lamotrigine|quetiapine|lithium|clonazepam|Wellbutrin|Lexapro",
    ),
    (
        "Med List Item",
        "Drugs with strength.",
        "sertraline 100 mg|bupropion XL 300 mg|lithium 600 mg BID|trazodone 50 mg qhs",
    ),
    ("Wirkstoff", "German header; drugs.", "Ketamin|Esketamin|Venlafaxin|Lithium|Quetiapin"),
    ("médicament", "French header; drugs.", "kétamine|eskétamine|venlafaxine|lithium|quétiapine"),
    ("fármaco", "Spanish header; drugs.", "ketamina|esketamina|sertralina|litio|quetiapina"),
    ("route", "Routes.", "IV|IM|SC|SL|IN|PO"),
    (
        "ae_term",
        "Terms of adverse events.",
        "nausea|headache|dizziness|dissociation|hypertension|vomiting|sedation|anxiety|vertigo",
    ),
    (
        "AE verbatim (coded)",
        "Terms as typed, no person in them.",
        "Nausea mild|HA|felt floaty|BP elevated|blurry vision|vomited x1|dizzy on standing",
    ),
    (
        "Nebenwirkung",
        "German header; events.",
        "Übelkeit|Kopfschmerz|Schwindel|Dissoziation|Blutdruckanstieg|Müdigkeit",
    ),
    (
        "effet_indesirable",
        "French header; events.",
        "nausée|céphalée|vertige|dissociation|hypertension|somnolence",
    ),
    (
        "evento adverso",
        "Spanish header; events.",
        "náuseas|cefalea|mareo|disociación|hipertensión|somnolencia",
    ),
    ("sex", "Two or three classes.", "female|male|F|M|unknown"),
    ("Geschlecht", "German header; classes.", "weiblich|männlich|divers"),
    ("sexe", "French header; classes.", "femme|homme|autre"),
    ("sexo", "Spanish header; classes.", "mujer|hombre|otro"),
    ("marital", "Classes; a class is not a person.", "single|married|divorced|widowed|partnered"),
    ("Familienstand", "German header; classes.", "ledig|verheiratet|geschieden|verwitwet"),
    (
        "situation_pro",
        "French header; classes.",
        "en emploi|au chômage|retraité|étudiant|arrêt maladie",
    ),
    ("nivel_estudios", "Spanish header; classes.", "primaria|secundaria|universidad|posgrado"),
    ("employment", "Classes.", "full time|part time|unemployed|disabled|retired|student"),
    ("education", "Classes.", "HS|some college|BA/BS|graduate|<HS"),
    ("language", "Languages.", "English|Spanish|Hmong|Somali|French"),
    ("indication", "Main diagnoses.", "MDD|TRD|PTSD|bipolar depression|GAD|chronic pain"),
    (
        "Diagnose",
        "German header; diagnoses.",
        "rezidivierende Depression|PTBS|Angststörung|bipolare Depression",
    ),
    ("diagnostic", "French header; diagnoses.", "dépression résistante|TSPT|trouble anxieux"),
    ("phase", "Phases of treatment.", "induction|maintenance|follow-up"),
    ("arm", "Arms of a trial.", "ketamine 0.5|ketamine 1.0|midazolam"),
    (
        "stop_reason",
        "Reasons from a list.",
        "hypertension|patient request|vomiting|pump fault|completed",
    ),
    (
        "end_reason",
        "Reasons from a list.",
        "completed|withdrew|lost to follow-up|moved|died|insurance ended",
    ),
    ("responder", "Answers.", "yes|no|not evaluable"),
    ("remission_flag", "Answers.", "Y|N"),
    ("ja_nein", "German answers.", "ja|nein|unbekannt"),
    ("oui_non", "French answers.", "oui|non|inconnu"),
    ("si_no", "Spanish answers.", "sí|no|desconocido"),
    ("payer", "Kinds of payers.", "Medicare|Medicaid|commercial|self-pay|VA|other"),
    ("rater", "Roles, no persons.", "self|clinician|RN|trained rater"),
    ("rater_role", "Roles.", "psychiatrist|nurse|CRNA|psychologist"),
    ("setting", "Settings.", "chair|recliner|bed"),
    ("music", "Choices.", "playlist A|playlist B|none|own"),
    ("missing_reason", "Reasons from a list.", "refused|not asked|tablet down|ran out of time"),
    ("severity", "Words for steps.", "mild|moderate|severe"),
    ("Schweregrad", "German words for steps.", "leicht|mittel|schwer"),
    (
        "relationship",
        "How an event relates to the drug; not a relative.",
        "related|possibly|unlikely|not related",
    ),
    ("outcome", "Outcome of an event.", "recovered|recovering|ongoing|unknown"),
    ("site_type", "Kinds of sites.", "academic|private clinic|hospital|VA"),
    ("urbanicity", "Classes of a public list.", "metro|micropolitan|rural"),
    (
        "instrument",
        "Scales, one named after a town.",
        "Hamilton|Montgomery-Åsberg|Young|Beck|Columbia|Snaith-Hamilton",
    ),
    ("drug_class", "Classes of drugs.", "SSRI|SNRI|benzodiazepine|mood stabilizer|stimulant|MAOI"),
    ("comment_code", "Short remarks from a list.", "tol well|nausea|BP high|late|none"),
    ("screen_result", "Results.", "pass|fail: BP|fail: psychosis|fail: pregnancy|pending"),
    ("city_size", "Sizes, not towns.", ">1M|250k-1M|50k-250k|<50k"),
    ("contact_method", "Methods, not numbers.", "phone|email|portal|SMS"),
    ("discharge_with", "Roles, no persons.", "spouse|friend|parent|rideshare"),
    ("col15", "Nothing in the header; answers.", "none|some|a lot"),
    ("field_22", "Nothing in the header; drugs.", "ketamine|midazolam|saline"),
    ("group", "Nothing alarming: names of groups.", "A|B|C"),
    ("title", "Titles of tables.", "Response by week|Remission by week|Events by session"),
    ("favorite_color_practice_item", "A practice item before a scale.", "blue|green|red|purple"),
)


def plans() -> list[Plan]:
    """Plan the harmless columns of words; as typed, their case varies."""
    return [harmless(header, why, one_of(words), loose_case=True) for header, why, words in WORDS]
