"""Planted columns of elements 16 and 17: marks of the body, faces and comparable pictures."""

from __future__ import annotations

import base64

from tests.privacy.second_corpus.columns import (
    HINTS,
    MISLEADS,
    SAYS,
    SILENT,
    Plan,
    plant,
    sprinkle,
)
from tests.privacy.second_corpus.dice import Dice
from tests.privacy.second_corpus.people import FIRST, LAST, iso_day, note

HEX = "0123456789abcdef"
JPEG_START = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
PNG_START = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def finger_template(dice: Dice) -> str:
    """Give the start of a finger record (ISO/IEC 19794-2) in base 64."""
    return base64.b64encode(b"FMR\x00 20\x00" + dice.raw(48)).decode()


def vector(dice: Dice, length: int = 12) -> str:
    """Give the numbers by which a program knows a face or a voice again."""
    signs = ("", "-")
    numbers = (f"{dice.pick(signs)}0.{dice.text(4)}" for _ in range(length))
    return "[" + ", ".join(numbers) + "]"


def repeats(dice: Dice) -> str:
    """Give short tandem repeats, as a laboratory names them."""
    places = ("D3S1358", "vWA", "FGA", "TH01", "D8S1179")
    return "; ".join(f"{place} {dice.between(9, 15)},{dice.between(14, 19)}" for place in places)


def picture(start: bytes, dice: Dice) -> str:
    """Give the first bytes of a picture in base 64."""
    return base64.b64encode(start + dice.raw(60)).decode()


def camera_file(dice: Dice) -> str:
    """Give the name that a camera or a telephone gives a picture."""
    return dice.pick(
        (
            f"IMG_{dice.text(4)}.JPG",
            f"IMG_{dice.text(4)}.HEIC",
            f"DSC0{dice.text(4)}.jpg",
            f"PXL_{iso_day(dice).replace('-', '')}.jpg",
        )
    )


def bodies() -> list[Plan]:
    """Plan columns of element 16."""
    return [
        plant(16, "fingerprint_template", SAYS, "Templates of finger prints.", finger_template),
        plant(16, "iris_code", SAYS, "Codes of the iris.", lambda d: d.text(64, HEX)),
        plant(16, "Voice print", SAYS, "Voice prints are named in the rule.", vector),
        plant(16, "face_embedding", SAYS, "Numbers by which a program knows a face again.", vector),
        plant(
            16,
            "Fingerabdruck",
            SAYS,
            "German header; hashes of finger prints.",
            lambda d: f"sha256:{d.text(40, HEX)}",
        ),
        plant(
            16,
            "palm_enroll",
            HINTS,
            "Enrolments of a palm scanner at the medicine cabinet.",
            lambda d: d.shape("PV-####-") + d.text(16, HEX),
        ),
        plant(16, "col20", SILENT, "Finger records under an empty header.", finger_template),
        plant(
            16,
            "tpl",
            SILENT,
            "Iris codes under three letters.",
            lambda d: f"IRIS|{d.text(48, HEX)}",
        ),
        plant(16, "lab_extra", MISLEADS, "A DNA profile among the laboratory values.", repeats),
        plant(
            16,
            "consent",
            MISLEADS,
            "The thumb's print stands where a signature should.",
            lambda d: f"R thumb, {d.between(24, 60)} minutiae, {finger_template(d)[:28]}",
        ),
        sprinkle(
            16,
            "identity_check",
            HINTS,
            "Some checks carry the score and number of the print.",
            lambda d: f"voiceprint vp-{d.text(8, HEX)} match 0.{d.text(2)}",
            lambda d: d.pick(("photo ID", "two identifiers", "wristband")),
        ),
    ]


def pictures() -> list[Plan]:
    """Plan columns of element 17."""
    return [
        plant(
            17,
            "photo",
            SAYS,
            "Pictures of patients in base 64.",
            lambda d: f"data:image/jpeg;base64,{picture(JPEG_START, d)}",
        ),
        plant(17, "Patient picture file", SAYS, "Names of picture files.", camera_file),
        plant(
            17,
            "foto_url",
            SAYS,
            "Links to portraits.",
            lambda d: f"https://img.example.org/pt/{d.text(6)}/face.jpg",
        ),
        plant(
            17,
            "id_scan",
            SAYS,
            "Scans of identity cards show the face.",
            lambda d: f"scans/{d.text(5)}_id_front.pdf",
        ),
        plant(
            17,
            "portrait_path",
            SAYS,
            "Paths to portraits.",
            lambda d: f"P:\\Media\\Portraits\\{d.pick(LAST)}_{d.pick(FIRST)[0]}.png",
        ),
        plant(
            17,
            "selfie",
            SAYS,
            "Pictures that patients take for a tele-visit.",
            camera_file,
            blanks=0.4,
        ),
        plant(
            17,
            "session_video",
            HINTS,
            "Films of a session show the face.",
            lambda d: f"cam2_{iso_day(d)}_{d.text(4)}.mp4",
        ),
        plant(
            17,
            "col17",
            SILENT,
            "Pictures in base 64 under an empty header.",
            lambda d: picture(PNG_START, d),
        ),
        plant(
            17,
            "blob",
            SILENT,
            "Pictures as hexadecimal bytes of a database.",
            lambda d: f"0x{(JPEG_START + d.raw(30)).hex().upper()}",
        ),
        plant(
            17,
            "mri_series",
            MISLEADS,
            "Head scans from which a face can be rebuilt.",
            lambda d: f"T1_head_noDeface_{d.text(5)}.dcm",
        ),
        sprinkle(
            17,
            "injection_site",
            MISLEADS,
            "Some cells point at a picture of the patient.",
            lambda d: f"rash on face, photo {camera_file(d)}",
            lambda d: d.pick(("L deltoid", "R deltoid", "L glute", "R glute")),
        ),
        sprinkle(
            17,
            "notes_5",
            SILENT,
            "A portrait is named in one comment of ten.",
            lambda d: f"full face pic in {camera_file(d)}",
            note,
        ),
    ]


def plans() -> list[Plan]:
    """Plan the columns of elements 16 and 17."""
    return [*bodies(), *pictures()]
