"""Finding places smaller than a state: addresses, postcodes, cities, counties, coordinates, clinics."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re
from collections.abc import Callable

from analysis.privacy.detector import Detector
from analysis.privacy.lexicon import alternatives, read_list, small_zip3, word_set

__all__ = ["PLACE_DETECTORS"]

_PLACES = read_list("places")
_STATE_CODES = alternatives(_PLACES["states"])
_STATES = alternatives([*_PLACES["states"], *_PLACES["states"].values()])
_CITY = alternatives(_PLACES["cities"])
_ANY_CITY = alternatives([*_PLACES["cities"], *_PLACES["cities_also_words"]])
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
_CLINIC = (
    "Clinics?|Hospitals?|Medical Cent(?:er|re)|Health Cent(?:er|re)|Wellness Cent(?:er|re)|Treatment Cent(?:er|re)|"
    "Infusion Cent(?:er|re)|Surgery Cent(?:er|re)|Cent(?:er|re)|Infusions?|Health System|Healthcare|Health|Wellness|"
    "Medical Group|Medical Associates|Psychiatry|Psychiatric Associates|Institute|Surgery|Practice|Hospice|"
    "Pharmacy|Sanatorium|Infirmary|Medical School|University|Klinik(?:um)?|Krankenhaus|Spital|"
    "Praxis|Ambulanz|Apotheke|Tagesklinik|MVZ|Hôpital|Clinique|Clínica|Hospital|Sanatorio|Ambulatorio"
)
_GENERIC = frozenset(
    [
        "the",
        "our",
        "this",
        "that",
        "a",
        "an",
        "any",
        "each",
        "every",
        "per",
        "your",
        "their",
        "his",
        "her",
        "local",
        "general",
        "outpatient",
        "inpatient",
        "day",
        "pain",
        "ketamine",
        "esketamine",
        "infusion",
        "community",
        "rural",
        "urban",
        "academic",
        "medical",
        "mental",
        "behavioral",
        "behavioural",
        "primary",
        "care",
        "public",
        "private",
        "specialty",
        "home",
        "other",
        "another",
        "same",
        "new",
        "sleep",
        "emergency",
        "treatment",
        "surgery",
        "health",
        "wellness",
        "clinic",
        "hospital",
        "center",
        "centre",
        "psychiatric",
        "psychiatry",
        "physical",
        "world",
        "in",
        "at",
        "to",
        "from",
        "by",
        "die",
        "der",
        "das",
        "eine",
        "unsere",
        "universitäts",
        "la",
        "le",
        "una",
        "el",
        "l",
        "un",
        "une",
        "nuestra",
        "notre",
        "at",
        "and",
        "or",
        "veterans",
        "site",
        "referral",
        "main",
        "partner",
        "large",
        "small",
        "single",
        "multi",
        "patient",
        "participating",
        "teaching",
        "ho",
        "university",
        "state",
        "county",
        "city",
        "women",
        "children",
        "oral",
        "iv",
        "family",
        "for",
        "with",
        "of",
        "veterinary",
        "eye",
        "heart",
        "cancer",
        "dental",
    ]
)
_LIVING = (
    r"(?:lives?|living|lived|resid(?:es?|ing|ent)|based|born|raised|grew up|stay(?:s|ing)?|located|works?|working)\s+"
    r"(?:in|at|near|outside(?: of)?|of)|(?:moved|relocat\w+|travell?ed|travels|commutes?|drove|drives|flew|returned|"
    r"referred|went|transferred)\s+(?:to|from|in from)|(?:comes?|came|originally|native|hails)\s+(?:from|of)|"
    r"hometown(?: of| is|:)?|(?:city|town|village|place of birth|birthplace|Wohnort|Ort|Geburtsort|ville|ciudad|lugar)"
    r"(?:\s?[:=]| of| is)|wohnt\s+in|wohnhaft\s+in|aus\s+der\s+Stadt|lebt\s+in|zieht\s+nach|gezogen\s+nach|kommt\s+aus|"
    r"geboren\s+in|(?:habite|vit|née?|domiciliée?|réside|demeurant)\s+à|(?:vive|reside|nació|nacid[oa]|domicilio|"
    r"trabaja)\s+en|se mudó a|procedente de|vient de"
)


def _is_british(match: re.Match[str]) -> bool:
    """Accept a postcode of an area that exists."""
    area = re.match(r"[A-Za-z]+", match["value"])
    return area is not None and area[0].casefold() in word_set("places", "uk_postcode_areas")


def _is_small_area(match: re.Match[str]) -> bool:
    """Accept three digits of an area with 20,000 people or fewer."""
    return match["value"][:3] in small_zip3()


def _is_named(match: re.Match[str]) -> bool:
    """Accept a clinic with a word before or after that is no general word."""
    words = re.findall(r"[^\W\d_]+", match["own"])
    return any(word.casefold() not in _GENERIC and word[0].isupper() for word in words)


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


def _place(
    kind: str,
    pattern: str,
    accept: Callable[[re.Match[str]], bool] | None = None,
    *,
    needs: str = r"\d",
    whole: bool = False,
    raw: bool = False,
) -> Detector:
    """Make a detector of element 2."""
    return Detector(
        element=2,
        kind=kind,
        pattern=re.compile(pattern),
        accept=accept,
        needs=needs,
        whole=whole,
        raw=raw,
    )


_ADDRESSES = (
    _place(
        "street address",
        rf"(?<![\w/.-])\d{{1,6}}[A-Za-z]?(?:[-/]\d+)?{_GAP}(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?{_GAP})?"
        rf"(?:(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th)|[A-Z]{{2,}}|of|the|de|la|del){_GAP}){{1,4}}(?:(?i:{_US_STREET}))(?!\w)\.?"
        rf"(?:{_GAP}(?:N|S|E|W|NE|NW|SE|SW)(?!\w))?(?i:{_UNIT})",
        lambda m: not re.search(r"(?i)\b(?:mg|ml|weeks?|days?|sessions?|hours?|minutes?)\b", m[0]),
    ),
    _place(
        "street address",
        rf"(?<![\w/.-])\d{{2,6}}{_GAP}(?:(?:N|S|E|W|North|South|East|West)\.?{_GAP})?(?:Broadway|Highway{_GAP}\d+|"
        rf"(?:County{_GAP})?(?:Road|Route|Hwy|Rte){_GAP}\d+|Avenue{_GAP}[A-Z])(?!\w)(?i:{_UNIT})",
    ),
    _place(
        "street address",
        rf"(?<!\w)(?:{_WORD}[- ]){{0,3}}(?:[{_UPPER}][{_LOWER}]*(?:{_GERMAN_STREET})|(?:Straße|Strasse|Str\.|Weg|Allee|Platz|Gasse|(?<=-)(?:Ring|Damm|Ufer|Chaussee|Markt|Hof|Graben|Steig))"
        rf"(?:{_GAP}(?:der|des|am|{_WORD}))*)\s?\d{{1,4}}\s?[a-zA-Z]?(?:\s?[-–]\s?\d+)?(?!\w|[.,]\d)",
    ),
    _place(
        "street address",
        rf"(?<!\w)(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter der|Vor dem|Alte[rs]?|Neue[rs]?){_GAP}"
        rf"(?!Jahr|Monat|Alter|Tag)[{_UPPER}][{_LOWER}]{{3,}}{_GAP}\d{{1,3}}\s?[a-z]?(?=\s*(?:,|;|$|\s\d{{5}}))",
    ),
    _place(
        "street address",
        rf"(?<![\w/.-])\d{{1,5}}(?:\s?(?:bis|ter|quater|[A-D]))?,?{_GAP}(?i:{_ROMANCE_STREET})(?:{_GAP}(?:de|du|des|la|le|les|l['’]|d['’]|"
        rf"et|en|sur|Saint|{_WORD}|[dl]['’]{_WORD}|\d{{1,2}})){{1,6}}",
    ),
    _place(
        "street address",
        rf"(?<!\w)(?i:{_ROMANCE_STREET}){_OPTIONAL_GAP}(?:(?:de|del|la|las|los|el|y|di|{_WORD}){_OPTIONAL_GAP}){{1,6}},?{_OPTIONAL_GAP}(?:n[.º°úm]*\s?)?\d{{1,5}}(?:\s?[A-Z])?(?:,?\s?\d[ºª°o](?:\s?[A-Z])?)?(?!\w|[.]\d)",
    ),
    _place(
        "post office box",
        r"(?i)(?<!\w)(?:P\.?\s?O\.?\s?Box|Post Office Box|POB|Postfach|Apartado(?: de correos)?|Apdo\.?|Boîte postale|Casilla|Locked Bag|Private Bag|C\.?P\.? Box)\s*(?:n[°º]|no\.?|#)?\s*\d[\d\s]*\d*",
    ),
    _place(
        "post office box",
        r"(?i)(?<!\w)(?:RR|HC|Rural Route|Route|Rte)\.?\s?#?\d+,?\s+Box\s+#?\d+"
        r"|(?<!\w)(?:apt|apartment|suite|ste)\.?\s?#?\d+[a-z]?(?!\w)",
    ),
)
_POSTCODES = (
    _place("ZIP+4 code", r"(?<![\w.,/+-])\d{5}-\d{4}(?![\w]|-\d)", raw=True),
    _place("ZIP code", rf"(?<!\w){_STATE_CODES}[,.]?\s+(?P<value>\d{{5}})(?!\w|[.,]\d|-\d)"),
    _place("ZIP code", rf"(?<!\w)(?:{_STATES}),?\s+(?P<value>\d{{5}})(?!\w|[.,]\d|-\d)"),
    _place(
        "postcode",
        r"(?i)(?<!\w)(?:zip(?:[ _-]?code)?|post(?:al)?[ _-]?code|PLZ|Postleitzahl|code postal|código postal|codigo postal|C\.?P\.?)[\s:#=.]*(?:is|ist|:)?\s*(?P<value>\d{4,5})(?!\w)",
    ),
    _place(
        "small ZIP3 area",
        r"(?i)(?<!\w)(?:zip[ _-]?3|zip[ _-]?prefix|3-digit zip|three-digit zip(?: code)?|zip(?:[ _-]?code)?)[\s:#=.]*(?:area|prefix)?\s*(?P<value>\d{3})(?!\w|[.,]\d)",
        _is_small_area,
    ),
    _place(
        "small ZIP3 area",
        r"(?<![\w.])(?P<value>\d{3}(?:xx|XX|\*\*|--|__))(?!\w)",
        _is_small_area,
        raw=True,
    ),
    _place(
        "postcode",
        r"(?<![\w-])(?P<value>(?:[A-Z]{1,2}\d[A-Z\d]?) \d[ABD-HJLNP-UW-Z]{2})(?!\w)",
        _is_british,
    ),
    _place(
        "postcode",
        r"(?P<value>[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[abd-hjlnp-uw-zABD-HJLNP-UW-Z]{2})",
        _is_british,
        whole=True,
    ),
    _place(
        "postcode",
        r"(?<![\w-])[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d(?![\w-])",
    ),
    _place(
        "postcode",
        rf"(?<![\w.-])(?:(?:D|DE|F|FR|E|ES|I|IT)-\d{{5}}|(?:CH|A|AT|B|NL|L|DK)-\d{{4}})(?!\w|[.,-]\d)(?:{_GAP}{_WORD})?",
    ),
    _place(
        "postcode", rf"(?<![\w.,/+-])\d{{4,5}}{_GAP}{_ANY_CITY}(?!\w)(?:{_GAP}\d{{1,2}}(?!\w))?"
    ),
    _place("postcode", rf"(?:(?<=,)|(?<=;)|(?<=\n))\s*(?P<value>\d{{5}}){_GAP}{_WORD}"),
    _place(
        "postcode",
        rf"(?P<value>\d{{5}}){_GAP}{_WORD}(?:[ -](?:{_WORD}|am|an|der|sur|la|les?|de|del))*",
        whole=True,
    ),
    _place(
        "postcode",
        r"\d{4} ?[A-Z]{2}(?:\s+[A-Z][a-z]+)?",
        lambda m: not m[0].endswith(("MG", "ML", "KG")),
        whole=True,
    ),
    _place("five-digit code", r"\d{5}", lambda m: 501 <= int(m[0]) <= 99950, whole=True),
)
_AREAS = (
    _place(
        "coordinates",
        r"(?<![\w.])(?P<lat>[+-]?\d{1,2}\.\d{3,})\s?°?\s?[NS]?\s?[,;\s]\s?(?P<lon>[+-]?\d{1,3}\.\d{3,})\s?°?\s?[EWO]?(?!\w|\.\d)",
        _on_globe,
        raw=True,
    ),
    _place(
        "coordinates",
        r"(?<!\w)[NSns]?\s?\d{1,3}\s?°\s?\d{1,2}(?:\.\d+)?\s?['’′](?:\s?\d{1,2}(?:[.,]\d+)?\s?(?:[\"”″]|''))?\s?[NSEWO]?",
        raw=True,
        needs="°",
    ),
    _place("coordinates", r"(?<!\w)[NS]?\s?\d{1,3}\.\d{2,}\s?°\s?[NSEWO]?", raw=True, needs="°"),
    _place(
        "coordinates",
        r"(?i)(?<!\w)(?:geo:|lat(?:itude)?|lon(?:g(?:itude)?)?|lng|breitengrad|längengrad)[\s:=]*[+-]?\d{1,3}\.\d{2,}",
        raw=True,
    ),
    _place(
        "coordinates",
        r"(?i)POINT\s?\(\s?-?\d{1,3}\.\d+\s+-?\d{1,2}\.\d+\s?\)",
        raw=True,
        needs="(?i)point",
    ),
    _place(
        "city and state",
        rf"(?<!\w)(?P<value>(?:{_WORD}[ ]?){{1,3}},\s?{_STATE_CODES})(?![\w-])",
        needs=",",
        accept=lambda m: (
            m["value"].split(",")[0].strip().casefold()
            not in word_set("look_alikes", "clinical_words")
        ),
    ),
    _place(
        "city and state",
        rf"(?<!\w){_ANY_CITY},?\s(?:{_STATES}|USA|UK|Germany|Deutschland|France|Frankreich|Spain|España|Canada|England)(?!\w)",
        needs="[A-Z]",
    ),
    _place(
        "county",
        rf"(?<!\w)(?P<value>(?:(?:{_WORD}|[A-Z]{{2,}})[ ]){{1,3}}(?:County|Parish|Borough|Township|Census Area|Precinct|District))(?!\w)",
        _is_no_region,
        needs="County|Parish|Borough|Township|Area|Precinct|District",
    ),
    _place(
        "county",
        rf"(?<!\w)(?:County|Landkreis|Kreis|Stadtkreis|Bezirk|Regierungsbezirk|Gemeinde|Kanton|Département(?: de l['’]| du| de la| des| de)?|Arrondissement(?: de)?|Comté d[eu]|Condado de|Provincia de|Municipio de|Comarca de|Borough of|City of|Town of|Village of|Stadt)[ ]{_WORD}(?:[- ]{_WORD})?",
        needs="[A-Z]",
    ),
    _place(
        "clinic",
        rf"(?<!\w)(?P<own>(?:(?:{_WORD}|[A-Z]{{2,}}|of|and|&|for|de|the|der|des|du){_GAP}){{1,6}})(?:{_CLINIC})(?!\w)",
        _is_named,
        needs="[A-Z]",
    ),
    _place(
        "clinic",
        rf"(?<!\w)(?:{_CLINIC})(?:{_GAP}(?:of|de|du|des|der|für|am|an der|im|la|del|for|in|zum|St\.))*(?P<own>(?:{_GAP}(?:{_WORD}|l['’]{_WORD}|d['’]{_WORD}|[A-Z]{{3,}}|de|la|del|und|et|y)){{1,4}})",
        _is_named,
        needs="[A-Z]",
    ),
    _place(
        "clinic",
        rf"(?<!\w)(?P<own>[{_UPPER}][{_LOWER}]+(?:-[{_UPPER}]?[{_LOWER}]+)*-?)(?:[Kk]linik(?:um)?|[Kk]rankenhaus|[Pp]raxis|[Ss]pital|[Hh]ospital|[Aa]potheke)(?:{_GAP}{_WORD})?(?!\w)",
        _is_named,
        needs="(?i)klinik|krankenhaus|praxis|spital|apotheke",
    ),
    _place(
        "city",
        rf"(?i:{_LIVING})\s+(?:the\s+)?(?P<value>{_WORD}(?:[ -](?:{_WORD}|am|an|der|sur|la|les|de|del|upon|on))*)",
        _is_no_region,
        needs="[A-Z]",
    ),
    _place(
        "city",
        rf"(?<![\w-]){_CITY}(?:-{_WORD})?(?![\w-]|['’]s (?:disease|syndrome))",
        needs="[A-Z]",
    ),
    _place("city", rf"(?i){_CITY}", whole=True, needs="[A-Za-z]"),
    _place(
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

PLACE_DETECTORS: tuple[Detector, ...] = (*_ADDRESSES, *_POSTCODES, *_AREAS)
"""Detectors of element 2."""
