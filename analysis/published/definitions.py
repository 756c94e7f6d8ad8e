"""The rules by which published studies count response, remission, relapse and the like.

Two figures may be put side by side only when their rule, scale and window are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFINITIONS", "Definition"]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One rule in use.

    Parameters
    ----------
    rule : str
        The rule in words.
    scale : str, optional
        The only scale to which it applies; none when it applies to every scale.
    verified : bool
        Whether the rule was read in a publication that uses it.
    """

    rule: str
    scale: str | None = None
    verified: bool = True


DEFINITIONS: dict[str, Definition] = {
    "response50": Definition(rule="fall of at least 50 % from baseline"),
    "response30_caps5": Definition(
        rule="fall of at least 30 % from baseline", scale="CAPS-5", verified=False
    ),
    "below10_phq9": Definition(rule="PHQ-9 below 10", scale="PHQ-9"),
    "remission_phq9": Definition(rule="PHQ-9 below 5", scale="PHQ-9"),
    "remission_phq9_5": Definition(rule="PHQ-9 at most 5", scale="PHQ-9"),
    "remission_qids5": Definition(rule="QIDS-SR16 at most 5", scale="QIDS-SR16"),
    "remission_madrs12": Definition(rule="MADRS at most 12", scale="MADRS"),
    "remission_madrs10": Definition(rule="MADRS at most 10", scale="MADRS"),
    "relapse_sustain1": Definition(
        rule="MADRS of at least 22 at two assessments 5 to 15 days apart, or hospitalisation, "
        "suicide attempt or an equivalent event",
        scale="MADRS",
        verified=False,
    ),
    "relapse_madrs22": Definition(
        rule="one MADRS of at least 22 after response or remission", scale="MADRS"
    ),
    "relapse_qids11": Definition(
        rule="QIDS-SR16 above 11 in responders", scale="QIDS-SR16", verified=False
    ),
    "loss_of_response": Definition(rule="no longer a response, from the end of induction"),
    "deterioration": Definition(rule="score above baseline"),
    "substance_relapse": Definition(rule="first use or dropout"),
    "any_drinking": Definition(rule="any drinking within 180 days"),
    "item9_positive": Definition(rule="PHQ-9 item 9 of at least 1", scale="PHQ-9"),
}
"""Rules by name; ``verified`` is False where a rule was not read in a publication that uses it."""
