"""Harmless columns of numbers: scores, items, vital signs, doses, laboratory values, days."""

from __future__ import annotations

from tests.privacy.second_corpus.columns import Cell, Plan, harmless
from tests.privacy.second_corpus.dice import Dice

SCORES = (
    ("phq9_total", 0, 27, "Sum of a depression scale, 0 to 27."),
    ("PHQ-9", 0, 27, "Sum of a depression scale under its own name."),
    ("gad7_sum", 0, 21, "Sum of an anxiety scale."),
    ("MADRS Total Score", 0, 60, "Sum that a clinician rated."),
    ("pcl5_tot", 0, 80, "Sum of a scale of traumatic stress."),
    ("QIDS_SR16", 0, 27, "Sum of a self-rated depression scale."),
    ("hamd17", 0, 52, "Sum of a scale named after its author."),
    ("BDI-II", 0, 63, "Sum of a scale named after its author."),
    ("ham_a_score", 0, 56, "Sum of a scale named after its author."),
    ("SHAPS", 0, 14, "Sum of a pleasure scale named after a place and a hospital."),
    ("cadss_total_40min", 0, 92, "Dissociation 40 minutes after the start."),
    ("cadss6", 0, 24, "Short form of a dissociation scale."),
    ("bprs_pos", 4, 28, "Four items about psychosis."),
    ("moaas", 0, 5, "Depth of sedation, six steps."),
    ("cgi_s", 1, 7, "Severity in seven steps."),
    ("CGI-I", 1, 7, "Improvement in seven steps."),
    ("who5_pct", 0, 100, "Well-being as a percentage."),
    ("wsas", 0, 40, "Work and social adjustment."),
    ("audit_c", 0, 12, "Three questions on alcohol."),
    ("craving_vas_mm", 0, 100, "Craving on a line of 100 mm."),
    ("phq9_item9", 0, 3, "One answer on a scale of four steps."),
    ("q1", 0, 3, "One answer on a scale of four steps under a bare number."),
    ("q2_response", 0, 4, "One answer on a scale of five steps."),
    ("itm_07", 0, 6, "One rated item of seven steps."),
    ("pain_nrs", 0, 10, "Pain from 0 to 10."),
    ("n_answered", 6, 9, "How many items were answered."),
    ("isi", 0, 28, "Sum of a sleep scale."),
    ("prior_failures", 0, 9, "Number of drugs that failed before."),
    ("session_no", 1, 24, "Counts a patient's sessions."),
    ("course_no", 1, 4, "Counts a patient's courses."),
    ("Besuch Nr.", 1, 12, "German header; counts visits."),
    ("occurrence", 1, 3, "Counts repeated answers of one day."),
    ("sbp", 92, 178, "Systolic pressure."),
    ("dbp", 51, 109, "Diastolic pressure."),
    ("HR (bpm)", 48, 121, "Pulse."),
    ("spo2", 89, 100, "Oxygen saturation."),
    ("resp_rate", 9, 26, "Breaths in a minute."),
    ("etco2_mmhg", 28, 48, "Carbon dioxide in breath."),
    ("map", 62, 128, "Mean pressure; nothing about geography."),
    ("age_years", 18, 88, "Ages below 90 may be told."),
    ("Alter", 18, 88, "German header; ages below 90."),
    ("birth_year_band_start", 1940, 2000, "Year alone, of nobody over 89."),
    ("index_year", 2019, 2025, "The year alone is allowed."),
    ("rel_day", -28, 365, "Days since the first dose, no calendar."),
    ("study_day", 1, 196, "Days counted from one."),
    ("days_to_relapse", 3, 364, "A duration."),
    ("Tage seit Erstgabe", 0, 210, "German header; days since the first dose."),
    ("delai_jours", 1, 60, "French header; a delay in days."),
    ("infusion_min", 36, 62, "Minutes of an infusion."),
    ("discharge_ready_min", 55, 190, "Minutes until ready to leave."),
    ("rel_min", -30, 240, "Minutes since the start."),
    ("weeks_enrolled", 1, 104, "Duration in weeks."),
    ("bottle_ml", 1, 50, "Volume of a vial."),
    ("alt_u_l", 7, 96, "Liver enzyme."),
    ("ggt", 8, 140, "Liver enzyme."),
    ("platelets", 120_000, 420_000, "Cells in a microlitre, six digits."),
    ("ferritin", 9, 410, "Iron store."),
    ("steps_per_day", 800, 15_400, "Steps, five digits like a postal code."),
    ("charge_usd", 250, 1200, "Price of a session."),
    ("seed", 10_000, 99_999, "Seeds of a simulation, five digits."),
    ("n_patients", 11, 240, "Counts of a group."),
    ("bmi_pct", 3, 99, "Percentile."),
    ("moca", 15, 30, "Sum of a cognition scale."),
    ("Puntuación total", 0, 27, "Spanish header; a sum."),
    ("score_total_fr", 0, 60, "A sum."),
    ("col8", 0, 27, "Nothing in the header, but whole numbers from 0 to 27 only."),
    ("x2", 88, 170, "Nothing in the header; pressures."),
    ("v3", 1, 5, "Nothing in the header; five steps."),
)

DECIMALS = (
    ("dose_mg_kg", 40, 110, 2, "Dose by weight."),
    ("dose_mg", 250, 1100, 1, "Dose in milligrams."),
    ("Dosis (mg)", 250, 1100, 1, "German header; dose."),
    ("weight_kg", 451, 1389, 1, "Weight."),
    ("BMI", 171, 449, 1, "Body-mass index."),
    ("tsh", 21, 690, 2, "Thyroid hormone."),
    ("hba1c", 47, 98, 1, "Sugar of three months in percent."),
    ("creatinine_mg_dl", 52, 164, 2, "Kidney value."),
    ("norketamine_ng_ml", 180, 2410, 1, "Level of a metabolite."),
    ("temp_c", 359, 378, 1, "Temperature."),
    ("effect_size", 10, 140, 2, "Standardised difference."),
    ("p_value", 1, 999, 3, "A probability."),
    ("pct_change", -890, 240, 1, "Change in percent."),
    ("height_cm", 1480, 1970, 1, "Height."),
    ("residual_sd", 310, 870, 2, "Spread of a model."),
    ("hours_post", 5, 240, 1, "Hours since the dose."),
    ("log_lik", -98_000, -21_000, 2, "Log-likelihood of a fit."),
    ("vit_d", 80, 610, 1, "A vitamin."),
    ("infusion_rate_mg_h", 280, 800, 1, "Rate of the pump."),
    ("crp", 2, 187, 1, "A marker of inflammation."),
)


def whole(low: int, high: int) -> Cell:
    """Draw whole numbers between two ends."""
    return lambda dice: dice.between(low, high)


def decimal(low: int, high: int, places: int) -> Cell:
    """Draw numbers with a fixed number of decimals."""
    return lambda dice: dice.between(low, high) / 10**places


def pressure(dice: Dice) -> str:
    """Write both pressures as a nurse does."""
    sign = dice.pick(("/", "/", " / ", "-"))
    return f"{dice.between(96, 172)}{sign}{dice.between(54, 104)}"


def typed_dose(dice: Dice) -> str:
    """Write a dose with its unit."""
    amount = dice.between(50, 200) / 100
    return dice.pick((f"{amount} mg/kg", f"{amount}mg/kg", f"{dice.between(25, 100)} mg"))


def typed() -> list[Plan]:
    """Plan columns of numbers that were typed with their units or signs."""
    return [
        harmless(
            "BP", "Two pressures in one cell look like a day and a month, but are not.", pressure
        ),
        harmless(
            "Blutdruck", "German header; pressures with the unit.", lambda d: f"{pressure(d)} mmHg"
        ),
        harmless("dose", "Doses with their units.", typed_dose),
        harmless(
            "age_top_coded",
            "Ages with everything from 90 in one class.",
            lambda d: d.pick(("90+", str(d.between(20, 89)), str(d.between(20, 89)))),
        ),
        harmless(
            "age_band",
            "Ages in bands of ten years.",
            lambda d: d.pick(("18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")),
        ),
        harmless(
            "Altersgruppe",
            "German header; ages in bands.",
            lambda d: d.pick(("18–34", "35–49", "50–64", "65 und älter")),
        ),
        harmless(
            "ci95",
            "Confidence intervals.",
            lambda d: f"-{d.between(60, 99) / 10} to -{d.between(10, 59) / 10}",
        ),
        harmless("pain", "Fractions of ten.", lambda d: f"{d.between(0, 10)}/10"),
        harmless("items_done", "Answered of asked.", lambda d: f"{d.between(6, 9)}/9"),
        harmless(
            "duration",
            "Durations with unit.",
            lambda d: d.pick((f"{d.between(35, 60)} min", f"{d.between(35, 60)}'", "1 h")),
        ),
        harmless(
            "since_last_dose",
            "Durations in weeks and days.",
            lambda d: f"{d.between(1, 9)}w {d.below(7)}d",
        ),
        harmless(
            "elapsed",
            "Time of the pump since the start, not of the day.",
            lambda d: f"00:{d.between(30, 59)}:{d.below(60):02d}",
        ),
        harmless(
            "lvl",
            "Values under the limit of detection.",
            lambda d: d.pick(("<10", "<10", f"{d.between(11, 340)}")),
        ),
        harmless(
            "Montant",
            "French header; prices with a comma.",
            lambda d: f"{d.between(90, 480)},{d.pick(('00', '50'))} €",
        ),
        harmless("mmse_raw", "Sums as text with a maximum.", lambda d: f"{d.between(20, 30)} / 30"),
        harmless(
            "n_pct",
            "Counts of at least eleven with their share.",
            lambda d: f"{d.between(11, 90)} ({d.between(11, 90)}.{d.text(1)}%)",
        ),
        harmless(
            "mean_sd",
            "Means with their spread.",
            lambda d: f"{d.between(80, 220) / 10} ({d.between(30, 70) / 10})",
        ),
    ]


def plans() -> list[Plan]:
    """Plan the harmless columns of numbers."""
    numbers = [harmless(header, why, whole(low, high)) for header, low, high, why in SCORES]
    numbers += [
        harmless(header, why, decimal(low, high, places))
        for header, low, high, places, why in DECIMALS
    ]
    return numbers + typed()
