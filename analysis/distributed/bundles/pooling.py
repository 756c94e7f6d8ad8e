"""The network's fit of its sites' bundles, with and without each site, and how sites differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.bundles.agreement import check_agreement
from analysis.distributed.bundles.analyses import Analysis
from analysis.distributed.bundles.between_sites import between_sites
from analysis.distributed.bundles.bundle import Bundle, analyses_of
from analysis.distributed.bundles.files import read_bundle
from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.masked import check_network_sum, network_sum, terms_of
from analysis.distributed.bundles.rounds import Ask
from analysis.distributed.bundles.specification import MODES, Specification, specification_of
from analysis.distributed.cox.rounds import NextRound
from analysis.distributed.masks import Roster
from analysis.distributed.sums import Sums
from analysis.distributed.task import Task
from analysis.errors import AnalysisError, DataError, DisclosureError
from analysis.progress import progress
from analysis.results import frame_to_html, frame_to_text

__all__ = ["Pooled", "pool"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Pooled:
    """What a network's bundles say together.

    Parameters
    ----------
    specification : Specification
        The agreement.
    bundles : tuple of Bundle
        In the order of the agreement.
    results : mapping of str to object
        The result of every analysis, as it would be of the pooled patients.
    later : tuple of tuple of Bundle
        Bundles of later rounds, in the same order.
    resolution : float or None
        In the masked mode: the step of the fixed point in which sums were sent.
    """

    specification: Specification
    bundles: tuple[Bundle, ...]
    results: Mapping[str, Any]
    later: tuple[tuple[Bundle, ...], ...] = ()
    resolution: float | None = None

    @property
    def mode(self) -> str:
        """How the sums left the sites."""
        return self.specification.mode

    @property
    def absent(self) -> tuple[str, ...]:
        """Sites of the agreement that sent no bundle."""
        sent = {bundle.site for bundle in self.bundles}
        return tuple(site for site in self.specification.sites if site not in sent)

    @property
    def ask(self) -> Ask | None:
        """What sites are asked next; None when every analysis is finished."""
        before = None
        if self.later:
            number = self.later[-1][0].round
            before = Ask(round=number, specification_sha256="", coefficients={})
        return next_ask(self.specification, self.results, before)

    def table(self, name: str) -> pd.DataFrame:
        """Return the result of an analysis as a table.

        Parameters
        ----------
        name : str
            Analysis.
        """
        self._check(name)
        return self._analysis(name).table(self.results[name])

    def __getitem__(self, name: str) -> Any:
        """Return the result of an analysis."""
        self._check(name)
        return self.results[name]

    def sites(self) -> pd.DataFrame:
        """Return one row per site and analysis: ``site, analysis, n_patients, n_rows``."""
        rows = [
            bundle.contents()[["analysis", "n_patients", "n_rows"]].assign(site=bundle.site)
            for bundle in self.bundles
        ]
        return pd.concat(rows, ignore_index=True)[["site", "analysis", "n_patients", "n_rows"]]

    def without_each_site(self, name: str) -> pd.DataFrame:
        """Fit an analysis anew without each site in turn.

        Parameters
        ----------
        name : str
            Analysis.

        Returns
        -------
        pandas.DataFrame
            Columns of `tidy` after ``without``, the site that was left out; the first rows, with
            ``without`` missing, are of all sites. A fit that is not possible without a site has a
            row with the reason in ``note`` and no numbers.
        """
        self._check_sites_known(name)
        frames = [self.table(name).assign(note="")]
        for left in progress(self.bundles, doing="Leaving out", unit="site"):
            try:
                frame = self._of_sites(name, {each.site for each in self.bundles} - {left.site})
            except AnalysisError as error:
                frame = pd.DataFrame({"note": [str(error)]})
            frames.append(frame.assign(without=left.site))
        return _arranged(pd.concat(frames, ignore_index=True), "without")

    def by_site(self, name: str) -> pd.DataFrame:
        """Fit an analysis to each site alone.

        Parameters
        ----------
        name : str
            Analysis.

        Returns
        -------
        pandas.DataFrame
            Columns of `tidy` after ``site``; a site that cannot be fitted alone has a row with
            the reason in ``note`` and no numbers.
        """
        self._check_sites_known(name)
        frames = []
        for bundle in progress(self.bundles, doing="Fitting", unit="site"):
            try:
                frame = self._of_sites(name, {bundle.site})
            except AnalysisError as error:
                frame = pd.DataFrame({"note": [str(error)]})
            frames.append(frame.assign(site=bundle.site))
        return _arranged(pd.concat(frames, ignore_index=True), "site")

    def heterogeneity(self, name: str, conf_level: float = 0.95) -> pd.DataFrame:
        """Say how much sites differ beyond chance, term by term.

        Parameters
        ----------
        name : str
            Analysis.
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            As `between_sites` of the fits by site: how many sites were fitted, and why others were
            not; Q, the variance between sites and I² with limits; the mean over sites and where
            a new site is expected. That mean is not the pooled fit, see there.

        Raises
        ------
        DataError
            When the analysis was not agreed on, or its results have no standard errors.
        """
        fits = self.by_site(name)
        if "std_error" not in fits.columns:
            raise DataError(
                f"{name!r} has no estimates with standard errors by site, so that their spread "
                "cannot be judged. See by_site() for what sites have, or why they have nothing."
            )
        return between_sites(fits, conf_level=conf_level)

    def _of_sites(self, name: str, sites: set[str]) -> pd.DataFrame:
        """Fit an analysis to the sums of some sites."""
        rounds = [[bundle for bundle in self.bundles if bundle.site in sites]]
        found = _fitted(self.specification, rounds, name)
        return self._analysis(name).table(found).assign(note="")

    def _analysis(self, name: str) -> Analysis:
        """Return what was agreed on."""
        return next(each for each in self.specification.analyses if each.name == name)

    def sites_known(self, name: str) -> bool:
        """Tell whether an analysis can be fitted to some of the sites.

        Parameters
        ----------
        name : str
            Analysis.
        """
        return self.mode != "masked" and not isinstance(self._analysis(name), Hazards)

    def _check_sites_known(self, name: str) -> None:
        """Refuse fits of some of the sites where only the sum of all is known."""
        self._check(name)
        if self.mode == "masked":
            raise DisclosureError(
                "Masks let only the sum of all sites be seen, so that no site can be left out or "
                "looked at alone; the difference would be that site's sums."
            )
        if not self.sites_known(name):
            raise DataError(
                "A Cox regression of other sites takes other coefficients and so rounds of its "
                "own: agree on a network without the site, and ask again."
            )

    def _check(self, name: str) -> None:
        """Refuse an analysis that was not agreed on."""
        if name not in self.results:
            raise DataError(
                f"The agreement has no analysis {name!r}; it has {', '.join(self.results)}."
            )

    def __repr__(self) -> str:
        absent = f"; absent: {', '.join(self.absent)}" if self.absent else ""
        title = f"{len(self.bundles)} bundles, {self.mode} mode: {MODES[self.mode]}{absent}"
        if self.resolution is not None:
            title += f"; sums are exact to {self.resolution:.0e}"
        return f"{title}\n{frame_to_text(self.sites())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.sites(), caption=f"{len(self.bundles)} bundles, {self.mode} mode")


def pool(bundles: Sequence[Bundle | Path | str], *, roster: Roster | None = None) -> Pooled:
    """Fit what the network has agreed on to the bundles of its sites.

    Parameters
    ----------
    bundles : sequence of Bundle or path
        One per site, in any order; of later rounds of a Cox regression one per site and round,
        beside those of the first.
    roster : Roster, optional
        In the masked mode: all sites and their public keys.

    Returns
    -------
    Pooled
        Results as of the pooled patients. Where a Cox regression needs another round, see
        `Pooled.ask`.

    Raises
    ------
    DataError
        When a bundle is damaged, edited or of another agreement, or a site is missing in a round;
        every site is named. No result is made of a part.
    DisclosureError
        When the network's sum is of too few patients, in the masked mode.
    ModelError, ConvergenceError
        When a model cannot be fitted to the network's sums.
    """
    read = [each if isinstance(each, Bundle) else read_bundle(each) for each in bundles]
    if not read:
        check_agreement(read)
    rounds = [[each for each in read if each.round == n] for n in _rounds(read)]
    for each in rounds:
        check_agreement(each)
    text = rounds[0][0].specification
    specification = specification_of(text, "the agreement in the bundles")
    place = {site: number for number, site in enumerate(specification.sites)}
    ordered = tuple(tuple(sorted(each, key=lambda bundle: place[bundle.site])) for each in rounds)
    _check_rounds(ordered)
    results, resolution = (
        (_fitted_all(specification, ordered), None)
        if specification.mode != "masked"
        else _fitted_masked(specification, ordered, roster)
    )
    return Pooled(
        specification=specification,
        bundles=ordered[0],
        later=ordered[1:],
        results=results,
        resolution=resolution,
    )


def _rounds(bundles: Sequence[Bundle]) -> list[int]:
    """List the rounds, which must be 1, 2, ... without a gap."""
    numbers = sorted({bundle.round for bundle in bundles})
    if numbers != list(range(1, len(numbers) + 1)):
        raise DataError(
            f"The bundles are of the rounds {', '.join(map(str, numbers))}; give those of all "
            "rounds from the first on."
        )
    return numbers


def _check_rounds(rounds: Sequence[Sequence[Bundle]]) -> None:
    """Refuse later rounds of other sites than the first, or of other questions."""
    first = {bundle.site for bundle in rounds[0]}
    for later in rounds[1:]:
        sites = {bundle.site for bundle in later}
        if sites != first:
            raise DataError(
                f"Round {later[0].round} has other sites than round 1: "
                f"{', '.join(sorted(sites ^ first))} in one of them only. All sites take part in "
                "all rounds; if one has left, begin again without it."
            )
        if len({bundle.asked for bundle in later}) > 1:
            raise DataError(
                f"The bundles of round {later[0].round} answer different questions. Send all "
                "sites the same file of the round."
            )


def _fitted_all(specification: Specification, rounds: Sequence[Sequence[Bundle]]) -> dict[str, Any]:
    """Fit all analyses to the sites' sums."""
    steps = progress(specification.analyses, doing="Fitting", unit="analysis")
    return {each.name: _fitted(specification, rounds, each.name) for each in steps}


def _fitted_masked(
    specification: Specification, rounds: Sequence[Sequence[Bundle]], roster: Roster | None
) -> tuple[dict[str, Any], float]:
    """Fit all analyses to the sums of the network, which is all that masks let be seen."""
    if roster is None:
        raise DataError(
            "The masked mode needs the roster of all sites: give roster= (--roster), see "
            "docs/network-privacy.md."
        )
    answers: dict[str, list[Sums]] = {each.name: [] for each in specification.analyses}
    results: dict[str, Any] = {}
    resolution, ask = 0.0, None
    for bundles in rounds:
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
    return results, resolution


def next_ask(
    specification: Specification, results: Mapping[str, Any], before: Ask | None
) -> Ask | None:
    """Collect what the next round is asked.

    Parameters
    ----------
    specification : Specification
        The agreement.
    results : mapping of str to object
        Of all rounds so far.
    before : Ask or None
        What the last round was asked.

    Returns
    -------
    Ask or None
        None when every analysis is finished.
    """
    open_ = {name: each.beta for name, each in results.items() if isinstance(each, NextRound)}
    if not open_:
        return None
    number = 2 if before is None else before.round + 1
    return Ask(round=number, specification_sha256=specification.sha256, coefficients=open_)


def _arranged(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put a column before the others, and notes behind them."""
    between = [other for other in table.columns if other not in {name, "note"}]
    return table[[name, *between, "note"]]


def _fitted(specification: Specification, rounds: Sequence[Sequence[Bundle]], name: str) -> Any:
    """Add the sums of an analysis over sites and fit them."""
    analysis = next(each for each in specification.analyses if each.name == name)
    answers = [
        {bundle.site: part.sums for bundle in bundles for part in bundle.parts if part.name == name}
        for bundles in rounds
    ]
    if isinstance(analysis, Hazards):
        return analysis.fit_rounds([list(each.values()) for each in answers if each])
    return analysis.fit(_added(analysis.task, answers[0], name))


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
