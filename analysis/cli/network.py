"""The commands ``bundle`` and ``pool``: sums instead of patients, and what a network fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli.console import DONE, PROGRAM, Audience, StudyFolder, example, note, say

if TYPE_CHECKING:
    from analysis.distributed import Bundle

__all__ = ["BUNDLE_EXAMPLES", "POOL_EXAMPLES", "bundle", "pool_bundles"]

BUNDLE_EXAMPLES = (
    f"Examples:  {PROGRAM} bundle --example > analysis.toml  |  {PROGRAM} bundle local/study "
    "--spec analysis.toml --site clinic-a --out local/bundle"
)
POOL_EXAMPLES = (
    f"Examples:  {PROGRAM} pool local/bundles  |  {PROGRAM} pool local/bundles "
    "--audience internal --out local/pooled"
)
_SUMS = "Exact sums can be those of one patient"


def bundle(
    folder: StudyFolder = None,
    *,
    spec: Annotated[
        Path | None,
        typer.Option(
            show_default=False,
            help="The agreement of the network, the same file at every site.",
        ),
    ] = None,
    site: Annotated[
        str, typer.Option(show_default=False, help="Which site of the agreement this is.")
    ] = "",
    output: Annotated[
        Path,
        typer.Option(
            "--out",
            "--output",
            help="Folder of the two files; in the trusted mode below a folder named local.",
        ),
    ] = Path("local/bundle"),
    show_example: Annotated[
        bool,
        typer.Option("--example", help="Print an agreement with comments, to be made your own."),
    ] = False,
) -> None:
    """Sum a site's patients as its network has agreed, for sending instead of patients.

    The study is checked first. What is printed says in words what the two files hold: read it
    before they leave.

    Exit code 0: done. 3: refused, such as for a study with errors or a site that is not in the
    agreement.
    """
    from analysis.checks import check_folder
    from analysis.checks.detail import require_local
    from analysis.distributed import (
        example_agreement,
        make_bundle,
        read_specification,
        write_bundle,
    )

    if show_example:
        say(example_agreement().read_text(encoding="utf-8").rstrip("\n"))
        raise typer.Exit(DONE)
    if spec is None or not site:
        raise typer.BadParameter("Both are needed.", param_hint="'--spec' and '--site'")
    agreed = read_specification(spec)
    if agreed.mode == "trusted":
        require_local(output / "bundle.json", what=_SUMS)
    made = make_bundle(check_folder(folder or example()).require_ok(), agreed, site=site)
    files = write_bundle(made, output)
    say("\n".join(_bundle_lines(made)))
    for path in files:
        note(f"Written: {path}")
    note("Read the statement above and in the .json; then send both files to the coordinator.")
    raise typer.Exit(DONE)


def _bundle_lines(made: Bundle) -> Iterator[str]:
    """Say what a bundle holds, and what was left out."""
    from analysis.disclosure import CONFIDENTIAL
    from analysis.results import frame_to_text

    yield CONFIDENTIAL
    yield ""
    yield from made.statement
    yield f"\nWhat the bundle holds:\n{frame_to_text(made.contents())}"
    if made.account is not None and len(made.account):
        yield f"\nRows left out, for you; not in the bundle:\n{frame_to_text(made.account)}"


def pool_bundles(
    bundles: Annotated[
        list[Path],
        typer.Argument(
            metavar="BUNDLE...",
            help="Bundles of the sites, either of their two files; or folders of them.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "--output",
            show_default=False,
            help="Folder for a CSV file per analysis and pooled.md. Default: none is written.",
        ),
    ] = None,
    audience: Annotated[
        Audience,
        typer.Option(
            help="release hides estimates behind which too few patients are known to stand; "
            "internal shows all, and writes fits by site, below a folder named local."
        ),
    ] = Audience.release,
) -> None:
    """Fit what a network has agreed on to the bundles of its sites.

    Exit code 0: done. 3: refused, such as for a bundle that was changed, is there twice, or is of
    another agreement; every site is named.
    """
    from analysis.disclosure import INTERNAL, RELEASE
    from analysis.distributed import pool, write_pooled
    from analysis.distributed.bundles.pooled_text import pooled_text, shown_tables

    policy = INTERNAL if audience is Audience.internal else RELEASE
    pooled = pool(_bundle_files(bundles))
    say(pooled_text(pooled, shown_tables(pooled, policy), policy).rstrip("\n"))
    if output is not None:
        for path in write_pooled(pooled, output, policy=policy).values():
            note(f"Written: {path}")
    raise typer.Exit(DONE)


def _bundle_files(given: list[Path]) -> list[Path]:
    """List bundles once each, whether a folder, one of their files or both were named."""
    found: list[Path] = []
    for path in given:
        found += sorted(path.glob("bundle-*.json")) if path.is_dir() else [path]
    return list(dict.fromkeys(path.with_suffix(".json") for path in found))
