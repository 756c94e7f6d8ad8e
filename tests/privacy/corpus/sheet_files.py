"""Excel files of the corpus, described part by part."""

from __future__ import annotations

from tests.privacy.corpus.package_writer import (
    DATE_STYLE,
    HEAD,
    INVISIBLE_STYLE,
    OFFICE,
    SHEET,
    Properties,
    Sheet,
    book,
    related,
    relations,
)

MEANS = Sheet(
    name="means",
    rows=[
        ["week", "n", "mean", "sd"],
        [0, 212, 17.1, 4.2],
        [4, 188, 10.9, 5.6],
        [12, 151, 9.4, 5.9],
    ],
)
CACHE = "xl/pivotCache/pivotCacheDefinition1.xml"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


AXES = (
    '<c:catAx><c:axId val="1"/><c:scaling/><c:delete val="0"/><c:axPos val="b"/>'
    '<c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling/><c:delete val="0"/>'
    '<c:axPos val="l"/><c:crossAx val="1"/></c:valAx>'
)


def chart(source: str, names: list[str], values: list[int]) -> str:
    """Chart whose cached points outlive the cells they came from."""
    labels = "".join(f'<c:pt idx="{i}"><c:v>{n}</c:v></c:pt>' for i, n in enumerate(names))
    points = "".join(f'<c:pt idx="{i}"><c:v>{v}</c:v></c:pt>' for i, v in enumerate(values))
    count = f'<c:ptCount val="{len(names)}"/>'
    return (
        f'{HEAD}<c:chartSpace xmlns:c="{DRAWING}/chart"><c:chart><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="col"/><c:ser><c:idx val="0"/><c:order val="0"/><c:cat>'
        f"<c:strRef><c:f>{source}!$A$2:$A$9</c:f><c:strCache>{count}{labels}</c:strCache>"
        f"</c:strRef></c:cat><c:val><c:numRef><c:f>{source}!$B$2:$B$9</c:f><c:numCache>"
        f'{count}{points}</c:numCache></c:numRef></c:val></c:ser><c:axId val="1"/>'
        f'<c:axId val="2"/></c:barChart>{AXES}</c:plotArea></c:chart></c:chartSpace>'
    )


DRAWN = (
    f'{HEAD}<xdr:wsDr xmlns:xdr="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main">'
    "<xdr:absoluteAnchor><xdr:pos x='0' y='0'/><xdr:ext cx='3000000' cy='2000000'/>"
    "<xdr:graphicFrame><xdr:nvGraphicFramePr><xdr:cNvPr id='2' name='Chart 1'/>"
    "<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x='0' y='0'/>"
    f"<a:ext cx='0' cy='0'/></xdr:xfrm><a:graphic><a:graphicData uri='{DRAWING}/chart'>"
    f"<c:chart xmlns:c='{DRAWING}/chart' xmlns:r='{OFFICE}/relationships' r:id='rId1'/>"
    "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:absoluteAnchor>"
    "</xdr:wsDr>"
)

LEAKY: dict[str, bytes] = {
    "export.xlsx": book(
        [
            Sheet(
                name="Sheet1",
                rows=[
                    ["pt", "visit", "PHQ-9", "ZIP"],
                    ["S000412", (45366, DATE_STYLE), 21, 83702],
                    ["S000412", (45373, DATE_STYLE), 15, 83702],
                    ["S000415", (45369, DATE_STYLE), 24, 97203],
                    ["S000433", (45384, DATE_STYLE), 17, 2139],
                ],
            )
        ]
    ),
    "dashboard_hidden_sheet.xlsx": book(
        [
            MEANS,
            Sheet(
                name="lookup",
                state="hidden",
                rows=[
                    ["subject_id", "name", "mrn"],
                    ["S000412", "Huxtable, Marlene", 10482213],
                    ["S000415", "Okonjo, Tobias", 10477109],
                ],
            ),
        ]
    ),
    "dashboard_very_hidden.xlsx": book(
        [
            MEANS,
            Sheet(
                name="_cfg",
                state="veryHidden",
                rows=[["k", "v"], ["last_pt", "219-47-8830"], ["last_ip", "192.0.2.17"]],
            ),
        ]
    ),
    "means_with_comments.xlsx": book(
        [
            Sheet(
                name="means",
                rows=MEANS.rows,
                links=[related("comments", "../comments1.xml")],
            )
        ],
        parts={
            "xl/comments1.xml": (
                f'{HEAD}<comments xmlns="{SHEET}"><authors><author>Jorinde Doe</author></authors>'
                '<commentList><comment ref="C3" authorId="0"><text><r><t>without Drummel </t></r>'
                "<r><t>(fell on 14 May, see A24-77120-K)</t></r></text></comment></commentList>"
                "</comments>"
            )
        },
    ),
    "defined_names.xlsx": book(
        [MEANS],
        after=(
            '<definedNames><definedName name="Pat_Natsuno_Emi">means!$C$3</definedName>'
            '<definedName name="contact" hidden="1">"503-555-0178"</definedName></definedNames>'
        ),
    ),
    "author_and_path.xlsx": book(
        [MEANS],
        Properties(creator="jdoe", modified_by="Odile Kessler", company="Brightwater Star LLC"),
        before=(
            '<workbookPr/><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
            'markup-compatibility/2006"><mc:Choice Requires="x15" xmlns:x15="http://schemas.'
            'microsoft.com/office/spreadsheetml/2010/11/main"><x15ac:absPath '
            'url="C:\\Users\\jdoe\\OneDrive\\patients\\Q1\\" xmlns:x15ac="http://schemas.'
            'microsoft.com/office/spreadsheetml/2010/11/ac"/></mc:Choice></mc:AlternateContent>'
        ),
    ),
    "external_link.xlsx": book(
        [MEANS],
        parts={
            "xl/externalLinks/externalLink1.xml": (
                f'{HEAD}<externalLink xmlns="{SHEET}"><externalBook xmlns:r="{OFFICE}/relationships'
                '" r:id="rId1"><sheetNames><sheetName val="2024-03 Eagle"/></sheetNames>'
                '<sheetDataSet><sheetData sheetId="0"><row r="2"><cell r="A2" t="str">'
                '<v>Tressler, Owen</v></cell><cell r="B2"><v>27</v></cell></row></sheetData>'
                "</sheetDataSet></externalBook></externalLink>"
            ),
            "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
                [
                    related(
                        "externalLinkPath",
                        "file:///\\\\fs01.example.org\\pat\\jdoe\\Patientenliste%202024.xlsx",
                    )
                ]
            ),
        },
        links=[related("externalLink", "externalLinks/externalLink1.xml")],
        after='<externalReferences><externalReference r:id="rId3"/></externalReferences>',
    ),
    "pivot_leftover.xlsx": book(
        [MEANS],
        parts={
            CACHE: (
                f'{HEAD}<pivotCacheDefinition xmlns="{SHEET}" xmlns:r="{OFFICE}/relationships" '
                'r:id="rId1" refreshedBy="jdoe" recordCount="3"><cacheSource type="worksheet">'
                '<worksheetSource ref="A1:C4" sheet="raw"/></cacheSource><cacheFields count="3">'
                '<cacheField name="Name"><sharedItems count="3"><s v="Fennimore, Adela"/>'
                '<s v="Ashgrove, Philippa"/><s v="Valkova, Irina"/></sharedItems></cacheField>'
                '<cacheField name="Day"><sharedItems/></cacheField>'
                '<cacheField name="PHQ-9"><sharedItems/></cacheField></cacheFields>'
                "</pivotCacheDefinition>"
            ),
            "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": relations(
                [related("pivotCacheRecords", "pivotCacheRecords1.xml")]
            ),
            "xl/pivotCache/pivotCacheRecords1.xml": (
                f'{HEAD}<pivotCacheRecords xmlns="{SHEET}" count="3">'
                '<r><x v="0"/><n v="0"/><n v="17"/></r><r><x v="1"/><n v="0"/><n v="22"/></r>'
                '<r><x v="2"/><n v="7"/><n v="14"/></r></pivotCacheRecords>'
            ),
        },
        links=[related("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml")],
        after='<pivotCaches><pivotCache cacheId="1" r:id="rId3"/></pivotCaches>',
    ),
    "orphan_strings.xlsx": book(
        [MEANS],
        parts={
            "xl/sharedStrings.xml": (
                f'{HEAD}<sst xmlns="{SHEET}"><si><t>week</t></si><si><t>1ZZKT81A8RB048221</t></si>'
                "<si><r><t>Hérissey </t></r><r><t>Loïc</t></r></si>"
                "<si><t>loic.h@example.org</t></si></sst>"
            )
        },
        links=[related("sharedStrings", "sharedStrings.xml")],
    ),
    "hidden_column.xlsx": book(
        [
            Sheet(
                name="by week",
                before='<cols><col min="4" max="4" width="0" hidden="1"/></cols>',
                rows=[
                    ["week", "n", "mean", "ids"],
                    [0, 212, 17.1, "10482213; 10477109; 10490056"],
                    [4, 188, 10.9, "10391870; 10482977"],
                    [12, 151, 9.4, (37044826, INVISIBLE_STYLE)],
                ],
            )
        ]
    ),
    "chart_cache.xlsx": book(
        [
            Sheet(
                name="chart",
                rows=[["see chart"]],
                after='<drawing r:id="rId1"/>',
                links=[related("drawing", "../drawings/drawing1.xml")],
            )
        ],
        parts={
            "xl/drawings/drawing1.xml": DRAWN,
            "xl/drawings/_rels/drawing1.xml.rels": relations(
                [related("chart", "../charts/chart1.xml")]
            ),
            "xl/charts/chart1.xml": chart(
                "[gone.xlsx]raw",
                ["Tobias O.", "Adela F.", "Owen T.", "Irina V."],
                [-12, 3, -18, -7],
            ),
        },
    ),
    "list_and_header.xlsx": book(
        [
            Sheet(
                name="entry",
                rows=[["patient", "score"], [None, None]],
                after=(
                    '<dataValidations count="1"><dataValidation type="list" sqref="A2">'
                    '<formula1>"Huxtable M,Okonjo T,Quill B"</formula1></dataValidation>'
                    "</dataValidations><headerFooter><oddHeader>&amp;LBrightwater Eagle&amp;R"
                    "fax 208-555-0117</oddHeader></headerFooter>"
                ),
            )
        ]
    ),
}

CLEAN: dict[str, bytes] = {
    "means.xlsx": book([MEANS], Properties(title="Means by week")),
    "codebook.xlsx": book(
        [
            Sheet(
                name="items",
                rows=[
                    ["code", "loinc", "range", "version"],
                    ["phq9_total", "44261-6", "0-27", "1.2.3"],
                    ["gad7_total", "70274-6", "0-21", "1.2.3"],
                    ["route", "", "IV/IM/SL", "2.0.0"],
                ],
            ),
            Sheet(name="lists", state="hidden", rows=[["IV"], ["IM"], ["SL"], ["IN"]]),
        ]
    ),
    "response_pivot.xlsx": book(
        [Sheet(name="response", rows=[["arm", "n", "%"], ["0.5", 148, 61.5], ["1.0", 64, 59.4]])],
        after='<definedNames><definedName name="threshold">0.5</definedName></definedNames>',
    ),
    "with_comment.xlsx": book(
        [Sheet(name="means", rows=MEANS.rows, links=[related("comments", "../comments1.xml")])],
        parts={
            "xl/comments1.xml": (
                f'{HEAD}<comments xmlns="{SHEET}"><authors><author>Author</author></authors>'
                '<commentList><comment ref="C3" authorId="0"><text><t>week 4 is day 22 to 35</t>'
                "</text></comment></commentList></comments>"
            )
        },
    ),
    "chart.xlsx": book(
        [
            Sheet(
                name="chart",
                rows=MEANS.rows,
                after='<drawing r:id="rId1"/>',
                links=[related("drawing", "../drawings/drawing1.xml")],
            )
        ],
        parts={
            "xl/drawings/drawing1.xml": DRAWN,
            "xl/drawings/_rels/drawing1.xml.rels": relations(
                [related("chart", "../charts/chart1.xml")]
            ),
            "xl/charts/chart1.xml": chart("chart", ["week 0", "week 4", "week 12"], [17, 11, 9]),
        },
    ),
}
