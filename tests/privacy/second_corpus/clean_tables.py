"""Tables, office files and archives of aggregated results."""

from __future__ import annotations

from tests.privacy.second_corpus import aggregates as made
from tests.privacy.second_corpus import pictures
from tests.privacy.second_corpus.outputs import Output, cells, clean, csv
from tests.privacy.second_corpus.packages import (
    Properties,
    Sheet,
    document,
    paragraph,
    word_table,
    workbook,
)
from tests.privacy.second_corpus.packing import archive, gzip

PROGRAM = Properties(creator="ketamine-outcomes", title="Quality report")
CODES = 'code,system,label\nF33.2,ICD-10-CM,"MDD, recurrent, severe"\nF43.10,ICD-10-CM,PTSD\n'
LIMITS = (
    "parameter,unit,low,high\nsbp,mm[Hg],60,260\ndbp,mm[Hg],30,160\nspo2,%,50,100\nhr,/min,20,250\n"
)
STATES = "state,n\nMinnesota,118\nWisconsin,64\nTexas,51\nOregon,37\n"
SENTENCE = "Response at four weeks was seen in 51.6 % (95 % interval 43.3 to 59.8) of 142 patients."


def tables() -> list[Output]:
    """Make tables as text."""
    means = made.by_visit("csv")
    german = csv(means, sign=";", end="\r\n").replace(".", ",")
    return [
        clean("tables/means.csv", csv(means), "Means with counts of 81 and more."),
        clean(
            "tables/mittelwerte.csv", ("\ufeff" + german).encode(), "The same with German commas."
        ),
        clean("tables/model.csv", csv(made.coefficients("csv")), "Coefficients."),
        clean("tables/events.csv", csv(made.suppressed("csv")), "Small counts are hidden."),
        clean("tables/curve.csv", csv(made.survival("csv")), "A curve in steps of four weeks."),
        clean("tables/clinics.csv", csv(made.by_site("csv")), "Groups of 31 and more."),
        clean("tables/control.csv", csv(made.by_month("csv")), "Rates by numbered period."),
        clean("tables/attrition.tsv", csv(made.attrition(), sign="\t"), "Counts of 34 and more."),
        clean("tables/variance.csv", csv(made.variance_parts()), "Parameters of a model."),
        clean("tables/scales.csv", csv(made.scales()), "Facts from papers, with authors' names."),
        clean("tables/dictionary.csv", csv(made.dictionary()), "Describes columns."),
        clean("tables/codes.csv", CODES, "Codes with their public labels."),
        clean("tables/limits.csv", LIMITS, "Plausible ranges."),
        clean("tables/states.csv", STATES, "Counts of 37 and more by state."),
        clean(
            "tables/simulation.csv",
            "n,icc,replicates,bias,coverage\n50,0.05,5000,-0.011,0.949\n100,0.05,5000,0.004,0.951\n"
            "400,0.10,5000,0.001,0.950\n",
            "Results of a simulation.",
        ),
        clean(
            "tables/events_by_year.csv",
            "year,sessions,events\n2022,1240,88\n2023,1512,97\n2024,1633,104\n",
            "The year alone is allowed.",
        ),
    ]


def office() -> list[Output]:
    """Make Excel and Word files, and pages for print."""
    summary = Sheet(name="Means", rows=cells(made.by_visit("xlsx")))
    model = Sheet(name="Model", rows=cells(made.coefficients("xlsx")))
    about = Sheet(name="About", rows=[["version", "0.1.0"], ["rule", "counts under 11 are hidden"]])
    noted = Sheet(
        name="Events",
        rows=cells(made.suppressed("xlsx")),
        notes={"C2": ("ketamine-outcomes", "hidden: fewer than 11 patients")},
    )
    lists = Sheet(name="lists", rows=[["IV"], ["IM"], ["SL"]], state="hidden")
    page = [f"{row['visit']}   {row['n']}   {row['mean']}" for row in made.by_visit("pdf")]
    info = {"Producer": "ketamine-outcomes 0.1.0", "Title": "Quality report"}
    return [
        clean(
            "office/report.xlsx",
            workbook([summary, model, about], PROGRAM),
            "Aggregates on three sheets.",
        ),
        clean(
            "office/events.xlsx",
            workbook([noted], PROGRAM),
            "A note explains why a cell is hidden.",
        ),
        clean(
            "office/choices.xlsx",
            workbook([summary, lists], PROGRAM),
            "The hidden sheet holds the list of arms.",
        ),
        clean(
            "office/names.xlsx",
            workbook([model], PROGRAM, names={"alpha": "0.05"}),
            "A defined name that is a constant.",
        ),
        clean(
            "office/clinics.xlsx",
            workbook(
                [Sheet(name="Clinics", rows=cells(made.by_site("xlsx")), footer="&CPage &P of &N")]
            ),
            "The footer counts pages.",
        ),
        clean(
            "office/report.docx",
            document(
                paragraph("Results")
                + paragraph(SENTENCE)
                + word_table(cells(made.by_visit("docx"))),
                PROGRAM,
            ),
            "A text with a table of means.",
        ),
        clean(
            "office/methods.docx",
            document(
                paragraph(
                    "Scores were modelled after Kenward and Roger (1997); relapse curves "
                    "after Turnbull (1976)."
                )
            ),
            "Names of statisticians are no patients.",
        ),
        clean(
            "office/header.docx",
            document(paragraph(SENTENCE), PROGRAM, {"header1": paragraph("Quality report, 2024")}),
            "The header tells title and year.",
        ),
        clean(
            "office/report.pdf", pictures.pdf(["Means by visit", *page, SENTENCE], info), "Means."
        ),
        clean(
            "office/packed.pdf",
            pictures.pdf(["Means by visit", *page], info, packed=True),
            "Means within a packed stream.",
        ),
        clean(
            "office/noted.pdf",
            pictures.pdf([SENTENCE], info, note="hidden: fewer than 11 patients"),
            "A note that explains a rule.",
        ),
    ]


def archives() -> list[Output]:
    """Make archives."""
    readme = "Tables by arm. Counts under eleven are hidden.\n"
    return [
        clean(
            "archives/release.zip",
            archive(
                {
                    "README.md": readme,
                    "means.csv": csv(made.by_visit("zip")),
                    "events.csv": csv(made.suppressed("zip")),
                }
            ),
            "A release of aggregates.",
        ),
        clean(
            "archives/figures.zip",
            archive({"figures/means.svg": pictures.svg(pictures.svg_line([20, 14, 10]))}),
            "A figure of means.",
        ),
        clean(
            "archives/curve.csv.gz",
            gzip(csv(made.survival("gz")).encode()),
            "A curve in steps of four weeks, packed.",
        ),
    ]


def files() -> list[Output]:
    """Make all clean tables, office files and archives."""
    return [*tables(), *office(), *archives()]
