"""Pictures and archives that leak."""

from __future__ import annotations

from tests.privacy.second_corpus import pictures
from tests.privacy.second_corpus.outputs import (
    IDENTIFIER,
    IMAGE,
    ROWS,
    USER,
    Output,
    csv,
    leak,
    patients,
    trajectories,
)
from tests.privacy.second_corpus.packing import archive, gzip

BOTH = f"{IDENTIFIER}, {ROWS}"
README = "Tables by arm. Counts under eleven are hidden.\n"
ARTIST, DESCRIPTION = 0x013B, 0x010E


def vectors() -> list[Output]:
    """Make pictures of vectors."""
    rows = patients("svg", 9)
    lines = "".join(
        pictures.svg_line([float(row["phq9"]), 10, 6], f"{row['name']} {row['mrn']}")
        for row in rows
    )
    about = (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description>'
        "<dc:creator>Jeanette Thibodeaux</dc:creator><dc:source>C:\\Users\\jthibodeaux\\pts.csv"
        "</dc:source></rdf:Description></rdf:RDF></metadata>"
    )
    unseen = (
        '<g opacity="0">'
        + "".join(
            pictures.svg_text(20, 20 * at, f"{row['name']} {row['dob']}")
            for at, row in enumerate(rows, 1)
        )
        + "</g>"
    )
    plain = pictures.svg_line([21, 15, 12])
    return [
        leak(
            "pictures/lines.svg",
            pictures.svg(lines),
            BOTH,
            [1, 8],
            "One line for each patient with name and chart number as its title.",
        ),
        leak(
            "pictures/metadata.svg",
            pictures.svg(about + plain),
            f"{IDENTIFIER}, {USER}",
            [1],
            "The metadata name an author and a folder.",
        ),
        leak(
            "pictures/transparent.svg",
            pictures.svg(plain + unseen),
            BOTH,
            [1, 3],
            "Names and days of birth drawn without colour.",
        ),
        leak(
            "pictures/label.svg",
            pictures.svg(plain + pictures.svg_text(200, 60, "Mrs. Weiskopf, off 3/2/24")),
            IDENTIFIER,
            [1, 3],
            "An outlier is labelled with a name.",
        ),
    ]


def dots() -> list[Output]:
    """Make pictures of dots."""
    chart = pictures.bars([30, 22, 14])
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>Rashad Hargrove</dc:creator>'
        "<photoshop:Source>/Users/rhargrove/pts/00341127.csv</photoshop:Source></x:xmpmeta>"
    )
    return [
        leak(
            "pictures/author.png",
            pictures.png(chart, {"Author": "Malik Stankiewicz"}),
            IDENTIFIER,
            [1],
            "A text chunk names the author.",
        ),
        leak(
            "pictures/comment.png",
            pictures.png(chart, {"Comment": "from /home/mstankiewicz/kt/pts_named.csv"}),
            USER,
            [],
            "A text chunk tells user and file.",
        ),
        leak(
            "pictures/xmp.png",
            pictures.png(chart, long_texts={"XML:com.adobe.xmp": xmp}),
            f"{IDENTIFIER}, {USER}",
            [1, 8],
            "XMP with author, folder and chart number.",
        ),
        leak(
            "pictures/exif.png",
            pictures.png(chart, exif=pictures.exif({DESCRIPTION: "Pt Carrington 2024-05-17"})),
            IDENTIFIER,
            [1, 3],
            "EXIF inside a PNG file describes a patient.",
        ),
        leak(
            "pictures/portrait_0412.png",
            pictures.png(pictures.face(64)),
            IMAGE,
            [17],
            "A face (a drawn stand-in), in a file that says so.",
        ),
        leak(
            "pictures/place.jpg",
            pictures.jpeg(pictures.exif({ARTIST: "Shauna's phone"}, place=(46, 92))),
            f"{IDENTIFIER}, {IMAGE}",
            [1, 2],
            "The telephone wrote where the picture was taken.",
        ),
        leak(
            "pictures/remark.jpg",
            pictures.jpeg(comment="rash, Hector Villanueva, day 2"),
            f"{IDENTIFIER}, {IMAGE}",
            [1, 17],
            "A remark inside the file names the patient.",
        ),
    ]


def archives() -> list[Output]:
    """Make archives."""
    inner = archive({"data/pts.csv": csv(patients("zip inner"))})
    return [
        leak(
            "archives/release.zip",
            archive({"README.md": README, "tables/raw.csv": csv(patients("zip"))}),
            BOTH,
            [1, 3, 4, 8],
            "A release in which the raw table was forgotten.",
        ),
        leak(
            "archives/nested.zip",
            archive({"README.md": README, "old.zip": inner}),
            BOTH,
            [1, 3, 4, 8],
            "The rows are in an archive within the archive.",
        ),
        leak(
            "archives/member_names.zip",
            archive({"Trujillo_Carmen_1961-03-14/scores.csv": "week,phq9\n0,21\n4,9\n"}),
            BOTH,
            [1, 3],
            "The folder is called after a patient and her day of birth.",
        ),
        leak(
            "archives/visits.csv.gz",
            gzip(csv(trajectories("gz", 15)).encode()),
            ROWS,
            [],
            "Single visits, packed.",
        ),
        leak(
            "archives/export.csv.gz",
            gzip(csv(patients("gz named")).encode()),
            BOTH,
            [1, 3, 4, 8],
            "Named rows, packed.",
        ),
    ]


def files() -> list[Output]:
    """Make all leaky pictures and archives."""
    return [*vectors(), *dots(), *archives()]
