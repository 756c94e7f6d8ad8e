"""Shapes of columns of names: initials, user names, other scripts, words that are no others."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.privacy.lexicon import word_set
from analysis.privacy.names import is_known_name, is_plain_word
from analysis.privacy.shape import Shape

__all__ = ["NAME_SHAPES", "is_speaking"]

_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞŁŚŠŽČĆ", "a-zß-öø-ÿłśšžčćńęąőűğışż"
_WORD = rf"(?:(?:Mc|Mac|O['’]|D['’])?[{_UPPER}][{_LOWER}]{{1,}}(?:[-'’][{_UPPER}]?[{_LOWER}]+)*)"
_PARTICLE = r"(?:(?:von|van|de|del|della|di|da|du|le|la|bin|al|el|ter|dos|der|den|y)\s)"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文張劉陳楊趙黃吳孫馬羅鄭謝韓馮"
_JAPANESE = "佐藤|鈴木|高橋|田中|渡辺|伊藤|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|林|清水|斎藤|斉藤|山崎|森|阿部|池田|橋本|石川|山下|小川|石井|長谷川|後藤|岡田|近藤|前田|藤田|遠藤|青木|坂本|村上|太田|金子|藤井|福田|西村|三浦|竹内|中川|岡本|松田|原田|中野"
_KOREAN = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국"
_SLAVIC = r"[А-ЯЁІЇЄ][а-яёіїє]+(?:-[А-ЯЁІЇЄ][а-яёіїє]+)?"


def _are_initials(texts: Sequence[str]) -> bool:
    """Accept capitals of many beginnings that are seldom an abbreviation of the clinic."""
    known = sum(text.casefold() in word_set("look_alikes", "abbreviations") for text in texts)
    short = all(len(text) == 2 for text in texts)
    several = len({text[0] for text in texts}) >= 5
    return several and known <= (0.6 if short else 0.34) * len(texts)


def _words_of(text: str) -> list[str]:
    """Split a text into words of two letters or more."""
    return [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1]


def _is_ordinary(word: str) -> bool:
    """Tell whether a word belongs to the clinic or to plain speech."""
    folded = word.casefold()
    endings = tuple(word_set("look_alikes", "ordinary_endings"))
    listed = folded in word_set("look_alikes", "ordinary_words")
    return listed or is_plain_word(word) or (len(folded) > 5 and folded.endswith(endings))


def is_speaking(text: str) -> bool:
    """Tell whether a text has a word of four letters that is neither the clinic's nor plain speech.

    Examples
    --------
    >>> is_speaking("Lakeside"), is_speaking("BOI-EAGL"), is_speaking("site 12"), is_speaking("A3")
    (True, True, False, False)
    """
    return any(len(word) > 3 and not _is_ordinary(word) for word in _words_of(text))


def _are_strange(texts: Sequence[str]) -> bool:
    """Accept texts of which hardly any has an ordinary word, unless the word is a name too."""
    return sum(map(_has_ordinary_word, texts)) <= 0.15 * len(texts)


def _are_mostly_strange(texts: Sequence[str]) -> bool:
    """Accept words with an initial of which a third at most is ordinary: some surnames are."""
    return sum(map(_has_ordinary_word, texts)) <= 0.34 * len(texts)


def _has_ordinary_word(text: str) -> bool:
    """Tell whether a text has a word of the clinic or of plain speech that is no name as well."""
    return any(_is_ordinary(word) and not is_known_name(word) for word in _words_of(text))


def _hold_known_names(texts: Sequence[str]) -> bool:
    """Accept texts of which a third holds a frequent name."""
    known = sum(any(is_known_name(word) for word in [*_words_of(text), text[1:]]) for text in texts)
    return known >= 0.34 * len(texts)


def _are_no_files(texts: Sequence[str]) -> bool:
    """Accept an initial and a word after a dot that is no ending of a file."""
    ends = word_set("look_alikes", "file_endings")
    return not any(text.rsplit(".", 1)[-1] in ends for text in texts)


def _name(
    kind: str, pattern: str, accept: object = None, *, least: int = 4, share: float = 0.8
) -> Shape:
    """Make a shape of the element of names."""
    return Shape(
        element=1,
        kind=kind,
        pattern=re.compile(pattern),
        accept=accept,  # type: ignore[arg-type]
        least=least,
        share=share,
    )


NAME_SHAPES: tuple[Shape, ...] = (
    _name("initials", rf"(?:[{_UPPER}]\.[\s-]?){{2,4}}", least=3),
    _name("initials", rf"[{_UPPER}](?:[\s-][{_UPPER}]){{1,3}}", least=4),
    _name("initials", rf"[{_UPPER}]{{2,4}}", _are_initials, least=6, share=0.9),
    _name("name in another script", rf"(?:[{_SURNAMES}]|{_JAPANESE})\s?·?[\u4e00-\u9fff々ぁ-んァ-ヶ]{{1,3}}", least=3),
    _name("name in another script", r"[ァ-ヶー]{2,8}[\s・　][ァ-ヶー]{2,8}|[ぁ-ん]{2,8}[\s　][ぁ-ん]{2,8}", least=3),
    _name("name in another script", rf"[{_KOREAN}]\s?[가-힣]{{1,3}}", least=4),
    _name("name in another script", rf"{_SLAVIC}\s(?:{_SLAVIC}|[А-ЯЁІЇЄ]\.\s?)(?:\s?(?:{_SLAVIC}|[А-ЯЁІЇЄ]\.))?", least=3),
    _name("name in another script", r"[А-ЯЁІЇЄ][а-яёіїє]+(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ский|ская|енко|ук|юк|ян)", least=4),
    _name("name in another script", r"[\u0370-\u03ff]+(?<![α-ω])[α-ωά-ώ]*\s[Α-ΩΆ-Ώ][α-ωά-ώ]+|[Α-ΩΆ-Ώ][α-ωά-ώ]+\s[Α-ΩΆ-Ώ][α-ωά-ώ]+", least=3),
    _name("name in another script", r"[\u0621-\u064a\u066e-\u06d3]{2,}(?:\s[\u0621-\u064a\u066e-\u06d3]{2,}){1,3}", least=4),
    _name("name in another script", r"[\u05d0-\u05ea'׳]{2,}(?:[\s-][\u05d0-\u05ea'׳]{2,}){1,2}", least=4),
    _name("name in another script", r"[\u0900-\u0dff]{2,}(?:\s[\u0900-\u0dff]{2,}){1,2}|[\u0e00-\u0e7f]{3,}\s[\u0e00-\u0e7f]{3,}", least=4),
    _name("words that may be names", rf"{_WORD}(?:\s[{_UPPER}]\.)?\s{_PARTICLE}?{_WORD}(?:[\s-]{_WORD})?(?:\s(?:Jr|Sr|II|III|IV)\.?)?", _are_strange, least=5),
    _name("words that may be names", rf"{_WORD},\s?{_WORD}(?:\s[{_UPPER}]\.?)?|[{_UPPER}]{{3,}},\s?[{_UPPER}]{{2,}}", _are_strange, least=4),
    _name("words that may be names", rf"[{_UPPER}]{{3,}},?\s[{_UPPER}]\.?|[{_UPPER}]\.?\s[{_UPPER}]{{4,}}", _are_mostly_strange, least=4),
    _name("words that may be names", rf"{_WORD},?\s[{_UPPER}]\.?|(?:[{_UPPER}]\.?\s?){{1,2}}\s{_WORD}|[{_UPPER}]\.{_WORD}", _are_strange, least=5),
    _name("user name", r"[a-z][._][a-z]{3,}\d{0,2}", _are_no_files, least=4),
    _name("user name", r"[a-z]{2,}[._][a-z]{2,}\d{0,2}|[a-z]{4,}\d{0,2}", _hold_known_names, least=4),
)  # fmt: skip
"""Shapes of element 1."""
