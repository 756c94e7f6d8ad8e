"""The definitions that the toolkit ships, as in trials, cohorts and quality measures."""

from __future__ import annotations

from analysis.outcomes.definition import Definition

__all__ = ["PRESETS"]

_POPOVA = "Popova et al. 2019, American Journal of Psychiatry 176, 428-438"
_MCINNES = "McInnes et al. 2022, Journal of Affective Disorders, doi 10.1016/j.jad.2021.12.097"
_PFEIFFER = "Pfeiffer et al. 2024, Journal of Clinical Psychiatry 85(1), 23m14984"
_FEDER = "Feder et al. 2021, American Journal of Psychiatry, doi 10.1176/appi.ajp.2020.20050596"
_SUSTAIN = "Daly et al. 2019, JAMA Psychiatry (SUSTAIN-1), PMC6551577"
_ASPIRE = "ASPIRE I and II, post hoc: BMC Psychiatry 2023, 23, 587"
_MARX = "Marx et al. 2022, Psychological Assessment 34, 197"
_JACOBSON = "Jacobson and Truax 1991, Journal of Consulting and Clinical Psychology 59, 12-19"
_NHS = "NHS Talking Therapies manual"
_SALLOUM = "Salloum et al. 2019, Journal of Affective Disorders"
_ANAND = "Anand et al. 2023 (ELEKT-D), New England Journal of Medicine 388, 2315-2325"
_KROENKE = "Kroenke, Spitzer and Williams 2001, Journal of General Internal Medicine 16, 606-613"
_COUNT = "definition by the count of days"

_RESPONSE = (
    Definition(
        name="response50", instrument=None, measure="response", kind="fraction",
        rule="At least 50 % better than baseline.",
        parameters={"fraction": 0.5}, source=f"{_POPOVA}; {_MCINNES}", verified=True,
    ),
    Definition(
        name="response_caps5_30", instrument="CAPS-5", measure="response", kind="fraction",
        rule="At least 30 % better than baseline.",
        parameters={"fraction": 0.3}, source=_FEDER, verified=False,
    ),
)  # fmt: skip

_REMISSION = (
    Definition(
        name="remission_phq9", instrument="PHQ-9", measure="remission", kind="cut-off",
        rule="PHQ-9 below 5.", parameters={"cut_off": 4},
        source=f"quality measure CMS159 (MIPS 370); {_MCINNES}", verified=True,
    ),
    Definition(
        name="remission_phq9_at_most_5", instrument="PHQ-9", measure="remission", kind="cut-off",
        rule="PHQ-9 at most 5.", parameters={"cut_off": 5}, source=_PFEIFFER, verified=True,
    ),
    Definition(
        name="remission_madrs12", instrument="MADRS", measure="remission", kind="cut-off",
        rule="MADRS at most 12.", parameters={"cut_off": 12},
        source=f"{_POPOVA}, and the esketamine programme", verified=True,
    ),
    Definition(
        name="remission_madrs10", instrument="MADRS", measure="remission", kind="cut-off",
        rule="MADRS at most 10.", parameters={"cut_off": 10},
        source="Loo et al. 2023 (KADS), PMC10727911; Ekstrand et al. 2022 (KetECT), PMC9154276",
        verified=True,
    ),
    Definition(
        name="remission_qids5", instrument="QIDS-SR16", measure="remission", kind="cut-off",
        rule="QIDS-SR16 at most 5.", parameters={"cut_off": 5},
        source="bands of the authors, ids-qids.org", verified=True,
    ),
    Definition(
        name="consistent_remission", instrument="MADRS", measure="remission", kind="run",
        rule="MADRS at most 12 at this planned visit and at the one before; a visit without a "
        "score breaks the run.",
        parameters={"visits": 2, "needed": 2}, of_visit="remission_madrs12",
        source=_ASPIRE, verified=True,
    ),
    Definition(
        name="stable_remission", instrument="MADRS", measure="remission", kind="run",
        rule="MADRS at most 12 in at least 3 of the last 4 weeks; in SUSTAIN-1 the last 4 of a "
        "12-week optimisation after 4 weeks of induction (weeks 13 to 16).",
        parameters={"visits": 4, "needed": 3}, of_visit="remission_madrs12", spacing_days=7,
        source=_SUSTAIN, verified=False,
    ),
    Definition(
        name="stable_response", instrument="MADRS", measure="response", kind="run",
        rule="At least 50 % better than baseline in each of the last 2 weeks, and not in stable "
        "remission.",
        parameters={"visits": 2, "needed": 2}, of_visit="response50",
        excluding="stable_remission", spacing_days=7, source=_SUSTAIN, verified=False,
    ),
)  # fmt: skip

_CHANGE = (
    Definition(
        name="reliable_improvement", instrument=None, measure="reliable change",
        kind="improvement", rule="Better than baseline by at least the reliable change of the "
        "scale, 1.96 SD sqrt(2 (1 - reliability)).", source=_JACOBSON, verified=True,
    ),
    Definition(
        name="reliable_change", instrument=None, measure="reliable change", kind="change",
        rule="Better or worse than baseline by at least the reliable change of the scale, "
        "1.96 SD sqrt(2 (1 - reliability)).", source=_JACOBSON, verified=True,
    ),
    Definition(
        name="reliable_improvement_phq9_6", instrument="PHQ-9", measure="reliable change",
        kind="improvement", rule="PHQ-9 better by at least 6 points.",
        parameters={"points": 6}, source=_NHS, verified=False,
    ),
    Definition(
        name="reliable_improvement_gad7_4", instrument="GAD-7", measure="reliable change",
        kind="improvement", rule="GAD-7 better by at least 4 points.",
        parameters={"points": 4}, source=_NHS, verified=False,
    ),
    Definition(
        name="reliable_improvement_pcl5", instrument="PCL-5", measure="reliable change",
        kind="improvement", rule="PCL-5 better by at least 18 points, the upper end of the "
        "published 15 to 18 (veterans).", parameters={"points": 18}, source=_MARX, verified=True,
    ),
    Definition(
        name="reliable_improvement_caps5", instrument="CAPS-5", measure="reliable change",
        kind="improvement", rule="CAPS-5 better by at least 13 points, the upper end of the "
        "published 12 to 13 (veterans).", parameters={"points": 13}, source=_MARX, verified=True,
    ),
    Definition(
        name="clinically_significant_pcl5", instrument="PCL-5",
        measure="clinically significant change", kind="crossing",
        rule="PCL-5 at most 28, from above 28, and better by at least 18 points.",
        parameters={"cut_off": 28, "points": 18}, source=_MARX, verified=True,
    ),
    Definition(
        name="clinically_significant_caps5", instrument="CAPS-5",
        measure="clinically significant change", kind="crossing",
        rule="CAPS-5 at most 8, from above 8, and better by at least 13 points.",
        parameters={"cut_off": 8, "points": 13}, source=_MARX, verified=True,
    ),
    Definition(
        name="mcid_phq9_5", instrument="PHQ-9", measure="minimal important difference",
        kind="improvement", rule="PHQ-9 better by at least 5 points.", parameters={"points": 5},
        source="usual minimal important difference of the PHQ-9", verified=False,
    ),
)  # fmt: skip

_DETERIORATION = (
    Definition(
        name="deterioration", instrument=None, measure="deterioration", kind="worsening",
        rule="Worse than baseline, by any amount.", parameters={"points": 0},
        source=_MCINNES, verified=True,
    ),
    Definition(
        name="reliable_deterioration", instrument=None, measure="deterioration", kind="worsening",
        rule="Worse than baseline by at least the reliable change of the scale, "
        "1.96 SD sqrt(2 (1 - reliability)).", source=_JACOBSON, verified=True,
    ),
)  # fmt: skip

_SUBSTANCE = (
    Definition(
        name="abstinent30", instrument="Use-days-30", measure="abstinence", kind="cut-off",
        rule="No day of use in the last 30 days.", parameters={"cut_off": 0},
        source=_COUNT, verified=True,
    ),
    Definition(
        name="abstinent28", instrument="Use-days-30", measure="abstinence", kind="cut-off",
        rule="No day of use in the last 30 days, hence none in the last 28. A lower bound: use "
        "on days 29 and 30 alone is not told apart.", parameters={"cut_off": 0},
        source=_COUNT, verified=True,
    ),
    Definition(
        name="abstinent14", instrument="Use-days-30", measure="abstinence", kind="cut-off",
        rule="No day of use in the last 30 days, hence none in the last 14. A lower bound: use "
        "on days 15 to 30 alone is not told apart.", parameters={"cut_off": 0},
        source=_COUNT, verified=True,
    ),
    Definition(
        name="no_heavy_drinking30", instrument="Heavy-drinking-days-30",
        measure="heavy drinking", kind="cut-off",
        rule="No heavy-drinking day in the last 30 days.", parameters={"cut_off": 0},
        source=_COUNT, verified=True,
    ),
)  # fmt: skip

_RELAPSE = (
    Definition(
        name="relapse_madrs22", instrument="MADRS", measure="relapse", kind="severity",
        rule="MADRS at least 22.", parameters={"cut_off": 22}, source=_SALLOUM, verified=True,
    ),
    Definition(
        name="relapse_qids11", instrument="QIDS-SR16", measure="relapse", kind="severity",
        rule="QIDS-SR16 above 11.", parameters={"cut_off": 12}, source=_ANAND, verified=False,
    ),
    Definition(
        name="relapse_phq9_10", instrument="PHQ-9", measure="relapse", kind="severity",
        rule="PHQ-9 at least 10, the cut-off of a positive screen.", parameters={"cut_off": 10},
        source=_KROENKE, verified=False,
    ),
    Definition(
        name="loss_of_response50", instrument=None, measure="relapse", kind="loss",
        rule="No longer at least 50 % better than baseline.", of_visit="response50",
        source=f"{_MCINNES}; for PTSD {_FEDER}", verified=True,
    ),
    Definition(
        name="use_within_30_days", instrument="Use-days-30", measure="relapse", kind="severity",
        rule="At least one day of use in the last 30 days.", parameters={"cut_off": 1},
        source=_COUNT, verified=True,
    ),
)  # fmt: skip

PRESETS = {
    preset.name: preset
    for preset in (*_RESPONSE, *_REMISSION, *_CHANGE, *_DETERIORATION, *_RELAPSE, *_SUBSTANCE)
}
"""Every shipped definition by its name."""
