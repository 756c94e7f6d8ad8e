"""What a network's bundles say together, with and without each site, and how sites differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.bundles.analyses import Analysis
from analysis.distributed.bundles.asking import next_ask
from analysis.distributed.bundles.between_sites import between_sites
from analysis.distributed.bundles.bundle import Bundle
from analysis.distributed.bundles.fitting import add_sums, fit_analysis
from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.rates import SiteCounts
from analysis.distributed.bundles.rounds import Ask
from analysis.distributed.bundles.specification import MODES, Specification
from analysis.errors import AnalysisError, DataError, DisclosureError
from analysis.progress import progress
from analysis.quality import Funnel
from analysis.results import frame_to_html, frame_to_text

__all__ = ["Pooled"]


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
            others = {each.site for each in self.bundles} - {left.site}
            frames.append(self._of_sites(name, others).assign(without=left.site))
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
        frames = [
            self._of_sites(name, {bundle.site}).assign(site=bundle.site)
            for bundle in progress(self.bundles, doing="Fitting", unit="site")
        ]
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

    def funnel(self, name: str, measure: str | None = None, *, policy: Policy = RELEASE) -> Funnel:
        """Compare the sites of an analysis of counts with all together.

        Parameters
        ----------
        name : str
            Analysis with ``model = "response"`` or ``"adverse-events"``.
        measure : str, optional
            "response" (the default) or "remission"; "events" (the default) or "serious_events".
        policy : Policy
            For whom what is printed, drawn and released is.

        Returns
        -------
        Funnel
            As `analysis.quality.funnel` of the counts of the pooled patients; with fewer than ten
            sites see its `shrinkage`. Patients count at their home site. Case mix is not allowed
            for: counts do not hold what patients bring with them, and the label says so.

        Raises
        ------
        DisclosureError
            In the masked mode, which hides the counts of sites.
        DataError
            When the analysis is of another kind, has no such measure, or too few sites have
            something to count.
        """
        self._check(name)
        analysis = self._analysis(name)
        if not isinstance(analysis, SiteCounts):
            raise DataError(
                f"{name!r} has no counts by site. Funnels are of analyses with model = "
                '"response" or "adverse-events".'
            )
        if self.mode == "masked":
            raise DisclosureError(
                f"{name!r}: masks hide the counts of every site, and a funnel is made of these. "
                "Compare sites in the trusted mode, under an agreement that allows it."
            )
        return analysis.funnel(add_sums(analysis, self.bundles), measure, policy)

    def _of_sites(self, name: str, sites: set[str]) -> pd.DataFrame:
        """Fit an analysis to the sums of some sites; the reason in ``note`` where it cannot be."""
        rounds = [[bundle for bundle in self.bundles if bundle.site in sites]]
        try:
            found = fit_analysis(self.specification, rounds, name)
            return self._analysis(name).table(found).assign(note="")
        except AnalysisError as error:
            return pd.DataFrame({"note": [str(error)]})

    def _analysis(self, name: str) -> Analysis:
        """Return what was agreed on."""
        return next(each for each in self.specification.analyses if each.name == name)

    def funnel_measures(self, name: str) -> tuple[str, ...]:
        """Name what sites can be compared by, see `funnel`; nothing where they cannot.

        Parameters
        ----------
        name : str
            Analysis.
        """
        analysis = self._analysis(name)
        if self.mode == "masked" or not isinstance(analysis, SiteCounts):
            return ()
        return analysis.measures

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


def _arranged(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put a column before the others, and notes behind them."""
    between = [other for other in table.columns if other not in {name, "note"}]
    return table[[name, *between, "note"]]
