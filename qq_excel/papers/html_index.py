"""The page that a demonstration opens with: what was found, and links to every result."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from qq_excel import __version__, money
from qq_excel.catalogue import LEVEL_NAMES, LEVELS
from qq_excel.output import write_text
from qq_excel.papers import style
from qq_excel.papers.document import relative
from qq_excel.papers.words import clean

if TYPE_CHECKING:
    from qq_excel.assessment import Assessment
    from qq_excel.check import Result
    from qq_excel.language import Text
    from qq_excel.status import Board
    from qq_excel.warnings import WarningBook

_GOOD, _BAD = style.Tint(style.GOOD, style.GOOD_INK), style.Tint(style.BAD, style.BAD_INK)
_STYLE = """
:root{--navy:#1F3864;--line:#D5DAE1;--soft:#5B6470}
*{box-sizing:border-box}
body{margin:0;background:#F4F6F9;color:#262626;font:15px/1.7 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif}
header{background:var(--navy);color:#fff;padding:28px 5vw}
h1{margin:0;font-size:26px}header p{margin:6px 0 0;color:#D6DEEC}
main{padding:24px 5vw;max-width:1280px;margin:auto}
section{background:#fff;border:1px solid var(--line);border-radius:8px;padding:18px 22px;margin:0 0 20px;overflow-x:auto}
h2{font-size:18px;color:var(--navy);margin:0 0 12px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{border-bottom:1px solid var(--line);padding:7px 10px;text-align:left;overflow-wrap:break-word}
th{color:var(--soft);font-weight:600;white-space:nowrap}td.n{text-align:right;font-variant-numeric:tabular-nums}
th.n{text-align:right}
.tiles{display:flex;flex-wrap:wrap;gap:14px}.tile{flex:1 1 150px;border-radius:8px;padding:14px 18px}
.tile b{display:block;font-size:28px;line-height:1.25}.tile span{font-size:13px}
.tag{display:inline-block;border-radius:4px;padding:1px 9px;font-weight:600;white-space:nowrap}
a{color:#2F5597}ul{columns:2;column-gap:36px;margin:0;padding-left:20px}li{break-inside:avoid;overflow-wrap:anywhere}
footer{color:var(--soft);font-size:13px;padding:0 5vw 32px;max-width:1280px;margin:auto}
@media(max-width:720px){ul{columns:1}}
@media print{@page{size:A4;margin:12mm}body{background:#fff;font-size:12px}header{background:none;color:#000;padding:0 0 8px}
header p{color:#000}main{padding:0;max-width:none}section{border:0;padding:0;overflow:visible}h2{break-after:avoid}
table{font-size:10.5px}th,td{padding:3px 5px}thead{display:table-header-group}tr,.tile{break-inside:avoid}
footer{padding:0;max-width:none}}
"""


def write_index(
    result: Result, warnings: WarningBook | None, written: Iterable[Path], target: Path, *,
    board: Board | None = None, assessment: Assessment | None = None, notes: Sequence[Text] = (),
) -> Path:  # fmt: skip
    """Write the page to *target*; *written* are linked relative to its folder. What is None has no section."""
    parts = [_tiles(result), _files(result)]
    if warnings is not None:
        parts.append(_warnings(warnings))
    if board is not None:
        parts.append(_standing(board))
    if assessment is not None:
        parts.append(_scores(assessment))
    if notes:
        parts.append(_section("说明", "".join(f"<p>{_e(note.zh)}。</p>" for note in notes)))
    parts += [_rules(result), _links(list(written), target.parent)]
    return write_text(target, _page(result, "\n".join(parts)))


def _page(result: Result, body: str) -> str:
    day = result.as_of.isoformat() if result.as_of else "未填"
    policy = f"{result.policy.title.zh}（{result.policy.profile}，v{result.policy.version}）"
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>清欠校验结果</title>
<style>{_STYLE}</style>
</head>
<body>
<header><h1>清欠校验结果</h1><p>截止日期 {_e(day)} · 适用制度 {_e(policy)}</p></header>
<main>
{body}
</main>
<footer>qq-excel {_e(__version__)} · 制度文件 SHA-256 {_e(result.policy.sha256 or "—")}
<br>诉讼时效等日期按所填事项推算，不构成法律意见。</footer>
</body>
</html>
"""


def _e(value: object) -> str:
    return html.escape(clean(value), quote=True)


def _section(title: str, body: str) -> str:
    return f"<section><h2>{_e(title)}</h2>\n{body}\n</section>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """A table of cells that are HTML already; the columns *numbers* stand right."""
    right = set(numbers)

    def line(tag: str, cells: Sequence[str]) -> str:
        shown = (f"<{tag}{' class=n' if i in right else ''}>{c}</{tag}>" for i, c in enumerate(cells))
        return f"<tr>{''.join(shown)}</tr>"

    head = f"<thead>{line('th', [_e(h) for h in heads])}</thead>"  # stands on each page of a print
    return "\n".join(["<table>", head, "<tbody>", *(line("td", r) for r in rows), "</tbody>", "</table>"])


def _tag(words: str, tint: style.Tint) -> str:
    return f'<span class="tag" style="background:{tint.fill};color:{tint.ink}">{_e(words)}</span>'


def _tiles(result: Result) -> str:
    counts = result.findings.counts()
    accepted = sum(1 for f in result.files if f.accepted)
    tiles = [
        (
            f"{accepted} / {len(result.files)}",
            "个工作簿可以受理",
            _GOOD if accepted == len(result.files) else _BAD,
        ),
        *((str(counts[x]), f"项{LEVEL_NAMES[x].zh}", style.LEVEL_TINTS[x]) for x in LEVELS),
    ]
    shown = "\n".join(
        f'<div class="tile" style="background:{tint.fill};color:{tint.ink}"><b>{_e(n)}</b><span>{_e(words)}</span></div>'
        for n, words, tint in tiles
    )
    return _section("结论", f'<div class="tiles">\n{shown}\n</div>')


def _files(result: Result) -> str:
    count: dict[str, dict[str, int]] = {}
    for (file_name, level), n in result.findings.where(status="open").tally("file", "level").items():
        count.setdefault(file_name, dict.fromkeys(LEVELS, 0))[level] = n
    rows = []
    for file in result.files:
        mine = count.get(file.workbook.name, dict.fromkeys(LEVELS, 0))
        verdict = _tag("可以受理", _GOOD) if file.accepted else _tag("暂不受理", _BAD)
        rows.append(
            [
                _e(relative(file.workbook.name)), _e(file.unit or "—"), _e(file.period or "—"), f"{file.rows:,}",
                *(f"{mine[x]:,}" for x in LEVELS), verdict,
            ]
        )  # fmt: skip
    heads = ["文件", "填报单位", "报告期", "行数", *(LEVEL_NAMES[x].zh for x in LEVELS), "结论"]
    return _section("各文件", _table(heads, rows, range(3, 4 + len(LEVELS))))


def _warnings(book: WarningBook) -> str:
    rows = [
        [_tag(f"{level}色", style.WARNING_TINTS[level]), f"{count:,}", _e(amount)]
        for level, count, amount in book.by_level()
    ]
    return _section("预警", _table(["级别", "笔数", "金额（元）"], rows, (1, 2)))


def _standing(board: Board) -> str:
    """Cases by stage: how many, for how much, how many past the stage's term."""
    rows = []
    for i, stage in enumerate(board.policy.stages):
        cards = board.at(i)
        if not cards:
            continue
        late = sum(c.late for c in cards)
        amount = sum(c.amount or 0 for c in cards if not c.closed)
        rows.append(
            [
                f"{i + 1} {_e(stage.name)}", f"{len(cards):,}", f"{sum(c.closed for c in cards):,}",
                _e(money.yuan(amount)), _tag(f"{late} 件", _BAD) if late else "0",
            ]
        )  # fmt: skip
    lost = board.at(None)
    if lost:
        rows.append(
            ["不在本制度阶段内", f"{len(lost):,}", "", _e(money.yuan(sum(c.amount or 0 for c in lost))), ""]
        )
    heads = ["阶段", "件数", "其中已结", "在办金额（元）", "超限期"]
    return _section("清欠进度", _table(heads, rows, (1, 2, 3, 4)))


def _scores(assessment: Assessment) -> str:
    """Each unit's scores, total and grade."""
    names = ("progress", "quality", "results", "attitude")
    rows = [
        [_e(r.unit), *(_score(r.scores[n]) for n in names), f"<b>{_score(r.total)}</b>", _e(r.grade or "—"),
         _e(r.sanction or "—")]
        for r in assessment.rows
    ]  # fmt: skip
    heads = ["单位", "进展", "质量", "成果", "态度", "总分", "等级", "奖惩建议"]
    table = _table(heads, rows, range(1, 6))
    return _section(
        f"考核 {assessment.period.name}", f"{table}\n<p>数据口径：{_e(assessment.basis.zh)}。</p>"
    )


def _score(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _rules(result: Result) -> str:
    open_ = result.findings.where(status="open")
    count = {rule: n for (rule,), n in open_.tally("rule").items()}
    first = {rule: open_.where(rule=rule)[0] for rule in count}
    order = sorted(count, key=lambda r: (LEVELS.index(first[r].level), -count[r], r))
    rows = [
        [
            _tag(LEVEL_NAMES[first[r].level].zh, style.LEVEL_TINTS[first[r].level]), _e(r), _e(first[r].spec.title.zh),
            f"{count[r]:,}", _e(first[r].message("zh")),
        ]
        for r in order
    ]  # fmt: skip
    if not rows:
        return _section("问题", "<p>没有发现问题。</p>")
    return _section("问题", _table(["级别", "规则", "名称", "处数", "例"], rows, (3,)))


def _links(written: list[Path], folder: Path) -> str:
    groups: dict[str, list[str]] = {}
    for path in written:
        name = Path(os.path.relpath(path, folder)).as_posix()
        head, _, tail = name.rpartition("/")
        groups.setdefault(head, []).append(f'<li><a href="{_e(quote(name))}">{_e(tail)}</a></li>')
    shown = [
        (f"<p><b>{_e(head)}</b></p>" if head else "") + "\n<ul>\n" + "\n".join(items) + "\n</ul>"
        for head, items in groups.items()
    ]
    return _section("结果文件", "\n".join(shown) or "<p>没有。</p>")
