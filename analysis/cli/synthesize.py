"""The command ``synthesize``: synthetic data whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from analysis.cli.console import (
    PROGRAM,
    say,
)

__all__ = ["EXAMPLES", "WithPresets", "synthesize"]


class WithPresets(TyperCommand):
    """A command whose help ends with the names of the scenarios, read when it is shown."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Add the names to the example."""
        from analysis.synthetic import scenario_names

        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(f"Presets: {', '.join(scenario_names())}")


EXAMPLES = (
    f"Examples:  {PROGRAM} synthesize  |  {PROGRAM} synthesize --output local/network "
    f"--seed 7  |  {PROGRAM} synthesize --output local/many --patients 20000 --shards 2500 "
    "--workers 2"
)


def synthesize(
    output: Annotated[
        Path | None,
        typer.Option(
            show_default="outputs/synthetic/PRESET",
            help="Folder to write, with truth.json and a dictionary. Example: "
            "--output local/network",
        ),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="Name of the scenario; the names stand below.")
    ] = "clinic-network",
    seed: Annotated[
        int | None, typer.Option(min=0, help="Another seed than the scenario's. Example: --seed 7")
    ] = None,
    patients: Annotated[
        int | None,
        typer.Option(
            min=1, help="Another number of patients than the scenario's. Example: --patients 2000"
        ),
    ] = None,
    shards: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="PATIENTS_PER_SHARD",
            help="Write many study folders, each with this number of patients, without truth.json. "
            "Example: --shards 2500",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes that write shards; with --shards only. Example: --workers 2"
        ),
    ] = None,
) -> None:
    """Write synthetic data whose truth is known."""
    from dataclasses import replace

    from analysis.results import counted
    from analysis.synthetic import scenario, write_synthetic
    from analysis.synthetic.shards import write_shards

    if workers is not None and shards is None:
        raise typer.BadParameter("It needs --shards.", param_hint="'--workers'")
    changes: dict[str, Any] = {"seed": seed, "patients": patients}
    kept = {name: value for name, value in changes.items() if value is not None}
    chosen = replace(scenario(preset), **kept)
    target = output or Path("outputs/synthetic") / chosen.name
    if shards is None:
        write_synthetic(chosen, target)
        say(f"Synthetic data written to {target}")
        return
    written = write_shards(chosen, target, shard_patients=shards, workers=workers or 1)
    say(f"Synthetic data written to {target}: {counted(len(written), 'study folder')}")
