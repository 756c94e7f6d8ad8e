"""The scenarios that come with the toolkit, calibrated to published cohorts."""

from __future__ import annotations

from analysis.errors import DataError
from analysis.synthetic.scenarios import (
    Clinic,
    Durability,
    Observation,
    RouteCourse,
    Scenario,
    Treatment,
)

__all__ = ["scenario", "scenario_names"]


def _clinic(
    code: str, share: float, iv_share: float, shift: float, *, more: tuple[str, ...] = ()
) -> Clinic:
    """Describe a clinic; dissociation is scored where there are infusions."""
    return Clinic(
        code=f"clinic-{code}",
        share=share,
        iv_share=iv_share,
        scales=("PHQ-9", *more),
        cadss=iv_share > 0.0,
        retained_shift=shift,
    )


# The shifts have mean 0 and a spread that gives a between-clinic SD of about 0.4 on the logit of
# response, so that clinics span about 35 % to 65 % around 50 %.
_CLINICS = (
    _clinic("a", 130, 1.00, -0.03, more=("GAD-7",)),
    _clinic("b", 100, 1.00, 0.07, more=("GAD-7", "MADRS")),
    _clinic("c", 85, 0.50, -0.09, more=("GAD-7",)),
    _clinic("d", 75, 0.00, 0.02),
    _clinic("e", 65, 0.55, 0.09),
    _clinic("f", 60, 1.00, -0.07, more=("MADRS",)),
    _clinic("g", 58, 0.00, -0.04, more=("GAD-7",)),
    _clinic("h", 50, 0.40, 0.05),
)

# Oliver et al. 2022: of IV patients about 50 % respond and 20 % remit on the PHQ-9 after
# induction. 0.5 mg/kg over 40 min, six sessions in two to three weeks.
_IV = RouteCourse(
    baseline_mean=16.9,
    baseline_sd=4.25,
    good_share=0.64,
    good_mean=0.39,
    good_sd=0.15,
    poor_mean=0.74,
    poor_sd=0.20,
    planned_sessions=(6,),
    gap_days=(2, 3, 4, 5),
    start_mg_kg=0.5,
    adverse_event_share=0.08,
)

# IM cohort, BMC Psychiatry 2022;22:634: PHQ-9 16.3 (6.7) before the first and 10.8 (5.9) at the
# last treatment; adverse events at 2.3 % of doses.
_IM = RouteCourse(
    baseline_mean=16.6,
    baseline_sd=6.9,
    good_share=0.60,
    good_mean=0.50,
    good_sd=0.15,
    poor_mean=0.82,
    poor_sd=0.16,
    planned_sessions=(4, 5, 6),
    gap_days=(3, 4, 5, 7),
    start_mg_kg=0.6,
    adverse_event_share=0.025,
)

_NETWORK = Scenario(
    name="clinic-network",
    title="Synthetic ketamine clinic network",
    seed=2033,  # a sample whose response rates lie near their expectation
    patients=610,
    clinics=_CLINICS,
    iv=_IV,
    im=_IM,
    durability=Durability(
        step=0.6,  # first dose gives about 60 % of the final change at 24 h …
        half_life_days=7.0,  # … and half of it is gone by day 7 (Phillips et al. 2019)
        half_life_growth=2.0,
        loss_shape=1.19,  # McInnes et al. 2022: 80 % still respond at 28 d, 60 % at 56 d
        loss_scale_days=98.0,
        relapse_level=0.9,
        rewind=0.3,
    ),
    treatment=Treatment(
        stop_in_induction=0.035,  # Sakurai et al. 2020: 47 % stop during or right after induction
        stop_after_induction=0.36,
        stop_in_maintenance=0.08,
        stop_slope=0.3,
        interval_days=(21, 42),
        until_day=182,
    ),
    observation=Observation(
        entry_days=548,
        second_baseline=0.3,
        session_score=0.6,
        missing_baseline=0.03,
        missing_score=0.12,
        lost_at_stop=0.30,
        lost_per_visit=0.03,
        lost_after_stop=0.12,
        depends_on_score=0.5,
        score_slope=0.8,
        missing_item=0.004,
        broken_off=0.006,
        wrong_total=0.002,
        missing_total=0.006,
        no_items=0.02,
        occasion_sd=1.2,
    ),
)

_SCENARIOS = {_NETWORK.name: _NETWORK}


def scenario_names() -> tuple[str, ...]:
    """List the scenarios that come with the toolkit.

    Returns
    -------
    tuple of str
        Names for `scenario`.

    Examples
    --------
    >>> scenario_names()
    ('clinic-network',)
    """
    return tuple(sorted(_SCENARIOS))


def scenario(name: str) -> Scenario:
    """Return a scenario by its name.

    Parameters
    ----------
    name : str
        One of `scenario_names`.

    Returns
    -------
    Scenario
        The scenario; change it with `dataclasses.replace`.

    Raises
    ------
    DataError
        When there is no such scenario.

    Examples
    --------
    >>> scenario("clinic-network").patients
    610
    """
    if name not in _SCENARIOS:
        known = ", ".join(scenario_names())
        raise DataError(f"There is no such scenario. Known scenarios are: {known}.")
    return _SCENARIOS[name]
