"""Finding institutions that tell a place: clinics, schools, houses of worship, prisons."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.detector import Detector, place_detector

__all__ = ["INSTITUTION_DETECTORS"]

_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_WORD = rf"[{_UPPER}](?:[{_LOWER}]+|['’][{_UPPER}][{_LOWER}]+|\.)(?:[-'’][{_UPPER}{_LOWER}]+)*"
_GAP = r"[ \t\u00a0]+"
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
        "some",
        "completed",
        "finished",
        "attended",
        "graduated",
        "less",
        "junior",
        "senior",
        "catholic",
        "baptist",
        "veterinary",
        "eye",
        "heart",
        "cancer",
        "dental",
    ]
)


def _is_named(match: re.Match[str]) -> bool:
    """Accept a clinic with a word before or after that is no general word."""
    words = re.findall(r"[^\W\d_]+", match["own"])
    return any(word.casefold() not in _GENERIC and word[0].isupper() for word in words)


INSTITUTION_DETECTORS: tuple[Detector, ...] = (
    place_detector(
        "school or house of worship",
        rf"(?<!\w)(?P<own>(?:{_WORD}{_GAP}){{1,4}})(?:High School|Middle School|Elementary(?: School)?|Grammar School|Church|Cathedral|Chapel|Temple|Mosque|Synagogue|Prison|Jail|Air Force Base|Airport)(?!\w)",
        _is_named,
        needs="[A-Z]",
    ),
    place_detector(
        "clinic",
        rf"(?<!\w)(?P<own>(?:(?:{_WORD}|[A-Z]{{2,}}|of|and|&|for|de|the|der|des|du){_GAP}){{1,6}})(?:{_CLINIC})(?!\w)",
        _is_named,
        needs="[A-Z]",
    ),
    place_detector(
        "clinic",
        rf"(?<!\w)(?:{_CLINIC})(?:{_GAP}(?:of|de|du|des|der|für|am|an der|im|la|del|for|in|zum|St\.))*(?P<own>(?:{_GAP}(?:{_WORD}|l['’]{_WORD}|d['’]{_WORD}|[A-Z]{{3,}}|de|la|del|und|et|y)){{1,4}})",
        _is_named,
        needs="[A-Z]",
    ),
    place_detector(
        "clinic",
        rf"(?<!\w)(?P<own>[{_UPPER}][{_LOWER}]+(?:-[{_UPPER}]?[{_LOWER}]+)*-?)(?:[Kk]linik(?:um)?|[Kk]rankenhaus|[Pp]raxis|[Ss]pital|[Hh]ospital|[Aa]potheke)(?:{_GAP}{_WORD})?(?!\w)",
        _is_named,
        needs="(?i)klinik|krankenhaus|praxis|spital|apotheke",
    ),
)
"""Detectors of element 2 in names of institutions."""
