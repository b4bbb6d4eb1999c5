"""看板: one self-contained HTML page, a column per stage and a card per case.

No script, no network, fit for narrow screens and for print. Every text of a submission is escaped.
"""

from __future__ import annotations

import html
from pathlib import Path

from qq_excel import __version__, money
from qq_excel.language import current, many, t
from qq_excel.output import write_text
from qq_excel.papers import style
from qq_excel.papers.words import clean
from qq_excel.status import Board, Card

_STYLE = f"""
:root{{--navy:{style.NAVY};--line:{style.LINE};--ink:{style.INK};--soft:{style.SOFT};color-scheme:light}}
*{{box-sizing:border-box}}body{{margin:0;background:{style.GREY};color:var(--ink);font:14px/1.55 "{style.FONT}",system-ui,sans-serif}}
header{{background:var(--navy);color:#fff;padding:18px 24px}}h1{{font-size:21px;margin:0}}header p{{margin:4px 0 0;opacity:.85}}
.board{{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(196px,1fr);gap:12px;padding:16px 24px;
overflow-x:auto;align-items:start}}
.stage{{background:#fff;border:1px solid var(--line);border-radius:8px;padding:10px}}
h2{{font-size:15px;color:var(--navy);margin:0}}.sum{{color:var(--soft);font-size:12.5px;margin:2px 0 10px}}
.card{{border:1px solid var(--line);border-left:4px solid {style.BLUE};border-radius:6px;padding:8px 10px;
margin:0 0 8px;overflow-wrap:anywhere}}
.late{{border-left-color:{style.BAD_INK}}}.done{{border-left-color:{style.GOOD_INK}}}.closed{{border-left-color:{style.LINE};color:var(--soft)}}
.card b{{display:block}}.key{{color:var(--soft);font-size:12.5px;display:flex;
justify-content:space-between;align-items:flex-start;flex-wrap:wrap;gap:0 8px}}
.amount{{font-variant-numeric:tabular-nums}}.tag{{border-radius:4px;padding:0 6px;font-size:12px;font-weight:600;white-space:nowrap}}
.tag.bad{{background:{style.BAD};color:{style.BAD_INK}}}.tag.good{{background:{style.GOOD};color:{style.GOOD_INK}}}
.missing{{margin:4px 0 0;padding:0;list-style:none;font-size:13px}}.missing li::before{{content:"□ ";color:var(--soft)}}
.none{{color:var(--soft)}}footer{{color:var(--soft);font-size:12.5px;padding:0 24px 24px;overflow-wrap:anywhere}}
@media(max-width:720px){{.board{{grid-auto-flow:row;grid-auto-columns:auto;padding:12px}}header{{padding:14px 12px}}}}
@media print{{@page{{size:A3 landscape;margin:10mm}}body{{background:#fff;font-size:11px}}
header{{color:#000;background:none;padding:0 0 8px}}
.board{{padding:0;gap:6px;grid-auto-columns:1fr;overflow:visible}}.card{{break-inside:avoid}}}}
"""


def write_board(board: Board, target: Path) -> Path:
    """Write the page to *target*."""
    stages = [_stage(board, i) for i in range(len(board.policy.stages))]
    if board.at(None):
        stages.append(_stage(board, None))
    day = board.as_of.isoformat() if board.as_of else t("未填", "not given")
    title = t("清欠进度看板", "Clearance board")
    open_cases = [c for c in board.cards if not c.closed]
    late = sum(c.late for c in open_cases)
    total = money.yuan(sum(c.amount or 0 for c in open_cases))
    summary = t(
        f"截止日期 {day} · {board.policy.title} · 在办 {len(open_cases)} 件，{total} 元，超限期 {late} 件",
        f"As of {day} · {board.policy.title} · {len(open_cases)} open, {total} yuan, {late} late",
    )
    page = f"""<!DOCTYPE html>
<html lang="{"zh-CN" if current() == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_e(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header><h1>{_e(title)}</h1><p>{_e(summary)}</p></header>
<main class="board">
{chr(10).join(stages)}
</main>
<footer>qq-excel {_e(__version__)} · SHA-256 {_e(board.policy.sha256)}</footer>
</body>
</html>
"""
    return write_text(target, page)


def _e(value: object) -> str:
    return html.escape(clean(value), quote=True)


def _stage(board: Board, at: int | None) -> str:
    cards = board.at(at)
    if at is None:
        title, clauses, team = t("不在本制度阶段内", "At no stage of the profile"), "", ""
    else:
        stage = board.policy.stages[at]
        unit = next((u.text for u in board.policy.teams if u.name == stage.team), None)
        title, clauses, team = f"{at + 1} {stage.text}", ", ".join(stage.clauses), str(unit or "")
    amount = money.yuan(sum(c.amount or 0 for c in cards if not c.closed))
    facts = " · ".join(x for x in (t(f"{len(cards)} 件", f"{len(cards)}"), amount, team, clauses) if x)
    body = "\n".join(_card(c) for c in cards) or f'<p class="none">{_e(t("没有案件", "no case"))}</p>'
    return f'<section class="stage"><h2>{_e(title)}</h2><p class="sum">{_e(facts)}</p>\n{body}\n</section>'


def _card(card: Card) -> str:
    state = "closed" if card.closed else "late" if card.late else "done" if card.done else ""
    if card.closed:
        tag = ""
    elif card.late:
        tag = f'<span class="tag bad">{_e(t("超限期", "late"))}</span>'
    elif card.done:
        tag = f'<span class="tag good">{_e(t("可进入下一阶段", "done here"))}</span>'
    else:
        tag = ""
    amount = "—" if card.amount is None else money.yuan(card.amount)
    when = []
    if card.since and card.days is not None:
        when.append(
            t(
                f"自 {card.since} 起 {card.days} 天",
                f"since {card.since}, {many(card.days, 'day')}",
            )
        )
    if card.due_on:
        when.append(t(f"限 {card.due_on}", f"due {card.due_on}"))
    who = " / ".join(x for x in (card.who, str(card.team or "")) if x)
    stated = (
        f"<div>{_e(t('所填阶段：', 'Stage given: ') + (card.stated or '—'))}</div>"
        if card.stage is None
        else ""
    )
    items = "".join(f"<li>{_e(m)}</li>" for m in card.missing)
    missing = f'<ul class="missing">{items}</ul>' if items else ""
    return (
        f'<article class="card {state}"><div class="key"><span>{_e(card.key)}</span>{tag}</div>'
        f'<b>{_e(card.debtor)}</b><div class="amount">{_e(amount)}</div>{stated}'
        f"<div>{_e(' · '.join(when))}</div><div>{_e(who)}</div>{missing}</article>"
    )
