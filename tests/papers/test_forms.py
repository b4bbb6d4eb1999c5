"""Settlement in kind, dossiers, agreements, reconciliation, intake; then every paper in one LibreOffice run."""

from __future__ import annotations

import datetime as dt
import shutil
from itertools import takewhile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from qq_excel import resources
from qq_excel.check import Result, check_paths
from qq_excel.papers.pdf import find_soffice, write_pdfs
from qq_excel.papers.registry import PAPERS
from qq_excel.papers.report import make
from tests.papers.paper_reading import docx_text, pdf_text, sheet_rows, total_of
from tests.support.build import build
from tests.support.digests import digests

D = dt.date
TEMPLATES = resources.schemas_dir() / "papers"
CODE = "91370200264569984Y"
CLAIM = {
    "claim_id": "ZQ-1",
    "debtor": "甲公司",
    "debtor_code": CODE,
    "original": 9000,
    "received": 0,
    "balance": 9000,
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    goods = {
        "list_id": "QD-1",
        "unit": "华东分公司",
        "debtor": "甲公司",
        "claim_id": "ZQ-1",
        "agreement_no": "DZ-1",
        "settled_debt": 9000,
    }
    tables = {
        "receivables": [CLAIM],
        "inventory_count": [
            {
                **goods,
                "item": "=1+1",
                "book_qty": 2,
                "counted_qty": 2,
                "difference_qty": 0,
                "unit_price": 2000,
                "value": 4000,
                "appraised_value": 3500,
            },
            {
                **goods,
                "item": "轴承",
                "book_qty": 10,
                "counted_qty": 9,
                "difference_qty": -1,
                "unit_price": 300,
                "value": 2700,
                "appraised_value": 2500.5,
            },
        ],
        "disposals": [
            {
                "disposal_id": "CZ-1",
                "list_id": "QD-1",
                "unit": "华东分公司",
                "item": "轴承",
                "qty": 9,
                "settled_debt": 2700,
                "method": "出售",
                "proceeds": 2000,
                "disposed_on": D(2026, 9, 1),
                "reduced": "是",
                "reduction_reason": "型号已停产",
                "report_no": "BG-1",
            },
            {
                "disposal_id": "CZ-2",
                "list_id": "QD-1",
                "unit": "华东分公司",
                "item": "机床",
                "qty": 1,
                "settled_debt": 4000,
                "method": "出售",
                "proceeds": 4000,
                "disposed_on": D(2026, 9, 1),
                "reduced": "否",
            },
        ],
        "dossiers": [
            {
                "dossier_id": "DA-1",
                "claim_id": "ZQ-1",
                "debtor": "甲公司",
                "opened_on": D(2026, 1, 5),
                "opened_by": "周敏",
                "investigated_on": D(2026, 2, 1),
                "proposal": "协议还款",
                "status": "在办",
                "retention_years": 30,
            },
        ],
        "dossier_loans": [
            {
                "dossier_id": "DA-1",
                "action": "借阅",
                "requested_by": "何立",
                "approved_by": "高远",
                "lent_on": D(2026, 9, 1),
                "return_due_on": D(2026, 9, 8),
            },
            {
                "dossier_id": "DA-1",
                "action": "销毁",
                "requested_by": "何立",
                "approved_by": "高远",
                "approval_no": "XH-1",
            },
        ],
        "agreements": [
            {
                "agreement_id": "XY-1",
                "claim_id": "ZQ-1",
                "debtor": "甲公司",
                "amount": 9000,
                "signed_on": D(2026, 9, 1),
                "method": "分期",
                "terms": 2,
                "security": "保证",
            }
        ],
        "instalments": [
            {"agreement_id": "XY-1", "no": 1, "due_on": D(2026, 10, 1), "due": 4000},
            {"agreement_id": "XY-1", "no": 2, "due_on": D(2026, 12, 1), "due": 4500},
        ],
        "collection_log": [
            {
                "log_id": "CS-1",
                "claim_id": "ZQ-1",
                "debtor": "甲公司",
                "on": D(2026, 8, 1),
                "method": "函件",
                "by": "周敏",
                "content": "催款",
                "receipted": "是",
                "proof_no": "PZ-9",
            }
        ],
        "confirmations": [
            {
                "confirmation_id": "Q1",
                "claim_id": "ZQ-1",
                "debtor": "甲公司",
                "cut_off": D(2026, 9, 30),
                "sales_balance": 9000,
                "finance_balance": 8999.5,
                "difference": 0.5,
                "difference_reason": "在途",
                "method": "函证",
                "proof_no": "HZ-7",
            },
            {
                "confirmation_id": "Q2",
                "claim_id": "ZQ-2",
                "debtor": "乙公司",
                "cut_off": D(2026, 9, 30),
                "sales_balance": 100,
                "finance_balance": 100,
                "difference": 0,
                "method": "函证",
            },
        ],
        "claim_intake": [
            {
                "intake_id": f"SB-{n}",
                "applicant": "王五",
                "applicant_code": "370202199001011237",
                "debtor": "甲公司",
                "amount": 1200.3,
                "declared_on": D(2026, 9, 1),
                "accepted_on": D(2026, 9, 3),
                "decision": decision,
                "refusal_reason": why,
                "track": "调解",
            }
            for n, (decision, why) in enumerate(
                [("受理", None), ("不予受理", "已过申报期"), ("补正", "缺少合同")], 1
            )
        ],
    }
    return check_paths([build(tmp_path_factory.mktemp("in") / "全部.xlsx", tables)])


def test_each_paper_is_of_the_unit_that_handed_it_in(tmp_path: Path) -> None:
    """Two offices, each with numbers of its own that are the same: neither signs for the other, nothing is lost."""
    days = {"东办": D(2026, 11, 30), "西办": D(2026, 12, 31)}
    books = []
    for n, (office, due) in enumerate(days.items(), 1):
        agreement = {
            "agreement_id": "XY-1",
            "claim_id": "ZQ-1",
            "debtor": f"债务人{n}",
            "amount": n * 100,
            "terms": 1,
        }
        tables = {
            "agreements": [agreement],
            "instalments": [
                {"agreement_id": "XY-1", "no": 1, "due_on": D(2026, 10, n), "due": n * 100, "paid": 0}
            ],
            "claim_intake": [
                {"intake_id": "SB-1", "applicant": f"申报人{n}", "amount": 1, "declared_on": due}
            ],
            "dossiers": [{"dossier_id": "DA-1", "claim_id": "ZQ-1", "debtor": f"债务人{n}"}],
            "dossier_loans": [{"dossier_id": "DA-1", "action": "借阅", "requested_by": f"借阅人{n}"}],
            "collection_log": [{"claim_id": "ZQ-1", "proof_no": f"PZ-{n}"}],
        }
        (tmp_path / office).mkdir()
        books.append(build(tmp_path / office / "台账.xlsx", tables, head={"unit": office}))
    checked = check_paths(books)
    for name in ("agreements", "intake", "dossiers", "reminders"):
        make(name, checked, tmp_path / name)
    for n, office in enumerate(days, 1):
        other = next(x for x in days if x != office)
        found = {
            "agreements": [
                f"XY-1_债务人{n}_还款协议.docx",
                f"甲方（债权人）：{office}",
                f"{n}00.00",
                "债权编号 ZQ-1 项下的欠款",
            ],
            "intake": [f"SB-1_申报人{n}_受理文书.docx", f"{office}（盖章）"],
            "dossiers": [f"DA-1_债务人{n}_清欠档案.docx", office, f"PZ-{n}"],
            "reminders": [f"债务人{n}_XY-1_分期还款提醒函.docx", f"收款单位：{office}", f"{n}00.00"],
        }
        for name, (file, *words) in found.items():
            text = docx_text(tmp_path / name / file)
            assert other not in text, file
            assert [w for w in words if w not in text] == [], file
            assert f"来源：{office}/台账.xlsx " in text
    slips = [docx_text(tmp_path / "dossiers" / f"DA-1_档案借阅单_00{n}.docx") for n in (1, 2)]
    assert ["债务人1" in slips[0], "借阅人1" in slips[0], "债务人2" in slips[1], "借阅人2" in slips[1]] == [
        True
    ] * 4


def test_an_agreement_says_how_limitation_runs(out: Path) -> None:
    text = docx_text(out / "agreements" / "XY-1_甲公司_还款协议.docx")
    assert (
        "诉讼时效因此中断（民法典第195条）；分期履行的，自最后一期履行期限届满之日起计算（民法典第189条）。"
        in text
    )
    assert "双方就债权编号 ZQ-1、合同编号 HT-0001 项下的欠款，经协商一致" in text


FORMS = ("counts", "reductions", "dossiers", "agreements", "reconciliation", "intake")


@pytest.fixture(scope="module")
def out(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    for name in FORMS:
        make(name, result, folder / name, formats=[f for f in ("docx", "xlsx") if f in PAPERS[name].formats])
    return folder


def test_the_files_of_each_paper(out: Path) -> None:
    assert sorted(digests(out)) == sorted(
        [
            "counts/华东分公司_QD-1_抵债物品盘点清单.xlsx",
            "counts/华东分公司_QD-1_鉴定申请书.docx",
            "counts/华东分公司_QD-1_以物抵债审批报告.docx",
            "reductions/华东分公司_CZ-1_降价处置报告.docx",
            "dossiers/DA-1_甲公司_清欠档案.docx",
            "dossiers/DA-1_档案借阅单_001.docx",
            "dossiers/DA-1_档案销毁审批单_002.docx",
            "agreements/XY-1_甲公司_还款协议.docx",
            "reconciliation/销售财务核对表.xlsx",
            "intake/SB-1_王五_受理文书.docx",
            "intake/SB-2_王五_受理文书.docx",
            "intake/SB-3_王五_受理文书.docx",
        ]
    )


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            "counts/华东分公司_QD-1_鉴定申请书.docx",
            ["9,000.00 元", "人民币玖仟元整", "=1+1", "6,000.50", "6,700.00"],
        ),
        (
            "counts/华东分公司_QD-1_以物抵债审批报告.docx",
            ["6,000.50 元", "人民币陆仟元伍角整", "差额 2,999.50 元", "F-10"],
        ),
        (
            "reductions/华东分公司_CZ-1_降价处置报告.docx",
            ["报告编号：BG-1", "700.00 元（25.9%）", "人民币柒佰元整", "型号已停产"],
        ),
        (
            "dossiers/DA-1_甲公司_清欠档案.docx",
            ["DA-1", "91370200********4Y", "30 年", "协议还款", "催收记录（函件）", "PZ-9", "HZ-7", "未完成"],
        ),
        ("dossiers/DA-1_档案借阅单_001.docx", ["档案借阅单", "何立", "2026-09-08"]),
        ("dossiers/DA-1_档案销毁审批单_002.docx", ["档案销毁审批单", "XH-1", "监销人一", "30 年"]),
        (
            "agreements/XY-1_甲公司_还款协议.docx",
            ["9,000.00 元（大写：人民币玖仟元整）", "人民币肆仟伍佰元整", "8,500.00", "相差 -500.00 元"],
        ),
        (
            "intake/SB-1_王五_受理文书.docx",
            ["受理通知书", "处理方式：调解", "37020219********37", "人民币壹仟贰佰元叁角整"],
        ),
        ("intake/SB-2_王五_受理文书.docx", ["不予受理通知书", "理由：已过申报期"]),
        ("intake/SB-3_王五_受理文书.docx", ["补正通知书", "需补正：缺少合同"]),
    ],
)
def test_what_stands_in_them(out: Path, file: str, words: list[str]) -> None:
    text = docx_text(out / file)
    for part in words:
        assert part in text, part
    assert "{{" not in text
    assert CODE not in text


def test_sheets_tie_to_the_tables(out: Path, result: Result) -> None:
    goods = result.stacks["inventory_count"].frame
    count = out / "counts" / "华东分公司_QD-1_抵债物品盘点清单.xlsx"
    assert round(total_of(count, "金额") * 100) == goods["value"].sum() == 670000
    assert round(total_of(count, "鉴定价值") * 100) == goods["appraised_value"].sum()
    text = "\n".join(str(v) for r in sheet_rows(count) for v in r if v)
    for words in (
        "单位经理\n签字：高远\n日期：2026-09-20",
        "清欠办\n签收：____________\n日期：2026-09-21",
        "送达（各一份，F-8、F-9）",
    ):
        assert words in text, words
    both = result.stacks["confirmations"].frame
    ledger = out / "reconciliation" / "销售财务核对表.xlsx"
    assert round(total_of(ledger, "销售部余额") * 100) == both["sales_balance"].sum()
    assert total_of(ledger, "差额") == 0.5
    assert "2 笔，其中 1 笔有差异" in sheet_rows(ledger)[1][0]


def test_the_same_bytes_twice(result: Result, out: Path, tmp_path: Path) -> None:
    for name in FORMS:
        make(
            name, result, tmp_path / name, formats=[f for f in ("docx", "xlsx") if f in PAPERS[name].formats]
        )
    assert digests(tmp_path) == digests(out)


@pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed")
def test_every_paper_prints(result: Result, out: Path, tmp_path: Path) -> None:
    """One LibreOffice run over all: nothing cut to ####, sums on the page, no page without words."""
    every = tmp_path / "all"
    shutil.copytree(out, every)
    for name in ("confirmations", "dunning", "reminders", "ageing", "slips", "pursuit", "responsibility"):
        make(name, result, every / name, formats=[f for f in ("docx", "xlsx") if f in PAPERS[name].formats])
    sources = sorted(
        p for p in every.rglob("*.*") if p.suffix in (".docx", ".xlsx") and not p.name.startswith(".")
    )
    targets = [p.with_suffix(".pdf") for p in sources]
    write_pdfs(sources, targets)
    pages = {}
    for target in targets:
        text = pdf_text(target)
        assert "###" not in text, target.name
        assert "{{" not in text, target.name
        sheets = text.split("\f")[:-1]
        assert all(len(p.strip()) > 40 for p in sheets), target.name
        pages[target.name] = len(sheets)
    assert pages["DA-1_甲公司_清欠档案.pdf"] == 3
    assert pages["SB-1_王五_受理文书.pdf"] == 2
    assert pages["DA-1_档案借阅单_001.pdf"] == pages["华东分公司_CZ-1_降价处置报告.pdf"] == 1
    assert pages["华东分公司_QD-1_抵债物品盘点清单.pdf"] == 1
    assert pages["华东分公司_甲公司_对账签认函.pdf"] <= 2
    assert "9,000.00" in pdf_text(every / "confirmations" / "华东分公司_甲公司_对账签认函.pdf")


@pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed")
def test_only_pdfs_when_only_pdfs_are_asked_for(result: Result, tmp_path: Path) -> None:
    made = make("agreements", result, tmp_path / "a", formats=["pdf"])
    assert made.no_pdf is None
    assert list(digests(tmp_path / "a")) == ["XY-1_甲公司_还款协议.pdf"]
    assert "还款协议" in pdf_text(made.written[0])
    again = make("agreements", result, tmp_path / "a", formats=["pdf"])
    assert (again.written, again.kept) == ([], made.written)
    make("agreements", result, tmp_path / "b", formats=["pdf"])
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_goods_in_two_places_are_looked_for_in_both_and_no_unit_signs_for_another(tmp_path: Path) -> None:
    books = []
    for unit, signer in (("东分公司", "张东"), ("西分公司", "李西")):
        goods = {"list_id": "QD-1", "unit": unit}
        rows = [
            {**goods, "location": "一号库", "appraisal_no": "鉴1", "appraised_on": D(2026, 7, 1)},
            {**goods, "location": "二号库", "appraisal_no": "鉴2", "appraised_on": D(2026, 7, 2)},
            {**goods, "location": "一号库", "appraisal_no": "鉴1", "appraised_on": D(2026, 7, 1)},
        ]
        (tmp_path / unit).mkdir()
        books.append(
            build(
                tmp_path / unit / "盘点.xlsx",
                {"inventory_count": rows},
                head={"unit": unit},
                foot={"signatures": {"单位经理": [signer, D(2026, 8, 1)]}},
            )
        )
    make("counts", check_paths(books), tmp_path / "out")
    for unit, signer, other in (("东分公司", "张东", "西分公司"), ("西分公司", "李西", "东分公司")):
        request = docx_text(tmp_path / "out" / f"{unit}_QD-1_鉴定申请书.docx")
        assert "存放地点：一号库、二号库" in request
        assert "鉴1、鉴2" in request
        assert "鉴定日期：2026-07-01、2026-07-02" in request
        sheet = str(list(sheet_rows(tmp_path / "out" / f"{unit}_QD-1_抵债物品盘点清单.xlsx")))
        assert f"签字：{signer}" in sheet
        assert f"来源：{unit}/盘点.xlsx " in sheet
        assert other not in sheet


def test_no_report_says_that_a_disposal_above_the_debt_is_below_it(tmp_path: Path) -> None:
    rows = [
        {"disposal_id": "CZ-1", "settled_debt": 500, "proceeds": 400, "reduced": "是"},
        {"disposal_id": "CZ-2", "settled_debt": 500, "proceeds": 900, "reduced": "是"},
        {"disposal_id": "CZ-3", "settled_debt": 500, "proceeds": 500, "reduced": "是"},
        {"disposal_id": "CZ-4", "settled_debt": 500, "proceeds": None, "reduced": "是"},
    ]
    made = make(
        "reductions", check_paths([build(tmp_path / "处置.xlsx", {"disposals": rows})]), tmp_path / "out"
    )
    assert [p.name for p in made.written] == [
        "华东分公司_CZ-1_降价处置报告.docx",
        "华东分公司_CZ-4_降价处置报告.docx",
    ]
    notes = [n.zh for n in made.notes]
    assert (
        "处置 CZ-2 填为降价，但处置价款 900.00 元不低于所抵债权额 500.00 元，没有做降价处置报告，请核实"
        in notes
    )


@pytest.mark.parametrize(
    "template",
    [
        "agreement", "appraisal_request", "in_kind_approval", "price_reduction", "slip", "pursuit", "responsibility",
        "assessment_notice", "en/slip", "en/pursuit", "en/responsibility",
    ],
)  # fmt: skip
def test_what_is_signed_is_on_a_page_with_words_of_its_paper(template: str) -> None:
    """The form to sign, which stays in one piece, takes the words before it along."""
    body = list(docx.Document(str(TEMPLATES / f"{template}.docx")).element.body)
    form = max(n for n, part in enumerate(body) if part.tag == qn("w:tbl"))
    words = [p for p in body[:form] if p.tag == qn("w:p") and "{%p" not in "".join(p.itertext())]
    kept = list(takewhile(lambda p: p.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None, reversed(words)))
    said = ["".join(p.itertext()) for p in kept]
    assert [w for w in said if w and "dated" not in w and "盖章" not in w and "seal" not in w] != []


@pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed")
def test_a_long_agreement_is_not_signed_on_an_empty_page(tmp_path: Path) -> None:
    plan = [
        {"agreement_id": "XY-1", "no": n, "due_on": D(2027, 1 + n // 28, 1 + n % 28), "due": 100, "paid": 0}
        for n in range(1, 16)
    ]
    agreement = {"agreement_id": "XY-1", "claim_id": "ZQ-1", "amount": 1500, "terms": len(plan)}
    book = build(tmp_path / "协议.xlsx", {"agreements": [agreement], "instalments": plan})
    make("agreements", check_paths([book]), tmp_path, formats=("pdf",))
    pages = pdf_text(next(tmp_path.glob("*.pdf"))).split("\f")
    (signed,) = [page for page in pages if "担保人" in page and "代表人" in page]
    assert "七、本协议一式" in signed
