"""A column of the corpus, and how a clinic types one: blanks, mixed case, trailing spaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.privacy.second_corpus.dice import Dice

Value = str | int | float | None
Cell = Callable[[Dice], Value]

SAYS = "says"
HINTS = "hints"
SILENT = "silent"
MISLEADS = "misleads"
TENTH = 0.1

ELEMENTS = {
    1: "name",
    2: "place",
    3: "date",
    4: "phone",
    5: "fax",
    6: "mail",
    7: "ssn",
    8: "mrn",
    9: "plan",
    10: "account",
    11: "licence",
    12: "vehicle",
    13: "device",
    14: "url",
    15: "ip",
    16: "biometric",
    17: "photo",
    18: "other",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a column holds before its cells are drawn; ``element`` is None for a harmless one."""

    header: str
    why: str
    cell: Cell
    element: int | None = None
    header_kind: str = SAYS
    share: float = 1.0
    filler: Cell | None = None
    blanks: float = 0.08
    loose_case: bool = False


def plant(
    element: int, header: str, header_kind: str, why: str, cell: Cell, **more: object
) -> Plan:
    """Plan a column in which every cell that is not blank holds the identifier."""
    return Plan(element=element, header=header, header_kind=header_kind, why=why, cell=cell, **more)


def sprinkle(
    element: int, header: str, header_kind: str, why: str, cell: Cell, filler: Cell
) -> Plan:
    """Plan a column in which a tenth of the cells hold the identifier, and text the others."""
    return Plan(
        element=element,
        header=header,
        header_kind=header_kind,
        why=why,
        cell=cell,
        share=TENTH,
        filler=filler,
    )


def harmless(header: str, why: str, cell: Cell, **more: object) -> Plan:
    """Plan a column that may be shared as it stands."""
    return Plan(header=header, why=why, cell=cell, **more)


def one_of(choices: str) -> Cell:
    """Draw from a list that is written with bars between its entries."""
    pool = choices.split("|")
    return lambda dice: dice.pick(pool)


def draw(plan: Plan, name: str) -> dict[str, object]:
    """Draw the cells of a column; its name seeds the dice, so no column disturbs another."""
    dice = Dice(f"second corpus/{name}/{plan.header}")
    rows = dice.between(20, 60)
    planted = range(rows) if plan.share == 1 else dice.places(rows, max(2, rows // 10))
    values: list[Value] = []
    count = 0
    for row in range(rows):
        if row in planted and (plan.share < 1 or not dice.chance(plan.blanks)):
            values.append(_as_typed(plan.cell(dice), plan, dice))
            count += 1
        elif plan.share == 1 or plan.filler is None or dice.chance(2 * plan.blanks):
            values.append(dice.pick([None, None, ""]))
        else:
            values.append(_as_typed(plan.filler(dice), plan, dice))
    entry: dict[str, object] = {"id": name}
    if plan.element is not None:
        entry |= {"element": plan.element, "header_kind": plan.header_kind, "planted": count}
    return entry | {"header": plan.header, "values": values, "why": plan.why}


def _as_typed(value: Value, plan: Plan, dice: Dice) -> Value:
    """Leave the marks of hands: a space behind, and now and then another case."""
    if not isinstance(value, str):
        return value
    if plan.loose_case:
        value = dice.pick([value, value, value, value.upper(), value.lower()])
    return value + " " * dice.pick([0] * 12 + [1, 2])


def draw_identifiers(plans: list[Plan]) -> list[dict[str, object]]:
    """Draw the planted columns, ordered by element and numbered within it."""
    drawn = []
    for element, stem in ELEMENTS.items():
        of_element = [plan for plan in plans if plan.element == element]
        drawn += [draw(plan, f"{stem}-{no:02d}") for no, plan in enumerate(of_element, 1)]
    return drawn


def draw_harmless(plans: list[Plan]) -> list[dict[str, object]]:
    """Draw the harmless columns in the order in which they were planned."""
    return [draw(plan, f"harmless-{no:03d}") for no, plan in enumerate(plans, 1)]
