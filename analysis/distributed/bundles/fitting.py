"""Add the sums of a network's sites, analysis by analysis, and fit them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from analysis.distributed.bundles.analyses import Analysis
from analysis.distributed.bundles.asking import is_answered, next_ask, require_answers
from analysis.distributed.bundles.bundle import Bundle, analyses_of
from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.masked import check_network_sum, network_sum, terms_of
from analysis.distributed.bundles.rounds import Ask
from analysis.distributed.bundles.specification import Specification
from analysis.distributed.masks import Roster
from analysis.distributed.sums import Sums
from analysis.distributed.task import Task
from analysis.errors import AnalysisError, DataError
from analysis.progress import progress
from analysis.results import FloatArray

__all__ = ["add_sums", "fit_all", "fit_all_masked", "fit_analysis"]


def fit_all(specification: Specification, rounds: Sequence[Sequence[Bundle]]) -> dict[str, Any]:
    """Fit all analyses to the sites' sums.

    Parameters
    ----------
    specification : Specification
        The agreement.
    rounds : sequence of sequence of Bundle
        The bundles of every round, in the order of the agreement.

    Returns
    -------
    dict of str to object
        Result per analysis.

    Raises
    ------
    DataError
        When sums of sites cannot be added, or a round answers another question than was asked.
    ModelError, ConvergenceError
        When a model cannot be fitted.
    """
    _require_answers(specification, rounds)
    steps = progress(specification.analyses, doing="Fitting", unit="analysis")
    return {each.name: fit_analysis(specification, rounds, each.name) for each in steps}


def _require_answers(specification: Specification, rounds: Sequence[Sequence[Bundle]]) -> None:
    """Refuse rounds that do not answer what the rounds before them ask."""
    hazards = [each.name for each in specification.analyses if isinstance(each, Hazards)]
    asks: list[Ask | None] = []
    for number, bundles in enumerate(rounds[1:], start=2):
        before = {name: fit_analysis(specification, rounds[: number - 1], name) for name in hazards}
        asks.append(next_ask(specification, before, asks[-1] if asks else None))
        answered = _answered(bundles[0])
        require_answers(number, asks, partial(is_answered, answered=answered), answered)


def _answered(bundle: Bundle) -> dict[str, FloatArray]:
    """Read at which coefficients a bundle of a later round is."""
    return {part.name: np.asarray(part.sums.about.get("beta", ())) for part in bundle.parts}


def fit_all_masked(
    specification: Specification, rounds: Sequence[Sequence[Bundle]], roster: Roster | None
) -> tuple[dict[str, Any], float]:
    """Fit all analyses to the sums of the network, which is all that masks let be seen.

    Parameters
    ----------
    specification, rounds
        As in `fit_all`.
    roster : Roster or None
        All sites and their public keys.

    Returns
    -------
    results : dict of str to object
        Result per analysis.
    resolution : float
        Step of the fixed point.

    Raises
    ------
    DataError
        As `fit_all`, and without a roster.
    DisclosureError
        When a count of the network is small.
    """
    if roster is None:
        raise DataError(
            "The masked mode needs the roster of all sites: give roster= (--roster), see "
            "docs/network-privacy.md."
        )
    answers: dict[str, list[Sums]] = {each.name: [] for each in specification.analyses}
    results: dict[str, Any] = {}
    asks: list[Ask | None] = []
    resolution, ask = 0.0, None
    for number, bundles in enumerate(rounds, start=1):
        if number > 1:
            require_answers(number, asks, partial(_is_asked, bundles[0]))
        analyses = analyses_of(specification, ask)
        asked = ("", 1) if ask is None else (ask.sha256, ask.round)
        terms = terms_of(specification, analyses, asked[1], asked[0])
        messages = [bundle.parts[0].sums for bundle in bundles]
        total, arrays = network_sum(terms, messages, roster=roster)
        resolution = total.resolution
        for analysis, own in zip(analyses, arrays, strict=True):
            check_network_sum(analysis, own, specification.threshold)
            if isinstance(analysis, Hazards):
                beta = np.zeros(analysis.n_terms)
                beta = beta if ask is None else ask.coefficients[analysis.name]
                answers[analysis.name].append(analysis.sparse(own, beta))
                results[analysis.name] = analysis.fit_rounds(
                    [[answer] for answer in answers[analysis.name]]
                )
            else:
                results[analysis.name] = analysis.fit_masked(own, specification.threshold)
        ask = next_ask(specification, results, ask)
        asks.append(ask)
    return results, resolution


def _is_asked(bundle: Bundle, ask: Ask) -> bool:
    """Tell whether a masked bundle says that it answers a question; its sums cannot be read."""
    return bundle.asked == ask.sha256


def fit_analysis(
    specification: Specification, rounds: Sequence[Sequence[Bundle]], name: str
) -> Any:
    """Add the sums of an analysis over sites and fit them.

    Parameters
    ----------
    specification, rounds
        As in `fit_all`.
    name : str
        Analysis.

    Returns
    -------
    object
        Its result; of a Cox regression that is not finished, what to ask next.
    """
    analysis = next(each for each in specification.analyses if each.name == name)
    if isinstance(analysis, Hazards):
        answers = [list(_sent(bundles, name).values()) for bundles in rounds]
        return analysis.fit_rounds([each for each in answers if each])
    return analysis.fit(add_sums(analysis, rounds[0]))


def add_sums(analysis: Analysis, bundles: Sequence[Bundle]) -> Sums:
    """Add the sums of an analysis over sites.

    Parameters
    ----------
    analysis : Analysis
        One of the agreement.
    bundles : sequence of Bundle
        Of the first round.

    Returns
    -------
    Sums
        Of the patients of all sites.

    Raises
    ------
    DataError
        When sums cannot be added; it says of which sites.
    """
    return _added(analysis.task, _sent(bundles, analysis.name), analysis.name)


def _sent(bundles: Sequence[Bundle], name: str) -> dict[str, Sums]:
    """Collect the sums of an analysis by site."""
    return {b.site: part.sums for b in bundles for part in b.parts if part.name == name}


def _added(task: Task, parts: Mapping[str, Sums], name: str) -> Sums:
    """Add the sums of sites; say of which sites they cannot be added."""
    try:
        return task.added(list(parts.values()))
    except AnalysisError as error:
        wrong = "; ".join(_unlike(task, parts))
        if not wrong:
            raise
        raise DataError(
            f"The sums of {name!r} cannot be added. {wrong}. Let these sites make their bundles "
            "again with the version of the toolkit of the others."
        ) from error


def _unlike(task: Task, parts: Mapping[str, Sums]) -> Iterator[str]:
    """Name the sites whose sums cannot be read, or not be added to those of the first."""
    first: Sums | None = None
    for site, sums in parts.items():
        try:
            task.added([sums] if first is None else [first, sums])
        except AnalysisError as error:
            yield f"{site}: {str(error).split('. ')[0].rstrip('.')}"
        else:
            first = first or sums
