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


_HEX_START = r"(?i)(?<![0-9a-z])(?:0x|\\x|x')?"
_HEX_NEEDS = (
    "(?i)ffd8ff|89504e47|47494638|49492a00|4d4d002a|25504446|52494646|424d|464d52|464952|494952|464143|494433"
    "|4f676753|664c6143"
)


MEDIA_DETECTORS: tuple[Detector, ...] = (
    _image("picture in base64", r"(?<![\w+/])UklG[\w+/]{8}RUJQ[\w+/=]*", needs="UklG"),
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
    _image(
        "recording in hexadecimal digits",
        rf"{_HEX_START}(?:52494646[0-9a-f]{{8}}57415645|494433|4f676753|664c6143|52494646(?![0-9a-f]{{8}}57454250))[0-9a-f]{{12,}}",
        element=16,
        needs=_HEX_NEEDS,
    ),
    _image(
        "fingerprint record in hexadecimal digits",
        rf"{_HEX_START}(?:464d52|464952|494952|464143)00[0-9a-f]{{8,}}",
        element=16,
        needs=_HEX_NEEDS,
    ),
    _image(
        "picture in hexadecimal digits",
        rf"{_HEX_START}(?:ffd8ff|89504e47|47494638|49492a00|4d4d002a|25504446|52494646[0-9a-f]{{8}}57454250|424d)[0-9a-f]{{12,}}",
        needs=_HEX_NEEDS,
    ),
    _image(
        "picture as escaped bytes",
        r"(?i)(?:\\x)?ff[ :\\x]{1,2}d8[ :\\x]{1,2}ff|\\x89PNG|(?:0x)?89[ :]50[ :]4e[ :]47|\\xff\\xd8",
        needs=r"(?i)ff|PNG|89",
    ),
    _image("drawing", r"<svg[\s>]", needs="<svg"),
    _image(
        "sequence of genes", r"(?<![A-Za-z])[ACGTN]{24,}(?![A-Za-z])", element=16, needs="[ACGT]{4}"
    ),
    _image(
        "markers of genes",
        r"(?<!\w)D(?:1?\d|2[0-2]|X|Y)S\d{2,4}\s?[:=]\s?\d{1,2}(?:\.\d)?\s?[,/|-]\s?\d{1,2}",
        element=16,
        needs="D[0-9XY]",
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
        r"(?<![\w.])[\w()~-]{1,120}\.(?i:jpe?g|png|gif|bmp|tiff?|heic|heif|webp|dcm|dicom|raw|mp4|mov|avi|arw|cr[23]|nef|dng|orf|rw2|jp2|jxl|avif|mgz|nii(?:\.gz)?|mkv|webm|stl)"
        r"(?!\w)",
        needs=r"(?i)\.(jp|jx|png|gif|bmp|tif|hei|web|dcm|dic|raw|mp4|mov|av|arw|cr|nef|dng|orf|rw2|mgz|nii|mkv|stl)",
    ),
    _image(
        "path of a picture",
        r"(?i)(?:^|(?<=[/\\\s\"'=]))(?:img|imgs|images?|photos?|pics?|pictures?|faces?|portraits?|selfies?|headshots?|mugshots?|avatars?|fotos?|bilder|dcim|camera|scans?|webcam)[/\\][\w./\\-]+",
        needs=r"[/\\]",
    ),
    _image(
        "name of a picture file",
        r"(?<![\w.])(?:IMG|DSC|DSCN|DSCF|PXL|DCIM|WIN|VID|MVIMG|PANO|Screenshot|Photo)[-_ ]?\d{4,8}(?:[-_]\d{3,9})?(?!\w)",
        needs="IMG|DSC|PXL|DCIM|WIN|VID|PANO|Screen|Photo",
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
