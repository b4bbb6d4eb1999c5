"""Text from a submission stays text in everything that is handed out: no formula, no markup, no field."""

from __future__ import annotations

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
from qq_excel.output import looks_like_formula
from qq_excel.papers.checking import write_check
from qq_excel.papers.html_index import write_index
from qq_excel.papers.warning_sheet import write_warning_sheets
from qq_excel.papers.write_off_pack import write_packs
from qq_excel.policy import load_policy
from qq_excel.warnings import warnings_of
from tests.papers.support import HOSTILE
from tests.support.build import build

TEXTS = (
    *HOSTILE, "＋1", "－1+1", "＠SUM(A1)", "  =1+1", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}", "{% for x in (1, 2) %}y{% endfor %}", "https://example.invalid/x", "DDEAUTO c:\\\\x", "]]><x/>",
)  # fmt: skip
#: Sheets that hold the submitter's own cells, which a copy leaves as they are.
_THEIRS = ("应收账款明细表", "坏账核销申请表", "证据清单", "核销")


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
    warned = warnings_of(result)
    written += write_warning_sheets(warned, out)
    written += write_packs(result, out, draft=True).packs
    write_index(result, warned, written, out / "index.html")
    fix(path, out / "修正件.xlsx", policy=load_policy("group"))
    return out


def _members(folder: Path, suffix: str) -> list[tuple[str, bytes]]:
    """Every file of that kind, inside packs too."""
    out = [(p.name, p.read_bytes()) for p in sorted(folder.rglob(f"*{suffix}"))]
    for pack in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(pack) as archive:
            out += [(f"{pack.name}/{n}", archive.read(n)) for n in archive.namelist() if n.endswith(suffix)]
    return out


def test_workbooks_hold_texts_and_no_formula(folder):
    books = _members(folder, ".xlsx")
    assert len(books) >= 5
    quoted = 0
    for name, content in books:
        for sheet in openpyxl.load_workbook(io.BytesIO(content)):
            for cell in (c for row in sheet.iter_rows() for c in row if isinstance(c.value, str)):
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

    page = Page()
    page.feed((folder / "index.html").read_text(encoding="utf-8"))
    assert page.tags
    assert not any(tag == "img" or any(k.startswith("on") for k in attrs) for tag, attrs in page.tags)
    assert "alert(1)" not in "".join(
        v or "" for _, attrs in page.tags for k, v in attrs.items() if k in ("href", "src")
    )
    assert "<script>alert" not in (folder / "index.html").read_text(encoding="utf-8")


def test_documents_have_no_field_and_no_template_runs(folder):
    texts = ""
    for name, content in _members(folder, ".docx"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            root = etree.fromstring(package.read("word/document.xml"))
        fields = [e.text or "" for e in root.iter("{*}instrText")] + [
            e.get(k) for e in root.iter("{*}fldSimple") for k in e.attrib
        ]
        assert not any(x in f for f in fields for x in ("DDE", "example.invalid", "=1")), name
        texts += "".join(e.text or "" for e in root.iter("{*}t"))
    assert all(x in texts for x in ("{{ 7 * 7 }}", "＠SUM(A1)", "<script>alert(1)</script>"))


def test_json_keeps_every_text_as_it_stands(folder):
    made = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    values = {f["value"] for f in made["findings"]}
    assert {x for x in TEXTS if x.strip() == x and "\\" not in x} <= values
