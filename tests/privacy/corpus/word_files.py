"""Word files of the corpus, described part by part."""

from __future__ import annotations

from tests.privacy.corpus.package_writer import (
    Properties,
    Sheet,
    book,
    paragraph,
    related,
    run,
    word,
    word_part,
    word_table,
)
from tests.privacy.corpus.picture_writer import chart_picture, face_picture

GROUP = paragraph("Mean MADRS fell from 30.8 to 17.2 by week 4 (n = 188).")


def shown(relation: str, described: str) -> str:
    """Inline picture with a description for readers who cannot see it."""
    return (
        '<w:r><w:drawing><wp:inline><wp:extent cx="400000" cy="400000"/>'
        f'<wp:docPr id="1" name="Picture 1" descr="{described}"/><a:graphic><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        '<pic:cNvPr id="1" name="image1.png"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{relation}"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )


def changed(kind: str, author: str, inner: str) -> str:
    return (
        f'<w:{kind} w:id="7" w:author="{author}" w:date="2024-03-15T14:30:00Z">{inner}</w:{kind}>'
    )


LEAKY: dict[str, bytes] = {
    "letter.docx": word(
        paragraph("To whom it may concern")
        + paragraph(
            "Mrs. Philippa Ashgrove, born 11 June 1983, was treated here from 2 April 2024."
        )
        + paragraph("Questions: (208) 555-0121 or pash@example.org.")
    ),
    "committee_table.docx": word(
        GROUP
        + word_table(
            [
                ["Patient", "Day", "MADRS", "Dose"],
                ["S000412", "0", "31", "0.5"],
                ["S000412", "7", "24", "0.5"],
                ["S000433", "0", "27", "0.75"],
                ["S000433", "6", "9", "0.75"],
            ]
        )
    ),
    "draft_with_comments.docx": word(
        paragraph(
            '<w:commentRangeStart w:id="0"/>',
            "One participant withdrew after an adverse event.",
            '<w:commentRangeEnd w:id="0"/>',
            '<w:r><w:commentReference w:id="0"/></w:r>',
        ),
        parts={
            "word/comments.xml": word_part(
                "comments",
                '<w:comment w:id="0" w:author="Jorinde Doe" w:initials="JD">'
                + paragraph("That is Kester D. from Tillamook, chart 10455321, please blur.")
                + "</w:comment>",
            )
        },
        links=[related("comments", "comments.xml")],
    ),
    "summary_properties.docx": word(
        GROUP,
        Properties(
            creator="Jorinde Doe",
            modified_by="BRIGHTWATER\\okessler",
            title="Course of E. Natsuno",
            company="Brightwater Ketamine, Nampa",
            manager="A. Fennimore",
            custom={"PatientMRN": "10370448", "Status": "final"},
        ),
    ),
    "header_footer.docx": word(
        GROUP
        + '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/>'
        + '<w:footerReference w:type="default" r:id="rId2"/></w:sectPr>',
        parts={
            "word/header1.xml": word_part(
                "hdr", paragraph("OKONJO, Tobias   MRN 10477109   DOB 08/21/1990")
            ),
            "word/footer1.xml": word_part(
                "ftr", paragraph("printed 03/18/2024 by jdoe   fax 208-555-0104")
            ),
        },
        links=[related("header", "header1.xml"), related("footer", "footer1.xml")],
    ),
    "tracked_changes.docx": word(
        paragraph(
            "Two ",
            changed(
                "del",
                "jdoe",
                '<w:r><w:delText xml:space="preserve">(Irina V. and the innkeeper of Star) '
                "</w:delText></w:r>",
            ),
            changed("ins", "jdoe", run("participants ")),
            "moved away.",
        )
    ),
    "hidden_and_split.docx": word(
        paragraph("Case 3: ", run("Bram Quillfeather, 971-555-0139", "<w:vanish/>"), "improved.")
        + paragraph(
            run("M"), run("arl", "<w:b/>"), run("ene Hux", "<w:noProof/>"), run("table"), " paused."
        )
        + paragraph(run("seen 15.", '<w:color w:val="FFFFFF"/>'), run("03.20"), run("24"))
    ),
    "picture_and_alt_text.docx": word(
        GROUP + paragraph(shown("rId1", "Face of Owen Tressler during the second infusion")),
        parts={"word/media/image1.png": face_picture()},
        links=[related("image", "media/image1.png")],
    ),
    "links_and_template.docx": word(
        paragraph(
            '<w:hyperlink r:id="rId1">' + run("contact") + "</w:hyperlink>",
            " and ",
            '<w:hyperlink r:id="rId2">' + run("source") + "</w:hyperlink>",
        ),
        parts={
            "word/settings.xml": word_part("settings", '<w:attachedTemplate r:id="rId1"/>'),
            "word/_rels/settings.xml.rels": (
                '<?xml version="1.0" encoding="UTF-8"?>\n<Relationships '
                'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                '<Relationship Id="rId1" TargetMode="External" Type="http://schemas.openxmlformats'
                '.org/officeDocument/2006/relationships/attachedTemplate" '
                'Target="file:///C:/Users/jdoe/Templates/Brightwater.dotm"/></Relationships>'
            ),
        },
        links=[
            related("hyperlink", "mailto:adela.f@example.net?subject=infusion%20on%2022%20March"),
            related("hyperlink", "https://portal.example.org/p/49005"),
            related("settings", "settings.xml"),
        ],
    ),
    "embedded_workbook.docx": word(
        GROUP + paragraph(shown("rId2", "Bars of mean scores by week")),
        parts={
            "word/embeddings/sheet1.xlsx": book(
                [
                    Sheet(name="chart", rows=[["week", "mean"], [0, 30.8], [4, 17.2]]),
                    Sheet(
                        name="raw",
                        rows=[
                            ["mrn", "visit", "madrs"],
                            ["H00482213", "2024-03-15", 31],
                            ["H00490056", "2024-03-22", 27],
                        ],
                    ),
                ]
            ),
            "word/media/image1.png": chart_picture(),
        },
        links=[
            related("package", "embeddings/sheet1.xlsx"),
            related("image", "media/image1.png"),
        ],
    ),
    "footnote_and_field.docx": word(
        paragraph(
            "All sites took part.",
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
            '<w:fldSimple w:instr=" FILENAME \\p ">' + run("report") + "</w:fldSimple>",
            '<w:fldSimple w:instr=" INCLUDETEXT &quot;P:\\\\eagle\\\\Valkova_Irina.doc&quot; ">'
            + run("-")
            + "</w:fldSimple>",
        ),
        parts={
            "word/footnotes.xml": word_part(
                "footnotes",
                '<w:footnote w:id="2">'
                + paragraph("Except the branch in Kuna, closed in February 2024 after the fire.")
                + "</w:footnote>",
            )
        },
        links=[related("footnotes", "footnotes.xml")],
    ),
}

CLEAN: dict[str, bytes] = {
    "committee_report.docx": word(
        GROUP
        + word_table(
            [
                ["Week", "n", "Mean MADRS", "95% CI"],
                ["0", "212", "30.8", "30.1 to 31.5"],
                ["4", "188", "17.2", "16.0 to 18.4"],
                ["12", "151", "15.9", "14.5 to 17.3"],
            ]
        ),
        Properties(title="Outcomes by week"),
    ),
    "methods.docx": word(
        paragraph("Scores were modelled with an unstructured covariance; df after Kenward-Roger.")
        + paragraph("Responders: a fall of at least 50% from baseline.")
        + paragraph(
            "Blood pressure above 160/100 led to a pause; doses 0.5 to 1.0 mg/kg in 40 min."
        )
    ),
    "figure_page.docx": word(
        GROUP + paragraph(shown("rId1", "Bars of mean scores by week, n at least 151")),
        parts={"word/media/image1.png": chart_picture()},
        links=[related("image", "media/image1.png")],
    ),
    "reviewed.docx": word(
        paragraph(
            "Response was ",
            changed("del", "Author", "<w:r><w:delText>60%</w:delText></w:r>"),
            changed("ins", "Author", run("61%")),
            " (90 of 148).",
        ),
        parts={
            "word/comments.xml": word_part(
                "comments",
                '<w:comment w:id="0" w:author="Author" w:initials="A">'
                + paragraph("Rounding agreed with table 2.")
                + "</w:comment>",
            )
        },
        links=[related("comments", "comments.xml")],
    ),
}
