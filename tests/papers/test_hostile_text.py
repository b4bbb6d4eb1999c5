"""Text from a submission stays text in everything that is handed out: no formula, no markup, no field."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from qq_excel.check import check_paths
from qq_excel.fixing import fix
from qq_excel.kinds import FieldType, get_kind
from qq_excel.output import looks_like_formula
from qq_excel.papers.checking import write_check
from qq_excel.papers.html_index import write_index
from qq_excel.papers.registry import PAPERS
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.policy import load_policy
from tests.papers.support import HOSTILE, packs_of
from tests.support.build import build

TEXTS = (
    *HOSTILE, "＋1", "－1+1", "＠SUM(A1)", "  =1+1", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}", "{% for x in (1, 2) %}y{% endfor %}", "https://example.invalid/x", "DDEAUTO c:\\\\x", "]]><x/>",
)  # fmt: skip
#: Kinds that some paper needs or uses.
KINDS = sorted({k for p in PAPERS.values() for k in (*p.needs, *p.uses)})
#: Their fields of free text, by which each text comes into each place.
FIELDS = sorted(
    {f.name for k in KINDS for f in get_kind(k).fields if f.type in (FieldType.TEXT, FieldType.CODE)}
)
#: What makes claims overdue, instalments due and a disposal fetch less than the debt, so that every paper is written.
DUE = {
    "receivables": {"occurred_on": dt.date(2024, 5, 1), "due_on": dt.date(2025, 3, 1)},
    "instalments": {"due_on": dt.date(2026, 8, 1)},
    "disposals": {"proceeds": 100},
}
#: Sheets that hold the submitter's own cells, which a copy leaves as they are.
_THEIRS = ("应收账款明细表", "坏账核销申请表", "证据清单", "核销")

#: Forms to be filled in, which have formulas of our own.
_FORMS = ("坏账核销备查簿",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that can be handed out, made from one hostile submission."""
    target = tmp_path_factory.mktemp("hostile")
    rows = [
        {"debtor": {"text": x}, "remark": {"text": x}, "status": {"text": x}, "balance": 1, "claim_id": {"text": f"{x}{n}"}}
        for n, x in enumerate(TEXTS)
    ]  # fmt: skip
    asked = [{"claim_id": {"text": f"{x}{n}"}, "debtor": {"text": x}} for n, x in enumerate(TEXTS)]
    papers = [
        {"claim_id": {"text": f"{x}{n}"}, "name": {"text": x}, "path": {"text": x}}
        for n, x in enumerate(TEXTS)
    ]
    path = build(
        target / "报送.xlsx", {"receivables": rows, "write_offs": asked, "evidence": papers},
        {"unit": "=1+1", "prepared_by": "<b>＝1</b>"},
    )  # fmt: skip
    out = target / "out"
    result = check_paths([path])
    written = write_check(result, out)
    warned = make("warnings", result, out, formats=["xlsx"])
    written += warned.written
    written += packs_of(result, out, draft=True).packs
    write_index(result, warned.outcome, written, out / "index.html")
    fix(path, out / "修正件.xlsx", policy=load_policy("group"))
    _make_papers(target, out / "文书")
    return out


def _hostile(kind: str, n: int) -> dict[str, object]:
    """A clean row whose free texts are hostile; a field of the same name has the same text in every kind."""
    row: dict[str, object] = dict(DUE.get(kind, {}))
    if kind == "write_offs" and n % 2:  # of these, some wait for the meeting and some have passed it
        row |= {"status": "已批准", "approved_on": dt.date(2026, 9, 1)}
    for f in get_kind(kind).fields:
        if f.name in FIELDS and not (f.name in ("special_reason", "reason_by") and n % 2):
            text = TEXTS[(FIELDS.index(f.name) + n) % len(TEXTS)]
            row[f.name] = {"text": f"{text}{n}" if f.type is FieldType.CODE else text}
    return row


def _make_papers(source: Path, target: Path) -> None:
    """Every paper that there is, each in a folder of its name."""
    rows = {kind: [_hostile(kind, n) for n in range(4)] for kind in KINDS}
    del rows["write_off_register"][-1]  # an approved application that is not entered yet
    scores = build(
        source / "考核.xlsx", {"assessment": rows.pop("assessment")}
    )  # a notice takes no file with errors
    head = {"unit": "=1+1", "prepared_by": "<b>＝1</b>", "reviewed_by": "@x"}
    result = check_paths([build(source / "全部.xlsx", rows, head), scores])
    for name, paper in PAPERS.items():
        if paper.parts:
            continue
        formats = [f for f in paper.formats if f != "pdf"]
        made = make(name, result, target / name, formats=formats, choices=Choices(draft=True))
        assert {p.suffix[1:] for p in made.written} == set(formats), name
        assert made.no_pdf is None, made.no_pdf


def _members(folder: Path, suffix: str) -> list[tuple[str, bytes]]:
    """Every file of that kind, inside packs too."""
    out = [(p.name, p.read_bytes()) for p in sorted(folder.rglob(f"*{suffix}"))]
    for pack in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(pack) as archive:
            out += [(f"{pack.name}/{n}", archive.read(n)) for n in archive.namelist() if n.endswith(suffix)]
    return out


def test_workbooks_hold_texts_and_no_formula(folder):
    books = _members(folder, ".xlsx")
    assert len(books) >= 25
    quoted = 0
    for name, content in books:
        for sheet in openpyxl.load_workbook(io.BytesIO(content)):
            for cell in (c for row in sheet.iter_rows() for c in row if isinstance(c.value, str)):
                if sheet.title in _FORMS and cell.value.startswith("=IF(COUNT("):
                    continue
                assert cell.data_type == "s", (name, sheet.title, cell.coordinate)
                if looks_like_formula(cell.value) and sheet.title not in _THEIRS:
                    assert cell.quotePrefix, (name, sheet.title, cell.coordinate, cell.value)
                    quoted += 1
    assert quoted > len(TEXTS)


def test_pages_show_texts_and_run_nothing(folder):
    class Page(HTMLParser):
        tags: list[tuple[str, dict[str, str | None]]] = []  # noqa: RUF012

        def handle_starttag(self, tag, attrs):
            self.tags.append((tag, dict(attrs)))

    pages = sorted(folder.rglob("*.html"))
    assert {p.parent.name for p in pages} >= {"out", "management"}
    for path in pages:
        page, text = Page(), path.read_text(encoding="utf-8")
        page.tags = []
        page.feed(text)
        assert page.tags
        assert not any(k.startswith("on") for _, attrs in page.tags for k in attrs), path
        led = [
            v or "" for _, attrs in page.tags for k, v in attrs.items() if k in ("href", "src", "xlink:href")
        ]
        assert not any("alert(1)" in v or "example.invalid" in v or v == "x" for v in led), path
        assert "<script>alert" not in text, path


def test_documents_have_no_field_and_no_template_runs(folder):
    texts = ""
    for name, content in _members(folder, ".docx"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            root = etree.fromstring(package.read("word/document.xml"))
            rels = etree.fromstring(package.read("word/_rels/document.xml.rels"))
        fields = [e.text or "" for e in root.iter("{*}instrText")] + [
            e.get(k) for e in root.iter("{*}fldSimple") for k in e.attrib
        ]
        assert not [r.get("Target") for r in rels if r.get("TargetMode") == "External"], name
        assert not any(x in f for f in fields for x in ("DDE", "example.invalid", "=1")), name
        texts += "".join(e.text or "" for e in root.iter("{*}t"))
    assert all(x in texts for x in ("{{ 7 * 7 }}", "＠SUM(A1)", "<script>alert(1)</script>"))
    assert "y" * 3 not in texts  # what the template language would make of the loop


def test_json_keeps_every_text_as_it_stands(folder):
    made = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    values = {f["value"] for f in made["findings"]}
    assert {x for x in TEXTS if x.strip() == x and "\\" not in x} <= values
