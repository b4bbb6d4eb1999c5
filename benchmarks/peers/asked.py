"""What everyone is asked of a ledger: its columns from the kind, its terms from the policy. Plain data, as JSON too."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass

#: The row of the headers, from 0; rows of data follow.
HEADER_ROW = 3


@dataclass(frozen=True)
class Column:
    header: str
    #: string, number, integer or date
    type: str
    required: bool
    unique: bool
    words: tuple[str, ...]
    longest: int | None
    #: the least a number may be
    least: int | None


@dataclass(frozen=True)
class Terms:
    as_of: dt.date
    bands: tuple[str, ...]
    #: the earliest day of each band but the last, youngest first
    band_limits: tuple[dt.date, ...]
    #: who was not confirmed, or not dunned, since these days is late
    confirmed_since: dt.date
    dunned_since: dt.date
    #: a guarantee that ends by this day is about to end; without an agreed end it is so many months
    guarantee_by: dt.date
    guarantee_months: int
    #: a dispute about what was due before this day takes too long
    disputed_since: dt.date


@dataclass(frozen=True)
class Asked:
    columns: tuple[Column, ...]
    terms: Terms


def asked(as_of: dt.date) -> Asked:
    """What ``qq-excel`` asks of the receivables by the profile group."""
    from qq_excel.kinds import FieldType, get_kind
    from qq_excel.policy import load_policy

    params = load_policy("group").at(as_of)
    kind = get_kind("receivables")
    columns = []
    for f in kind.fields:
        words = ("是", "否") if f.type is FieldType.YESNO else f.values
        words = params.words(f.values_from) if f.values_from else words
        type_ = (
            "date" if f.type is FieldType.DATE
            else "integer" if f.type is FieldType.INT
            else "number" if f.type.numeric
            else "string"
        )  # fmt: skip
        longest = f.max_length if type_ == "string" and not words else None
        least = 0 if f.type.numeric and not f.negative else None
        columns.append(Column(f.header, type_, f.required, (f.name,) == kind.key, words, longest, least))

    def days(name: str) -> dt.timedelta:
        return dt.timedelta(days=params.count(name))

    def years_ago(years: int) -> dt.date:
        return as_of.replace(year=as_of.year - years)

    bands = params.bands()
    terms = Terms(
        as_of=as_of,
        bands=tuple(b.name for b in bands),
        band_limits=tuple(years_ago(b.years) for b in bands if b.years),
        confirmed_since=years_ago(params.count("confirm_every_months") // 12),
        dunned_since=as_of - days("dun_every_days"),
        guarantee_by=as_of + days("limitation_lead_days"),
        guarantee_months=params.count("guarantee_months"),
        disputed_since=as_of - days("dispute_answer_days"),
    )
    return Asked(tuple(columns), terms)


def to_json(what: Asked) -> str:
    return json.dumps(asdict(what), default=dt.date.isoformat)


def from_json(text: str) -> Asked:
    read = json.loads(text)
    terms = {**read["terms"], "bands": tuple(read["terms"]["bands"])}
    terms |= {k: dt.date.fromisoformat(v) for k, v in terms.items() if isinstance(v, str)}
    terms["band_limits"] = tuple(map(dt.date.fromisoformat, terms["band_limits"]))
    columns = tuple(Column(**{**c, "words": tuple(c["words"])}) for c in read["columns"])
    return Asked(columns, Terms(**terms))
