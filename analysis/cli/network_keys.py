"""The commands ``key`` and ``roster``: who takes part in a network whose sums are masked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.console import DONE, PROGRAM, note, say

__all__ = ["KEY_EXAMPLES", "ROSTER_EXAMPLES", "key", "roster"]

KEY_EXAMPLES = f"Example:  {PROGRAM} key clinic-a"
ROSTER_EXAMPLES = f"Example:  {PROGRAM} roster keys/*.public.json --out roster.json"


def key(
    site: Annotated[str, typer.Argument(help="The site, as the agreement calls it.")],
    *,
    folder: Annotated[
        Path,
        typer.Option(
            "--keys",
            help="Folder of the private key, below a folder named local, with nothing but keys.",
        ),
    ] = Path("local/keys"),
    output: Annotated[
        Path,
        typer.Option("--out", "--output", help="Folder of the public key, which is sent."),
    ] = Path("outgoing"),
) -> None:
    """Make a site's own key for the masked mode; the private part stays, the public part is sent.

    Where the site has a key, it is kept, and its public part is written again. Exit code 0: done.
    3: refused, such as for a folder that is not local.
    """
    from analysis.distributed.masks import make_site_key, read_site_key, write_public_key
    from analysis.distributed.masks.places import KEY_SUFFIX, require_no_private_key
    from analysis.distributed.masks.plain import require_label
    from analysis.storage import confined

    require_label(site, "a site")
    private = confined(f"{site}{KEY_SUFFIX}", within=folder)
    public = require_no_private_key(confined(f"{site}.public.json", within=output))
    is_new = not private.exists()
    made = (make_site_key if is_new else read_site_key)(private).public(site)
    stays = "This file stays here; who has it can take off the site's masks."
    note(f"{'Written' if is_new else 'Kept'}: {private}. {stays}")
    note(f"Written: {write_public_key(made, public)}. Send this one to the coordinator.")
    say(f"Fingerprint of {site}: {made.fingerprint}")
    raise typer.Exit(DONE)


def roster(
    public_keys: Annotated[
        list[Path],
        typer.Argument(metavar="PUBLIC_KEY...", help="The files that the sites have sent."),
    ],
    *,
    output: Annotated[
        Path, typer.Option("--out", "--output", help="The roster, which all sites get.")
    ] = Path("roster.json"),
) -> None:
    """List all sites and their public keys, for the masked mode.

    Everybody reads the fingerprint aloud in a call: an invented site is an attack that masks
    cannot see. Exit code 0: done. 3: refused, such as for a key that is there twice.
    """
    from analysis.distributed.masks import Roster, read_public_key, write_roster

    listed = Roster(sites=tuple(read_public_key(path) for path in public_keys))
    note(f"Written: {write_roster(listed, output)}")
    for site in listed.sites:
        say(f"{site.site}: {site.fingerprint}")
    say(f"Fingerprint of the roster, to be read aloud in a call: {listed.fingerprint}")
    raise typer.Exit(DONE)
