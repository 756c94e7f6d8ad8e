"""A bundle: what one site sends, made from its study by the agreement of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.distributed.bundles.specification import MODES, Specification
from analysis.distributed.bundles.statement import statement_of
from analysis.distributed.sums import Sums
from analysis.errors import DataError
from analysis.outcomes import select_patients
from analysis.progress import progress
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Study

__all__ = ["Bundle", "Part", "make_bundle"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """The sums of one analysis.

    Parameters
    ----------
    name : str
        As the agreement calls the analysis.
    n_patients, n_rows : int
        Patients and rows that were summed.
    sums : Sums
        What leaves the site.
    """

    name: str
    n_patients: int
    n_rows: int
    sums: Sums


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Bundle:
    """What one site sends.

    Parameters
    ----------
    site : str
        Who sends it.
    specification : mapping
        The agreement, as `Specification.text`.
    specification_sha256 : str
        Its digest.
    parts : tuple of Part
        One per analysis, in the order of the agreement.
    statement : tuple of str
        In words, what leaves the site and what not.
    account : pandas.DataFrame or None
        Columns ``analysis, reason, n_rows``: rows left out, for the site; not in the file.
    """

    site: str
    specification: Mapping[str, Any]
    specification_sha256: str
    parts: tuple[Part, ...]
    statement: tuple[str, ...]
    account: pd.DataFrame | None = None

    @property
    def mode(self) -> str:
        """How the sums leave the site."""
        return str(self.specification["network"]["mode"])

    def contents(self) -> pd.DataFrame:
        """Return one row per analysis: ``analysis, kind, n_patients, n_rows, n_numbers``."""
        return pd.DataFrame(
            {
                "analysis": [part.name for part in self.parts],
                "kind": [part.sums.kind for part in self.parts],
                "n_patients": [part.n_patients for part in self.parts],
                "n_rows": [part.n_rows for part in self.parts],
                "n_numbers": [
                    sum(values.size for values in part.sums.arrays.values()) for part in self.parts
                ],
            }
        )

    def __repr__(self) -> str:
        title = f"Bundle of {self.site}, {self.mode} mode: {MODES[self.mode]}"
        return f"{title}\n{frame_to_text(self.contents())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.contents(), caption=f"Bundle of {self.site}, {self.mode} mode")


def make_bundle(study: Study, specification: Specification, *, site: str) -> Bundle:
    """Sum the patients of a site as the network has agreed.

    Parameters
    ----------
    study : Study
        Checked; patients whose home is another site are left out.
    specification : Specification
        The agreement.
    site : str
        Which of its sites sends the bundle.

    Returns
    -------
    Bundle
        To be read by a person before it is sent, see `Bundle.statement`.

    Raises
    ------
    DataError
        When the site is not one of the agreement, has no patients, or rows cannot be summed.
    ModelError
        When a model of the agreement cannot be summed.
    """
    if site not in specification.sites:
        raise DataError(
            f"The agreement has no site {site!r}; its sites are {', '.join(specification.sites)}."
        )
    own = select_patients(study, site=site)
    parts, accounts = [], []
    for analysis in progress(specification.analyses, doing="Summing", unit="analysis"):
        rows = analysis.rows(own)
        accounts.append(rows.account.assign(analysis=analysis.name))
        if rows.frame.empty:
            raise DataError(
                f"{analysis.name!r}: no row of {site} is left after its rules; see "
                "the groups and visits of the agreement. A site without rows sends no bundle."
            )
        parts.append(
            Part(
                name=analysis.name,
                n_patients=len(rows.frame[analysis.task.subject].unique()),
                n_rows=len(rows.frame),
                sums=analysis.task.of(rows.frame),
            )
        )
    return Bundle(
        site=site,
        specification=specification.text,
        specification_sha256=specification.sha256,
        parts=tuple(parts),
        statement=statement_of(specification, site, parts),
        account=pd.concat(accounts, ignore_index=True)[["analysis", "reason", "n_rows"]],
    )
