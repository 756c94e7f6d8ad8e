"""Read Wilkinson formulas and refuse those that would run arbitrary Python.

Nothing here looks at data: encoding.py joins formulas and frames.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from formulaic import Formula
from formulaic.errors import FormulaicError

from analysis.errors import ModelError

__all__ = [
    "ALLOWED_FUNCTIONS",
    "ParsedFormula",
    "read_covariates",
    "read_fixed",
    "read_random",
]

ALLOWED_FUNCTIONS = (
    "C",
    "I",
    "bs",
    "cc",
    "center",
    "cr",
    "cs",
    "exp",
    "log",
    "log10",
    "log2",
    "poly",
    "scale",
    "standardize",
)
"""Functions that a formula may call; everything else is refused before anything runs."""

_CODINGS = ("SAS", "diff", "helmert", "poly", "sum", "treatment")
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd)
_PLAIN = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.List, ast.Tuple, ast.Load, *_OPERATORS)
_LARGEST_POWER = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class ParsedFormula:
    """A formula that is safe to evaluate, and the columns that it uses.

    Parameters
    ----------
    part : str
        What the formula is for, as named in messages.
    formula : formulaic.Formula
        The parsed formula.
    outcome : tuple of str
        Columns left of the tilde; empty for a one-sided formula.
    predictors : tuple of str
        Columns right of the tilde, in order of first use.
    factors : frozenset of str
        Columns that appear inside ``C()``.
    """

    part: str
    formula: Any
    outcome: tuple[str, ...]
    predictors: tuple[str, ...]
    factors: frozenset[str]


def read_fixed(text: str) -> ParsedFormula:
    """Read a two-sided formula for the mean, such as ``change ~ arm * day + baseline``.

    Parameters
    ----------
    text : str
        A Wilkinson formula with one outcome.

    Returns
    -------
    ParsedFormula
        The formula and its columns.

    Raises
    ------
    ModelError
        When the text is no two-sided formula, or calls something outside `ALLOWED_FUNCTIONS`.

    Examples
    --------
    >>> read_fixed("change ~ C(visit) + log(baseline)").predictors
    ('visit', 'baseline')
    """
    part = "the formula"
    formula = _parse(text, part)
    sides = {name for name in ("lhs", "rhs") if hasattr(formula, name)}
    if sides != {"lhs", "rhs"} or isinstance(formula.rhs, tuple):
        raise ModelError(
            "The formula needs one outcome and one mean, such as 'change ~ arm * day'. "
            "Random parts are given by subject= and random=, not inside the formula."
        )
    outcome, _ = _columns(formula.lhs, part)
    if len(list(formula.lhs)) != 1 or not outcome:
        raise ModelError("The formula needs exactly one outcome left of the tilde.")
    if not list(formula.rhs):
        raise ModelError("The formula has no term right of the tilde; write 1 for an intercept.")
    predictors, factors = _columns(formula.rhs, part)
    return ParsedFormula(
        part=part, formula=formula, outcome=outcome, predictors=predictors, factors=factors
    )


def read_random(text: str) -> ParsedFormula:
    """Read a one-sided formula for the random part, such as ``1 + day``.

    Parameters
    ----------
    text : str
        A Wilkinson formula without an outcome; each term gets a variance per patient.

    Returns
    -------
    ParsedFormula
        The formula and its columns.

    Raises
    ------
    ModelError
        When the text has an outcome, has no term, or calls something not allowed.

    Examples
    --------
    >>> read_random("1 + day").predictors
    ('day',)
    """
    part = "the random part"
    formula = _parse(text, part)
    if hasattr(formula, "lhs") or isinstance(formula, tuple) or hasattr(formula, "rhs"):
        raise ModelError(
            "random= takes a one-sided formula such as '1' or '1 + day', "
            "with neither a tilde nor a bar; the patient column is given by subject=."
        )
    if not list(formula):
        raise ModelError("random= has no term; write '1' for a random intercept.")
    predictors, factors = _columns(formula, part)
    return ParsedFormula(
        part=part, formula=formula, outcome=(), predictors=predictors, factors=factors
    )


def read_covariates(text: str) -> ParsedFormula:
    """Read the terms of a regression whose outcome is given apart, such as ``arm + age``.

    Parameters
    ----------
    text : str
        A Wilkinson formula without an outcome.

    Returns
    -------
    ParsedFormula
        The formula and its columns.

    Raises
    ------
    ModelError
        When the text has an outcome, has no term, or calls something not allowed.

    Examples
    --------
    >>> read_covariates("arm * age").predictors
    ('arm', 'age')
    """
    part = "the formula"
    formula = _parse(f"1 + {text}", part)
    is_plain = not (isinstance(formula, tuple) or hasattr(formula, "lhs"))
    if not is_plain or hasattr(formula, "rhs"):
        raise ModelError(
            "The formula takes covariates such as 'arm + age', with neither a tilde nor a bar; "
            "times and events are given by their own arguments."
        )
    predictors, factors = _columns(formula, part)
    if not predictors:
        raise ModelError("The formula has no covariate; name at least one, such as 'arm'.")
    return ParsedFormula(
        part=part, formula=formula, outcome=(), predictors=predictors, factors=factors
    )


def _parse(text: str, part: str) -> Any:
    """Parse without evaluating; formulaic's own message may quote control characters."""
    if not isinstance(text, str):
        raise ModelError(f"Give {part} as text, such as 'change ~ arm * day'.")
    if "|" in text:
        raise ModelError(
            f"A bar in {part} is not allowed: random parts are given by subject= and random=."
        )
    try:
        return Formula(text)
    except (FormulaicError, SyntaxError):
        raise ModelError(
            f"Could not read {part} as a Wilkinson formula. Allowed are columns, + - * : ^, "
            f"arithmetic in I(), and the functions {', '.join(ALLOWED_FUNCTIONS)}."
        ) from None


def _columns(terms: Any, part: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """List the columns of one side in order, and those inside C()."""
    columns: dict[str, bool] = {}
    for term in terms:
        for factor in term.factors:
            for name, coded in _factor_columns(factor, part):
                columns[name] = columns.get(name, False) or coded
    return tuple(columns), frozenset(name for name, coded in columns.items() if coded)


def _factor_columns(factor: Any, part: str) -> Iterator[tuple[str, bool]]:
    """Yield the columns of one factor and whether C() encloses them."""
    method = factor.eval_method.name
    if method == "LOOKUP":
        yield factor.expr, False
    elif method == "PYTHON":
        tree = _checked_tree(factor.expr, part)
        coded = isinstance(tree.body, ast.Call) and getattr(tree.body.func, "id", "") == "C"
        functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and id(node) not in functions and node.id != "contr":
                yield node.id, coded


def _checked_tree(expression: str, part: str) -> ast.Expression:
    """Parse the Python of a factor and refuse what is not on the list."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        raise ModelError(
            f"Could not read a call in {part}. Inside a call, columns need plain names: "
            "rename columns with blanks or signs first."
        ) from None
    if not all(_is_allowed(node) for node in ast.walk(tree)):
        raise ModelError(
            f"Could not accept a term of {part}: it asks for code that is not allowed. Allowed "
            f"are columns, numbers, + - * / ** (powers up to {_LARGEST_POWER}), the functions "
            f"{', '.join(ALLOWED_FUNCTIONS)}, and contr.{'/'.join(_CODINGS)} inside C(). "
            "Compute anything else as a column first."
        )
    return tree


def _is_allowed(node: ast.AST) -> bool:
    """Say whether one syntax node is on the list."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            allowed = name in ALLOWED_FUNCTIONS
        case ast.Call(func=function):
            allowed = isinstance(function, ast.Attribute)
        case ast.Attribute(value=ast.Name(id="contr"), attr=coding):
            allowed = coding in _CODINGS
        case ast.keyword(arg=name):
            allowed = name is not None and not name.startswith("_")
        case ast.BinOp(op=ast.Pow(), right=power):
            allowed = _is_small_power(power)
        case ast.Constant(value=value):
            allowed = isinstance(value, (int, float, str, type(None)))
        case ast.Name(id=name):
            allowed = not name.startswith("_")
        case _:
            allowed = isinstance(node, _PLAIN)
    return allowed


def _is_small_power(node: ast.expr) -> bool:
    """Allow constant powers only: a tower of powers would hang the session."""
    value = node.operand if isinstance(node, ast.UnaryOp) else node
    return (
        isinstance(value, ast.Constant)
        and isinstance(value.value, (int, float))
        and abs(value.value) <= _LARGEST_POWER
    )
