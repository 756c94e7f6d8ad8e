"""Reads the objects of a PDF that WeasyPrint wrote: enough to check its structure."""

from __future__ import annotations

import re
import zlib

_PLAIN = re.compile(rb"(\d+) 0 obj\s(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"(<<.*?>>)\nstream\n(.*)\nendstream", re.DOTALL)
_TOKEN = re.compile(
    rb"\s*(?:(?P<open><<|\[)|(?P<close>>>|\])|(?P<ref>\d+ \d+ R\b)|(?P<name>/[^\s/<>\[\]()]*)"
    rb"|(?P<hex><[0-9a-fA-F\s]*>)|(?P<text>\((?:\\.|[^\\)])*\))|(?P<word>[^\s/<>\[\]()]+))",
    re.DOTALL,
)


class Ref(int):
    """The number of another object."""


def _value(tokens):
    """Read one value from tokens."""
    kind, text = next(tokens)
    if kind == "open":
        items = []
        while True:
            item = _value(tokens)
            if item is _END:
                break
            items.append(item)
        return dict(zip(items[::2], items[1::2], strict=True)) if text == b"<<" else items
    if kind == "close":
        return _END
    if kind == "ref":
        return Ref(text.split()[0])
    if kind == "hex":
        raw = bytes.fromhex(text[1:-1].decode())
        return raw.decode("utf-16") if raw[:2] == b"\xfe\xff" else raw.decode("latin-1")
    if kind == "text":
        return re.sub(rb"\\(.)", rb"\1", text[1:-1]).decode("latin-1")
    return text.decode("latin-1")


_END = object()


def _parsed(text):
    """Read the one value of a piece of a PDF."""
    return _value((m.lastgroup, m[m.lastgroup]) for m in _TOKEN.finditer(text))


def read_objects(pdf: bytes) -> tuple[dict[int, object], list[bytes]]:
    """Return the objects by number, and the contents of streams.

    The table of places must name each object of the object stream by its place in it.
    """
    objects, streams, listed, packed = {}, [], {}, {}
    for number, body in _PLAIN.findall(pdf):
        stream = _STREAM.fullmatch(body)
        if stream is None:
            objects[int(number)] = _parsed(body)
            continue
        head, data = _parsed(stream[1]), stream[2]
        objects[int(number)] = head
        if head.get("/Filter") == "/FlateDecode":
            data = zlib.decompress(data)
        if head.get("/Type") == "/ObjStm":
            packed = _packed(head, data)
        elif head.get("/Type") == "/XRef":
            listed = dict(_places(head, data))
        elif head.get("/Subtype") != "/Image":
            streams.append(data)
    assert listed == {number: place for place, number in enumerate(packed)}
    return objects | packed, streams


def _places(head, data):
    """Read the number and the place of each packed object from the table of places."""
    kind, second, third = (int(width) for width in head["/W"])
    width = kind + second + third
    for number in range(len(data) // width):
        entry = data[number * width : (number + 1) * width]
        if entry[0] == 2:
            yield number, int.from_bytes(entry[kind + second :], "big")


def _packed(head, data):
    """Read the objects of an object stream."""
    first = int(head["/First"])
    numbers = [int(n) for n in data[:first].split()]
    starts = [*numbers[1::2], len(data) - first]
    return {
        number: _parsed(data[first + begin : first + end])
        for number, begin, end in zip(numbers[::2], starts, starts[1:], strict=False)
    }
