"""Number formats and formulas: Excel's way of writing them on our side, the office's on the other."""

from __future__ import annotations

import re
from typing import Any

from qq_excel.addin.libreoffice.remote import OfficeError, Remote, Struct

_ENGLISH = Struct("com.sun.star.lang.Locale", Language="en", Country="US", Variant="")
_OWN = Struct("com.sun.star.lang.Locale", Language="", Country="", Variant="")
#: XL_A1 and its English names (com.sun.star.sheet.AddressConvention, FormulaLanguage), all groups of functions.
_EXCEL_A1, _EXCEL_ENGLISH, _ALL_GROUPS = 1, 4, 31
#: Keys of a locale's formats start at its number times this; the first is the standard one.
_PER_LOCALE = 10_000
_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')+'!?)""")
_SHEET_NAME = re.compile(r"([A-Za-z_\u0080-\uffff][\w.\u0080-\uffff]*)!")
#: Tables and other workbooks, spilling and intersection, errors.
_TRICKY = re.compile(r"[\[\]@#]")


class Numbers:
    """The number formats of one workbook, and its formula parser."""

    def __init__(self, doc: Remote) -> None:
        self._doc = doc
        self._formats = doc.NumberFormats
        self._kinds: dict[int, int] = {}
        self._keys: dict[str, int] = {}
        self._parser: Any = None

    def key(self, code: str) -> int:
        """The key of an Excel format code."""
        if code not in self._keys:
            self._keys[code] = self._find(code)
        return self._keys[code]

    def _find(self, code: str) -> int:
        if code in ("", "General"):  # in a Chinese locale General would be read as a date
            return int(self._formats.getStandardIndex(_OWN))
        found = self._formats.queryKey(code, _ENGLISH, False)
        if found >= 0:
            return int(self._formats.getFormatForLocale(found, _OWN))
        try:
            return int(self._formats.addNewConverted(code, _ENGLISH, _OWN))
        except OfficeError:
            return int(self._formats.addNew(code, _ENGLISH))

    def kind(self, key: int) -> int:
        """The bits of ``values`` that tell what a format shows."""
        if key not in self._kinds:
            self._kinds[key] = int(self._formats.getByKey(key).Type)
        return self._kinds[key]

    def code(self, key: int) -> str:
        """The code of a format."""
        return "General" if key % _PER_LOCALE == 0 else str(self._formats.getByKey(key).FormatString)

    def _parsing(self) -> Any:
        if self._parser is None:
            parser = self._doc.createInstance("com.sun.star.sheet.FormulaParser")
            parser.FormulaConvention = _EXCEL_A1
            parser.CompileEnglish = True
            names = self._doc.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
            parser.OpCodeMap = names.getAvailableMappings(_EXCEL_ENGLISH, _ALL_GROUPS)
            self._parser = parser
        return self._parser

    def tokens(self, formula: str, at: Struct) -> Any:
        """A formula of Excel's for the cell *at*."""
        return self._parsing().parseFormula(formula.removeprefix("="), at)

    def formula(self, tokens: Any, at: Struct) -> str:
        """The office's tokens as Excel writes them."""
        return f"={self._parsing().printFormula(tokens, at)}"


def native_formula(formula: str) -> str | None:
    """A formula of Excel's as the office writes it; None when it takes the parser (tables, other workbooks).

    In plain ones little differs: arguments are parted by semicolons, sheets are named ``$'Sheet'.A1``, and
    ``{1,2;3,4}`` is ``{1;2|3;4}``.
    """
    out, in_array = [], False
    for n, part in enumerate(_QUOTED.split(formula)):
        if n % 2:  # a text, or a sheet's name
            out.append(f"${part[:-1]}." if part.startswith("'") and part.endswith("!") else part)
            continue
        if _TRICKY.search(part):
            return None
        words = []
        for c in _SHEET_NAME.sub(r"$\1.", part):
            in_array = c == "{" or (in_array and c != "}")
            words.append(";" if c == "," else "|" if c == ";" and in_array else c)
        out.append("".join(words))
    return "".join(out)
