"""Completed scales from QuestionnaireResponse: the scale, the scores of its answers, its total."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.formats.fhir.codes import ABSENT, ABSENT_REASONS, ANSWERS, LOINC, WEIGHTS, scale_codes
from analysis.formats.fhir.collecting import Collected, Response, keys_of, subject_of
from analysis.formats.fhir.json_access import (
    EXTENSION,
    extras,
    inside,
    moment,
    number_of,
    objects,
    text_of,
)
from analysis.formats.fhir.references import reference_key

__all__ = ["OWN_QUESTIONNAIRE", "item_code", "read_response", "scale_of", "walk_items"]

OWN_QUESTIONNAIRE = f"{EXTENSION}questionnaire:"
"""Beginning of the addresses of scales without LOINC codes; the name of the scale follows."""

_DONE = ("completed", "amended")
_MOST_ITEMS = 1000


def read_response(
    resource: Mapping[str, Any], collected: Collected, questionnaires: Mapping[str, str]
) -> None:
    """Keep a completed scale.

    Parameters
    ----------
    resource : mapping
        A QuestionnaireResponse.
    collected : Collected
        Where it is kept.
    questionnaires : mapping of str to str
        Scale by the address of its questionnaire, besides those that LOINC codes tell.
    """
    if text_of(resource, "status") not in _DONE:
        collected.leave_out(resource, "status is neither completed nor amended")
        return
    items = list(walk_items(resource))
    scale = scale_of(resource, items, questionnaires)
    if not scale:
        collected.leave_out(resource, "scale is not known")
        return
    answers, total = _answers(items, scale, collected)
    collected.responses.append(
        Response(
            subject=subject_of(resource),
            keys=keys_of(resource),
            scale=scale,
            when=moment(text_of(resource, "authored")),
            total=total,
            rater=_rater(resource.get("source")),
            encounter=reference_key(resource.get("encounter")),
            answers=tuple(answers),
            extras=extras(resource),
        )
    )


def walk_items(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give all items in order, those inside items and answers too."""
    waiting = list(objects(resource, "item"))[::-1]
    while waiting:
        item = waiting.pop()
        yield item
        inner = [*objects(item, "item")]
        inner += [each for answer in objects(item, "answer") for each in objects(answer, "item")]
        waiting += inner[::-1]


def item_code(item: Mapping[str, Any]) -> str:
    """Return the code at the end of a linkId, such as that of "/44249-1/44250-9"."""
    return text_of(item, "linkId").rpartition("/")[2]


def scale_of(
    resource: Mapping[str, Any],
    items: list[Mapping[str, Any]],
    questionnaires: Mapping[str, str],
) -> str:
    """Name the scale: by the address of the questionnaire, else by the codes of its items."""
    panels, known, totals = scale_codes()
    url = text_of(resource, "questionnaire").partition("|")[0]
    if url in questionnaires:
        return questionnaires[url]
    if url.startswith(OWN_QUESTIONNAIRE):
        return url.removeprefix(OWN_QUESTIONNAIRE)
    if url.rpartition("/")[2] in panels:
        return panels[url.rpartition("/")[2]]
    codes = [item_code(item) for item in items]
    told = [known[c][0] if c in known else totals[c] for c in codes if c in known or c in totals]
    return max(told, key=told.count) if told else ""


def _answers(
    items: list[Mapping[str, Any]], scale: str, collected: Collected
) -> tuple[list[tuple[int, int | None, str]], float | None]:
    """Return item, answer and reason of each item of a scale, and its total."""
    _, known, totals = scale_codes()
    answers, total = list[tuple[int, int | None, str]](), None
    for item in items:
        code = item_code(item)
        if code == "total" or totals.get(code) == scale:
            total = _total(item) if total is None else total
            continue
        owner, number = known.get(code, (scale, int(code) if _is_number(code) else 0))
        if owner == scale and 0 < number <= _MOST_ITEMS:
            answer = _answer(item, collected)
            answers.append((number, answer, _reason(item) if answer is None else ""))
    return answers, total


def _is_number(code: str) -> bool:
    """Tell whether a linkId is the number of an item."""
    return code.isascii() and code.isdigit() and len(code) <= 3


def _total(item: Mapping[str, Any]) -> float | None:
    """Return a total, whichever kind of number it is."""
    answer = next(objects(item, "answer"), {})
    values = [number_of(answer, "valueDecimal"), number_of(answer, "valueInteger")]
    values.append(number_of(answer, "valueQuantity", "value"))
    return next((value for value in values if value is not None), None)


def _answer(item: Mapping[str, Any], collected: Collected) -> int | None:
    """Return the score of an answer; None when there is none or it cannot be told."""
    answers = list(objects(item, "answer"))
    if not answers:
        return None
    if len(answers) > 1:
        collected.faults["FHR-021", "QuestionnaireResponse"] += 1
        return None
    values = {number_of(answers[0], key) for key in ("valueInteger", "valueDecimal")} - {None}
    coding = inside(answers[0], "valueCoding")
    weights = {
        number_of(each, "valueDecimal")
        for place in (answers[0], coding)
        for each in objects(place, "extension")
        if text_of(each, "url") in WEIGHTS
    }
    if text_of(coding, "system") == LOINC and text_of(coding, "code") in ANSWERS:
        weights.add(float(ANSWERS[text_of(coding, "code")]))
    values |= weights
    if len(values) > 1:
        collected.faults["FHR-022", "QuestionnaireResponse"] += 1
        return None
    score = next(iter(values), None)
    if score is None or score != int(score):
        collected.faults["FHR-023", "QuestionnaireResponse"] += 1
        return None
    return int(score)


def _reason(item: Mapping[str, Any]) -> str:
    """Say why there is no answer; empty when it is not said."""
    codes = [
        text_of(each, "valueCode")
        for each in objects(item, "extension")
        if text_of(each, "url") == ABSENT
    ]
    return next((ABSENT_REASONS[code] for code in codes if code in ABSENT_REASONS), "")


def _rater(source: Any) -> str:
    """Say who answered, by the kind of resource that is the source of the answers."""
    kind = text_of(source, "type") or reference_key(source).partition("/")[0]
    clinicians = ("Practitioner", "PractitionerRole")
    return "self" if kind == "Patient" else "clinician" if kind in clinicians else ""
