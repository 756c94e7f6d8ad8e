"""A bundle: what one site sends, made from its study by the agreement of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.disclosure import Policy
from analysis.distributed.bundles.analyses import Analysis
from analysis.distributed.bundles.attacked import attack_sums, require_safe
from analysis.distributed.bundles.coarsening import coarsened
from analysis.distributed.bundles.contributions import contribution_of
from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.masked import MASKED, mask_sums, require_keys, terms_of
from analysis.distributed.bundles.rounds import Ask
from analysis.distributed.bundles.rows import Rows
from analysis.distributed.bundles.sent import note_sent, require_record
from analysis.distributed.bundles.specification import MODES, Specification
from analysis.distributed.bundles.statement import statement_of
from analysis.distributed.masks import Roster, SiteKey
from analysis.distributed.sums import Sums
from analysis.distributed.task import Task
from analysis.errors import DataError
from analysis.outcomes import select_patients
from analysis.progress import progress
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Study

__all__ = ["Bundle", "Part", "analyses_of", "make_bundle", "task_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """The sums of one analysis.

    Parameters
    ----------
    name : str
        As the agreement calls the analysis.
    n_patients, n_rows : int or None
        Patients and rows that were summed; None where masks hide how many.
    sums : Sums
        What leaves the site.
    """

    name: str
    n_patients: int | None
    n_rows: int | None
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
    round : int
        Of a Cox regression, which takes several; all else is in round 1.
    asked : str
        Digest of what this round was asked; empty in round 1.
    """

    site: str
    specification: Mapping[str, Any]
    specification_sha256: str
    parts: tuple[Part, ...]
    statement: tuple[str, ...]
    account: pd.DataFrame | None = None
    round: int = 1
    asked: str = ""

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
                "n_patients": pd.array([part.n_patients for part in self.parts], dtype="Int64"),
                "n_rows": pd.array([part.n_rows for part in self.parts], dtype="Int64"),
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


def make_bundle(
    study: Study,
    specification: Specification,
    *,
    site: str,
    ask: Ask | None = None,
    roster: Roster | None = None,
    key: SiteKey | None = None,
    record: Path | str | None = None,
) -> Bundle:
    """Sum the patients of a site as the network has agreed.

    Parameters
    ----------
    study : Study
        Checked; patients whose home is another site are left out.
    specification : Specification
        The agreement.
    site : str
        Which of its sites sends the bundle.
    ask : Ask, optional
        What the coordinator asks in a later round. None: the first round, with all analyses.
    roster : Roster, optional
        In the masked mode: all sites and their public keys.
    key : SiteKey, optional
        In the masked mode: the site's own.
    record : pathlib.Path or str, optional
        In the thresholded mode: the site's file of who was in what it has sent, below a folder
        named ``local``, such as ``local/records/clinic-a.sent.json``; made when missing. The
        bundle is held against it, and noted in it when it has been made.

    Returns
    -------
    Bundle
        To be read by a person before it is sent, see `Bundle.statement`.

    Raises
    ------
    DataError
        When the site is not one of the agreement, has no patients, rows cannot be summed, a round
        is of another agreement, the masked mode lacks roster or key, or the thresholded mode the
        record, or the record is damaged or of another site.
    ModelError
        When a model of the agreement cannot be summed.
    DisclosureError
        When other sums were masked for this round before; when, in the thresholded mode, nothing
        remains that may be published, the attack on it finds somebody, or it differs from earlier
        bundles by too few patients.
    ReportError
        When the record cannot be written.
    """
    if site not in specification.sites:
        raise DataError(
            f"The agreement has no site {site!r}; its sites are {', '.join(specification.sites)}."
        )
    is_thresholded = specification.mode == "thresholded"
    kept = require_record(record) if is_thresholded else None
    analyses = analyses_of(specification, ask)
    rows = _rows_of(select_patients(study, site=site), specification, analyses, site)
    parts = [_part(each, own, ask) for each, own in zip(analyses, rows, strict=True)]
    attack = None
    if specification.mode != "masked":  # there exact sums do not leave
        attack = attack_sums(specification, analyses, [part.sums for part in parts])
    if is_thresholded:
        require_safe(attack)
    if specification.mode == "masked":
        parts = [_masked(specification, site, analyses, parts, ask, require_keys(roster, key))]
    accounts = [o.account.assign(analysis=a.name) for a, o in zip(analyses, rows, strict=True)]
    made = Bundle(
        site=site,
        specification=specification.text,
        specification_sha256=specification.sha256,
        parts=tuple(parts),
        statement=statement_of(specification, site, parts, attack),
        account=pd.concat(accounts, ignore_index=True)[["analysis", "reason", "n_rows"]],
        round=1 if ask is None else ask.round,
        asked="" if ask is None else ask.sha256,
    )
    if kept is not None:
        _note(kept, specification, site, analyses, rows)
    return made


def _rows_of(
    own: Study, specification: Specification, analyses: Sequence[Analysis], site: str
) -> list[Rows]:
    """Derive the rows that are summed, coarsened where that was agreed."""
    found = []
    for analysis in progress(analyses, doing="Deriving", unit="analysis"):
        rows = analysis.rows(own)
        if specification.mode == "thresholded":
            rows = coarsened(analysis, rows, specification.threshold)
        if rows.frame.empty:
            raise DataError(
                f"{analysis.name!r}: no row of {site} is left after its rules; see "
                "the groups and visits of the agreement. A site without rows sends no bundle."
            )
        found.append(rows)
    return found


def _part(analysis: Analysis, rows: Rows, ask: Ask | None) -> Part:
    """Sum the rows of one analysis."""
    task = task_of(analysis, ask)
    return Part(
        name=analysis.name,
        n_patients=len(rows.frame[task.subject].unique()),
        n_rows=len(rows.frame),
        sums=task.of(rows.frame),
    )


def _note(
    record: Path,
    specification: Specification,
    site: str,
    analyses: Sequence[Analysis],
    rows: Sequence[Rows],
) -> None:
    """Hold a bundle against the earlier ones of its site, and note it."""
    policy = Policy(minimum_count=specification.threshold)
    contributions = [
        contribution_of(each, own.frame, policy) for each, own in zip(analyses, rows, strict=True)
    ]
    sha = specification.sha256
    note_sent(record, contributions, site=site, agreement_sha256=sha, policy=policy)


def analyses_of(specification: Specification, ask: Ask | None) -> tuple[Analysis, ...]:
    """Return the analyses of a round.

    Parameters
    ----------
    specification : Specification
        The agreement.
    ask : Ask or None
        None: the first round.

    Returns
    -------
    tuple of Analysis
        All in the first round, else those that are asked for.

    Raises
    ------
    DataError
        When the round is of another agreement.
    """
    if ask is None:
        return specification.analyses
    if ask.specification_sha256 != specification.sha256:
        raise DataError(
            "The round is of another agreement than this analysis.toml. Ask the coordinator for "
            "both files again."
        )
    return tuple(each for each in specification.analyses if each.name in ask.coefficients)


def task_of(analysis: Analysis, ask: Ask | None) -> Task:
    """Return what is summed in a round.

    Parameters
    ----------
    analysis : Analysis
        One of the round.
    ask : Ask or None
        None: the first round.

    Returns
    -------
    Task
        At the coefficients that are asked for.
    """
    if ask is None or not isinstance(analysis, Hazards):
        return analysis.task
    return analysis.at(ask.coefficients[analysis.name])


def _masked(
    specification: Specification,
    site: str,
    analyses: tuple[Analysis, ...],
    parts: list[Part],
    ask: Ask | None,
    keys: tuple[Roster, SiteKey],
) -> Part:
    """Mask all sums of a site as one message."""
    roster, key = keys
    if roster.name_of(key) != site or set(roster.names) != set(specification.sites):
        raise DataError(
            f"The roster and the key must be those of the agreement: its sites are "
            f"{', '.join(specification.sites)}, and the key that of {site!r}."
        )
    asked = ("", 1) if ask is None else (ask.sha256, ask.round)
    terms = terms_of(specification, analyses, asked[1], asked[0])
    sums = mask_sums(terms, analyses, [part.sums for part in parts], roster=roster, key=key)
    return Part(name=MASKED, n_patients=None, n_rows=None, sums=sums)
