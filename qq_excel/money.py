"""Amounts: whole cents inside, yuan with two decimals outside, capitals on papers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

#: Yuan that one unit of the head block's 金额单位 is worth.
MONEY_UNITS = {"元": 1, "千元": 1_000, "万元": 10_000}


def cents(yuan: Decimal | int | str) -> int:
    """Whole cents of an amount in yuan, half a cent rounded away from zero."""
    return int((Decimal(yuan) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def yuan(amount: int, step: int = 1) -> str:
    """*amount* cents as ``1,234.56`` in the unit where 0.01 is *step* cents."""
    if step == 1:
        sign = "-" if amount < 0 else ""
        whole, rest = divmod(abs(int(amount)), 100)
        return f"{sign}{whole:,}.{rest:02d}"
    value = (Decimal(int(amount)) / (100 * step)).normalize()
    places = max(2, -int(value.as_tuple().exponent))
    return f"{value:,.{places}f}"


def capitals(amount: int) -> str:
    """*amount* cents in capitals as papers need it, e.g. 人民币壹仟贰佰元整."""
    sign = "（负）" if amount < 0 else ""
    whole, rest = divmod(abs(int(amount)), 100)
    jiao, fen = divmod(rest, 10)
    text = _whole(whole) + "元" if whole else ""
    if not rest:
        return f"人民币{sign}{text or '零元'}整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    text += _DIGITS[fen] + "分" if fen else "整"
    return f"人民币{sign}{text}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((100_000_000, "亿"), (10_000, "万"), (1_000, "仟"), (100, "佰"), (10, "拾"))


def _whole(number: int) -> str:
    """A whole number over 0; 零 wherever a digit is passed over, so that 壹亿零伍仟 is not taken for 壹亿伍仟万."""
    if number < 10:
        return _DIGITS[number]
    worth, place = next(p for p in _PLACES if number >= p[0])
    high, low = divmod(number, worth)
    gap = "零" if 0 < low < worth // 10 else ""
    return f"{_whole(high)}{place}{gap}{_whole(low) if low else ''}"
