"""The network's fit of its sites' bundles, with and without each site, and how sites differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.distributed.bundles.agreement import check_agreement
from analysis.distributed.bundles.bundle import Bundle
from analysis.distributed.bundles.files import read_bundle
from analysis.distributed.bundles.specification import MODES, Specification, specification_of
from analysis.errors import AnalysisError, DataError
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
    """

    specification: Specification
    bundles: tuple[Bundle, ...]
    results: Mapping[str, Any]

    @property
    def mode(self) -> str:
        """How the sums left the sites."""
        return self.specification.mode

    @property
    def absent(self) -> tuple[str, ...]:
        """Sites of the agreement that sent no bundle."""
        sent = {bundle.site for bundle in self.bundles}
        return tuple(site for site in self.specification.sites if site not in sent)

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
        self._check(name)
        frames = [self.results[name].tidy().assign(without=pd.NA, note="")]
        for left in progress(self.bundles, doing="Leaving out", unit="site"):
            rest = [bundle for bundle in self.bundles if bundle is not left]
            try:
                frame = _fitted(self.specification, rest, name).tidy().assign(note="")
            except AnalysisError as error:
                frame = pd.DataFrame({"note": [str(error)]})
            frames.append(frame.assign(without=left.site))
        return _first_column(pd.concat(frames, ignore_index=True), "without")

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
        self._check(name)
        frames = []
        for bundle in progress(self.bundles, doing="Fitting", unit="site"):
            try:
                frame = _fitted(self.specification, [bundle], name).tidy().assign(note="")
            except AnalysisError as error:
                frame = pd.DataFrame({"note": [str(error)]})
            frames.append(frame.assign(site=bundle.site))
        return _first_column(pd.concat(frames, ignore_index=True), "site")

    def _check(self, name: str) -> None:
        """Refuse an analysis that was not agreed on."""
        if name not in self.results:
            raise DataError(
                f"The agreement has no analysis {name!r}; it has {', '.join(self.results)}."
            )

    def __repr__(self) -> str:
        absent = f"; absent: {', '.join(self.absent)}" if self.absent else ""
        title = f"{len(self.bundles)} bundles, {self.mode} mode: {MODES[self.mode]}{absent}"
        return f"{title}\n{frame_to_text(self.sites())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.sites(), caption=f"{len(self.bundles)} bundles, {self.mode} mode")


def pool(bundles: Sequence[Bundle | Path | str]) -> Pooled:
    """Fit what the network has agreed on to the bundles of its sites.

    Parameters
    ----------
    bundles : sequence of Bundle or path
        One per site, in any order.

    Returns
    -------
    Pooled
        Results as of the pooled patients.

    Raises
    ------
    DataError
        When a bundle is damaged, edited or of another agreement; every site is named.
    ModelError, ConvergenceError
        When a model cannot be fitted to the network's sums.
    """
    read = [each if isinstance(each, Bundle) else read_bundle(each) for each in bundles]
    check_agreement(read)
    text = read[0].specification
    specification = specification_of(text, "the agreement in the bundles")
    place = {site: number for number, site in enumerate(specification.sites)}
    ordered = tuple(sorted(read, key=lambda bundle: place[bundle.site]))
    names = [analysis.name for analysis in specification.analyses]
    steps = progress(names, doing="Fitting", unit="analysis")
    results = {name: _fitted(specification, ordered, name) for name in steps}
    return Pooled(specification=specification, bundles=ordered, results=results)


def _first_column(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put a column before the others."""
    return table.loc[:, [name, *(other for other in table.columns if other != name)]]


def _fitted(specification: Specification, bundles: Sequence[Bundle], name: str) -> Any:
    """Add the sums of an analysis over sites and fit them."""
    analysis = next(each for each in specification.analyses if each.name == name)
    parts = [part.sums for bundle in bundles for part in bundle.parts if part.name == name]
    return analysis.fit(analysis.task.added(parts))
