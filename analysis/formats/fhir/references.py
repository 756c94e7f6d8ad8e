"""References between resources: by id, address, urn:uuid or identifier, or to a contained one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.formats.fhir.json_access import inside, objects, text_of

__all__ = ["contained", "names_of", "reference_key"]

_TYPED = re.compile(r"(?:^|/)(?P<key>[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?$")


def reference_key(reference: Any) -> str:
    """Write a reference as a key that `names_of` gives too.

    Parameters
    ----------
    reference : object
        A reference of a resource.

    Returns
    -------
    str
        ``Type/id``, ``urn:uuid:…``, ``identifier|system|value``, or empty.

    Examples
    --------
    >>> reference_key({"reference": "https://example.org/fhir/Patient/12/_history/3"})
    'Patient/12'
    """
    text = text_of(reference, "reference")
    if text.lower().startswith("urn:uuid:"):
        return text.lower()
    typed = _TYPED.search(text)
    if typed:
        return typed["key"]
    if text.startswith("#"):
        return ""
    value = text_of(reference, "identifier", "value")
    return f"identifier|{text_of(reference, 'identifier', 'system')}|{value}" if value else ""


def names_of(resource: Mapping[str, Any]) -> Iterator[str]:
    """Give every key under which a resource can be referred to.

    Parameters
    ----------
    resource : mapping
        A resource.

    Yields
    ------
    str
        Keys as of `reference_key`.
    """
    own, kind = text_of(resource, "id"), text_of(resource, "resourceType")
    if own:
        yield f"{kind}/{own}"
        yield f"urn:uuid:{own.lower()}"
    identifiers = inside(resource, "identifier")
    listed = identifiers if isinstance(identifiers, list) else [identifiers]
    for each in listed:
        value = text_of(each, "value")
        if value.lower().startswith("urn:uuid:"):
            yield value.lower()
        elif value:
            yield f"identifier|{text_of(each, 'system')}|{value}"


def contained(resource: Mapping[str, Any], reference: Any) -> Mapping[str, Any] | None:
    """Return the resource inside another to which one of its references leads.

    Parameters
    ----------
    resource : mapping
        The outer resource.
    reference : object
        A reference in it, such as ``{"reference": "#med"}``.

    Returns
    -------
    mapping or None
        The inner resource; None when the reference leads elsewhere.
    """
    text = text_of(reference, "reference")
    if not text.startswith("#"):
        return None
    inner = (each for each in objects(resource, "contained") if text_of(each, "id") == text[1:])
    return next(inner, None)
