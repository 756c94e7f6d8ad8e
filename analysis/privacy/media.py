"""Finding pictures, documents, voices, digests and tokens: what is no text though it is written so."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.detector import Detector

__all__ = ["MEDIA_DETECTORS"]

_BASE64 = r"[A-Za-z0-9+/_-]{12,}={0,2}"


def _image(kind: str, pattern: str, *, element: int = 17, needs: str) -> Detector:
    """Make a detector of the text as it is."""
    return Detector(element=element, kind=kind, pattern=re.compile(pattern), raw=True, needs=needs)


MEDIA_DETECTORS: tuple[Detector, ...] = (
    _image(
        "voice or other recording",
        rf"data:(?:audio|video)/[\w.+-]+(?:;[\w=-]+)*,{_BASE64}|(?<![\w+/])(?:UklGR|T2dnUw|SUQz|ZkxhQ)"
        rf"{_BASE64}",
        element=16,
        needs="data:|UklGR|T2dnUw|SUQz|ZkxhQ",
    ),
    _image(
        "fingerprint record", rf"(?<![\w+/])(?:Rk1SA|RklSA|SUlSA){_BASE64}", element=16, needs="SA"
    ),
    _image("embedded file", r"data:[\w.+-]+/[\w.+-]+(?:;[\w=-]+)*,\S{4,}", needs="data:"),
    _image(
        "picture or document in base64",
        r"(?<![\w+/])(?:iVBORw0KGgo|/9j/|R0lGOD[dl]h|JVBERi0|Qk[0-3][A-Za-z0-9+/]{3,5}AAAA|SUkqA|TU0AK|"
        rf"AAAA(?:IGZ0eXB|HGZ0eXB|GGZ0eXB))(?:{_BASE64}|[A-Za-z0-9+/=]*)",
        needs="iVBORw0KGgo|/9j/|R0lGOD|JVBERi0|Qk[0-3]|SUkqA|TU0AK|AAAA",
    ),
    _image(
        "DICOM picture in base64",
        r"A{160,}[A-Za-z0-9+/]{0,4}BESUNN[A-Za-z0-9+/=]*",
        needs="RElDT|BESUNN",
    ),
    _image("DICOM picture", r"\x00{16,}DICM|(?<!\w)DICM(?=[\x00-\x08])", needs="DICM"),
    _image(
        "name of a picture file",
        r"(?<![\w.])[\w()~-]{1,120}\.(?i:jpe?g|png|gif|bmp|tiff?|heic|heif|webp|dcm|dicom|raw|mp4|mov|avi)"
        r"(?!\w)",
        needs=r"(?i)\.(jp|png|gif|bmp|tif|hei|webp|dcm|dic|raw|mp4|mov|avi)",
    ),
    _image(
        "name of a sound file",
        r"(?<![\w.])[\w~()-]{1,120}\.(?i:wav|mp3|m4a|ogg|flac|aac)(?!\w)",
        element=16,
        needs=r"(?i)\.(wav|mp3|m4a|ogg|fla|aac)",
    ),
    Detector(
        element=18,
        kind="UUID",
        pattern=re.compile(
            r"(?<![\w-])\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
            r"\}?(?![\w-])"
        ),
        raw=True,
        needs="[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-",
    ),
    Detector(
        element=18,
        kind="digest",
        pattern=re.compile(
            r"(?<![\w+/])(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{56}|[0-9a-f]{40}|"
            r"[0-9a-f]{32}|[0-9A-F]{128}|[0-9A-F]{96}|[0-9A-F]{64}|[0-9A-F]{56}|[0-9A-F]{40}|"
            r"[0-9A-F]{32})(?![\w+/])"
        ),
        raw=True,
        needs="[0-9a-fA-F]{32}",
    ),
    Detector(
        element=18,
        kind="token",
        pattern=re.compile(
            r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}"
        ),
        raw=True,
        needs=r"eyJ|\$2",
    ),
)
"""Detectors of elements 16 to 18 in data that are written as text."""
