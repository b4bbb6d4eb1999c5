import datetime as dt
import hashlib
import io
import json
import os
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from qq_excel.check import Result, check_paths
from qq_excel.errors import PackError
from qq_excel.papers import word_templates
from qq_excel.papers.write_off_facts import applications
from qq_excel.papers.write_off_fit import judge
from qq_excel.papers.write_off_pack import Kit, write_pack
from qq_excel.resources import schemas_dir
from tests.papers.support import packs_of
from tests.support.build import build
from tests.support.digests import digest

OLD = {"occurred_on": dt.date(2022, 5, 1), "due_on": dt.date(2022, 8, 1)}
CODE = "91370200264569984Y"
PAPERS = ["债权凭证", "催收记录", "终结执行裁定"]


def _result(folder: Path, application=None, evidence=None, claim=None) -> Result:
    (folder / "evidence").mkdir(parents=True, exist_ok=True)
    for name in ("contract.pdf", "log.pdf", "ruling.pdf"):
        (folder / "evidence" / name).write_bytes(f"%PDF-1.4 {name}".encode())
    ledger = {
        **OLD, "original": 800000, "received": 0, "balance": 800000, "provision": 600000, "debtor_code": CODE,
        "age_band": "4至5年", "overdue_days": 1521, "status": "诉讼", **(claim or {}),
    }  # fmt: skip
    asked = {"balance": 800000, "amount": 800000, "provision": 600000, **(application or {})}
    files = ["evidence/contract.pdf", "evidence\\log.pdf", "evidence/ruling.pdf"]
    rows = evidence
    if rows is None:
        rows = [{"type": t, "name": f"{t}一", "path": p} for t, p in zip(PAPERS, files, strict=True)]
    path = build(folder / "核销.xlsx", {"receivables": [ledger], "write_offs": [asked], "evidence": rows})
    return check_paths([path])


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    outcome = packs_of(_result(folder / "in"), folder / "out")
    assert [a.gaps for a in outcome.unfit] == []
    return outcome.packs[0]


def _text(pack: Path, name: str) -> str:
    with zipfile.ZipFile(pack) as archive:
        document = docx.Document(io.BytesIO(archive.read(name)))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def _sheet(pack: Path, name: str) -> list[tuple]:
    with zipfile.ZipFile(pack) as archive:
        book = openpyxl.load_workbook(io.BytesIO(archive.read(name)))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_a_fit_application_gets_one_pack_with_every_part(pack):
    assert pack.name == "HX-0001_核销申请包.zip"
    with zipfile.ZipFile(pack) as archive:
        assert archive.namelist() == [
            "manifest.json", "核销申请报告.docx", "核销审批表.docx", "坏账认定意见书.docx", "债权履历.docx",
            "债权及账龄摘录.xlsx", "证据索引.xlsx",
            "证据/01_债权凭证_债权凭证一.pdf", "证据/02_催收记录_催收记录一.pdf", "证据/03_终结执行裁定_终结执行裁定一.pdf",
        ]  # fmt: skip
        assert archive.read("证据/02_催收记录_催收记录一.pdf") == b"%PDF-1.4 log.pdf"


def test_the_manifest_has_size_and_hash_of_every_member(pack):
    with zipfile.ZipFile(pack) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert (manifest["application_id"], manifest["draft"], manifest["as_of"]) == (
            "HX-0001",
            False,
            "2026-09-30",
        )
        assert len(manifest["policy"]["sha256"]) == 64
        assert manifest["program"].startswith("qq-excel ")
        for member in manifest["members"]:
            content = archive.read(member["name"])
            assert (member["bytes"], member["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_report_says_all_that_the_approvers_need(pack):
    text = _text(pack, "核销申请报告.docx")
    assert "{{" not in text
    assert "{%" not in text
    for words in (
        "800,000.00", "人民币捌拾万元整", "逾期三年以上", "制度 F-14-3", "青岛海川机械有限公司", "2022-08-01", "1,521 天", "4至5年",
        "200,000.00", "终结执行裁定一", "制度认定", "账务处理", "税前扣除", "对应关系为本程序所定", "华东分公司", "2026 年 8 月 20 日",
        "法院判决后终结执行", "经办人已通报批评",
    ):  # fmt: skip
        assert words in text, words


def test_codes_are_masked_in_what_is_handed_on(pack):
    with zipfile.ZipFile(pack) as archive:
        for name in archive.namelist():
            if name.endswith((".docx", ".xlsx")):
                with zipfile.ZipFile(io.BytesIO(archive.read(name))) as inner:
                    assert not any(CODE.encode() in inner.read(n) for n in inner.namelist()), name
    assert "91370200********4Y" in _text(pack, "核销申请报告.docx")


@pytest.mark.parametrize(
    ("amount", "body"),
    [(500000, "总经理会议"), (500000.01, "董事会"), (5000000, "董事会"), (5000000.01, "股东大会")],
)
def test_the_form_names_the_body_that_the_amount_needs(tmp_path, amount, body):
    same = {"balance": amount, "amount": amount, "provision": amount}
    result = _result(
        tmp_path / "in", same, claim={"original": amount, "balance": amount, "provision": amount}
    )
    pack = packs_of(result, tmp_path / "out").packs[0]
    text = _text(pack, "核销审批表.docx")
    assert f"{body}审议意见" in text
    assert "清欠办审核意见" in text
    assert "总经理批示" in text


def test_the_index_lists_each_file_with_its_hash(pack):
    rows = _sheet(pack, "证据索引.xlsx")
    lines = [r for r in rows if isinstance(r[0], int | float)]
    assert [r[8] for r in lines] == [f"0{i}_{t}_{t}一.pdf" for i, t in enumerate(PAPERS, 1)]
    assert lines[0][10] == hashlib.sha256(b"%PDF-1.4 contract.pdf").hexdigest()


def test_a_long_name_of_a_file_is_broken_and_not_cut(pack):
    with zipfile.ZipFile(pack) as archive:
        sheet = openpyxl.load_workbook(io.BytesIO(archive.read("证据索引.xlsx"))).worksheets[0]
    links = [c for row in sheet.iter_rows() for c in row if c.hyperlink]
    assert [c.column_letter for c in links] == ["I"] * len(PAPERS)
    assert [c.alignment.wrap_text for c in links] == [True] * len(PAPERS)


def test_the_extract_compares_ledger_and_application(pack):
    rows = _sheet(pack, "债权及账龄摘录.xlsx")
    assert ("账面余额", "800,000.00", "800,000.00", "一致") in [r[:4] for r in rows]
    assert ("约定付款日", "2022-08-01", "2022-08-01", "一致") in [r[:4] for r in rows]


def test_same_input_same_bytes(tmp_path):
    result = _result(tmp_path / "in")
    one, two = (digest(packs_of(result, tmp_path / n).packs[0]) for n in ("a", "b"))
    assert one == two


def test_an_unfit_application_gets_no_pack_but_a_line_that_says_why(tmp_path):
    result = _result(tmp_path / "in", evidence=[{"type": "债权凭证", "name": "合同"}])
    outcome = packs_of(result, tmp_path / "out")
    assert (outcome.packs, len(outcome.unfit)) == ([], 1)
    assert [p.name for p in outcome.written] == ["缺失清单.xlsx"]
    rows = list(openpyxl.load_workbook(outcome.written[0]).active.iter_rows(values_only=True))
    line = next(r for r in rows if r[0] == "HX-0001" and r[7] == "WOF003")
    assert "缺少证据" in line[5]
    assert "登记在证据清单" in line[6]
    assert line[8] == "F-15"
    assert outcome.document()["unfit"][0]["application_id"] == "HX-0001"


def test_a_draft_says_so_in_names_manifest_and_watermark(tmp_path):
    result = _result(tmp_path / "in", evidence=[{"type": "债权凭证", "name": "合同"}])
    outcome = packs_of(result, tmp_path / "out", draft=True)
    assert outcome.packs[0].name == "HX-0001_核销申请包_草稿.zip"
    with zipfile.ZipFile(outcome.packs[0]) as archive:
        assert json.loads(archive.read("manifest.json"))["draft"] is True
        assert "核销申请报告_草稿.docx" in archive.namelist()
        with zipfile.ZipFile(io.BytesIO(archive.read("核销申请报告_草稿.docx"))) as inner:
            assert 'string="草稿"' in inner.read("word/header1.xml").decode()


def test_a_fit_pack_bears_no_watermark(pack):
    with (
        zipfile.ZipFile(pack) as archive,
        zipfile.ZipFile(io.BytesIO(archive.read("核销申请报告.docx"))) as inner,
    ):
        assert "草稿" not in inner.read("word/header1.xml").decode()


def test_hostile_texts_stay_texts(tmp_path):
    text = "=cmd|' /C calc'!A0 {{ 7*7 }} <w:p/> & ＝1"
    result = _result(
        tmp_path / "in",
        {"application_id": {"text": "=HX../1"}, "history": text, "debtor": "@SUM"},
        [{"application_id": "=HX../1", "name": "../../etc/<x>:y", "type": "债权凭证"}],
    )
    outcome = packs_of(result, tmp_path / "out", draft=True)
    assert outcome.packs[0].parent == tmp_path / "out"
    assert text in _text(outcome.packs[0], "核销申请报告_草稿.docx")
    with zipfile.ZipFile(outcome.packs[0]) as archive:
        assert "证据/01_债权凭证_.._.._etc__x__y.pdf" in archive.namelist()
        for name in archive.namelist():
            if name.endswith(".xlsx"):
                book = openpyxl.load_workbook(io.BytesIO(archive.read(name)))
                assert not any(c.data_type == "f" for s in book for row in s.iter_rows() for c in row)
    book = openpyxl.load_workbook(tmp_path / "out" / "缺失清单.xlsx")
    assert "=HX../1" in [c.value for row in book.active.iter_rows() for c in row if c.data_type == "s"]


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_evidence_outside_the_folder_is_never_followed(tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"secret")
    (tmp_path / "in" / "evidence").mkdir(parents=True)
    (tmp_path / "in" / "evidence" / "link.pdf").symlink_to(secret)
    rows = [
        {"type": "债权凭证", "name": "a", "path": "../secret.pdf"},
        {"type": "催收记录", "name": "b", "path": str(secret)},
        {"type": "终结执行裁定", "name": "c", "path": "evidence/link.pdf"},
    ]
    outcome = packs_of(_result(tmp_path / "in", evidence=rows), tmp_path / "out", draft=True)
    assert len(outcome.unfit) == 1
    with zipfile.ZipFile(outcome.packs[0]) as archive:
        assert not any(n.startswith("证据/") for n in archive.namelist())
        assert not any(b"secret" in archive.read(n) for n in archive.namelist())


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_file_swapped_for_a_link_after_the_check_is_not_copied(tmp_path):
    result = _result(tmp_path / "in")
    app = judge(result, applications(result))[0]
    assert app.fit
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(b"outside")
    file = tmp_path / "in" / "evidence" / "ruling.pdf"
    file.unlink()
    file.symlink_to(outside)
    with pytest.raises(PackError, match="不能复制"):
        write_pack(app, tmp_path / "out" / "x.zip", Kit.of(result))
    assert not (tmp_path / "out" / "x.zip").exists()


def test_the_templates_name_chinese_fonts_for_chinese_text():
    for name in (word_templates.REPORT, word_templates.APPROVAL):
        with zipfile.ZipFile(schemas_dir() / "papers" / name) as package:
            body = package.read("word/document.xml").decode()
            assert 'w:eastAsia="宋体"' in body
            assert 'w:eastAsia="黑体"' in body
            assert 'w:eastAsia="zh-CN"' in package.read("word/styles.xml").decode()
