"""Excel, Word and PDF files that leak in cells, behind them and around them."""

from __future__ import annotations

from tests.privacy.second_corpus.outputs import (
    IDENTIFIER,
    ROWS,
    USER,
    Output,
    cells,
    csv,
    leak,
    only,
    patients,
    trajectories,
)
from tests.privacy.second_corpus.packages import (
    Properties,
    Sheet,
    document,
    paragraph,
    run,
    word_table,
    workbook,
)
from tests.privacy.second_corpus.pictures import pdf

BOTH = f"{IDENTIFIER}, {ROWS}"
SUMMARY = [["arm", "n", "response_pct"], ["IV", 64, 51.6], ["IM", 48, 47.9]]
SENTENCE = "Response at four weeks was seen in 51.6 % of 64 patients."


def sheets() -> list[Output]:
    """Make Excel files."""
    front = Sheet(name="Summary", rows=SUMMARY)
    hidden = Sheet(name="raw", rows=cells(patients("xlsx hidden")), state="hidden")
    very = Sheet(name="cache", rows=cells(patients("xlsx very")), state="veryHidden")
    column = Sheet(
        name="Scores",
        rows=cells(only(patients("xlsx column", 20), "phq9", "mrn", "dob")),
        hidden_columns=(1, 2),
    )
    noted = Sheet(
        name="Summary",
        rows=SUMMARY,
        notes={"B2": ("Peggy Fitzsimmons RN", "without Mr. Trujillo, chart 00418822")},
    )
    footer = Sheet(
        name="Summary", rows=SUMMARY, footer="&LP:\\Users\\hlindqvist\\QI\\named list.xlsx&RPage &P"
    )
    far = Sheet(
        name="Summary",
        rows=[*SUMMARY, *[[None]] * 40, [None] * 24 + ["call T. Kowalczyk 715-555-0162"]],
    )
    names = ",".join(str(row["name"]).split(",")[0] for row in patients("xlsx names", 8))
    return [
        leak(
            "sheets/hidden_sheet.xlsx",
            workbook([front, hidden]),
            BOTH,
            [1, 3, 4, 8],
            "The sheet behind the summary is hidden, not gone.",
        ),
        leak(
            "sheets/very_hidden.xlsx",
            workbook([front, very]),
            BOTH,
            [1, 3, 4, 8],
            "A sheet that no menu of the program shows.",
        ),
        leak(
            "sheets/hidden_columns.xlsx",
            workbook([column]),
            BOTH,
            [3, 8],
            "The columns of chart numbers and days of birth were only hidden.",
        ),
        leak(
            "sheets/properties.xlsx",
            workbook(
                [front],
                Properties(
                    creator="Colleen Abernathy",
                    modified_by="cabernathy",
                    company="Example Ketamine Clinic of Duluth",
                ),
            ),
            f"{IDENTIFIER}, {USER}",
            [1, 2],
            "The properties name an author, a login and a town.",
        ),
        leak(
            "sheets/note.xlsx",
            workbook([noted]),
            IDENTIFIER,
            [1, 8],
            "A note at a cell names a patient with his chart.",
        ),
        leak(
            "sheets/footer.xlsx", workbook([footer]), USER, [], "The footer prints a user's path."
        ),
        leak(
            "sheets/defined_names.xlsx",
            workbook([front], names={"pick_list": f'"{names}"'}),
            IDENTIFIER,
            [1],
            "A list of family names is kept as a defined name.",
        ),
        leak(
            "sheets/patients_visible.xlsx",
            workbook([Sheet(name="Sheet1", rows=cells(trajectories("xlsx visible")))]),
            ROWS,
            [],
            "One row for each patient and visit.",
        ),
        leak(
            "sheets/far_cell.xlsx",
            workbook([far]),
            IDENTIFIER,
            [1, 4],
            "A remark far below and right of the table.",
        ),
    ]


def texts() -> list[Output]:
    """Make Word files."""
    table = word_table(cells(patients("docx table", 8)))
    struck = (
        '<w:p><w:del w:id="1" w:author="Roberta Sandoval" w:date="2024-03-14T09:30:00Z"><w:r>'
        "<w:delText>Mr. Haddad of Bemidji relapsed on 3/2.</w:delText></w:r></w:del>"
        f"{run(SENTENCE)}</w:p>"
    )
    comment = (
        '<w:comment w:id="0" w:author="Dr. Vikram Patel" w:initials="VP">'
        f"{paragraph('is this the firefighter, MRN 00551290?')}</w:comment>"
    )
    unseen = (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>key: K101 = Yolanda Jefferson, "
        f"DOB 4/9/1970</w:t></w:r>{run(SENTENCE)}</w:p>"
    )
    return [
        leak(
            "texts/table.docx",
            document(paragraph("Appendix") + table),
            BOTH,
            [1, 3, 4, 8],
            "A table of named patients.",
        ),
        leak(
            "texts/deleted.docx",
            document(struck),
            IDENTIFIER,
            [1, 2, 3],
            "What was struck out under tracked changes is still there.",
        ),
        leak(
            "texts/comment.docx",
            document(paragraph(SENTENCE), extra={"comments": comment}),
            IDENTIFIER,
            [1, 8, 18],
            "A reviewer's comment points at a patient.",
        ),
        leak(
            "texts/hidden_text.docx",
            document(unseen),
            IDENTIFIER,
            [1, 3],
            "Hidden text resolves a study number.",
        ),
        leak(
            "texts/header.docx",
            document(
                paragraph(SENTENCE),
                extra={"header1": paragraph("Chart 00981127 - Brandvold, Sven")},
            ),
            IDENTIFIER,
            [1, 8],
            "The header was taken over from a chart.",
        ),
        leak(
            "texts/properties.docx",
            document(
                paragraph(SENTENCE),
                Properties(
                    creator="Terrence Whitcomb",
                    modified_by="twhitcomb",
                    title="Discharge letter Nakamura, Mei 2024-05-17",
                ),
            ),
            f"{IDENTIFIER}, {USER}",
            [1, 3],
            "The title is that of a discharge letter.",
        ),
        leak(
            "texts/letter.docx",
            document(
                "".join(
                    paragraph(line)
                    for line in (
                        "Marta Kowalczyk",
                        "1482 Juniper Ln",
                        "Eau Claire, WI 54701",
                        "Dear Ms. Kowalczyk, your session of May 17, 2024 went well.",
                    )
                )
            ),
            IDENTIFIER,
            [1, 2, 3],
            "A letter to a patient.",
        ),
    ]


def pages() -> list[Output]:
    """Make PDF files."""
    lines = [
        f"{row['name']}   {row['mrn']}   {row['dob']}   {row['phq9']}".replace("ü", "u")
        for row in patients("pdf", 14)
    ]
    attached = ("source.csv", csv(patients("pdf attached")).encode())
    return [
        leak(
            "pages/list.pdf",
            pdf(["Recall list", *lines]),
            BOTH,
            [1, 3, 8],
            "A page with one line for each patient.",
        ),
        leak(
            "pages/packed.pdf",
            pdf(["Recall list", *lines], packed=True),
            BOTH,
            [1, 3, 8],
            "The same list within a stream that must be unpacked first.",
        ),
        leak(
            "pages/info.pdf",
            pdf([SENTENCE], {"Author": "Gregory Bergstrom", "Title": "Pt Oyelaran MRN 00774120"}),
            IDENTIFIER,
            [1, 8],
            "The properties name author and patient.",
        ),
        leak(
            "pages/annotation.pdf",
            pdf([SENTENCE], note="ask Lucinda Ibarra, 541-555-0129"),
            IDENTIFIER,
            [1, 4],
            "A sticky note with a telephone number.",
        ),
        leak(
            "pages/attached.pdf",
            pdf([SENTENCE], attached=attached),
            BOTH,
            [1, 3, 4, 8],
            "The data set travels as an attachment.",
        ),
    ]


def files() -> list[Output]:
    """Make all leaky office files."""
    return [*sheets(), *texts(), *pages()]
