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
    ask: Annotated[
        Path | None,
        typer.Option(
            show_default=False,
            help="A later round of a Cox regression: the file that the coordinator sent.",
        ),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(show_default=False, help="Masked mode: all sites and their public keys."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(show_default=False, help="Masked mode: the site's own key.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            show_default=False,
            help="Thresholded mode: the site's own record of who was in what it has sent. "
            "Default: local/records/SITE.sent.json.",
        ),
    ] = None,
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
        read_ask,
        read_specification,
        write_bundle,
    )
    from analysis.distributed.bundles.sent import RECORD_SUFFIX
    from analysis.distributed.masks import read_roster, read_site_key
    from analysis.storage import confined

    if show_example:
        say(example_agreement().read_text(encoding="utf-8").rstrip("\n"))
        raise typer.Exit(DONE)
    if spec is None or not site:
        raise typer.BadParameter("Both are needed.", param_hint="'--spec' and '--site'")
    agreed = read_specification(spec)
    if agreed.mode == "trusted":
        require_local(output / "bundle.json", what=_SUMS)
    kept = None
    if agreed.mode == "thresholded":
        kept = record or confined(f"{site}{RECORD_SUFFIX}", within=Path("local/records"))
    made = make_bundle(
        check_folder(folder or example()).require_ok(),
        agreed,
        site=site,
        ask=None if ask is None else read_ask(ask),
        roster=None if roster is None else read_roster(roster),
        key=None if key is None else read_site_key(key),
        record=kept,
    )
    files = write_bundle(made, output)
    say("\n".join(_bundle_lines(made)))
    for path in files:
        note(f"Written: {path}")
    if kept is not None:
        note(f"Noted who is in it: {kept}. This file stays here; keep it, with a backup.")
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
    roster: Annotated[
        Path | None,
        typer.Option(show_default=False, help="Masked mode: all sites and their public keys."),
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
    from analysis.distributed import pool, write_ask, write_pooled
    from analysis.distributed.bundles.pooled_text import pooled_text, shown_tables
    from analysis.distributed.masks import read_roster

    policy = INTERNAL if audience is Audience.internal else RELEASE
    all_sites = None if roster is None else read_roster(roster)
    pooled = pool(_bundle_files(bundles), roster=all_sites)
    say(pooled_text(pooled, shown_tables(pooled, policy), policy).rstrip("\n"))
    if output is not None:
        for path in write_pooled(pooled, output, policy=policy).values():
            note(f"Written: {path}")
    if pooled.ask is not None:
        if output is not None:
            note(f"Written: {write_ask(pooled.ask, output / 'next-round.json')}")
        note(
            "A Cox regression needs another round: send next-round.json (written with --out) to "
            "all sites, which run bundle with --ask; then pool the bundles of all rounds."
        )
    raise typer.Exit(DONE)


def _bundle_files(given: list[Path]) -> list[Path]:
    """List bundles once each, whether a folder, one of their files or both were named."""
    found: list[Path] = []
    for path in given:
        found += sorted(path.glob("bundle-*.json")) if path.is_dir() else [path]
    return list(dict.fromkeys(path.with_suffix(".json") for path in found))
