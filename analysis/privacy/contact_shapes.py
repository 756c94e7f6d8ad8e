"""Shapes of columns of ways to reach a person or a machine, in part or in an odd dress."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

from analysis.privacy.shape import Shape, coded_shape, mostly

__all__ = ["CONTACT_SHAPES"]

CONTACT_SHAPES: tuple[Shape, ...] = (
    coded_shape(5, "fax number", r"(?i)(?:tele)?f(?:ax)?\.?\s?[:#]?\s?[+(]?\d[\d\s().+-]{6,}\d"),
    coded_shape(
        4,
        "telephone number",
        r"\+\d{9,15}|\(\d{2,4}\) ?\d{3,5}[- ]?\d{3,5}|\d{5} \d{5}|\d{4} \d{3} \d{3}|\d{2} \d{4} \d{4}",
    ),
    coded_shape(4, "telephone number", r"0\d{1,4}[-/ ]?\d{1,4}[- ]\d{3,4}"),
    coded_shape(
        4, "telephone number", r"[2-9]\d{2}-\d{4}|[2-9]\d{2}\.\d{4}|[2-9]\d{2} \d{4}", least=4
    ),
    coded_shape(
        4,
        "telephone number",
        r"(?:1[- ]?)?\(?[2-9]\d{2}\)?[-. ][A-Z0-9]{3}[-. ]?[A-Z0-9]{4}",
        mostly(lambda t: any(map(str.isalpha, t))),
    ),
    coded_shape(
        15,
        "part of an IP address",
        r"\d{1,3}\.\d{1,3}\.(?:\d{1,3}|[xX*]{1,3})\.(?:[xX*]{1,3}|0/24)",
    ),
    coded_shape(15, "IP address as a number", r"0[xX][0-9a-fA-F]{8}"),
    coded_shape(
        14,
        "part of a web address",
        r"/(?:[\w%.~-]+/){1,8}[\w%.~-]*(?:\?\S*)?|\?\w+=\S*|(?:[\w%.-]+=[\w%.-]+)(?:&[\w%.-]+=[\w%.-]*)+",
    ),
    coded_shape(
        14,
        "web address",
        r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,12}/\S+|[a-z2-7]{16,56}\.onion|\w+(?: dot \w+)+(?: slash \w+)*",
    ),
    coded_shape(
        14,
        "path of a network",
        r"\\\\[\w.$-]+(?:\\[\w .$-]+)+|[A-Za-z]:\\(?:[\w .$-]+\\?)+|/(?:home|Users|mnt|media|srv|var)/\S+",
    ),
    coded_shape(
        6,
        "e-mail address",
        r"(?i)[\w.+-]+(?:%40|&#64;|&commat;|_at_|\[at\]|\(at\)| at )[\w-]+(?:(?:\.|_dot_| dot |\[dot\]|\(dot\)|%2E)[\w-]+)+",
    ),
)
"""Shapes of elements 4 to 6, 14 and 15."""
