"""How numbers are written: the house's plain style, and those of two journals.

Tables hold their texts in the plain style; another style rewrites the shown text, so that it never
shows more digits than were shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from analysis.errors import ColumnError

__all__ = ["STYLES", "NumberStyle", "number_style"]

_P_VALUE = re.compile(r"(<?)(0\.\d+|1\.0+)")
_INTERVAL = re.compile(r"(?<=\d) to (?=[\u2212\d\u221e])")
_IN_BRACKETS = re.compile(r"(?<=[\d%]) \((?=[\u2212+\d\u221e][^()]* to )")
_THOUSANDS = re.compile(r"(?<!\d)\d,\d{3}(?![\d,])")


@dataclass(frozen=True, kw_only=True)
class NumberStyle:
    """Rules of writing numbers.

    Parameters
    ----------
    name : str
        What the style is called.
    between : str
        What stands between two limits, unless one of them is negative: then it is "to".
    p_digits : tuple of (float, int)
        From which p-value on how many decimals, the largest first; below the last it is written
        as less than it.
    p_leading_zero : bool
        Whether a p-value begins with "0.".
    four_figures : bool
        Whether numbers of four figures have a comma.
    source : str
        Where the rules are stated, and what was not found there.
    """

    name: str
    between: str = " to "
    p_digits: tuple[tuple[float, int], ...] = ((0.001, 3),)
    p_leading_zero: bool = True
    four_figures: bool = True
    source: str = ""

    def p_value(self, text: str) -> str:
        """Rewrite a p-value.

        Parameters
        ----------
        text : str
            As `results.p_value_text` writes it; anything else is given back.

        Returns
        -------
        str
            In this style. Digits are taken away by rounding halves up, never added.

        Examples
        --------
        >>> [number_style("JAMA").p_value(p) for p in ("0.024", "0.004", "0.048", "<0.001")]
        ['.02', '.004', '.048', '<.001']
        """
        found = _P_VALUE.fullmatch(text)
        if found is None:
            return text
        sign, number = found.groups()
        if not sign:
            number = self._rounded(Decimal(number))
        shown = f"{sign}{number}"
        return shown if self.p_leading_zero else shown.replace("0.", ".", 1)

    def _rounded(self, p: Decimal) -> str:
        """Round a p-value to the decimals of its size, but not over 0.05."""
        digits = next((d for least, d in self.p_digits if p >= Decimal(str(least))), 3)
        rounded = p.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        limit = Decimal("0.05")
        crosses = (p < limit) != (rounded < limit)
        return str(p if crosses or digits > -int(p.as_tuple().exponent) else rounded)

    def text(self, cell: str) -> str:
        """Rewrite a cell that holds no p-value.

        Parameters
        ----------
        cell : str
            In the plain style, such as "45.3 (40.1 to 50.6)".

        Returns
        -------
        str
            In this style.

        Examples
        --------
        >>> number_style("JAMA").text("45.3 (40.1 to 50.6)")
        '45.3 (40.1-50.6)'
        >>> number_style("JAMA").text("\u22123.0 (\u22124.1 to \u22122.0)")
        '−3.0 (−4.1 to −2.0)'
        """
        if "\u2212" not in cell and "\u221e" not in cell:
            cell = _INTERVAL.sub(self.between, cell)
        if not self.four_figures:
            cell = _THOUSANDS.sub(lambda number: number.group().replace(",", ""), cell)
        return cell

    def inline(self, cell: str, level: str = "95%") -> str:
        """Rewrite an estimate with its limits for prose, where the interval needs its name.

        Parameters
        ----------
        cell : str
            In the plain style.
        level : str
            Level of the interval.

        Returns
        -------
        str
            The cell as `text` writes it, with the name of the interval in its brackets.

        Examples
        --------
        >>> number_style("NEJM").inline("45.3% (40.1 to 50.6)")
        '45.3% (95% CI, 40.1 to 50.6)'
        """
        return self.text(_IN_BRACKETS.sub(f" ({level} CI, ", cell))


STYLES: dict[str, NumberStyle] = {
    "plain": NumberStyle(name="plain", source="The house."),
    "JAMA": NumberStyle(
        name="JAMA",
        between="-",
        p_digits=((0.01, 2), (0.001, 3)),
        p_leading_zero=False,
        four_figures=False,
        source="AMA Manual of Style, as restated by JMIR's guidelines for reporting statistics "
        "(p without a leading zero, two digits from .01 on, three where rounding would cross .05; "
        "no comma in four figures; a hyphen between limits). The manual itself was not read.",
    ),
    "NEJM": NumberStyle(
        name="NEJM",
        p_digits=((0.01, 2), (0.001, 3)),
        source="Statistical reporting guidelines as quoted by Aguinis, Vassar and Wayant (2019), "
        "BMJ Evidence-Based Medicine, doi 10.1136/bmjebm-2019-111264: p to two decimals above "
        "0.01, three down to 0.001. The form of intervals was not verified.",
    ),
}
"""The styles by name."""


def number_style(style: str | NumberStyle) -> NumberStyle:
    """Return a style by its name.

    Parameters
    ----------
    style : str or NumberStyle
        One of `STYLES`, or a style of one's own.

    Returns
    -------
    NumberStyle
        The style.

    Raises
    ------
    ColumnError
        When there is no such style.

    Examples
    --------
    >>> number_style("plain").between
    ' to '
    """
    if isinstance(style, NumberStyle):
        return style
    if style not in STYLES:
        raise ColumnError(f"Numbers are written in the style {', '.join(STYLES)}; choose one.")
    return STYLES[style]
