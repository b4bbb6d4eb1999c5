"""Two readings of one sheet: ``python -m tests.fuzz.differ SECONDS [SEED]``.

Pieces of markup are spliced into a small sheet or its shared strings. What is well-formed and what Excel would open without a
word (:func:`meant`, written from the standard and not from our reader) must either be refused or be read as it is meant.
"""

from __future__ import annotations

import logging
import random
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from qq_excel.reading import book
from qq_excel.reading.guard import inspect
from qq_excel.reading.model import CellKind
from qq_excel.reading.refusal import Refusal
from qq_excel.reading.source import Source
from tests.fuzz.targets import LIMITS
from tests.support import packages

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAMESPACES = (
    f'xmlns="{MAIN}" xmlns:e="urn:e" xmlns:m="{MAIN}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="e"'
)
PIECES = (
    "<!-- x -->", "<?x y?>", "<![CDATA[5]]>", "&#49;", "&amp;", " ", "\n", "\u00a0", "\ufeff", "0", "1e3", "-", "1_0", "]]>",
    "<c/>", "<e:c/>", '<c xmlns="urn:e" r="B2"><v>7</v></c>', '<e:c r="B2"><v>7</v></e:c>', '<m:c r="F2"><m:v>7</m:v></m:c>',
    "<v>8</v>", "<e:v>8</e:v>", "<v/>", "<is><t>9</t></is>", "<f>1</f>", "<f/>", "<e:f>1</e:f>", "<t>4</t>", "<e:t>4</e:t>",
    "<row/>", '<row r="9"/>', '<e:row r="9"><c r="B9"><v>3</v></c></e:row>', "<sheetData/>", "<e:sheetData/>", "<cols/>",
    '<rPh sb="0" eb="1"><t>4</t></rPh>', '<phoneticPr fontId="1"/>', "<r><t>4</t></r>", "<e:x><c r='B3'><v>6</v></c></e:x>",
    "<extLst><ext/></extLst>", "</row>", "<row>", "</c>", '<c r="C2">', "</v>", "<v>", "<e:x>", "</e:x>",
    " e:r='A1'", " r='Z9'", ' t="b"', ' t="s"', ' t="str"', " t='n'", ' s="1"', ' xmlns="urn:e"', f' xmlns="{MAIN}"',
)  # fmt: skip
_PLACES = re.compile(r"<|>|(?<=\d)(?=\d)|(?<=\")(?= )|(?<=>)")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_KINDS = (["v"], ["f", "v"], ["is"], [], ["f"], ["v", "is"], ["f", "v", "is"])
Found = dict[tuple[int, int], Any]


class Odd(Exception):
    """Excel would not open it, or say that it mended it: any reading is as good."""


def sheet_of(rng: random.Random) -> tuple[str, str]:
    """A small honest sheet and its shared strings."""

    def cell(address: str) -> str:
        kind = rng.random()
        if kind < 0.2:
            return f'<c r="{address}" t="s"><v>{rng.randrange(4)}</v></c>'
        if kind < 0.3:
            return f'<c r="{address}" t="inlineStr"><is><t>w{rng.randrange(9)}</t></is></c>'
        if kind < 0.4:
            return f'<c r="{address}" t="str"><f>A1</f><v>u{rng.randrange(9)}</v></c>'
        return f'<c r="{address}"><v>{rng.choice(["1000", "12.5", "-3", "100000", "0.25"])}</v></c>'

    rows = (f'<row r="{r}">{"".join(cell(f"{c}{r}") for c in "ABCDE")}</row>' for r in range(1, 6))
    strings = "".join(f"<si><t>s{i}</t></si>" for i in range(4))
    return (
        f"<worksheet {NAMESPACES}><sheetData>{''.join(rows)}</sheetData></worksheet>",
        f'<sst {NAMESPACES} count="4">{strings}</sst>',
    )


def changed(rng: random.Random, text: str) -> str:
    """*text* with up to three pieces put in, taken out or doubled."""
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        places = [m.start() for m in _PLACES.finditer(text)]
        at, how = rng.choice(places), rng.random()
        if how < 0.75:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif how < 0.85:
            text = text[:at] + text[at + rng.randrange(1, 12) :]
        else:
            a = rng.choice(places)
            b = min(rng.choice([p for p in places if p >= a]), a + 200)
            text = text[:at] + text[a:b] + text[at:]
    return text


def meant(sheet: str, strings: str) -> Found:
    """The cells of a sheet, from 1, as Open XML means them. Raises :class:`Odd`."""
    try:
        root, every = (etree.fromstring(part.encode()) for part in (sheet, strings))
    except (etree.XMLSyntaxError, ValueError):
        raise Odd from None
    shared = [_said(si) for si in _own(every, {"si"})]
    tables = [*_own(root, {"sheetData"})]
    if root.tag != f"{{{MAIN}}}worksheet" or every.tag != f"{{{MAIN}}}sst" or len(tables) != 1:
        raise Odd
    out: Found = {}
    row = 0
    for line in _own(tables[0], {"row"}):
        row = _after(line.get("r"), row)
        column = 0
        for cell in _own(line, {"c"}):
            found = re.fullmatch(r"([A-Z])(\d+)", cell.get("r", f"{chr(column + 65)}{row}"))
            if not found or int(found[2]) != row or ord(found[1]) - 64 <= column:
                raise Odd
            column = ord(found[1]) - 64
            value = _value(cell, shared)
            if value not in (None, ""):
                out[row, column] = value
    return out


def _after(said: str | None, last: int) -> int:
    if said is not None and (not said.isdecimal() or int(said) <= last):
        raise Odd
    return int(said) if said else last + 1


def _own(parent: Any, names: set[str]) -> Iterator[Any]:
    """Children of Open XML's own; those of a namespace that may be ignored count for nothing."""
    for child in parent:
        if isinstance(child.tag, str) and not child.tag.startswith("{urn:e}"):
            if child.tag.removeprefix(f"{{{MAIN}}}") not in names:
                raise Odd
            yield child


def _said(element: Any) -> str:
    out = ""
    for part in _own(element, {"t", "r", "rPh", "phoneticPr"}):
        name = part.tag.rpartition("}")[2]
        out += _text(part) if name == "t" else "".join(map(_text, _own(part, {"t"}))) if name == "r" else ""
    return out


def _text(element: Any) -> str:
    if any(isinstance(child.tag, str) for child in element):
        raise Odd
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _value(cell: Any, shared: list[str]) -> Any:
    kids = {k.tag.rpartition("}")[2]: k for k in _own(cell, {"f", "v", "is"})}
    if [k.tag.rpartition("}")[2] for k in _own(cell, {"f", "v", "is"})] not in _KINDS:
        raise Odd
    type_ = cell.get("t", "n")
    value = _text(kids["v"]) if "v" in kids else None
    if "f" in kids:
        _text(kids["f"])
    if ("is" in kids) != (type_ == "inlineStr") and not (type_ == "n" and "v" in kids):
        raise Odd
    if type_ == "inlineStr":
        if value is not None:
            raise Odd
        return _said(kids["is"])
    if value is None or not value.strip():
        return None
    if type_ == "str":
        return value
    if type_ == "n" and _NUMBER.fullmatch(value.strip()):
        return float(value)
    if type_ == "s" and value.strip().isdecimal() and int(value) < len(shared):
        return shared[int(value)]
    raise Odd


def read(path: Path, sheet: str, strings: str) -> list[Found]:
    """The cells as the program has them, in bulk and as the first rows; none when it refuses the file."""
    own = {"xl/worksheets/sheet1.xml": sheet.encode(), "xl/sharedStrings.xml": strings.encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in packages.bare().items():
            archive.writestr(name, own.get(name, content))
    source = Source(path)
    found = inspect(source, LIMITS)
    if found.format is None:
        return []
    try:
        with book._grids(source, found, LIMITS) as grids:
            rows, columns = grids[0].head(60), grids[0].read(0, range(8), range(8))
    except Refusal:
        return []
    except BaseException as error:  # a parser's error or panic: the file is damaged (FIL001)
        if isinstance(error, KeyboardInterrupt):
            raise
        return []
    first = {
        (r + 1, c + 1): v for r, line in enumerate(rows) for c, v in enumerate(line) if v not in (None, "")
    }
    bulk: Found = {}
    for column, cells in columns.items():
        texts = cells.text.to_pylist() if cells.text is not None else [None] * len(cells)
        for n, kind in enumerate(cells.kind.tolist()):
            if kind == CellKind.NUMBER:
                bulk[n + 1, column + 1] = float(cells.number[n])
            elif kind == CellKind.TEXT and texts[n]:
                bulk[n + 1, column + 1] = texts[n]
    return [bulk, first]


def difference(want: Found, got: Found) -> tuple[tuple[int, int], Any, Any] | None:
    """The first cell that is read otherwise; white space around texts, and a number that is told as a text, are none."""
    for place in sorted({*want, *got}):
        one, other = (v.strip() if isinstance(v, str) else v for v in (want.get(place), got.get(place)))
        number = isinstance(one, float) and isinstance(other, str) and _NUMBER.fullmatch(other)
        if (one or None) != (other or None) and one != (float(other) if number else other) and place[1] <= 8:
            return place, one, other
    return None


def tried(rng: random.Random, path: Path) -> str | None:
    """What became of one sheet: ``odd``, ``refused`` or ``alike``. Raises AssertionError for what is read otherwise."""
    sheet, strings = sheet_of(rng)
    if rng.random() < 0.8:
        sheet = changed(rng, sheet)
    else:
        strings = changed(rng, strings)
    try:
        want = meant(sheet, strings)
    except Odd:
        return "odd"
    got = read(path, sheet, strings)
    for one in got:
        wrong = difference(want, one)
        assert wrong is None, (wrong, sheet, strings)
    return "alike" if got else "refused"


def main() -> None:
    """Run for so many seconds."""
    logging.disable(logging.CRITICAL)
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    rng, end, counts = random.Random(seed), time.monotonic() + seconds, dict[str, int]()  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            try:
                what = tried(rng, Path(folder) / "a.xlsx")
            except AssertionError as error:
                what = "otherwise"
                sys.stdout.write("\n".join(map(str, error.args[0])) + "\n")
            counts[str(what)] = counts.get(str(what), 0) + 1
    sys.stdout.write(f"{counts}\n")


if __name__ == "__main__":
    main()
