"""Results of a network as files: one table per analysis, and one page with all of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis import storage
from analysis.checks.spreadsheet_text import harmless
from analysis.disclosure import RELEASE, Policy
from analysis.distributed.bundles.pooled import Pooled
from analysis.distributed.bundles.pooled_text import n_patients, pooled_text, shown_tables
from analysis.errors import DisclosureError
from analysis.study import in_local_zone

__all__ = ["write_pooled"]


def write_pooled(
    pooled: Pooled, folder: Path | str, *, policy: Policy = RELEASE
) -> dict[str, Path]:
    """Write the results of a network as CSV files and one page of Markdown.

    Parameters
    ----------
    pooled : Pooled
        What a network has fitted.
    folder : pathlib.Path or str
        Made when missing; earlier files of the same names in it are replaced.
    policy : Policy
        For release, only what `release` lets pass. For the inside, below a folder named ``local``
        only, also ``NAME-by-site.csv``, ``NAME-between-sites.csv`` and
        ``NAME-without-each-site.csv``.

    Returns
    -------
    dict of str to pathlib.Path
        Name to path: ``NAME.csv`` per analysis and ``pooled.md``; written together or not at all.
        Every row of a table says mode, digest of the agreement, sites and patients.

    Raises
    ------
    DisclosureError
        When true numbers are to be written outside the local zone.
    ReportError
        When a file cannot be written.
    """
    target = Path(folder)
    if policy.confidential and not in_local_zone(target):
        raise DisclosureError(
            "Results for the inside of the network hold fits of single sites, and are written "
            "only below a folder named local. Choose such a folder, for example local/pooled, or "
            "write what may leave, with the policy of a release."
        )
    tables = shown_tables(pooled, policy, whole=True)
    content = {"pooled.md": pooled_text(pooled, tables, policy).encode("utf-8")}
    for name, found in tables.items():
        for kind, table in found.items():
            file = f"{name}-{kind}.csv" if kind else f"{name}.csv"
            content[file] = _csv(_with_origin(table, pooled, name))
    return storage.write_together(target, content)


def _with_origin(table: pd.DataFrame, pooled: Pooled, name: str) -> pd.DataFrame:
    """Say in every row where it comes from."""
    patients = n_patients(pooled, name)
    origin: dict[str, str | int] = {
        "mode": pooled.mode,
        "agreement_sha256": pooled.specification.sha256,
        "pooled_sites": " ".join(bundle.site for bundle in pooled.bundles),
        "pooled_patients": "hidden by masks" if patients is None else patients,
    }
    return table.assign(**origin)


def _csv(table: pd.DataFrame) -> bytes:
    """Write a table as CSV, with the mark by which Excel knows UTF-8."""
    return harmless(table).to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
