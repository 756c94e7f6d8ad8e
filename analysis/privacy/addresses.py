"""Finding addresses: streets of several languages with a number, and post office boxes."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.detector import Detector, place_detector

__all__ = ["ADDRESS_DETECTORS"]

_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_WORD = rf"[{_UPPER}](?:[{_LOWER}]+|['’][{_UPPER}][{_LOWER}]+|\.)(?:[-'’][{_UPPER}{_LOWER}]+)*"
_GAP = r"[ \t\u00a0]+"
_OPTIONAL_GAP = r"[ \t\u00a0]?"
_US_STREET = (
    "Street|St|Avenue|Ave|Av|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Circle|Cir|Way|Place|Pl|"
    "Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Trail|Trl|Square|Sq|Loop|Alley|Crescent|Close|Gardens|Row|Mews|"
    "Plaza|Turnpike|Pike|Expressway|Run|Ridge|Grove|Hill|Broadway|Route|Rte|Wharf|Quay"
)
_UNIT = (
    r"(?:,?\s+(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Bldg|Room|Rm|No|Flat|#)\.?\s?#?\s?[\w-]+)?"
)
_GERMAN_STREET = "straße|strasse|str\\.|weg|allee|platz|gasse|ring|damm|ufer|chaussee|steig|graben|markt|hof|berg|stieg|pfad"
_ROMANCE_STREET = (
    "rue|avenue|av\\.|boulevard|bd|blvd|place|allée|allee|chemin|impasse|quai|route|cours|passage|square|"
    "faubourg|calle|c/|avenida|avda\\.?|plaza|paseo|camino|carretera|ronda|travesía|callejón|via|viale|piazza"
)

ADDRESS_DETECTORS: tuple[Detector, ...] = (
    place_detector(
        "street address",
        rf"(?<![\w/.-])\d{{1,6}}[A-Za-z]?(?:[-/]\d+)?{_GAP}(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?{_GAP})?"
        rf"(?:(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th)|[A-Z]{{2,}}|of|the|de|la|del){_GAP}){{1,4}}(?:(?i:{_US_STREET}))(?!\w)\.?"
        rf"(?:{_GAP}(?:N|S|E|W|NE|NW|SE|SW)(?!\w))?(?i:{_UNIT})",
        lambda m: not re.search(r"(?i)\b(?:mg|ml|weeks?|days?|sessions?|hours?|minutes?)\b", m[0]),
    ),
    place_detector(
        "street address",
        rf"(?<![\w/.-])\d{{2,6}}{_GAP}(?:(?:N|S|E|W|North|South|East|West)\.?{_GAP})?(?:Broadway|Highway{_GAP}\d+|"
        rf"(?:County{_GAP})?(?:Road|Route|Hwy|Rte){_GAP}\d+|Avenue{_GAP}[A-Z])(?!\w)(?i:{_UNIT})",
    ),
    place_detector(
        "street address",
        rf"(?<!\w)(?:{_WORD}[- ]){{0,3}}(?:[{_UPPER}][{_LOWER}]*(?:{_GERMAN_STREET})|(?:Straße|Strasse|Str\.|Weg|Allee|Platz|Gasse|(?<=-)(?:Ring|Damm|Ufer|Chaussee|Markt|Hof|Graben|Steig))"
        rf"(?:{_GAP}(?:der|des|am|{_WORD}))*)\s?\d{{1,4}}\s?[a-zA-Z]?(?:\s?[-–]\s?\d+)?(?!\w|[.,]\d)",
    ),
    place_detector(
        "street address",
        rf"(?<!\w)(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter der|Vor dem|Alte[rs]?|Neue[rs]?){_GAP}"
        rf"(?!Jahr|Monat|Alter|Tag)[{_UPPER}][{_LOWER}]{{3,}}{_GAP}\d{{1,3}}\s?[a-z]?(?=\s*(?:,|;|$|\s\d{{5}}))",
    ),
    place_detector(
        "street address",
        rf"(?<![\w/.-])\d{{1,5}}(?:\s?(?:bis|ter|quater|[A-D]))?,?{_GAP}(?i:{_ROMANCE_STREET})(?:{_GAP}(?:de|du|des|la|le|les|l['’]|d['’]|"
        rf"et|en|sur|Saint|{_WORD}|[dl]['’]{_WORD}|\d{{1,2}})){{1,6}}",
    ),
    place_detector(
        "street address",
        rf"(?<!\w)(?i:{_ROMANCE_STREET}){_OPTIONAL_GAP}(?:(?:de|del|la|las|los|el|y|di|{_WORD}){_OPTIONAL_GAP}){{1,6}},?{_OPTIONAL_GAP}(?:n[.º°úm]*\s?)?\d{{1,5}}(?:\s?[A-Z])?(?:,?\s?\d[ºª°o](?:\s?[A-Z])?)?(?!\w|[.]\d)",
    ),
    place_detector(
        "post office box",
        r"(?i)(?<!\w)(?:P\.?\s?O\.?\s?Box|Post Office Box|POB|Postfach|Apartado(?: de correos)?|Apdo\.?|Boîte postale|Casilla|Locked Bag|Private Bag|C\.?P\.? Box)\s*(?:n[°º]|no\.?|#)?\s*\d[\d\s]*\d*",
    ),
    place_detector(
        "post office box",
        r"(?i)(?<!\w)(?:RR|HC|Rural Route|Route|Rte)\.?\s?#?\d+,?\s+Box\s+#?\d+"
        r"|(?<!\w)(?:apt|apartment|suite|ste)\.?\s?#?\d+[a-z]?(?!\w)",
    ),
)
"""Detectors of element 2 in streets and boxes."""
