"""Pictures of the corpus: what they show, and what is written beside the pixels."""

from __future__ import annotations

from tests.privacy.corpus.picture_writer import (
    chart_picture,
    face_picture,
    international_text,
    packed_text,
    place_of_camera,
    text,
)

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>{creator}</rdf:li>'
    "</rdf:Seq></dc:creator><dc:description>{description}</dc:description></rdf:Description>"
    "</rdf:RDF></x:xmpmeta>"
)
ROWS = "subject_id,rel_day,score\nS000412,0,31\nS000412,7,24\nS000415,-1,36\n"

LEAKY: dict[str, bytes] = {
    "fig1_author.png": chart_picture([text("Author", "Jorinde Doe, Brightwater Eagle")]),
    "fig2_xmp.png": chart_picture(
        [
            international_text(
                "XML:com.adobe.xmp",
                XMP.format(creator="jdoe", description="Course of Fennimore, Adela, 02.04.2024"),
            )
        ]
    ),
    "fig3_packed.png": chart_picture([packed_text("Comment", ROWS)]),
    "fig4_place.png": chart_picture([place_of_camera((43, 36, 54), (116, 12, 8))]),
    "fig5_tail.png": chart_picture() + ROWS.encode(),
    "fig6_source.png": chart_picture(
        [
            text("Software", "Matplotlib 3.9"),
            text("Source", "C:\\Users\\jdoe\\clinics\\nampa\\mrn_10477109\\course.py"),
        ]
    ),
    "images/f0471.png": face_picture(),
}

CLEAN: dict[str, bytes] = {
    "response_by_visit.png": chart_picture([text("Software", "Matplotlib version 3.9.2")]),
    "remission.png": chart_picture([text("Title", "Remission at week 4, n = 148")]),
    "images/logo.png": chart_picture(),
}
