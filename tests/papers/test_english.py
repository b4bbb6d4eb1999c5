"""Papers in English (``--lang en``): the same fields and figures, no Chinese but names and what the policy says; others stay Chinese."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from qq_excel import resources, yamlfile
from qq_excel.check import Result, check_paths
from qq_excel.language import using
from qq_excel.papers.house import ENGLISH, export, load_house
from qq_excel.papers.layout import Layout
from qq_excel.papers.registry import PAPERS
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.warnings import warnings_of
from tests.papers.paper_reading import docx_text, sheet_rows
from tests.papers.test_letters import LEDGER, claim
from tests.papers.test_slips import FIRST, SECOND, checked
from tests.support.build import build
from tests.support.digests import digests

SHIPPED = resources.schemas_dir() / "papers"
WORD = sorted(p.name for p in (SHIPPED / ENGLISH).glob("*.docx"))
SHEETS = sorted(p.name for p in (SHIPPED / ENGLISH / "sheets").glob("*.yaml"))
PAPER_OF = {"对账签认函": "confirmations", "催款函": "dunning"}
CHINESE = re.compile(r"[\u3400-\u9fff]")


def tags(path: Path) -> Counter[str]:
    """What a template fills in and asks, each as often as it stands there."""
    with zipfile.ZipFile(path) as archive:
        xml = "".join(
            archive.read(n).decode()
            for n in archive.namelist()
            if n.startswith("word/") and n.endswith(".xml")
        )
    return Counter(re.findall(r"{{.*?}}|{%.*?%}", re.sub(r"<[^>]+>", "", xml)))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    tables = {"receivables": LEDGER, "agreements": [{"agreement_id": "XY-1"}],
              "instalments": [{"agreement_id": "XY-1", "due_on": dt.date(2026, 8, 31), "due": 600, "paid": 0}]}  # fmt: skip
    return check_paths([build(tmp_path_factory.mktemp("ledger") / "应收.xlsx", tables)])


def test_there_is_an_english_version_of_what_english_papers_use() -> None:
    assert WORD == [
        "confirmation_demand.docx", "confirmation_plain.docx", "dunning.docx", "pursuit.docx", "reminder.docx", "responsibility.docx",
        "slip.docx",
    ]  # fmt: skip
    assert (
        sorted(
            p.name
            for p in (SHIPPED / "sheets").glob("*.yaml")
            if not p.name.startswith(("assessment", "count", "reconciliation"))
        )
        == SHEETS
    )


@pytest.mark.parametrize("name", WORD)
def test_a_word_template_has_the_fields_of_the_chinese_one_and_no_chinese_words(name: str) -> None:
    english = SHIPPED / ENGLISH / name
    assert set(tags(english)) == set(tags(SHIPPED / name))
    asked = {"{%p if level in ('橙', '红') %}", "{% if level in ('橙', '红') %}"}
    left = docx_text(english)
    for words in asked:
        left = left.replace(words, "")
    assert CHINESE.findall(left) == []


@pytest.mark.parametrize("name", SHEETS)
def test_a_layout_has_the_columns_of_the_chinese_one(name: str) -> None:
    english, chinese = (
        yamlfile.parse(d / name, Layout) for d in (SHIPPED / ENGLISH / "sheets", SHIPPED / "sheets")
    )
    assert [(c.field, c.kind, c.total) for c in english.columns] == [
        (c.field, c.kind, c.total) for c in chinese.columns
    ]
    assert CHINESE.findall(english.model_dump_json()) == []
    assert len({c.header for c in english.columns}) == len(english.columns)


def test_letters_have_the_same_figures_in_either_language(result: Result, tmp_path: Path) -> None:
    make("letters", result, tmp_path / "zh")
    with using("en"):
        made = make("letters", result, tmp_path / "en")
    assert sorted(digests(tmp_path / "en")) == sorted(digests(tmp_path / "zh"))
    for kind in ("对账签认函", "催款函"):  # the data is the same in either language
        make(PAPER_OF[kind], result, tmp_path / "zh" / kind, formats=["json"])
        with using("en"):
            make(PAPER_OF[kind], result, tmp_path / "en" / kind, formats=["json"])
        zh, en = (
            json.loads((tmp_path / x / kind / f"{kind}.json").read_text(encoding="utf-8"))
            for x in ("zh", "en")
        )
        assert zh == en
    letter = docx_text(next((tmp_path / "en" / "催款函").glob("*丙公司*.docx")))
    for words in (
        "Final demand for payment",
        "As of 30 September 2026",
        "RMB 5,000.00",
        "in court",
        "To: 丙公司",
        "Page ",
    ):
        assert words in letter
    register = openpyxl.load_workbook(tmp_path / "en" / "催款函" / "催款函登记册.xlsx")
    assert register.sheetnames == ["Register", "Mail merge"]
    assert made.notes == [] or all(n.en for n in made.notes)
    reminder = docx_text(next((tmp_path / "en" / "分期还款提醒函").glob("*.docx")))
    assert "Under our repayment agreement of" in reminder


def test_a_register_in_english_is_read_back_in_either_language(tmp_path: Path) -> None:
    before, after = checked(tmp_path / "1", FIRST), checked(tmp_path / "2", SECOND)
    with using("en"):
        make("slips", before, tmp_path / "first")
        register = tmp_path / "first" / "预警通知单登记册.xlsx"
        make(
            "slips", after, tmp_path / "en", formats=["xlsx", "json", "docx"], choices=Choices(since=register)
        )
    make("slips", after, tmp_path / "zh", formats=["xlsx", "json", "docx"], choices=Choices(since=register))
    said = [json.loads((tmp_path / x / "预警通知单.json").read_text(encoding="utf-8")) for x in ("en", "zh")]
    for one in said:
        assert {s["claim_id"]: (s["before"], s["change"]) for s in one["slips"]} == {
            "A": ("黄", "上升"), "B": ("橙", "未变"), "D": ("红", "下降"), "E": (None, "新增"),
        }  # fmt: skip
    assert [s["claim_id"] for s in said[0]["closed"]] == ["A", "C"]
    rows = sheet_rows(tmp_path / "en" / "预警通知单登记册.xlsx")
    top = next(i for i, r in enumerate(rows) if r[0] == "No.")
    at = {name: i for i, name in enumerate(rows[top])}
    mine = next(r for r in rows if r[at["Claim"]] == "A")
    assert [mine[at[n]] for n in ("Level", "Last level", "Change", "State")] == [
        "orange",
        "yellow",
        "rose",
        "issued",
    ]
    slip = docx_text(next((tmp_path / "en").glob("*甲公司.docx")))
    assert "The level rose: last time it was yellow" in slip
    assert "Level: orange" in slip


def test_warning_sheets_in_english(tmp_path: Path) -> None:
    before, after = checked(tmp_path / "1", FIRST), checked(tmp_path / "2", SECOND)
    make("warnings", before, tmp_path / "first", formats=["json"])
    since = Choices(since=tmp_path / "first" / "清欠预警.json")
    with using("en"):
        make("warnings", after, tmp_path / "en", choices=since)
    book = openpyxl.load_workbook(tmp_path / "en" / "清欠预警表_汇总.xlsx")
    assert book.sheetnames == ["Claims warned of", "Changes", "Analysis", "Ageing", "Notes"]
    fixed = "".join(str(c) for r in book["Notes"].iter_rows(values_only=True) for c in r if c)
    assert "Limitation and guarantee periods are computed" in fixed
    rows = list(book["Claims warned of"].iter_rows(values_only=True))
    top = next(r for r in rows if r[0] == "No.")
    assert top[:6] == ("No.", "Level", "Last", "Change", "Unit", "Claim")
    assert [(r[1], r[2], r[3], r[5]) for r in rows if isinstance(r[0], int)][:2] == [
        ("orange", "orange", "unchanged", "B"), ("orange", "yellow", "rose", "A"),
    ]  # fmt: skip
    changes = [r[0] for r in book["Changes"].iter_rows(values_only=True) if r[0]]
    assert "1. Rose: 1 claim, 900.00 yuan" in changes
    assert "5. No longer warned of: 1 claim, 4,000.00 yuan" in changes


def test_the_ageing_in_english_ties_to_the_ledger(result: Result, tmp_path: Path) -> None:
    with using("en"):
        make("ageing", result, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "账龄分析.xlsx")
    assert book.sheetnames == ["By unit", "By unit (other date)", "By debtor", "Provision", "Claims"]
    said = [str(c) for r in book["By unit"].iter_rows(values_only=True) for c in r if c]
    assert any(s.startswith("Checked: the ageing ties to the ledger (") for s in said)
    assert {"disputed", "in court", "credit notes", "Total"} <= set(said)
    bands = ["within 1 year", "1-2 years", "2-3 years", "3-4 years", "4-5 years", "over 5 years"]
    assert [s for s in said if s in bands] == bands
    every = [str(c) for sheet in book for r in sheet.iter_rows(values_only=True) for c in r if c]
    assert not [s for s in every if re.search(r"年以内|\d年|年以上|未到期|无法归段", s)]


def test_age_bands_have_their_english_names_wherever_they_are_shown(result: Result, tmp_path: Path) -> None:
    with using("en"):
        make("management", result, tmp_path)
        make("slips", checked(tmp_path / "warned", FIRST), tmp_path / "slips")
        warned = [str(c) for table in warnings_of(result).ageing for c in table.columns]
    page = next(tmp_path.glob("*.html")).read_text(encoding="utf-8")
    slips = [docx_text(p) for p in (tmp_path / "slips").rglob("*.docx")]
    assert not re.search('[>"](1年以内|5年以上)</', page)  # the filters go by the names of the policy
    assert ">over 5 years</" in page
    assert slips
    assert not [s for s in slips if re.search("年以内|年以上", s)]
    assert [c for c in warned if c.endswith("year") or c.endswith("years")][:2] == [
        "within 1 year",
        "1-2 years",
    ]


def test_a_paper_of_the_chinese_files_stays_chinese_and_says_so(result: Result, tmp_path: Path) -> None:
    assert sorted(p.name for p in PAPERS.values() if not p.english) == [
        "agreements", "assessment-notice", "counts", "dossiers", "intake", "reconciliation", "reductions", "write-off", "write-off-filing",
    ]  # fmt: skip
    make("agreements", result, tmp_path / "zh")
    with using("en"):
        made = make("agreements", result, tmp_path / "en")
        assert str(made.notes[-1]) == "repayment agreements: in Chinese only, as it is filed and signed"
    zh, en = digests(tmp_path / "zh"), digests(tmp_path / "en")
    assert {n: d for n, d in en.items() if n.endswith(".docx")} == {
        n: d for n, d in zh.items() if n.endswith(".docx")
    }


def test_the_organisations_own_templates_in_english(result: Result, tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert own / "en" / "dunning.docx" in export(own)
    settings = (own / "en" / "organisation.yaml").read_text(encoding="utf-8")
    (own / "en" / "organisation.yaml").write_text(
        settings.replace('letterhead: ""', "letterhead: Some Group Co., Ltd."), "utf-8"
    )
    (own / "en" / "sheets" / "letter_register.yaml").write_text(
        "title: Mine\nsheet: Mine\ncolumns: [{field: number, header: Ref}]\n", encoding="utf-8"
    )
    with using("en"):
        make("dunning", result, tmp_path / "out", templates=own)
    assert openpyxl.load_workbook(tmp_path / "out" / "催款函登记册.xlsx").sheetnames[0] == "Mine"
    assert "Some Group Co., Ltd." in docx_text(next((tmp_path / "out").glob("*.docx")))
    (own / "en" / "sheets" / "letter_register.yaml").write_text(
        "title: Mine\nsheet: Mine\ncolums: []\n", encoding="utf-8"
    )
    with pytest.raises(Exception, match=r"en.sheets.letter_register\.yaml"):
        load_house(own)


def test_names_are_parted_by_commas_in_english(tmp_path: Path) -> None:
    rows = [
        claim("甲公司", 100, dt.date(2026, 1, 1), handler=name, contract_id="HT-1")
        for name in ("刘洋", "周敏")
    ]
    limit = {"debtor": "甲公司", "contract_id": "HT-1", "insured_days": 30}
    ledger = check_paths([build(tmp_path / "应收.xlsx", {"receivables": rows, "credit_terms": [limit]})])
    with using("en"):
        made = make("responsibility", ledger, tmp_path / "out", formats=["docx"])
    text = docx_text(next(p for p in made.written if p.suffix == ".docx"))
    assert "the handler (刘洋, 周敏)" in text
