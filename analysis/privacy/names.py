"""Finding names of persons: by title, by label, by shape, and by lists of frequent names."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re
from collections.abc import Callable

from analysis.privacy.detector import Detector
from analysis.privacy.lexicon import word_set

__all__ = ["NAME_DETECTORS", "is_known_name", "is_plain_word"]

_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞŁŚŠŽČĆ", "a-zß-öø-ÿłśšžčćńęąőűğışż"
_WORD = rf"(?:(?:Mc|Mac|O['’]|D['’]|L['’])?[{_UPPER}][{_LOWER}]+(?:[-'’][{_UPPER}]?[{_LOWER}]+)*|[{_UPPER}]{{2,}}(?:[-'’][{_UPPER}]+)*)"
_PARTICLE = r"(?:von(?: der| den)?|van(?: der| den)?|de(?: la| los| las)?|del|di|da|du|le|la|zu|bin|al|el|y|ter|dos)"
_FULL = rf"{_WORD}(?:\s(?:[{_UPPER}]\.\s?)*(?:{_PARTICLE}\s)?{_WORD}){{0,2}}"
_TITLE = (
    r"(?:Drs?|DR|Mrs?|MR|MRS|Ms|MS|Mx|Miss|Prof(?:essor)?|Doctor|Herrn?|Frau|Hr|Fr|Mme|Mlle|Mons(?:ieur)?|Madame|"
    r"Mademoiselle|Sra?|Srta|Señora?|Señorita|Don|Doña|Dra|Pr|M|Nurse|Sister|Brother|Father|Rev|Reverend|Pastor|Rabbi|Sir|Lady|"
    r"Schwester|Pfleger|Pflegerin|Arzt|Ärztin|Officer|Sgt|Capt|Captain|Lt|Col|Judge|Hon|Coach|Aunt|Uncle|Tante|Onkel|"
    r"Familie|Docteur|Doctora?|Enfermera?|monsieur|madame|mademoiselle|señora?|señorita|mister|[Ff]räulein|"
    r"doctora?|docteur|professor|profesora?)"
)
_CREDENTIAL = r"(?:M\.?D\.?|D\.?O\.?|R\.?N\.?|N\.?P\.?|PA(?:-C)?|APRN|CRNA|DNP|FNP(?:-BC)?|PMHNP(?:-BC)?|Ph\.?D\.?|Psy\.?D\.?|LCSW|LPC|LMFT|MBBS|BSN|MSN|PharmD|Esq|FRCPsych|FACP)"
_RELATION = (
    r"(?:wife|husband|spouse|partner|mother|father|mom|dad|sister|brother|son|daughter|friend|girlfriend|boyfriend|"
    r"fianc[ée]e?|aunt|uncle|cousin|niece|nephew|roommate|neighbou?r|boss|caregiver|employer|Ehefrau|Ehemann|"
    r"Mutter|Vater|Schwester|Bruder|Sohn|Tochter|Freundin|Freund|Lebensgefährt(?:e|in)|mari|épouse|époux|fille|fils|sœur|"
    r"frère|mère|père|compagne|compagnon|esposa|esposo|marido|mujer|hija|hijo|hermana|hermano|madre|padre|amiga|amigo|novia|novio)"
)
_LABEL = (
    r"(?:(?:patient|first|last|full|given|family|maiden|middle|sur|fore|legal|preferred|provider|clinician|nurse|"
    r"therapist|staff|contact|guardian|parent|spouse|emergency contact|insured|subscriber)?[\s_-]?name|Vorname|Nachname|Familienname|"
    r"Zuname|Name|Vor- und Nachname|prénom|prenom|nom(?: de famille)?|nombre|apellidos?|Rufname|alias|aka|a\.k\.a\.|"
    r"next of kin|emergency contact|attending|physician|provider|clinician|therapist|psychiatrist|referred by|"
    r"signed(?: by)?|signature|witness|interviewer|rater|completed by|entered by|administered by|reviewed by|"
    r"prescribed by|supervis(?:or|ed by)|accompanied by|driven by|driver|picked up by|cc|attn|Dear|Liebe[r]?|Sehr geehrte[r]?"
    r"|Chère?|Estimad[oa]|Querid[oa]|Behandler(?:in)?|Therapeut(?:in)?|unterschrieben von|signé(?: par)?|firmado(?: por)?)"
)
_SAID = (
    r"(?:named|called|nicknamed|goes by|name is|name's|named as|known as|ich heiße|heißt|mein Name ist|je m['’]appelle|s['’]appelle|"
    r"me llamo|se llama|mi nombre es|namens|genannt|I am|I'm|this is|spoke (?:to|with)|talked (?:to|with)|call from|seen by|met with|"
    r"per|thanks?,?|regards,?|sincerely,?|best,)"
)


def is_known_name(word: str, *, also_words: bool = False) -> bool:
    """Tell whether a word is a frequent name, given name or surname."""
    return _given(word, also_words=also_words) or _surname(word, also_words=also_words)


def _given(word: str, *, also_words: bool = False) -> bool:
    """Tell whether a word is a frequent given name."""
    entries = ("given", "given_also_words") if also_words else ("given",)
    parts = [word.casefold(), *word.casefold().split("-")]
    return any(part in word_set("names", entry) for entry in entries for part in parts)


def _surname(word: str, *, also_words: bool = False) -> bool:
    """Tell whether a word is a frequent surname."""
    entries = ("surnames", "surnames_also_words") if also_words else ("surnames",)
    parts = [word.casefold(), *word.casefold().split("-")]
    return any(part in word_set("names", entry) for entry in entries for part in parts)


def _clinical(word: str) -> bool:
    """Tell whether a word is of the clinic's language."""
    return word.casefold() in word_set("look_alikes", "clinical_words")


def is_plain_word(word: str) -> bool:
    """Tell whether a word is of the clinic's language, a place or a month, and so no name."""
    clinical, word = _clinical(word), word.casefold()
    return (
        clinical
        or word in _MONTHS
        or word in word_set("places", "countries")
        or word in _STATES
        or word in word_set("places", "cities")
    )


_MONTHS = word_set("dates", "months")
_STATES = frozenset(("new", "north", "south", "west", "carolina", "dakota", "virginia", "york", "jersey",
                  "mexico", "hampshire", "island", "colorado", "california", "texas", "oregon", "utah",
                  "ohio", "iowa", "idaho", "maine", "alaska", "hawaii", "arizona", "kansas", "nevada",
                  "montana", "nebraska", "oklahoma", "arkansas", "louisiana", "tennessee", "kentucky",
                  "georgia", "florida", "alabama", "mississippi", "illinois", "indiana", "michigan",
                  "wisconsin", "minnesota", "missouri", "pennsylvania", "maryland", "delaware",
                  "vermont", "massachusetts", "connecticut", "wyoming", "washington"))  # fmt: skip


def _words(match: re.Match[str]) -> list[str]:
    """Split what was found into its words."""
    return [
        word
        for word in re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", match["value"])
        if len(word) > 1
    ]


def _first_is_no_plain_word(match: re.Match[str]) -> bool:
    """Accept names whose first word is not of the clinic's language."""
    words = _words(match)
    return bool(words) and not (_clinical(words[0]) or words[0].casefold() in _MONTHS)


def _mixed_case(match: re.Match[str]) -> bool:
    """Accept what `_first_is_no_plain_word` does, unless it is an abbreviation in capitals."""
    return _first_is_no_plain_word(match) and not _words(match)[0].isupper()


def _one_is_known(match: re.Match[str]) -> bool:
    """Accept when a word is a frequent name and none is of the clinic's language."""
    words = _words(match)
    return any(is_known_name(word) for word in words) and not any(
        is_plain_word(word) and not is_known_name(word) for word in words
    )


def _given_before_a_word(match: re.Match[str]) -> bool:
    """Accept a whole text of a given name and a word that is not of the clinic's language."""
    words = _words(match)
    return len(words) > 1 and _given(words[0]) and not any(map(is_plain_word, words))


def _all_are_known(match: re.Match[str]) -> bool:
    """Accept when every word is a frequent name and one is nothing else."""
    words = _words(match)
    listed = all(is_known_name(word, also_words=True) for word in words)
    return len(words) > 1 and listed and any(is_known_name(word) for word in words)


def _pair(match: re.Match[str]) -> bool:
    """Accept a given name with a surname after it, where one of the two is on the lists."""
    words = _words(match)
    if len(words) < 2 or any(is_plain_word(word) for word in words[1:]):
        return False
    first, last = words[0], words[-1]
    if _given(first):
        return True
    return _given(first, also_words=True) and (_surname(last) or _surname(last, also_words=True))


def _is_given(match: re.Match[str]) -> bool:
    """Accept one frequent given name that is nothing else."""
    return _given(match["value"]) and not is_plain_word(match["value"])


def _is_name_alone(match: re.Match[str]) -> bool:
    """Accept one frequent name that is nothing else."""
    return is_known_name(match["value"]) and not is_plain_word(match["value"])


def _initial_and_surname(match: re.Match[str]) -> bool:
    """Accept an initial with a word that is a surname, or a listed name."""
    return is_known_name(match["last"], also_words=True) and not is_plain_word(match["last"])


def _last_first(match: re.Match[str]) -> bool:
    """Accept "Last, First": one of the two on the lists, or both strange to the clinic."""
    last, first = match["last"], match["first"]
    if is_plain_word(first.split()[0]) or is_plain_word(last.split()[-1]):
        return False
    return is_known_name(last.split()[-1], also_words=True) or _given(
        first.split()[0], also_words=True
    )


def _name(
    kind: str,
    pattern: str,
    accept: Callable[[re.Match[str]], bool] | None = None,
    *,
    whole: bool = False,
) -> Detector:
    """Make a detector of element 1."""
    needs = "[A-Za-zÀ-ÿ]{2}"
    return Detector(
        element=1, kind=kind, pattern=re.compile(pattern), accept=accept, whole=whole, needs=needs
    )


NAME_DETECTORS: tuple[Detector, ...] = (
    _name("name in a message", rf"(?<!\w){_WORD}\^{_WORD}(?:\^[\w.]*)*"),
    _name("last name, first name", rf"(?P<value>{_WORD}),\s(?:[{_UPPER}]\.?\s?){{1,2}}", lambda m: not is_plain_word(_words(m)[0]), whole=True),
    _name("name after a title", rf"(?<![\w.-])(?:{_TITLE}(?:\.\s?|\s)(?:(?:med|rer|nat|phil|h\.c|habil)\.?\s)*)+(?P<value>(?:[{_UPPER}]\.\s?)*(?:{_PARTICLE}\s)?{_FULL})(?!\w)", _first_is_no_plain_word),
    _name("name before a degree", rf"(?<!\w)(?P<value>{_WORD}(?:\s(?:[{_UPPER}]\.\s?)?{_WORD}){{0,2}}),?\s{_CREDENTIAL}(?!\w)", lambda m: _first_is_no_plain_word(m) and (len(_words(m)) > 1 or is_known_name(_words(m)[0], also_words=True))),
    _name("name after a label", rf"(?<!\w)(?i:{_LABEL})\s?(?:\s?[:=]|\s-)\s?(?P<value>(?:[{_UPPER}]\.\s?)*(?:{_PARTICLE}\s)?{_FULL}(?:,\s{_WORD})?)", _first_is_no_plain_word),
    _name("name after a label", rf"(?<!\w)(?i:Dear|Liebe[r]?|Chère?|Estimad[oa]|Querid[oa]|pt\.?|patient(?:in)?|client|paciente)\s?:?\s(?P<value>{_FULL})", _one_is_known),
    _name("name of a relative", rf"(?<!\w)(?i:{_RELATION})(?:,|\s\(|:)?\s(?:(?i:named|called|namens|genannt)\s)?(?P<value>{_FULL})", _first_is_no_plain_word),
    _name("name that was said", rf"(?<!\w)(?i:{_SAID})\s(?P<value>{_FULL})", _one_is_known),
    _name("name that was said", rf"(?<!\w)(?i:named|called|name is|ich heiße|heißt|je m['’]appelle|s['’]appelle|me llamo|se llama|mi nombre es|namens|goes by)\s(?P<value>{_FULL})", _mixed_case),
    _name("last name, first name", rf"(?P<last>(?:{_PARTICLE}\s)?{_WORD}(?:[ -]{_WORD})?),\s?(?P<first>{_WORD}(?:[ -]{_WORD})?)(?:\s[{_UPPER}]\.?)?(?:\s(?:Jr|Sr|II|III)\.?)?", _last_first, whole=True),
    _name("last name, first name", rf"(?<![\w,])(?P<last>{_WORD}),\s(?P<first>{_WORD})(?:\s[{_UPPER}]\.?(?!\w))?", lambda m: not (is_plain_word(m["last"]) or is_plain_word(m["first"])) and _surname(m["last"]) and _given(m["first"], also_words=True)),
    _name("full name", rf"(?<![\w-])(?P<value>{_WORD}(?:\s[{_UPPER}]\.)*(?:\s{_PARTICLE})?\s{_WORD}(?:-{_WORD})?(?:\s(?:y\s)?{_WORD})?)(?!\w)", _pair),
    _name("full name", rf"(?<![\w-])(?P<value>{_WORD}(?:\s[{_UPPER}]\.)*(?:\s{_PARTICLE})?\s{_WORD})(?!\w)", _pair),
    _name("full name", r"(?P<value>[^\W\d_]{2,}(?:\s[^\W\d_]\.?)?(?:\s[^\W\d_]{2,}(?:-[^\W\d_]+)?){1,2})", _all_are_known, whole=True),
    _name("full name", r"(?P<value>[^\W\d_]{2,}\s[^\W\d_]{2,})", _given_before_a_word, whole=True),
    _name("full name", r"(?P<value>[^\W\d_]{2,}[._][^\W\d_]{2,})", _all_are_known, whole=True),
    _name("initials and surname", rf"(?<![\w.-])(?:[{_UPPER}]\.[\s-]?){{1,3}}(?P<last>{_WORD})(?!\w)", _initial_and_surname),
    _name("initials and surname", rf"(?P<last>{_WORD}),?\s[{_UPPER}]{{1,2}}\.?|[{_UPPER}]{{1,2}}\s(?P<value>{_WORD})", lambda m: not is_plain_word(m["last"] or m["value"]) and is_known_name(m["last"] or m["value"]), whole=True),
    _name("initials", rf"(?i:\b(?:signed|countersigned|initial(?:l?ed)|witness(?:ed)?|entered|rated|completed|checked|verified)(?:\sby)?)\s?[:\s]\s?(?P<value>[{_UPPER}]{{2,3}})(?!\w)", lambda m: m["value"].casefold() not in word_set("look_alikes", "abbreviations")),
    _name("name", rf"(?<!\w)(?:O['’]|Mc|Fitz)[{_UPPER}]?[{_LOWER}]{{3,}}(?!\w)", lambda m: m[0][2:3].isupper() or m[0].startswith("Fitz")),
    _name("initials", rf"(?i:\binitials?|\bKürzel|\binitiales|\biniciales)\s?(?:[:=]|are|is)?\s?(?P<value>[{_UPPER}]\.?\s?[{_UPPER}]\.?(?:\s?[{_UPPER}]\.?)?)(?!\w)"),
    _name("given name", rf"(?<![\w@./-])(?P<value>[{_UPPER}][{_LOWER}]{{2,}}(?:-[{_UPPER}][{_LOWER}]+)?)(?![\w@/])", _is_given),
    _name("name", r"(?P<value>[^\W\d_]{3,}(?:[-'’][^\W\d_]+)?)", _is_name_alone, whole=True),
)  # fmt: skip
"""Detectors of element 1, the surest first."""
