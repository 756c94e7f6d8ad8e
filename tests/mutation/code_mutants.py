"""Changes of a Python module: comparisons, logic, constants, severities and members of constants.

Each change replaces the characters of one expression. Left alone is what decides nothing: texts,
messages of errors, annotations, decorators, and how a result shows itself.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutation.mutant import Edit, Mutant, numbered

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
_PAIRS = [("le", "lt"), ("ge", "gt"), ("eq", "ne"), ("isna", "notna"), ("any", "all")]
_PAIRS += [("min", "max"), ("cummin", "cummax"), ("less", "less_equal"), ("ffill", "bfill")]
_PAIRS += [("greater", "greater_equal"), ("first", "last"), ("idxmin", "idxmax"), ("head", "tail")]
_METHODS = dict(_PAIRS) | {after: before for before, after in _PAIRS}
_TEXTS = {"error": "warning", "warning": "error", "first": "last", "last": "first"}
_RULE = re.compile(r"[A-Z]{3}-\d{3}")
_SHOWN = {"__repr__", "_repr_html_", "summary"}
_UNTOUCHED_KEYWORDS = {"strict", "repr", "kind", "what", "remedy"}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A new text for the characters of a node."""

    node: ast.expr
    text: str
    change: str = ""


def code_mutants(file: str, content: bytes) -> list[Mutant]:
    """List the changes of one module."""
    text = content.decode()
    starts = [0]
    for line in content.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    tree = ast.parse(text)
    made = []
    for where, change in _walk(tree, "module"):
        node = change.node
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        before = " ".join(content[start:end].decode().split())
        line = " ".join(content.split(b"\n")[node.lineno - 1].decode().split())
        beside = f" in: {line}" if isinstance(node, ast.Constant) else ""
        made.append(
            Mutant(
                file=file,
                where=where,
                line=node.lineno,
                change=change.change or f"{before} → {change.text}{beside}",
                edits=(Edit(start=start, end=end, text=change.text),),
            )
        )
    return numbered(made)


def _walk(node: ast.AST, where: str) -> Iterator[tuple[str, Change]]:
    """Walk through everything that may be changed, with the function that it stands in."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = node.name if where == "module" else f"{where}.{node.name}"
    for change in _changes(node):
        yield where, change
    if isinstance(node, ast.Assign | ast.AnnAssign):
        for change in _members(node):
            yield where, change
    for child in _children(node):
        yield from _walk(child, where)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Give the parts of a node that decide something."""
    if isinstance(node, ast.JoinedStr | ast.Raise):
        return
    if isinstance(node, ast.FunctionDef) and node.name in _SHOWN:
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "field":
        return
    if isinstance(node, ast.Assign) and any(_is_all(target) for target in node.targets):
        return
    if isinstance(node, ast.keyword) and node.arg in _UNTOUCHED_KEYWORDS:
        return
    left_out = {"annotation", "returns", "decorator_list"}
    for name, part in ast.iter_fields(node):
        parts = part if isinstance(part, list) else [part]
        if name not in left_out and not (name == "slice" and _is_type(node)):
            yield from (item for item in parts if isinstance(item, ast.AST))


def _is_all(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__all__"


def _is_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"Literal", "Callable"}


def _changes(node: ast.AST) -> Iterator[Change]:
    """Give every change of one node itself."""
    if isinstance(node, ast.Compare):
        yield from _comparison(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _unparsed(node, ast.BoolOp(op=other, values=node.values))
    elif isinstance(node, ast.BinOp):
        yield from _operator(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield _unparsed(node, node.operand)
    elif isinstance(node, ast.Constant):
        yield from (Change(node=node, text=text) for text in _constants(node.value))
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.If | ast.IfExp):
        yield from _negated(node.test)
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield from _negated(test)


def _unparsed(node: ast.expr, changed: ast.expr) -> Change:
    return Change(node=node, text=f"({ast.unparse(changed)})")


def _comparison(node: ast.Compare) -> Iterator[Change]:
    """Shift the boundary of an order, or turn an equality round."""
    for position, operator in enumerate(node.ops):
        changed = copy.deepcopy(node)
        changed.ops[position] = _COMPARISONS[type(operator)]()
        yield _unparsed(node, changed)


def _operator(node: ast.BinOp) -> Iterator[Change]:
    """Swap and with or, plus with minus, times with divided by; texts are joined as they are."""
    is_text = any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in ast.walk(node)
    )
    is_path = isinstance(node.op, ast.Div) and is_text
    if (
        type(node.op) in _OPERATORS
        and not is_path
        and not (isinstance(node.op, ast.Add) and is_text)
    ):
        other = _OPERATORS[type(node.op)]()
        yield _unparsed(node, ast.BinOp(left=node.left, op=other, right=node.right))


def _constants(value: object) -> Iterator[str]:
    """Take a small step from a constant; a tolerance for rounding vanishes."""
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield from (str(value + 1), f"({value - 1})")
    elif isinstance(value, float):
        yield "0.0" if 0 < abs(value) < 1e-6 else repr(value * 1.5 if value else 1.0)
    elif isinstance(value, str) and value in _TEXTS:
        yield repr(_TEXTS[value])
    elif isinstance(value, str) and _RULE.fullmatch(value):
        yield repr(value[:-1] + str((int(value[-1]) + 1) % 10))


def _call(node: ast.Call) -> Iterator[Change]:
    """Swap a method for its neighbour, move a limit of a range, turn a membership round."""
    if not isinstance(node.func, ast.Attribute):
        return
    name = node.func.attr
    if name in _METHODS:
        changed = copy.deepcopy(node)
        changed.func = ast.Attribute(value=node.func.value, attr=_METHODS[name], ctx=ast.Load())
        yield _unparsed(node, changed)
    if name == "between" and not any(key.arg == "inclusive" for key in node.keywords):
        for side in ("left", "right"):
            changed = copy.deepcopy(node)
            changed.keywords.append(ast.keyword(arg="inclusive", value=ast.Constant(side)))
            yield _unparsed(node, changed)
    if name == "isin":
        yield _unparsed(node, ast.UnaryOp(op=ast.Invert(), operand=node))


def _negated(test: ast.expr) -> Iterator[Change]:
    """Turn a condition round, unless turning its only operator round does the same."""
    if not isinstance(test, ast.UnaryOp | ast.Compare):
        yield _unparsed(test, ast.UnaryOp(op=ast.Not(), operand=test))


def _members(node: ast.Assign | ast.AnnAssign) -> Iterator[Change]:
    """Drop each member of a named constant, such as a rule of RULES or a unit of _UNITS."""
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    value = node.value
    if not (isinstance(target, ast.Name) and target.id.isupper()) or value is None:
        return
    size = len(value.elts) if isinstance(value, ast.Tuple | ast.List) else 0
    size = len(value.keys) if isinstance(value, ast.Dict) else size
    for position in range(size if size > 1 else 0):
        changed = copy.deepcopy(value)
        if isinstance(changed, ast.Dict):
            key = changed.keys.pop(position)
            changed.values.pop(position)
            name = ast.unparse(key) if key else "**"
        else:
            name = ast.unparse(changed.elts.pop(position))  # type: ignore[attr-defined]
        change = f"{target.id} without {' '.join(name.split())}"
        yield Change(node=value, text=ast.unparse(changed), change=change)
