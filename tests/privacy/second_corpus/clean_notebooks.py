"""Notebooks and pages over aggregated results."""

from __future__ import annotations

from tests.privacy.second_corpus import aggregates as made
from tests.privacy.second_corpus import pictures
from tests.privacy.second_corpus.outputs import (
    Output,
    Row,
    clean,
    code,
    frame,
    html_table,
    notebook,
    page,
    picture,
    printed,
    prose,
    shown,
)

MEANS = "Means of groups of at least eleven patients."


def table(number: int, title: str, call: str, rows: list[Row], why: str) -> Output:
    """Make a notebook with one text and one table."""
    cells = (prose(f"# {title}\n"), code(f"from analysis import *\n{call}", frame(rows)))
    return clean(
        f"notebooks/{number:02d}_{title.lower().replace(' ', '_')}.ipynb", notebook(*cells), why
    )


def notebooks() -> list[Output]:
    """Make notebooks."""
    chart = pictures.png(pictures.bars([34, 27, 21, 16]), {"Title": "Mean MADRS by visit"})
    vector = pictures.svg(pictures.svg_line([30, 24, 18, 15], "mean of 118 patients")).decode()
    return [
        table(1, "Means by visit", "outcomes.by_visit(study)", made.by_visit("nb"), MEANS),
        table(
            2, "Model", "fit.tidy()", made.coefficients("nb"), "Coefficients are of all patients."
        ),
        table(
            3, "Events", "safety.events(study)", made.suppressed("nb"), "Small counts are hidden."
        ),
        table(4, "Relapse", "km.risk_table()", made.survival("nb"), "Rounded counts, wide steps."),
        table(5, "Clinics", "quality.by_site(study)", made.by_site("nb"), "Groups of 31 and more."),
        table(6, "Attrition", "study.attrition()", made.attrition(), "Counts of at least 34."),
        table(
            7, "Variance", "fit.variance_components()", made.variance_parts(), "Model parameters."
        ),
        table(8, "Scales", "instruments.overview()", made.scales(), "Facts from papers."),
        clean(
            "notebooks/09_figure.ipynb",
            notebook(code("plot(result)", picture(chart))),
            "A bar chart of means.",
        ),
        clean(
            "notebooks/10_vector.ipynb",
            notebook(code("plot(result)", shown({"image/svg+xml": vector}, "display_data"))),
            "One line of means; its title tells the size of the group.",
        ),
        clean(
            "notebooks/11_empty.ipynb",
            notebook(
                prose("# Template\nPoint `folder` at a study.\n"),
                code("folder = 'data/synthetic/clinic-network'\nstudy = read(folder)"),
            ),
            "No outputs at all.",
        ),
        clean(
            "notebooks/12_printed.ipynb",
            notebook(
                code(
                    "print(fit.summary())",
                    printed(
                        "Mixed model, REML\nlog-likelihood -799.66\nn_subjects 142\n"
                        "n_obs 611\nconverged True\nPython 3.12.4, version 0.1.0\n"
                    ),
                )
            ),
            "A summary of a fit; versions look like nothing else.",
        ),
        clean(
            "notebooks/13_findings.ipynb",
            notebook(
                code(
                    "check(study)",
                    printed(
                        "ASM-004 error assessments.total: outside 0-27 "
                        "(count <11)\nSES-012 warning sessions.dose_mg: "
                        "dose without weight (count 37)\n"
                    ),
                )
            ),
            "Findings tell rule and column, no value.",
        ),
    ]


def pages() -> list[Output]:
    """Make pages."""
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    figure = f"<figure>{pictures.svg(pictures.svg_line([20, 15, 11, 9])).decode()[39:]}</figure>"
    toggles = "<details><summary>How to read it</summary><p>Bars are 95 % intervals.</p></details>"
    contact = "<p>Questions: the quality committee. Emergency in the US: dial 988.</p>"
    return [
        clean("pages/means.html", page("Means by visit", html_table(made.by_visit("html"))), MEANS),
        clean(
            "pages/model.html",
            page("Model", html_table(made.coefficients("html"))),
            "Coefficients are of all patients.",
        ),
        clean(
            "pages/events.html",
            page("Events by arm", html_table(made.suppressed("html"))),
            "Small counts are hidden.",
        ),
        clean(
            "pages/control.html",
            page("Control chart", html_table(made.by_month("html"), "")),
            "Fourteen numbered periods with rates, no calendar.",
        ),
        clean("pages/figure.html", page("Trajectory of means", figure, policy), "A line of means."),
        clean(
            "pages/help.html",
            page("Reading the report", toggles + contact),
            "Words only; the number is a public help line.",
        ),
        clean(
            "pages/dictionary.html",
            page("Data dictionary", html_table(made.dictionary())),
            "Describes columns, with words such as MRN; holds no row of data.",
        ),
        clean(
            "pages/coverage.html",
            page("Coverage", "<p>analysis/mixed/engine.py 98 %</p><!-- built by coverage 7.6 -->"),
            "A page about the program.",
        ),
    ]


def files() -> list[Output]:
    """Make all clean notebooks and pages."""
    return [*notebooks(), *pages()]
