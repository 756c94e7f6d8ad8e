"""Two invented clinic networks, of 8 and of 24 clinics, with every feature of the generator."""

from __future__ import annotations

from analysis.synthetic.parts import Benefit, Clinic, Durability, Observation, Population, Treatment
from analysis.synthetic.regimens import esketamine, intramuscular, intravenous, sublingual
from analysis.synthetic.scenarios import Scenario

__all__ = ["DURABILITY", "NETWORKS", "OBSERVATION", "POPULATION", "TREATMENT"]

# Oliver et al. 2022: of IV patients about 50 % respond and 20 % remit on the PHQ-9 after
# induction, and GAD-7 falls by 30 %.
_IV = Benefit(
    baseline_mean=16.9,
    baseline_sd=4.25,
    good_share=0.64,
    good_mean=0.39,
    good_sd=0.15,
    poor_mean=0.74,
    poor_sd=0.20,
    anxiety_mean=12.0,
    anxiety_sd=3.5,
    anxiety_change=0.75,
)

# IM cohort, BMC Psychiatry 2022;22:634: PHQ-9 16.3 (6.7) before the first and 10.8 (5.9) at the
# last treatment, GAD-7 12.8 (5.7) and 8.4 (5.5); adverse events at 2.3 % of doses.
_IM = Benefit(
    baseline_mean=16.6,
    baseline_sd=6.9,
    good_share=0.60,
    good_mean=0.50,
    good_sd=0.15,
    poor_mean=0.82,
    poor_sd=0.16,
    anxiety_mean=12.8,
    anxiety_sd=4.6,
    anxiety_change=0.95,
)

# TRANSFORM-2 (Popova et al. 2019): 69 % respond, 53 % remit on the MADRS after four weeks, in a
# trial; clinics see somewhat less.
_IN = Benefit(
    baseline_mean=18.5,
    baseline_sd=3.8,
    good_share=0.64,
    good_mean=0.33,
    good_sd=0.16,
    poor_mean=0.74,
    poor_sd=0.20,
    anxiety_mean=12.5,
    anxiety_sd=3.5,
    anxiety_change=0.75,
)

# Hull et al. 2022: 63 % respond, 33 % remit at week 4 among those with a PHQ-9 of 10 or more.
_SL = Benefit(
    baseline_mean=16.0,
    baseline_sd=4.0,
    good_share=0.72,
    good_mean=0.33,
    good_sd=0.18,
    poor_mean=0.76,
    poor_sd=0.14,
    anxiety_mean=12.0,
    anxiety_sd=3.0,
    anxiety_change=0.95,
)

POPULATION = Population(
    indications=(
        ("depression", 68.0),
        ("PTSD", 12.0),
        ("anxiety", 9.0),
        ("substance use", 6.0),
        ("bipolar depression", 5.0),
    ),
    also=(("depression", 0.35), ("anxiety", 0.45), ("PTSD", 0.20), ("substance use", 0.10)),
    age_mean=44.0,
    age_sd=14.0,
    treated_before=0.03,
    moves=0.03,
)

DURABILITY = Durability(
    step=0.6,  # first dose gives about 60 % of the final change at 24 h …
    half_life_days=7.0,  # … and half of it is gone by day 7 (Phillips et al. 2019)
    half_life_growth=2.0,
    loss_shape=1.19,  # McInnes et al. 2022: 80 % still respond at 28 d, 60 % at 56 d
    loss_scale_days=98.0,
    loss_slope=1.0,
    relapse_level=0.9,
    rewind=0.3,
)

TREATMENT = Treatment(
    stop_in_induction=0.035,  # Sakurai et al. 2020: 47 % stop during or right after induction
    stop_after_induction=0.36,
    stop_in_maintenance=0.08,
    stop_slope=0.3,
    until_day=365,
    most_maintenance=16,
    reinduction=0.35,
    course_gap_days=60,
    switch=0.15,
    death_per_year=0.004,
    harm_per_session=0.01,
)

OBSERVATION = Observation(
    follow_up_weeks=(4, 8, 12, 16, 20, 26, 39, 52),
    entry_days=730,
    second_baseline=0.3,
    session_score=0.6,
    missing_baseline=0.03,
    missing_score=0.12,
    lost_at_stop=0.30,
    lost_at_switch=1.0,
    lost_per_visit=0.03,
    lost_after_stop=0.12,
    missing_depends_on="current severity",
    missing_slope=0.4,
    post_dropout_shift=0.0,
    missing_item=0.004,
    broken_off=0.006,
    missing_total=0.006,
    no_items=0.02,
    occasion_sd=1.2,
)

_SHIFTS = (-0.03, 0.07, -0.09, 0.02, 0.09, -0.07, -0.04, 0.05)
_SCALES = (
    ("GAD-7", "C-SSRS"),
    ("GAD-7", "MADRS"),
    ("GAD-7", "PCL-5", "Use-days-30"),
    ("C-SSRS",),
    ("MADRS", "C-SSRS"),
    ("MADRS", "PCL-5"),
    ("GAD-7",),
    ("Use-days-30",),
)
_GIVEN: tuple[tuple[tuple[str, ...], tuple[float, ...]], ...] = (
    (("ketamine IV",), (1.0,)),
    (("ketamine IV", "esketamine IN"), (0.6, 0.4)),
    (("ketamine IV", "ketamine IM"), (0.5, 0.5)),
    (("ketamine IM",), (1.0,)),
    (("ketamine IV", "ketamine IM"), (0.55, 0.45)),
    (("ketamine IV",), (1.0,)),
    (("ketamine IM", "ketamine SL"), (0.45, 0.55)),
    (("ketamine IV", "esketamine IN", "ketamine SL"), (0.4, 0.35, 0.25)),
)
_SHARES = (130, 100, 85, 75, 65, 60, 58, 50)


def _clinic(number: int) -> Clinic:
    """Describe clinic `number` of a network; the kinds of clinics repeat after eight.

    The shifts have mean 0 and a spread that gives a between-clinic SD of about 0.4 on the logit of
    response, so that clinics span about 35 % to 65 % around 50 %.
    """
    kind, round_ = number % 8, number // 8
    given, shares = _GIVEN[kind]
    return Clinic(
        code=f"clinic-{chr(ord('a') + number)}",
        share=float(_SHARES[kind] - 12 * round_),
        regimens=given,
        regimen_shares=shares,
        scales=("PHQ-9", *_SCALES[kind]),
        retained_shift=_SHIFTS[(number + 3 * round_) % 8],
    )


def _network(name: str, title: str, *, seed: int, patients: int, clinics: int) -> Scenario:
    """Put a network together."""
    return Scenario(
        name=name,
        title=title,
        seed=seed,
        patients=patients,
        clinics=tuple(_clinic(number) for number in range(clinics)),
        regimens=(intravenous(_IV), intramuscular(_IM), esketamine(_IN), sublingual(_SL)),
        population=POPULATION,
        durability=DURABILITY,
        treatment=TREATMENT,
        observation=OBSERVATION,
    )


NETWORKS = (
    _network(
        "clinic-network", "Synthetic ketamine clinic network", seed=2033, patients=610, clinics=8
    ),
    _network(
        "clinic-network-24",
        "Synthetic ketamine clinic network of 24 clinics",
        seed=2040,
        patients=3_000,
        clinics=24,
    ),
)
"""The networks; the first one is committed under ``data/synthetic``."""
