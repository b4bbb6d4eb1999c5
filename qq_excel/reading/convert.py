"""Cells to typed columns, with a note of every cell that was not written as it should be.

Clean columns go whole; only odd cells are looked at one by one, each distinct text once. Text columns work
on their distinct values.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qq_excel.kinds import Field, FieldType
from qq_excel.money import yuan
from qq_excel.reading import values
from qq_excel.reading.model import CellFacts, CellKind, Cells
from qq_excel.reading.plainness import Look, bytes_of
from qq_excel.reading.serials import DAYS_TO_1904, shown
from qq_excel.reading.texts import blank_texts, picked, replaced, without

_ODD_TEXT = "^[\\s\u3000\u00a0]|[\\s\u3000\u00a0]$|[ \u3000\u00a0]{2}|[\\n\\r\\t\u3000\u00a0]"
_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]"
_YES_NO = {"Y": "是", "y": "是", "N": "否", "n": "否", "TRUE": "是", "FALSE": "否"}
#: A number of more digits than this was rounded by Excel when it was typed.
_EXACT_DIGITS = 15
_FIRST_DAY, _LAST_DAY = (
    np.datetime64(f"{values.FIRST_YEAR}-01-01"),
    np.datetime64(f"{values.LAST_YEAR}-12-31"),
)
_SHORTENED = r"^\d(\.\d+)?[eE]\+\d{2}$"


@dataclass(slots=True)
class Facts:
    """Facts collected for one table, by rule."""

    by_rule: dict[str, list[CellFacts]] = field(default_factory=dict)

    def note(self, rule: str, name: str, at: Any, raw: list[str], read: list[str] | None = None) -> None:
        """Note that *rule* concerns the cells *at* of field *name*."""
        positions = np.asarray(at, dtype=np.int64)
        if len(positions):
            fact = CellFacts(name, positions, raw, read if read is not None else [""] * len(raw))
            self.by_rule.setdefault(rule, []).append(fact)


def column(cells: Cells, f: Field, factor: int, facts: Facts, *, date1904: bool = False) -> Any:
    """The typed column of one field, an Arrow array (:class:`~qq_excel.reading.columns.Columns` says of which type).

    *factor* is what the sheet's money unit is worth in yuan; *date1904* says from when date numbers count.
    """
    if not cells.kind.any():
        return absent(f.type, len(cells))
    places = _Places(cells.kind)
    _note_errors(cells, places, f, facts)
    if f.type is FieldType.DATE:
        return _dates(cells, places, f, facts, date1904)
    if f.type.numeric:
        return _numbers(cells, places, f, factor, facts, date1904)
    return _texts(cells, places, f, facts, date1904)


def absent(type_: FieldType, size: int) -> Any:
    """A column of this type in which nothing stands."""
    if type_ in (FieldType.AMOUNT, FieldType.INT):
        return pa.nulls(size, pa.int64())
    if type_.numeric:
        return pa.array(np.full(size, np.nan))
    if type_ is FieldType.DATE:
        return pa.nulls(size, pa.timestamp("s"))
    return blank_texts(size)


class _Places:
    """Where the cells of each kind stand; most columns have cells of one kind only."""

    def __init__(self, kinds: npt.NDArray[np.uint8]) -> None:
        self._kinds = kinds
        self._counts: list[int] = np.bincount(kinds, minlength=CellKind.ERROR + 1).tolist()

    def of(self, kind: int) -> npt.NDArray[np.int64]:
        """The places of the cells of this *kind*."""
        return np.flatnonzero(self._kinds == kind) if self._counts[kind] else _NOWHERE


_NOWHERE: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)


def _note_errors(cells: Cells, places: _Places, f: Field, facts: Facts) -> None:
    at = places.of(CellKind.ERROR)
    if len(at):
        assert cells.text is not None  # noqa: S101 - error cells hold their text
        facts.note("CEL010", f.name, at, picked(cells.text, at))


def _each_text(
    cells: Cells, at: npt.NDArray[np.int64], parse: Callable[[str], Any]
) -> tuple[list[str], list[Any]]:
    if cells.text is None or not len(at):
        return [], []
    raw = picked(cells.text, at)
    known = {text: parse(text) for text in set(raw)}
    return raw, [known[text] for text in raw]


# --- numbers ------------------------------------------------------------------------------------------


def _numbers(cells: Cells, places: _Places, f: Field, factor: int, facts: Facts, date1904: bool) -> Any:
    size = len(cells)
    number = np.full(size, np.nan) if cells.number is None else cells.number.astype(np.float64, copy=True)
    solid = cells.kind == CellKind.NUMBER
    endless = np.flatnonzero(
        solid & ~np.isfinite(number)
    )  # 1E999, NaN: no number that Excel knows, and no blank
    facts.note("CEL004", f.name, endless, [f"{number[i]:g}" for i in endless])
    number[~solid] = number[endless] = np.nan
    absolute = np.zeros(size, dtype=bool)  # texts that name their own unit: 1.2万元
    at = places.of(CellKind.TEXT)
    raw, parsed = _each_text(cells, at, values.number)
    good = np.array([p is not None for p in parsed], dtype=bool)
    if len(at):
        facts.note("CEL004", f.name, at[~good], [r for r, g in zip(raw, good, strict=True) if not g])
        read = [p for p in parsed if p is not None]
        texts = [r for r, g in zip(raw, good, strict=True) if g]
        named = [values.names_unit(t) for t in texts]
        # what the cell is to hold is in the sheet's unit, whatever unit the text names
        unit = factor if f.type is FieldType.AMOUNT else 1
        meant = [_plain(p / unit if n else p) for p, n in zip(read, named, strict=True)]
        facts.note("CEL002", f.name, at[good], texts, meant)
        number[at[good]] = [float(p) for p in read]
        absolute[at[good]] = named
    for kind in (CellKind.DATE, CellKind.BOOL):
        wrong = places.of(kind)
        if len(wrong):
            date = kind == CellKind.DATE
            raw = shown(cells, wrong, date1904) if date else ["TRUE/FALSE"] * len(wrong)
            facts.note("CEL004", f.name, wrong, raw)
    if f.type is FieldType.AMOUNT:
        return _cents(number, absolute, f, factor, facts)
    if f.type is FieldType.INT:
        broken = np.flatnonzero(~np.isnan(number) & ((number != np.rint(number)) | (np.abs(number) > 9e15)))
        facts.note("CEL004", f.name, broken, [f"{number[i]:.10g}" for i in broken])
        number[broken] = np.nan
        return _whole(number)
    return pa.array(number)


def _cents(
    number: npt.NDArray[np.float64], absolute: npt.NDArray[np.bool_], f: Field, factor: int, facts: Facts
) -> Any:
    """Whole cents of yuan, half away from zero; more than two decimals (of the sheet's unit, or of yuan) are noted."""
    with np.errstate(over="ignore"):
        hundredths = number * 100
    near = np.rint(hundredths)
    slack = 1e-6 + np.abs(hundredths) * 1e-15
    with np.errstate(invalid="ignore"):
        fine = np.flatnonzero(np.abs(hundredths - near) > slack)
    scaled = hundredths if factor == 1 else np.where(absolute, hundredths, hundredths * factor)
    rounded = np.sign(scaled) * np.floor(np.abs(scaled) * (1 + 4e-16) + 0.5 + 1e-9)
    # a text that names its unit was turned into yuan
    written = [f"{number[i]:.15g}{'元' if absolute[i] else ''}" for i in fine]
    as_read = [yuan(int(rounded[i]), factor).replace(",", "") for i in fine]  # whole cents of yuan are read
    facts.note("CEL008", f.name, fine, written, as_read)
    huge = np.flatnonzero(np.abs(rounded) > 9e15)  # cents are no longer exact
    facts.note("CEL004", f.name, huge, [f"{number[i]:.15g}" for i in huge])
    rounded[huge] = np.nan
    return _whole(rounded)


def _whole(number: npt.NDArray[np.float64]) -> Any:
    empty = np.isnan(number)
    return pa.array(np.where(empty, 0, number).astype(np.int64), mask=empty)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


# --- dates --------------------------------------------------------------------------------------------


def _dates(cells: Cells, places: _Places, f: Field, facts: Facts, date1904: bool) -> Any:
    size = len(cells)
    days = np.full(size, np.datetime64("NaT", "D"))
    real = cells.kind == CellKind.DATE
    if cells.date is not None:
        days[real] = cells.date[real].astype("datetime64[D]")
        wrong = np.flatnonzero(
            real & ~((days >= _FIRST_DAY) & (days <= _LAST_DAY))
        )  # what is no date at all, too
        facts.note("CEL005", f.name, wrong, shown(cells, wrong, date1904))
        days[wrong] = np.datetime64("NaT", "D")
    at = places.of(CellKind.NUMBER)
    if len(at) and cells.number is not None:
        _read_dates(
            at, [f"{cells.number[i]:.10g}" for i in at], days, f, facts, partial(_number_date, date1904)
        )
    at = places.of(CellKind.TEXT)
    if len(at) and cells.text is not None:
        _read_dates(at, picked(cells.text, at), days, f, facts)
    wrong = places.of(CellKind.BOOL)
    facts.note("CEL005", f.name, wrong, ["TRUE/FALSE"] * len(wrong))
    return pa.array(days.astype("datetime64[s]"))


def _number_date(date1904: bool, text: str) -> dt.date | None:
    """The date that a plain number means. 2026.1 may have been typed as 2026.10: nobody can tell."""
    if re.fullmatch(r"\d{4}\.1", text):
        return None
    if date1904 and re.fullmatch(r"\d{5}(\.\d+)?", text):
        return values.date(str(int(float(text)) + DAYS_TO_1904))
    return values.date(text)


def _read_dates(
    at: npt.NDArray[np.int64],
    raw: list[str],
    days: npt.NDArray[np.datetime64],
    f: Field,
    facts: Facts,
    parse: Callable[[str], dt.date | None] = values.date,
) -> None:
    known = {text: parse(text) for text in set(raw)}
    found = [known[text] for text in raw]
    good = np.array([d is not None for d in found], dtype=bool)
    facts.note("CEL005", f.name, at[~good], [r for r, g in zip(raw, good, strict=True) if not g])
    read = [d for d in found if d is not None]
    facts.note(
        "CEL003",
        f.name,
        at[good],
        [r for r, g in zip(raw, good, strict=True) if g],
        [d.isoformat() for d in read],
    )
    days[at[good]] = np.array(read, dtype="datetime64[D]")


# --- texts --------------------------------------------------------------------------------------------


def _texts(cells: Cells, places: _Places, f: Field, facts: Facts, date1904: bool) -> Any:
    text = _as_text(cells, places, f, facts, date1904)
    if text is cells.text and cells.look is not None and _is_as_it_should_be(text, cells.look, f):
        return text
    encoded = text.dictionary_encode()
    words, index = encoded.dictionary, encoded.indices
    odd = pc.match_substring_regex(words, _ODD_TEXT)
    clean = words
    if pc.any(odd).as_py():
        # ends lose all white space, inside any run of it becomes one space
        clean = pc.utf8_trim(pc.replace_substring_regex(words, "[\\s\u3000\u00a0]+", " "), " ")
        _note_words("CEL006", f, words, index, odd, facts, clean)
    if f.type in (FieldType.ENUM, FieldType.YESNO, FieldType.CODE):
        clean = pc.utf8_normalize(clean, "NFKC")
    control = pc.match_substring_regex(words, _CONTROL)
    long = pc.greater(pc.utf8_length(words), f.max_length)
    bad = pc.or_(control, long)
    if pc.any(bad).as_py():
        _note_words("CEL014", f, words, index, bad, facts, None)
        clean = pc.replace_substring_regex(clean, _CONTROL, "")
    clean = pc.if_else(pc.equal(clean, ""), pa.scalar(None, clean.type), clean)
    if f.type is FieldType.YESNO:
        clean = pa.array([_YES_NO.get(word, word) for word in clean.to_pylist()], clean.type)
    return pc.take(clean, index)


def _is_as_it_should_be(texts: Any, look: Look, f: Field) -> bool:
    """Whether nothing of a column of texts needs a change or a note; most need none."""
    if not look.tight or (
        look.longest > f.max_length and pc.max(pc.utf8_length(texts)).as_py() > f.max_length
    ):
        return False
    if f.type is FieldType.YESNO:
        return set(texts.unique().to_pylist()) <= {"是", "否", None}
    if f.type not in (FieldType.ENUM, FieldType.CODE) or look.standard:
        return True
    words = texts.unique()
    return bool(pc.utf8_normalize(words, "NFKC").equals(words))


def _note_words(rule: str, f: Field, words: Any, index: Any, which: Any, facts: Facts, read: Any) -> None:
    chosen = pc.indices_nonzero(which)
    at = np.flatnonzero(np.asarray(pc.fill_null(pc.is_in(index, value_set=chosen.cast(index.type)), False)))
    where = pc.take(index, pa.array(at))
    raw = pc.take(words, where).to_pylist()
    facts.note(
        rule, f.name, at, [str(r) for r in raw], None if read is None else pc.take(read, where).to_pylist()
    )


def _as_text(cells: Cells, places: _Places, f: Field, facts: Facts, date1904: bool) -> Any:
    size = len(cells)
    text = cells.text if cells.text is not None else blank_texts(size)
    if len(places.of(CellKind.ERROR)):
        text = without(text, cells.kind == CellKind.ERROR)
    at = places.of(CellKind.NUMBER)
    if len(at) and cells.number is not None:
        written = _clock if f.type is FieldType.TIME else _digits
        text = replaced(text, at, [written(v) for v in cells.number[at]])
        if f.type is FieldType.CODE:
            lost = at[np.abs(cells.number[at]) >= 10.0**_EXACT_DIGITS]
            facts.note("CEL013", f.name, lost, [_digits(cells.number[i]) for i in lost])
    if f.type is FieldType.CODE and cells.text is not None:
        _note_shortened(cells, f, facts)
    at = places.of(CellKind.DATE)
    if len(at) and cells.date is not None:
        time = f.type is FieldType.TIME
        text = replaced(
            text, at, [str(d)[11:16] for d in cells.date[at]] if time else shown(cells, at, date1904)
        )
    at = places.of(CellKind.BOOL)
    if len(at) and cells.number is not None:
        text = replaced(text, at, ["TRUE" if v else "FALSE" for v in cells.number[at]])
    return text


def _note_shortened(cells: Cells, f: Field, facts: Facts) -> None:
    """A code as Excel shows a long number, 6.22203E+18: what a CSV saved from Excel holds, its digits gone."""
    assert cells.text is not None  # noqa: S101 - asked before
    if not (bytes_of(cells.text) == ord("+")).any():
        return
    at = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring_regex(cells.text, _SHORTENED), False)))
    facts.note("CEL013", f.name, at, picked(cells.text, at))


def _clock(value: float) -> str:
    """A number in a time column, a part of the day, as the time of day: 0.4375 is 10:30."""
    if not 0 <= value < 1:
        return _digits(value)
    hour, minute = divmod(round(value * 24 * 60), 60)
    return f"{hour % 24:02d}:{minute:02d}"


def _digits(value: float) -> str:
    """A number in a text column as it would be written: no exponent, no needless decimals."""
    if abs(value) >= 10.0**_EXACT_DIGITS:  # as Excel shows it: zeros where digits were lost
        return f"{Decimal(f'{value:.15g}'):f}"
    if math.isfinite(value) and value == int(value):
        return str(int(value))
    return f"{value:.15g}"
