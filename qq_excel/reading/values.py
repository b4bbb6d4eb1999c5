"""Text to number and date, in every form that staff write. Ambiguous dates are never guessed.

Each function looks at one text; columns call it once per distinct text.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
#: Separators every three digits, or every four as 万 counts.
_GROUPED = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)(\.\d*)?")
_UNITS = {"万元": 10_000, "千元": 1_000, "亿元": 100_000_000, "元": 1, "万": 10_000, "亿": 100_000_000}
#: 大写 as law wants it, and the everyday characters that people write instead.
_CAPITALS = re.compile(r"[零〇一二三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟万亿两貮圆元角分整正]+")
_YMD = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_YM = re.compile(r"(\d{4})[-./年](\d{1,2})月?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{1,2}")
#: 二〇二六年九月三十日
_IN_CHARACTERS = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
FIRST_YEAR, LAST_YEAR = 1950, 2200
#: Powers of ten beyond which a text is no figure of business.
_LARGEST = 30
#: Characters of a text that may be a number or a date; what looks for one takes the square of a long run of blanks.
_LONGEST = 60


def fold(text: str) -> str:
    """Full-width forms folded, edge spaces gone."""
    return unicodedata.normalize("NFKC", text).strip()


def number(text: str) -> Decimal | None:
    """The number that *text* plainly means: separators, ￥, 元/万元, brackets, full-width, %, 大写金额."""
    plain = fold(text).replace(" ", "").replace("\u00a0", "").replace("\u2212", "-")
    if not plain or len(plain) > _LONGEST:
        return None
    negative = False
    if plain[0] == "(" and plain[-1] == ")":
        negative, plain = True, plain[1:-1]
        if plain.startswith(("-", "+")):  # a minus within brackets: which of the two counts?
            return None
    plain = re.sub(r"^(人民币|RMB|CNY|[¥$€])", "", plain, flags=re.IGNORECASE)
    if plain and _CAPITALS.fullmatch(plain) and re.search(r"[元圆角分]", plain):
        found = _capitals(plain)
        return None if found is None else (-found if negative else found)
    factor = Decimal(1)
    for unit, worth in _UNITS.items():
        if plain.endswith(unit):
            plain, factor = plain[: -len(unit)], Decimal(worth)
            break
    if plain.endswith("%"):
        plain, factor = plain[:-1], Decimal("0.01")
    if plain.endswith("-"):  # as ledgers print it; "-5-" stays no number
        negative, plain = not negative, re.sub(r"^(?=[+-])", "?", plain[:-1])
    plain = re.sub(r"^([+-]?)[¥$€]", r"\1", plain)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        return None
    try:
        value = Decimal(plain) * factor
    except InvalidOperation:
        return None
    if value and value.adjusted() > _LARGEST:
        return None
    return -value if negative else value


def names_unit(text: str) -> bool:
    """Whether a text that is a number says of what: 600元, 1.2万, 伍角; it then means yuan in a sheet of any unit."""
    return bool(re.search("[元圆角分万亿]", fold(text)))


def _capitals(text: str) -> Decimal | None:
    import cn2an  # rare

    plain = text.replace("圆", "元").replace("貮", "贰").rstrip("整正")
    whole, _, rest = plain.partition("元") if "元" in plain else ("", "", plain)
    try:
        value = Decimal(int(cn2an.cn2an(whole, "smart"))) if whole else Decimal(0)
    except (ValueError, KeyError, IndexError):
        return None
    if not whole and not rest:
        return None
    digits = {d: n for n, d in enumerate("零壹贰叁肆伍陆柒捌玖")} | _DIGITS
    match = re.fullmatch(r"零?(?:(.)角)?(?:零?(.)分)?", rest)
    if not match or any(g and g not in digits for g in match.groups()):
        return None
    return value + Decimal(digits.get(match[1], 0)) / 10 + Decimal(digits.get(match[2], 0)) / 100


def date(text: str, *, serials: bool = True) -> dt.date | None:
    """The date that *text* plainly means, or None: impossible, ambiguous (03/04/2024) or none at all."""
    plain = fold(text).replace(" 日", "日")
    if len(plain) > _LONGEST:
        return None
    plain = re.sub(r"\s*([年月日./-])\s*", r"\1", plain)
    plain = re.sub(r"(?<=\d)号$", "日", plain)
    for pattern in (_YMD, _COMPACT):
        match = pattern.fullmatch(plain)
        if match:
            return _day(*(int(g) for g in match.groups()[:3]))
    match = _YM.fullmatch(plain)
    if match:
        return _day(int(match[1]), int(match[2]), 1)
    match = _IN_CHARACTERS.fullmatch(plain)
    if match:
        year = int("".join(str(_DIGITS[c]) for c in match[1]))
        return _day(year, _tens(match[2]), _tens(match[3]))
    if _YEAR_LAST.fullmatch(plain):
        found = readings(plain)
        return found[0] if len(found) == 1 else None  # 13/04/2024 can be read in one way only
    if serials and re.fullmatch(r"\d{5}(\.\d+)?", plain):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(float(plain)))
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return None


def readings(text: str) -> list[dt.date]:
    """The dates that a text with its year last may mean: day first, month first."""
    match = _YEAR_LAST.fullmatch(fold(text))
    if not match:
        return []
    first, second, year = (int(g) for g in match.groups())
    days = (_day(year, second, first), _day(year, first, second))
    return list(dict.fromkeys(d for d in days if d is not None))


def ambiguous(text: str) -> bool:
    """Whether *text* is a date whose order of day, month and year cannot be told."""
    return len(readings(text)) > 1 or bool(_SHORT_YEAR.fullmatch(fold(text)))


def _tens(characters: str) -> int:
    """一 to 九十九."""
    tens, ten, ones = characters.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + (_DIGITS.get(ones, 0) if len(ones) < 2 else 99)


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
