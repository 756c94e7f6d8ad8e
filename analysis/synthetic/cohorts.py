"""Scenarios that reproduce published cohorts; `analysis.synthetic.targets` compares the figures.

The numbers of each `Benefit` were found by simulation, so that what is *observed* of the patients,
with measurement error, early ends and missing scores, agrees with what was published.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.synthetic.networks import DURABILITY, OBSERVATION, POPULATION, TREATMENT
from analysis.synthetic.parts import Benefit, Clinic, Durability, Observation, Regimen, Treatment
from analysis.synthetic.regimens import intramuscular, intravenous, sublingual
from analysis.synthetic.scenarios import Scenario

__all__ = ["COHORTS"]

_POPULATION = replace(POPULATION, treated_before=0.0, moves=0.0)
_TREATMENT = replace(TREATMENT, reinduction=0.0, switch=0.0, death_per_year=0.0, most_maintenance=8)
_OBSERVATION = replace(OBSERVATION, entry_days=0)


def _cohort(
    name: str,
    title: str,
    regimen: Regimen,
    *,
    patients: int,
    durability: Durability = DURABILITY,
    treatment: Treatment = _TREATMENT,
    observation: Observation = _OBSERVATION,
) -> Scenario:
    """Put a cohort of one clinic and one regimen together."""
    clinic = Clinic(
        code="clinic-a",
        share=1.0,
        regimens=(regimen.name,),
        regimen_shares=(1.0,),
        scales=("PHQ-9", "GAD-7"),
        retained_shift=0.0,
    )
    return Scenario(
        name=name,
        title=title,
        seed=2022,
        patients=patients,
        clinics=(clinic,),
        regimens=(regimen,),
        population=_POPULATION,
        durability=durability,
        treatment=treatment,
        observation=observation,
    )


_KIT = _cohort(
    "kit_phq9",
    "Infusions as in McInnes et al. 2022",
    replace(
        intravenous(
            Benefit(
                baseline_mean=16.9,
                baseline_sd=4.5,
                good_share=0.27,
                good_mean=0.24,
                good_sd=0.14,
                poor_mean=0.64,
                poor_sd=0.30,
                anxiety_mean=12.0,
                anxiety_sd=3.5,
                anxiety_change=0.9,
            )
        ),
        planned_sessions=(5, 6, 7),
    ),
    patients=9_016,
    durability=replace(DURABILITY, loss_scale_days=99.0),
    treatment=replace(_TREATMENT, stop_after_induction=0.343),
    observation=replace(
        _OBSERVATION,
        follow_up_weeks=(6, 10, 14),
        session_score=0.3,
        missing_score=0.918,  # 6 % of the treated could be analysed
        missing_slope=0.3,
    ),
)

_VA = _cohort(
    "va_phq9",
    "Infusions as in Pfeiffer et al. 2024",
    replace(
        intravenous(
            Benefit(
                baseline_mean=18.72,
                baseline_sd=4.2,
                good_share=0.287,
                good_mean=0.25,
                good_sd=0.20,
                poor_mean=0.90,
                poor_sd=0.17,
                anxiety_mean=12.0,
                anxiety_sd=3.5,
                anxiety_change=0.8,
            )
        ),
        gap_days=(4, 5, 6),
        maintenance_days=(7, 26),
    ),
    patients=5_000,
    durability=replace(DURABILITY, loss_scale_days=250.0, rewind=0.05),
    treatment=replace(
        _TREATMENT,
        stop_in_induction=0.01,
        stop_after_induction=0.08,
        stop_in_maintenance=0.0345,
        stop_slope=0.0,
        most_maintenance=40,
    ),
    observation=replace(
        _OBSERVATION,
        follow_up_weeks=(6, 12, 26, 52),
        session_score=0.3,
        missing_slope=0.1,
        lost_at_stop=0.2,
    ),
)

_CLINIC = _cohort(
    "clinic_phq9",
    "Infusions as in Oliver et al. 2022",
    replace(
        intravenous(
            Benefit(
                baseline_mean=16.9,
                baseline_sd=4.25,
                good_share=0.59,
                good_mean=0.39,
                good_sd=0.15,
                poor_mean=0.78,
                poor_sd=0.20,
                anxiety_mean=12.0,
                anxiety_sd=3.5,
                anxiety_change=0.675,
            )
        ),
    ),
    patients=8_000,
    treatment=replace(_TREATMENT, stop_after_induction=0.335),
    observation=replace(_OBSERVATION, missing_slope=0.3),
)

_SL = _cohort(
    "sl_phq9",
    "Tablets at home as in Hull et al. 2022",
    replace(
        sublingual(
            Benefit(
                baseline_mean=15.1,
                baseline_sd=3.65,
                good_share=0.77,
                good_mean=0.25,
                good_sd=0.23,
                poor_mean=0.575,
                poor_sd=0.07,
                anxiety_mean=13.7,
                anxiety_sd=3.35,
                anxiety_change=0.95,
            )
        ),
        gap_days=(6, 7, 8),
    ),
    patients=7_000,
    durability=replace(DURABILITY, loss_scale_days=200.0),
    treatment=replace(_TREATMENT, stop_in_induction=0.005, stop_after_induction=0.2),
    observation=replace(_OBSERVATION, missing_slope=0.2, occasion_sd=0.3),
)

_IM = _cohort(
    "im_phq9",
    "Injections as in the cohort of BMC Psychiatry 2022;22:634",
    replace(
        intramuscular(
            Benefit(
                baseline_mean=16.5,
                baseline_sd=7.2,
                good_share=0.60,
                good_mean=0.40,
                good_sd=0.11,
                poor_mean=0.78,
                poor_sd=0.12,
                anxiety_mean=13.4,
                anxiety_sd=5.6,
                anxiety_change=0.95,
            )
        ),
        planned_sessions=(3, 4, 5, 6),
        adverse_event_share=0.018,
    ),
    patients=6_000,
    treatment=replace(
        _TREATMENT, stop_in_induction=0.1, stop_after_induction=0.68, most_maintenance=16
    ),
    observation=replace(_OBSERVATION, session_score=1.0, missing_score=0.05, missing_slope=0.0),
)

COHORTS = (_KIT, _VA, _CLINIC, _SL, _IM)
"""One scenario per published shape."""
