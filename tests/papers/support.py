"""Results by hand: tables from plain rows, findings at known cells. No file is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qq_excel import money
from qq_excel.check import FileResult, Result
from qq_excel.findings import Finding, Findings
from qq_excel.kinds import FieldType, get_kind
from qq_excel.papers.write_off_pack import Kit, Outcome, plan, write_packs
from qq_excel.policy import load_policy
from qq_excel.reading.columns import Columns
from qq_excel.reading.model import HeadEntry, Table, Workbook
from qq_excel.rules.stack import Source, Stack
from tests.support.build import HEADER_ROW, clean_row

DAY = dt.date(2026, 9, 30)
HOSTILE = ("=cmd|' /C calc'!A0", "＝1+1", "@SUM(A1)", "+1", "-2+3", "\t=1")


def table(kind_name: str, rows: Sequence[Mapping[str, Any]], head: Mapping[str, Any] | None = None) -> Table:
    """A table laid out as ``tests.support.build`` lays it out."""
    kind = get_kind(kind_name)
    filled = [clean_row(kind_name, n, changes) for n, changes in enumerate(rows)]
    frame = pd.DataFrame(index=pd.RangeIndex(len(filled)))
    for f in kind.fields:
        values = [r.get(f.name) for r in filled]
        if f.type is FieldType.AMOUNT:
            frame[f.name] = pd.array(
                [None if v is None else money.cents(str(v)) for v in values], dtype="Int64"
            )
        elif f.type is FieldType.INT:
            frame[f.name] = pd.array(values, dtype="Int64")
        elif f.type in (FieldType.QTY, FieldType.RATIO, FieldType.NUMBER):
            frame[f.name] = np.array([np.nan if v is None else float(v) for v in values])
        elif f.type is FieldType.DATE:
            frame[f.name] = pd.Series([pd.NaT if v is None else pd.Timestamp(v) for v in values]).astype(
                "datetime64[s]"
            )
        else:
            frame[f.name] = pd.array([None if v is None else str(v) for v in values], dtype="str")
    given = {"unit": "华东分公司", "as_of": DAY, "period": "2026Q3", "prepared_by": "周敏", **(head or {})}
    return Table(
        kind=kind,
        sheet=kind.sheet,
        data=Columns(None, frame),
        rows=np.arange(HEADER_ROW + 1, HEADER_ROW + 1 + len(filled)),
        header_row=HEADER_ROW,
        columns={f.name: i for i, f in enumerate(kind.fields)},
        headers={f.name: f.header for f in kind.fields},
        head={k: HeadEntry(k, str(v), v, 1, 1) for k, v in given.items()},
    )


def result(
    books: Mapping[str, Sequence[Table]], findings: Sequence[Finding] = (), folder: Path | None = None
) -> Result:
    """A result of *books* (file name -> tables), one submission, with *findings*."""
    files = []
    sources: dict[str, list[Source]] = {}
    ordered = findings if isinstance(findings, Findings) else Findings(findings)
    for b, (name, tables) in enumerate(books.items()):
        path = str((folder or Path("/nowhere")) / name)
        files.append(
            FileResult(
                workbook=Workbook(path=path, name=name, sha256=f"{b:x}" * 64, tables=list(tables)),
                unit="华东分公司", period="2026Q3", submission=0,
                accepted=not any(f.blocks and f.file == name for f in ordered),
            )
        )  # fmt: skip
        for n, tab in enumerate(tables):
            sources.setdefault(tab.kind.kind, []).append(Source(tab, name, 0, (b, n)))
    stacks = {k: Stack.of(s[0].table.kind, s, DAY) for k, s in sources.items()}
    for stack in stacks.values():
        stack.partners = stacks
    return Result(
        policy=load_policy("group"),
        files=files,
        findings=ordered,
        stacks=stacks,
        dated={k: [s] for k, s in stacks.items()},
    )


def finding(rule: str = "REC001", level: str = "E", **more: Any) -> Finding:
    """A finding at M7 of the ledger unless told otherwise."""
    given: dict[str, Any] = {
        "file": "应收.xlsx", "sheet": "应收账款明细表", "row": 6, "column": 13, "field": "balance", "header": "账面余额",
        "key": "ZQ-0002", "value": "100.00", "expected": "90.00",
        "figures": {"original": "100.00", "received": "10.00"}, "related": ("L7", "M7"),
    }  # fmt: skip
    given.update(more)
    return Finding(rule=rule, level=level, **given)


def packs_of(checked: Result, target: Path, *, draft: bool = False) -> Outcome:
    """The packs of *checked* in *target*, as the button makes them."""
    return write_packs(plan(checked, draft=draft), target, Kit.of(checked))
