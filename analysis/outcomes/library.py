"""Finding a definition by its name, and fitting it to a scale.

What a definition means for given scores is the business of `analysis.outcomes.judging`.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.errors import DataError
from analysis.instruments import Instrument, load_instrument
from analysis.outcomes.definition import Definition
from analysis.outcomes.presets import PRESETS

__all__ = ["definition", "definition_names", "resolve"]

_OWN = ("response", "remission")


def definition(name: str, instrument: str | None = None) -> Definition:
    """Return a definition by its name.

    Parameters
    ----------
    name : str
        As in `definition_names`; "response" and "remission" are the scale's own and need
        `instrument`.
    instrument : str, optional
        Scale to fit the definition to: its reliable change is filled in.

    Returns
    -------
    Definition
        Shows whether it was verified.

    Raises
    ------
    DataError
        When there is no such definition, or the scale lacks what it needs.

    Examples
    --------
    >>> definition("remission_madrs10")
    remission_madrs10 (remission; MADRS)
      MADRS at most 10.
      Source: Loo et al. 2023 (KADS), PMC10727911; Ekstrand et al. 2022 (KetECT), PMC9154276
      Verified: yes
    """
    if instrument is not None:
        return resolve(name, load_instrument(instrument))
    if name in _OWN:
        raise DataError(f"Name the scale: {' and '.join(_OWN)} are defined by each scale.")
    if name not in PRESETS:
        raise DataError(f"There is no such definition. Known are: {', '.join(sorted(PRESETS))}.")
    return PRESETS[name]


def definition_names(instrument: str | None = None) -> tuple[str, ...]:
    """List the definitions, of all scales or those that one scale has.

    Parameters
    ----------
    instrument : str, optional
        Name of a scale.

    Returns
    -------
    tuple of str
        Names in alphabetical order; for a scale also its own "response" and "remission".

    Examples
    --------
    >>> "mcid_phq9_5" in definition_names("PHQ-9"), "mcid_phq9_5" in definition_names("MADRS")
    (True, False)
    """
    if instrument is None:
        return tuple(sorted(PRESETS))
    return _names_for(load_instrument(instrument))


def resolve(wanted: str | Definition, scale: Instrument) -> Definition:
    """Fit a definition to a scale, or say why it has no meaning for it.

    Parameters
    ----------
    wanted : str or Definition
        Name as in `definition_names`, or a definition of one's own.
    scale : Instrument
        The scale of the scores.

    Returns
    -------
    Definition
        For this scale, with the reliable change filled in. One that rests on a fact of the scale
        that was not verified counts as not verified.

    Raises
    ------
    DataError
        When there is no such definition, it belongs to another scale, or the scale lacks a
        response, a remission, a reliable change or a better direction.

    Examples
    --------
    >>> round(resolve("reliable_improvement", load_instrument("PHQ-9")).parameters["points"], 1)
    5.5
    """
    found = wanted if isinstance(wanted, Definition) else _found(wanted, scale)
    why = _lack(found, scale)
    if found is None or why:
        allowed = ", ".join(_names_for(scale)) or "none"
        raise DataError(f"{why} Defined for {scale.name} are: {allowed}.")
    points: float | None = scale.reliable_change
    if found.needs_reliable_change and points is not None:
        return _with_reliable_change(found, scale, points)
    return replace(found, instrument=scale.name)


def _names_for(scale: Instrument) -> tuple[str, ...]:
    """Name the definitions that have a meaning for a scale."""
    names = sorted((*PRESETS, *_OWN))
    return tuple(name for name in names if not _lack(_found(name, scale), scale))


def _found(name: str, scale: Instrument) -> Definition | None:
    """Look a name up among the presets and what the scale itself defines."""
    if name in PRESETS:
        return PRESETS[name]
    own = {"response": _own_response, "remission": _own_remission}
    return own[name](scale) if name in own else None


def _lack(found: Definition | None, scale: Instrument) -> str:
    """Say why a definition has no meaning for a scale; nothing when it has one."""
    if found is None:
        return f"{scale.name} has no such definition."
    if found.instrument not in (None, scale.name):
        return f"The definition {found.name} belongs to {found.instrument}."
    if scale.direction not in ("lower is better", "higher is better"):
        return f"{scale.name} has no better direction, so nothing is an improvement."
    return _missing_fact(found, scale)


def _missing_fact(found: Definition, scale: Instrument) -> str:
    """Say which fact of the scale a definition needs and does not find; nothing when none."""
    if found.kind == "fraction" and found.instrument is None and scale.response_fraction is None:
        return f"{scale.name} has no accepted response."
    if found.kind == "loss":  # what a scale cannot show, it cannot lose
        kept = found.of_visit
        return _lack(kept if isinstance(kept, Definition) else _found(kept, scale), scale)
    if found.needs_reliable_change and scale.reliable_change is None:
        return f"The spread of {scale.name} is not known, so it has no reliable change."
    return ""


def _with_reliable_change(found: Definition, scale: Instrument, points: float) -> Definition:
    """Fill in the reliable change of the scale: computed from its spread, else as published."""
    if scale.reliability is not None:
        return replace(
            found,
            instrument=scale.name,
            rule=f"{found.rule} For {scale.name}: {points:.2f} points.",
            parameters={"points": points},
            verified=found.verified and "spread" not in scale.unverified,
        )
    beginning = found.rule.partition(", 1.96")[0].rstrip(".")
    return replace(
        found,
        instrument=scale.name,
        rule=f"{beginning}, as published for {scale.name}: {points:g} points.",
        parameters={"points": points},
        source=_source(scale, "reliable_change"),
        verified="reliable_change" not in scale.unverified,
    )


def _own_response(scale: Instrument) -> Definition | None:
    """Make the response that the scale's description defines."""
    if scale.response_fraction is None:
        return None
    return Definition(
        name="response",
        instrument=scale.name,
        measure="response",
        rule=f"{scale.name} at least {scale.response_fraction:.0%} better than baseline.",
        kind="fraction",
        parameters={"fraction": scale.response_fraction},
        source=_source(scale, "response_fraction"),
        verified="response_fraction" not in scale.unverified,
    )


def _own_remission(scale: Instrument) -> Definition | None:
    """Make the remission that the scale's description defines."""
    if scale.remission_at_most is None:
        return None
    return Definition(
        name="remission",
        instrument=scale.name,
        measure="remission",
        rule=f"{scale.name} at most {scale.remission_at_most}.",
        kind="cut-off",
        parameters={"cut_off": scale.remission_at_most},
        source=_source(scale, "remission"),
        verified="remission" not in scale.unverified,
    )


def _source(scale: Instrument, fact: str) -> str:
    """Find where a fact of the scale comes from."""
    return "; ".join(item.source for item in scale.evidence if item.fact == fact)
