"""The management report as one HTML page that needs nothing else: no network, no other file, no server.

The page works without its script: links lead to the tables, everything is shown. The script filters; the page's own
policy allows this one script, by its hash, and nothing from anywhere else. Every text of a submission is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qq_excel import __version__
from qq_excel.catalogue import LEVEL_NAMES
from qq_excel.language import Text, current, t
from qq_excel.output import write_text
from qq_excel.papers.management.facts import EARLIER, LATER, PAST, UNDATED, Facts
from qq_excel.papers.management.moves import ITEM_TEXTS
from qq_excel.papers.management.points import Point
from qq_excel.papers.management.rows import lists
from qq_excel.papers.management.sections import sections
from qq_excel.papers.management.tiles import tiles
from qq_excel.papers.management.unit_views import unit_views
from qq_excel.papers.management.view import (
    ANY,
    Col,
    Fig,
    Rate,
    cell_text,
    definitions,
)
from qq_excel.papers.report_job import Job, policy_words
from qq_excel.papers.words import clean
from qq_excel.warnings import GRAVEST, LEVEL_TEXTS

_HERE = Path(__file__).parent
#: Characters that stand in one line.
_SHORT = 14
#: What the attributes of rows, and their values, are called where a filter names them.
_NAMES = {
    "unit": Text("单位", "unit"), "debtor": Text("债务人", "debtor"), "level": Text("级别", "level"), "band": Text("账龄", "age"),
    "band2": Text("账龄（另一口径）", "age (other date)"), "limitation": Text("时效届满", "limitation ends"), "due": Text("到期", "due"),
    "live": Text("未结清", "open"),
    "late": Text("已逾期", "past due"), "ending": Text("十二个月内时效届满", "limitation ends within a year"),
    "on": Text("截止", "as of"), "item": Text("项目", "item"), "accepted": Text("可受理", "accepted"), ANY: Text("任一", "any"),
    "part": Text("分子", "numerator"), "whole": Text("分母", "denominator"), **ITEM_TEXTS,
    "severity": Text("级别", "level"), "rule": Text("规则", "rule"), PAST: Text("已届满", "over"), EARLIER: Text("更早", "earlier"),
    LATER: Text("更晚", "later"), UNDATED: Text("未填到期日", "no due date"), **LEVEL_NAMES,
}  # fmt: skip
#: The page's one script.
_SCRIPTS = ("charts.js", "page.js")


def write_page(job: Job, facts: Facts, points: Sequence[Point], target: Path) -> Path:
    """Write the page to *target*; :class:`~qq_excel.papers.management.charts.ChartError` without the chart library."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    script = "".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    paper = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: clean(value) if isinstance(value, str) and type(value) is str else value,
    )  # fmt: skip
    paper.filters.update(cell=cell_text, look=_look)
    paper.globals.update(t=t, is_fig=lambda x: isinstance(x, Fig), is_rate=lambda x: isinstance(x, Rate))
    policy = job.result.policy
    parts, views = sections(facts, points), unit_views(job, facts, points)
    day = facts.as_of.isoformat() if facts.as_of else t("未填", "not given")
    page = paper.get_template("page.html").render(
        lang="zh-CN" if current() == "zh" else "en", title=t("清欠管理报告", "Management report: receivables"), day=day,
        policy=policy_words(policy), trace=job.trace(), sha256=policy.sha256 or "—",
        version=__version__, style=(_HERE / "page.css").read_text(encoding="utf-8"), script=script, script_hash=digest,
        units=sorted({*facts.units, *(q.unit for q in facts.quality)}), levels=[(x, str(LEVEL_TEXTS[x])) for x in GRAVEST],
        bands=[(c, facts.ageing[0].title(c)) for c in facts.ageing[0].columns], tiles=list(tiles(facts, points)),
        names={k: str(v) for k, v in _NAMES.items()},
        sections=parts, views=views, notes=[*definitions(), *facts.said(job.notes)],
        lists=[(x, list(x.entries(x.most))) for x in lists(facts, points, job.result)],
    )  # fmt: skip
    return write_text(target, page)


def _look(value: Any, column: Col) -> Any:
    """The class of a cell: figures stand right, short words are not broken, long ones have room."""
    from markupsafe import Markup  # comes with Jinja

    if column.right:
        return Markup(' class="n"')
    return (
        Markup(' class="long"') if len(cell_text(value, column.kind)) > _SHORT else Markup(' class="short"')
    )
