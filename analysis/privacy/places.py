"""Finding places smaller than a state: coordinates, roads, stations, cities, counties."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.addresses import ADDRESS_DETECTORS
from analysis.privacy.detector import Detector, place_detector
from analysis.privacy.institutions import INSTITUTION_DETECTORS
from analysis.privacy.lexicon import alternatives, read_list, word_set
from analysis.privacy.postcodes import POSTCODE_DETECTORS

__all__ = ["PLACE_DETECTORS"]

_PLACES = read_list("places")
_STATE_CODES = alternatives(_PLACES["states"])
_STATES = alternatives([*_PLACES["states"], *_PLACES["states"].values()])
_SHORT = {"Fort ": ("Ft ", "Ft. "), "Saint ": ("St ", "St. "), "Mount ": ("Mt ", "Mt. ")}
_CITY = alternatives(
    [
        *_PLACES["cities"],
        *(
            short + city.removeprefix(long)
            for city in _PLACES["cities"]
            for long, shorts in _SHORT.items()
            if city.startswith(long)
            for short in shorts
        ),
    ]
)
_ANY_CITY = alternatives([*_PLACES["cities"], *_PLACES["cities_also_words"]])
_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_WORD = rf"[{_UPPER}](?:[{_LOWER}]+|['’][{_UPPER}][{_LOWER}]+|\.)(?:[-'’][{_UPPER}{_LOWER}]+)*"
_GAP = r"[ \t\u00a0]+"
_LIVING = (
    r"(?:lives?|living|lived|resid(?:es?|ing|ent)|based|born|raised|grew up|stay(?:s|ing)?|located|works?|working)\s+"
    r"(?:in|at|near|outside(?: of)?|of)|(?:moved|relocat\w+|travell?ed|travels|commutes?|drove|drives|flew|returned|"
    r"referred|went|transferred)\s+(?:to|from|in from)|(?:comes?|came|originally|native|hails)\s+(?:from|of)|"
    r"hometown(?: of| is|:)?|(?:city|town|village|place of birth|birthplace|Wohnort|Ort|Geburtsort|ville|ciudad|lugar)"
    r"(?:\s?[:=]| of| is)|wohnt\s+in|wohnhaft\s+in|aus\s+der\s+Stadt|lebt\s+in|zieht\s+nach|gezogen\s+nach|kommt\s+aus|"
    r"geboren\s+in|(?:habite|vit|née?|domiciliée?|réside|demeurant)\s+à|(?:vive|reside|nació|nacid[oa]|domicilio|"
    r"trabaja)\s+en|se mudó a|procedente de|vient de"
)


def _is_no_region(match: re.Match[str]) -> bool:
    """Leave states, countries and months alone."""
    name = match["value"].casefold()
    large = {state.casefold() for state in _PLACES["states"].values()}
    large |= word_set("places", "countries") | word_set("dates", "months")
    large |= word_set("look_alikes", "clinical_words")
    return name not in large and name.split()[0] not in large


def _on_globe(match: re.Match[str]) -> bool:
    """Accept latitude and longitude that exist; near the equator two estimates look alike."""
    return 10 <= abs(float(match["lat"])) <= 90 and abs(float(match["lon"])) <= 180


_AREAS = (
    place_detector(
        "corner of streets",
        rf"(?<!\w)(?i:(?:corner|intersection|crossing) of)\s(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th))\s(?:and|&)\s(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th))"
        rf"|(?<!\w)\d{{1,3}}(?:st|nd|rd|th)\s(?:and|&|at)\s(?!(?:Week|Day|Session|Visit|Infusion|Dose)\b){_WORD}",
        needs="[A-Z0-9]",
    ),
    place_detector(
        "road",
        r"(?<!\w)(?:I-\d{1,3}|(?i:exit) \d{1,3}[A-Z]?(?= (?:of|on|off)\b)|(?:Route|Rte\.?|Hwy\.?|Highway|Interstate|US|County Road) \d{1,3})(?!\w|[.,/-]\d)",
    ),
    place_detector(
        "room or ward",
        r"(?i)(?<!\w)(?:room|rm\.?|zimmer|chambre|habitación)\s(?:no\.?\s|#)?\d{3,4}[a-z]?(?!\w|[.,]\d)"
        r"|(?<!\w)(?:ward|station|building|bldg\.?)\s(?:no\.?\s|#)?\d{1,3}[a-z]?(?!\w|[.,]\d)",
    ),
    place_detector("census tract", r"(?i)(?<!\w)census tract\s#?\d[\d.]{2,}"),
    place_detector(
        "coordinates",
        r"(?<!\w)[NS]\s?\d{1,2}[°\s]\s?\d{1,2}\.\d+['’′]?[\s,;]+[EWO]\s?\d{1,3}[°\s]\s?\d{1,2}\.\d+['’′]?",
        raw=True,
    ),
    place_detector(
        "plus code",
        r"(?<![\w+])[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,4}(?![\w+])",
        lambda m: any(map(str.isdigit, m[0])) and any(map(str.isalpha, m[0])),
        needs=r"\+",
        raw=True,
    ),
    place_detector(
        "coordinates",
        r"(?<![\w.])(?P<lat>[+-]?\d{1,2}\.\d{3,})\s?°?\s?[NS]?\s?[,;\s]\s?(?P<lon>[+-]?\d{1,3}\.\d{3,})\s?°?\s?[EWO]?(?!\w|\.\d)",
        _on_globe,
        raw=True,
    ),
    place_detector(
        "coordinates",
        r"(?<!\w)[NSns]?\s?\d{1,3}\s?°\s?\d{1,2}(?:\.\d+)?\s?['’′](?:\s?\d{1,2}(?:[.,]\d+)?\s?(?:[\"”″]|''))?\s?[NSEWO]?",
        raw=True,
        needs="°",
    ),
    place_detector(
        "coordinates", r"(?<!\w)[NS]?\s?\d{1,3}\.\d{2,}\s?°\s?[NSEWO]?", raw=True, needs="°"
    ),
    place_detector(
        "coordinates",
        r"(?i)(?<!\w)(?:geo:|lat(?:itude)?|lon(?:g(?:itude)?)?|lng|breitengrad|längengrad)[\s:=]*[+-]?\d{1,3}\.\d{2,}",
        raw=True,
    ),
    place_detector(
        "coordinates",
        r"(?i)POINT\s?\(\s?-?\d{1,3}\.\d+\s+-?\d{1,2}\.\d+\s?\)",
        raw=True,
        needs="(?i)point",
    ),
    place_detector(
        "city and state",
        rf"(?<!\w)(?P<value>(?:{_WORD}[ ]?){{1,3}},\s?{_STATE_CODES})(?![\w-])",
        needs=",",
        accept=lambda m: (
            m["value"].split(",")[0].strip().casefold()
            not in word_set("look_alikes", "clinical_words")
        ),
    ),
    place_detector(
        "city and state",
        rf"(?<!\w){_ANY_CITY},?\s(?:{_STATES}|USA|UK|Germany|Deutschland|France|Frankreich|Spain|España|Canada|England)(?!\w)",
        needs="[A-Z]",
    ),
    place_detector(
        "county",
        rf"(?<!\w)(?P<value>(?:(?:{_WORD}|[A-Z]{{2,}})[ ]){{1,3}}(?:County|Parish|Borough|Township|Census Area|Precinct|District))(?!\w)",
        _is_no_region,
        needs="County|Parish|Borough|Township|Area|Precinct|District",
    ),
    place_detector(
        "county",
        rf"(?<!\w)(?:County|Landkreis|Kreis|Stadtkreis|Bezirk|Regierungsbezirk|Gemeinde|Kanton|Département(?: de l['’]| du| de la| des| de)?|Arrondissement(?: de)?|Comté d[eu]|Condado de|Provincia de|Municipio de|Comarca de|Borough of|City of|Town of|Village of|Stadt)[ ]{_WORD}(?:[- ]{_WORD})?",
        needs="[A-Z]",
    ),
    place_detector(
        "city",
        rf"(?i:{_LIVING})\s+(?:the\s+)?(?P<value>{_WORD}(?:[ -](?:{_WORD}|am|an|der|sur|la|les|de|del|upon|on))*)",
        _is_no_region,
        needs="[A-Z]",
    ),
    place_detector(
        "station or stop",
        rf"(?<!\w)(?i:tram|bus|train|metro|subway|underground|ferry|bike|S-Bahn|U-Bahn|Bahn|Zug|Straßenbahn|tramway|autobus|walked|walking|drove|driven|came|cycled|travell?ed|zu Fuß|à pied|andando)"
        rf"(?:[ ]?\d{{1,4}}[A-Z]?|[ ][A-Z]\d{{0,2}})?(?:[ ](?i:from|to|via|at|near|over from|in from|von|aus|ab|nach|bis|über|de|depuis|jusqu['’]à|vers|desde|hasta|a))?[ ](?P<value>{_WORD}(?:[ -]{_WORD})*)",
        _is_no_region,
        needs="[A-Z]",
    ),
    place_detector(
        "city",
        rf"(?<![\w-]){_CITY}(?:-{_WORD})?(?![\w-]|['’]s (?:disease|syndrome))",
        needs="[A-Z]",
    ),
    place_detector("city", rf"(?i){_CITY}", whole=True, needs="[A-Za-z]"),
    place_detector(
        "city",
        rf"(?i){_ANY_CITY}",
        whole=True,
        needs="[A-Za-z]",
        accept=lambda m: (
            m[0].casefold()
            not in {
                "orange",
                "nice",
                "mobile",
                "reading",
                "normal",
                "surprise",
                "enterprise",
                "independence",
                "washington",
                "victoria",
                "montgomery",
                "hamilton",
                "columbia",
            }
        ),
    ),
)

PLACE_DETECTORS: tuple[Detector, ...] = (
    *ADDRESS_DETECTORS,
    *POSTCODE_DETECTORS,
    *INSTITUTION_DETECTORS,
    *_AREAS,
)
"""Detectors of element 2."""
