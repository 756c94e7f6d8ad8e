"""Finding characteristics by which others know a person: marks of the body, fame, roles of one."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.detector import Detector

__all__ = ["CHARACTERISTIC_DETECTORS"]

_AREA = "village|town|valley|island|county|parish|city|region|district|neighbou?rhood|reservation|Dorf|Ort|Stadt|Insel|Kreis|village|île|pueblo|isla|ciudad"
_MEDIA = "news|newspaper|paper|papers|press|magazine|television|TV|radio|podcast|documentary|internet|Zeitung|Fernsehen|Radio|journal|télé(?:vision)?|periódico|televisión"
_TEAM = "goalkeeper|player|champion|athlete|quarterback|pitcher|coach|captain|boxer|swimmer|skier|gymnast|Torwart|Spieler(?:in)?"
_OFFICE = "mayor|senator|governor|congress(?:man|woman)|councill?or|minister|sheriff|judge|bishop|Bürgermeister(?:in)?|maire|alcalde(?:sa)?"


def _characteristic(kind: str, pattern: str, needs: str) -> Detector:
    """Make a detector of element 18 that does not tell capitals from small letters."""
    return Detector(
        element=18,
        kind=kind,
        pattern=re.compile(rf"(?i)(?<!\w)(?:{pattern})(?!\w)"),
        needs=rf"(?i){needs}",
    )


CHARACTERISTIC_DETECTORS: tuple[Detector, ...] = (
    _characteristic(
        "mark of the body",
        r"tatt?oo(?:s|ed)?|tätowier\w*|tatouages?|tatuajes?|birthmarks?|muttermal|tache de naissance|glass eye|port[- ]wine stain"
        r"|(?:missing|lost|lacks|without)\s(?:(?:one|two|three|four|a|an|the|his|her|left|right)\s){0,2}(?:fingers?|thumbs?|toes?|arm|leg|hand|foot|eye|ear)"
        r"|prosthetic (?:arm|leg|hand|eye)|(?:arm|leg|hand|eye) prosthesis",
        needs="tat|tät|mark|mal|tache|glass|stain|miss|lost|lacks|without|prosth",
    ),
    _characteristic(
        "what the public knows",
        rf"(?:in|on|from)\s(?:the\s|local\s|national\s|a\s|my\s|sunday\s|daily\s){{0,3}}(?:{_MEDIA})|(?:interview(?:ed)?|seen|appeared|featured|known|article|story)\s(?:\w+\s){{0,3}}(?:{_MEDIA})"
        rf"|(?:known|famous)\s(?:from|for|as)\b|well[- ]known|celebrity|went viral|national team|olympi(?:c|an)\w*|world champion"
        rf"|(?:former|ex|retired)[- ](?:\w+\s){{0,2}}(?:{_TEAM}|{_OFFICE})|elected (?:to|as|mayor|sheriff|president)",
        needs="news|paper|press|magaz|telev|tv|radio|podcast|docum|internet|zeitung|fernseh|journal|télé|peri|known|famous|celebr|viral|team|olymp|champ|former|ex|retired|elected",
    ),
    _characteristic(
        "role that only one person has",
        rf"(?:the\s|our\s)?(?:only|sole)\s(?:\w+\s){{1,3}}(?:of|in|on)\s(?:the|this|our|that)\s(?:\w+\s)?(?:{_AREA})"
        rf"|(?:only|sole|einzige[rn]?|seule?|únic[oa])\s(?:\w+\s){{1,4}}(?:{_AREA})",
        needs="only|sole|einzig|seul|únic",
    ),
)
"""Detectors of element 18 in what texts tell of a person."""
