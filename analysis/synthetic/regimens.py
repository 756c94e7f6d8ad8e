"""Regimens of ketamine and esketamine as clinics give them, without the benefit of a cohort.

Doses and schedules: 0.5 mg/kg over 40 min, six in two to three weeks; esketamine 56 to 84 mg twice
a week for four weeks, then weekly and every other week, with two hours of observation; injections
of 0.5 to 1.0 mg/kg; 300 to 450 mg under the tongue at home. Rises of pressure: a meta-analysis of
2,252 treatments. Dissociation of infusions: CADSS 7.7 (9.2) at 40 min.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.synthetic.parts import Benefit, Regimen

__all__ = ["esketamine", "intramuscular", "intravenous", "sublingual"]


def intravenous(benefit: Benefit) -> Regimen:
    """Give ketamine by infusion.

    Parameters
    ----------
    benefit : Benefit
        Severity and its change, of a cohort.

    Returns
    -------
    Regimen
        Change single entries with `dataclasses.replace`.
    """
    return Regimen(
        name="ketamine IV",
        agent="ketamine",
        route="IV",
        per_kg=True,
        start_dose=0.5,
        dose_step=0.1,
        highest_dose=1.0,
        infusion_min=40,
        planned_sessions=(6,),
        gap_days=(2, 3, 4, 5),
        maintenance_days=(21, 42),
        monitored_min=(-10, 20, 40, 60, 90, 120),
        peak_min=40,
        over_min=92,
        pressure_rise=13.0,
        dissociation=9.3,
        earliest_discharge_min=60,
        adverse_event_share=0.08,
        benefit=benefit,
    )


def intramuscular(benefit: Benefit) -> Regimen:
    """Give ketamine by injection into a muscle.

    Parameters
    ----------
    benefit : Benefit
        Severity and its change, of a cohort.

    Returns
    -------
    Regimen
        Change single entries with `dataclasses.replace`.
    """
    return replace(
        intravenous(benefit),
        name="ketamine IM",
        route="IM",
        start_dose=0.6,
        infusion_min=0,
        planned_sessions=(4, 5, 6),
        gap_days=(3, 4, 5, 7),
        peak_min=20,
        over_min=80,
        adverse_event_share=0.025,
    )


def esketamine(benefit: Benefit) -> Regimen:
    """Give esketamine by nasal spray.

    Parameters
    ----------
    benefit : Benefit
        Severity and its change, of a cohort.

    Returns
    -------
    Regimen
        Change single entries with `dataclasses.replace`.
    """
    return replace(
        intravenous(benefit),
        name="esketamine IN",
        agent="esketamine",
        route="IN",
        per_kg=False,
        start_dose=56.0,
        dose_step=28.0,
        highest_dose=84.0,
        infusion_min=0,
        planned_sessions=(8,),
        gap_days=(3, 4),
        maintenance_days=(7, 14),
        over_min=110,
        pressure_rise=10.0,
        dissociation=6.5,
        earliest_discharge_min=120,
        adverse_event_share=0.12,
    )


def sublingual(benefit: Benefit) -> Regimen:
    """Give ketamine tablets at home, where nobody measures.

    Parameters
    ----------
    benefit : Benefit
        Severity and its change, of a cohort.

    Returns
    -------
    Regimen
        Change single entries with `dataclasses.replace`.
    """
    return replace(
        intravenous(benefit),
        name="ketamine SL",
        route="SL",
        per_kg=False,
        start_dose=300.0,
        dose_step=50.0,
        highest_dose=450.0,
        infusion_min=0,
        planned_sessions=(4,),
        gap_days=(5, 6, 7),
        maintenance_days=(14, 35),
        monitored_min=(),
        peak_min=60,
        over_min=150,
        pressure_rise=6.0,
        dissociation=4.0,
        earliest_discharge_min=0,
        adverse_event_share=0.05,
    )
