"""How much the scanner finds of the development set.

Run as `python -m tests.privacy.development.measure`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from analysis.privacy import scan_identifiers
from tests.privacy.development.dice import Case
from tests.privacy.development.harmless import LOOK_ALIKES, ORDINARY
from tests.privacy.development.planted import PLANTED


def elements_found(case: Case) -> set[int]:
    """Give the elements that a scan of the column alone names."""
    frame = pd.DataFrame({case.header: pd.Series(list(case.values))})
    return {one.element for one in scan_identifiers(frame).findings}


def missed(cases: Iterable[Case]) -> list[tuple[Case, set[int]]]:
    """Give the identifying columns of which the scan does not name the element."""
    found = ((case, elements_found(case)) for case in cases)
    return [(case, elements) for case, elements in found if case.element not in elements]


def alarms(cases: Iterable[Case]) -> list[tuple[Case, set[int]]]:
    """Give the harmless columns in which the scan sees something."""
    return [(case, elements) for case in cases if (elements := elements_found(case))]


if __name__ == "__main__":
    lost = missed(PLANTED)
    of_all, gone = Counter(c.element for c in PLANTED), Counter(c.element for c, _ in lost)
    for element, n in sorted(of_all.items()):
        names = ", ".join(
            f"{c.slug}({c.header}){sorted(e) or ''}" for c, e in lost if c.element == element
        )
        print(f"{element:2d}: {n - gone[element]} of {n}  {names}")
    silent = sum(not e for _, e in lost)
    print(f"named {len(PLANTED) - len(lost)} of {len(PLANTED)}; nothing at all seen in {silent}")
    for name, cases in (("ordinary", ORDINARY), ("look-alikes", LOOK_ALIKES)):
        wrong = alarms(cases)
        print(
            f"{name}: {len(wrong)} of {len(cases)}",
            [(c.slug, c.header, sorted(e)) for c, e in wrong],
        )
