"""Write ``docs/published.md`` from the data files of the published studies.

Run as ``python tests/published/page.py`` after a change of the data; a test holds page and data
equal.
"""

from pathlib import Path

from analysis.published import DEFINITIONS, published_names, published_study

PAGE = Path(__file__).parents[2] / "docs" / "published.md"

HEAD = """# Published cohorts and trials

Made from `analysis/published/data`; change the data there and run `python tests/published/page.py`.

None of these figures is a control group for a clinic's own results. Two figures may be put side
by side only when scale, rule and window are the same: the same patients can remit in 62 % by MADRS
and in 22 % by PHQ-9. Most cohorts could analyse only part of the patients they treated, which the
column "analysed" shows. What a source does not report is left out and never zero.

Figures that were not read in the publication itself say so in bold, "from memory" or "secondary
source": confirm them before relying on them. Intervals are 95 % as published. Days count from the
event named in the column "from". Setting, dose, schedule and indication only describe a study; look
them up in the publication before a comparison rests on them.
"""


def _number(value):
    return f"{value:g}".replace("-", "−")


def _value(figure):
    about = "about " if figure.approximate else ""
    if figure.value is None:
        return f"{_number(figure.range_low)} to {_number(figure.range_high)}"
    return about + _number(figure.value)


def _spread(figure):
    named = {
        "SD": figure.standard_deviation,
        "SE": figure.std_error,
        "±": figure.plus_minus,
        "n": figure.n,
    }
    parts = [f"{name} {_number(value)}" for name, value in named.items() if value is not None]
    if figure.conf_low is not None:
        high = "not reached" if figure.conf_high is None else _number(figure.conf_high)
        parts.insert(0, f"{_number(figure.conf_low)} to {high}")
    return "; ".join(parts)


def _days(figure):
    if figure.day_low is None:
        return ""
    if figure.day_low == figure.day_high:
        return str(figure.day_low)
    return f"{figure.day_low} to {figure.day_high}"


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def _figure_row(figure):
    evidence = figure.evidence if figure.verified else f"**{figure.evidence}**"
    rule = f"`{figure.definition}`" if figure.definition else ""
    return _row(
        [
            *(figure.group, figure.measure, figure.scale or "", rule, figure.window_from or ""),
            *(_days(figure), _value(figure), figure.unit, _spread(figure), evidence),
            figure.note or "",
        ]
    )


def _table(names, rows):
    return "\n".join([_row(names), _row(["---"] * len(names)), *rows])


def _count(value):
    return "" if value is None else f"{value:,}"


def _overview_row(name):
    study = published_study(name)
    share = study.completeness
    analysed = _count(study.n_analysed) + ("" if share is None else f" ({share:.1%})")
    unverified = f"{study.n_unverified} of {len(study.figures)}"
    cells = [name, study.design, study.agent, study.route, _count(study.n_treated)]
    return _row([*cells, analysed, unverified])


def _section(name):
    study = published_study(name)
    identifiers = f" {', '.join(study.identifiers)}." if study.identifiers else ""
    described = (
        f"{study.citation}{identifiers} {study.setting}; {study.indication}. {study.agent} "
        f"({study.route}), dose: {study.dose}; schedule: {study.schedule}. Facts about the study: "
        f"{study.evidence}."
    )
    lines = [f"## {name}", described]
    lines += [study.note] if study.note else []
    names = ["group", "measure", "scale", "rule", "from", "days", "value", "unit", "spread"]
    rows = [_figure_row(figure) for figure in study.figures]
    return [*lines, *([_table([*names, "evidence", "note"], rows)] if rows else [])]


def page():
    """Return the whole page."""
    overview = ["study", "design", "agent", "route", "treated", "analysed", "not verified"]
    rules = [
        _row([f"`{name}`", d.rule, d.scale or "any", "read" if d.verified else "**not read**"])
        for name, d in DEFINITIONS.items()
    ]
    parts = [
        HEAD.strip(),
        "## Studies",
        _table(overview, [_overview_row(name) for name in published_names()]),
        "## Rules",
        _table(["name", "rule", "scale", "in a publication"], rules),
        *(part for name in published_names() for part in _section(name)),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
