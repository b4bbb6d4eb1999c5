"""``qq-excel map``: from a sheet that is not recognised to a mapping file that later runs use by themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table as Grid

from qq_excel.cli.common import OK, err, out
from qq_excel.errors import InputError
from qq_excel.inputs import must_be_file
from qq_excel.language import Text, many, t

if TYPE_CHECKING:
    from qq_excel.importing.propose import Proposal, Proposed
    from qq_excel.kinds import Kind
    from qq_excel.reading import Options


def run_map(
    file: Path,
    target: Path | None,
    kind: str | None,
    sheet: str | None,
    options: Options,
    *,
    yes: bool,
    force: bool,
) -> int:
    """Propose, ask, save."""
    from qq_excel.importing.propose import as_yaml
    from qq_excel.kinds import get_kind
    from qq_excel.output import write_text
    from qq_excel.reading.mapping import FOLDER

    target = target or file.parent / FOLDER / f"{file.stem}.yaml"
    if target.exists() and not force:
        raise InputError(
            Text(
                f"{target}：文件已存在。换一个名称（-o），或加 --force 覆盖。",
                f"{target} is there already. Take another name (-o), or overwrite it with --force.",
            )
        )
    if not yes and not sys.stdin.isatty():
        raise InputError(
            Text(
                "没有可以回答问题的终端；加 --yes 采用程序的建议。",
                "There is no terminal to answer questions; --yes takes what is proposed.",
            )
        )
    proposed = _proposed(file, sheet, get_kind(kind) if kind else None, options)
    _show(proposed)
    if yes and kind is None:
        _refuse_unlikely(file, proposed)
    if not yes:
        _ask(proposed)
        _ask_orders(proposed)
    if not any(p.field for p in proposed.columns):
        raise InputError(
            Text("没有任何一列对应到字段，没有保存。", "No column was given a field; nothing was saved.")
        )
    for f in proposed.missing:
        err.print(
            t(f"注意：必填项“{f.header}”没有对应的列。", f"Note: no column gives the required {f.en}."),
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    write_text(target, as_yaml(proposed, t(f"{file.name} 的版式", f"the layout of {file.name}")))
    out.print(t("已写出：", "Written: ") + str(target), soft_wrap=True)
    if target.parent.resolve() == (file.parent / FOLDER).resolve():
        out.print(
            t(
                "以后校验这个文件夹里同样版式的文件时自动采用。",
                "Files of this layout in this folder are read by it from now on.",
            )
        )
    else:
        out.print(
            t(
                "校验时用 --mappings 指定它所在的文件夹，或把它放进文件旁边的 mappings 文件夹。",
                "Name its folder with --mappings, or put it into the folder mappings beside the files.",
            )
        )
    return OK


def _proposed(file: Path, sheet: str | None, kind: Kind | None, options: Options) -> Proposed:
    from qq_excel.importing.propose import propose
    from qq_excel.reading.pool import Pool

    must_be_file(file)
    with Pool(1, options) as pool:
        heads = pool.heads(file)
    if sheet is not None and sheet not in (name for name, _ in heads):
        names = [name for name, _ in heads]
        raise InputError(
            Text(
                f"{file}：没有工作表“{sheet}”，有：{'、'.join(names)}。",
                f"{file}: no sheet '{sheet}', only {', '.join(names)}.",
            )
        )
    found = [p for name, rows in heads if sheet in (None, name) and (p := propose(name, rows, kind))]
    if not found and kind is not None:
        zh, en = kind.title.zh, kind.title.en
        raise InputError(
            Text(
                f"{file}：没有一列像《{zh}》的列名。请用 --sheet 指定工作表，或换一个 --kind。",
                f"{file}: no column is like those of '{en}'. Name the sheet with --sheet, or another --kind.",
            )
        )
    if not found:
        raise InputError(
            Text(
                f"{file}：没有一行像是列名。请用 --kind 指定表种，用 --sheet 指定工作表。",
                f"{file}: no row looks like headers. Name the kind with --kind and the sheet with --sheet.",
            )
        )
    return max(found, key=lambda p: p.score)


def _refuse_unlikely(file: Path, proposed: Proposed) -> None:
    """Nobody looks at the proposal: do not write one that is as good as none."""
    if proposed.likely:
        return
    kind = proposed.kind
    required = len(kind.required)
    there = required - len(proposed.missing)
    raise InputError(
        Text(
            f"{file}：不像规定的表：最像《{kind.title.zh}》，{required} 个必填项只找到 {there} 个。"
            f"确是这种表的，加 --kind {kind.kind}；不用 --yes 则逐列确认。",
            f"{file}: like none of the known tables: the nearest is '{kind.title.en}', of whose {required} required columns "
            f"{many(there, 'was', 'were')} found. If it is one, add --kind {kind.kind}; without --yes each column is asked for.",
        )
    )


def _show(proposed: Proposed) -> None:
    title = proposed.kind.title
    out.print(
        t(
            f"工作表“{proposed.sheet}”，第 {proposed.header_row + 1} 行是列名，最像《{title.zh}》：",
            f"Sheet '{proposed.sheet}', headers in row {proposed.header_row + 1}, most like '{title.en}':",
        ),
    )
    grid = Grid(box=None, padding=(0, 1))
    for name in (t("列名", "header"), t("样例", "samples"), t("对应字段", "field"), t("相似度", "likeness")):
        grid.add_column(name, overflow="fold")
    for p in proposed.columns:
        label = proposed.kind[p.field].label if p.field else "—"
        grid.add_row(
            *map(_on_one_line, (p.header, "、".join(p.samples), label, str(p.score) if p.field else ""))
        )
    out.print(grid)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _ask(proposed: Proposed) -> None:
    """Go through what is not sure; a field, its header, - for none, or Enter for what is proposed."""
    from qq_excel.importing.propose import SURE

    unsure = [p for p in proposed.columns if p.score < SURE]
    if not unsure:
        if not typer.confirm(t("采用以上对应？", "Take these?"), default=True):
            unsure = proposed.columns
    elif not typer.confirm(
        t(
            f"有 {len(unsure)} 列没有把握，逐列确认？（否：直接采用建议）",
            f"{many(len(unsure), 'column is', 'columns are')} not sure. Go through them?",
        ),
        default=True,
    ):
        return
    for p in unsure:
        _ask_one(proposed, p)


def _ask_one(proposed: Proposed, p: Proposal) -> None:
    kind = proposed.kind
    now = kind[p.field].label if p.field else "-"
    by_word = {w: f.name for f in kind.fields for w in (f.name, f.header, f.en.lower())}
    while True:
        answer = typer.prompt(
            t(
                f"“{' '.join(p.header.split())}”对应（字段或列名，- 不对应，? 列出可选）",
                f"'{' '.join(p.header.split())}' is (a field, - for none, ? for a list)",
            ),
            default=now,
        ).strip()
        if answer in ("?", "？"):
            free = [f.label for f in kind.fields if f.name not in {q.field for q in proposed.columns}]
            out.print("、".join(free))
            continue
        name = None if answer in ("-", "—", "") else by_word.get(answer) or by_word.get(answer.lower())
        if name is None and answer not in ("-", "—", ""):
            out.print(
                t(f"没有“{answer}”这个字段，? 列出可选。", f"There is no field '{answer}'; ? lists them."),
            )
            continue
        for other in proposed.columns:  # a field is one column only: the last answer counts
            if name is not None and other is not p and other.field == name:
                other.field, other.score = None, 0
        p.field, p.score = name, 100 if name else 0
        return


def _ask_orders(proposed: Proposed) -> None:
    """03/04/2026 may be either: only somebody who knows the sheet can say it."""
    from qq_excel.kinds import FieldType
    from qq_excel.reading import values

    orders = {"1": "day-first", "2": "month-first", "0": None}
    for p in proposed.columns:
        if p.field is None or proposed.kind[p.field].type is not FieldType.DATE:
            continue
        sample = next((s for s in p.samples if values.readings(s)), None)
        if sample is None:
            continue
        question = t(
            f"“{p.header}”的日期如 {sample}：1 日在前，2 月在前，0 不确定",
            f"Dates of '{p.header}' such as {sample}: 1 day first, 2 month first, 0 not known",
        )
        answer = ""
        while answer not in orders:
            answer = str(typer.prompt(question, default="0")).strip()
        p.date = orders[answer]
