"""The buttons that make something of the workbook: the ageing, warnings, packs, letters, templates, a submission."""

from __future__ import annotations

import datetime as dt
import http.server
import socket
import threading

import openpyxl
import pytest

from qq_excel import money
from qq_excel.addin.actions import ACTIONS, submitting
from qq_excel.addin.host import host_of
from qq_excel.addin.settings import Settings, load_settings, settings_file
from qq_excel.check import check_paths
from qq_excel.cli.options import Format
from qq_excel.cli.verifying import run_verify
from qq_excel.errors import InputError, OutputError, SchemaError
from qq_excel.papers.ageing import aged
from qq_excel.papers.house import load_house
from qq_excel.papers.pack_check import verify_pack
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Job
from qq_excel.papers.seal import SEAL_SHEET, sealed, verify_seal
from qq_excel.papers.write_off_pack import plan
from qq_excel.template import write_template
from tests.addin.conftest import SAMPLES
from tests.support.build import build

FAULTY = SAMPLES / "西北分公司" / "应收账款明细表.xlsx"
CLEAN = SAMPLES / "华东分公司" / "应收账款明细表.xlsx"
WRITE_OFFS = SAMPLES / "东北分公司" / "坏账核销申请表.xlsx"
LEDGER = "应收账款明细表"
NOW = dt.datetime(2026, 10, 9, 8, 30, 5, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def settle(text):
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text(text, "utf-8")


def values(path):
    """The cells of a workbook's sheets as texts."""
    book = openpyxl.load_workbook(path)
    return {s.title: [[text(c.value) for c in row] for row in s.iter_rows()] for s in book}


def text(value):
    return f"{value:.10g}" if isinstance(value, float) else str(value or "")


# --- 账龄分析, 生成预警表 ---------------------------------------------------------------------------------


def test_the_ageing_ties_to_the_ledger_and_has_a_chart(opened, tmp_path):
    book = opened(FAULTY)
    result = check_paths([host_of(book).save_copy(tmp_path)])
    table = aged(Job(result, load_house(None)).claims, "业务发生日", Job(result, load_house(None)))
    sheet = ACTIONS["qq_ageing"](book)
    assert sheet.name == "账龄分析"
    width = len(table.columns) + 2
    (unit,) = table.sums(("unit",))
    amounts = [table.sums(("unit",))[unit].get(c, 0) / 100 for c in table.columns]
    assert sheet.range((4, 1), (4, width)).value == ["单位", *table.columns, "合计"]
    assert sheet.range((5, 1), (5, width)).value == [unit[0], *amounts, pytest.approx(table.total / 100)]
    assert sheet.range((6, 1)).value == "合计"
    assert sheet.range((6, width)).value == pytest.approx(table.total / 100)
    assert "与明细表账面余额合计一致" in sheet["A2"].value
    chart = sheet.charts["qq_ageing"]
    assert (chart.chart_type, chart.title) == ("column_stacked", "各单位账龄结构（元）")
    assert chart.impl.held.EmbeddedObject.Data.getData() == (tuple(pytest.approx(a) for a in amounts),)
    assert book.app.status_bar == f"清欠：账龄合计 {money.yuan(table.total)} 元"
    ACTIONS["qq_ageing"](book)  # in place of the first; and it is no submission
    assert [s.name for s in book.sheets] == [LEDGER, "填表说明", "账龄分析"]
    again = check_paths([host_of(book).save_copy(tmp_path)])
    assert [f.message() for f in again.findings] == [f.message() for f in result.findings]


def test_warnings_are_a_new_workbook_as_the_command_line_writes_it(opened, calc, tmp_path):
    book = opened(FAULTY)
    made = make("warnings", check_paths([host_of(book).save_copy(tmp_path)]), tmp_path / "line")
    (new,) = ACTIONS["qq_warnings"](book)
    assert len(calc.books) == 2
    assert new.impl.doc.URL == ""  # not saved anywhere yet
    (unit,) = [p for p in made.written if "西北分公司" in p.name]
    theirs = values(unit)
    copy = host_of(new).save_copy(tmp_path)
    mine = values(copy)
    assert list(mine) == list(theirs)
    for name, rows in theirs.items():
        there = [[c for c in row if c] for row in rows]
        assert [[c for c in row if c] for row in mine[name]][: len(there)] == there, name
    counts = "  ".join(f"{level} {count}" for level, count, _ in made.outcome.by_level())
    assert book.app.status_bar == f"清欠：预警 {counts}"


@pytest.mark.parametrize("action", ["qq_ageing", "qq_warnings", "qq_letters", "qq_write_off"])
def test_a_workbook_without_the_table_is_told(opened, tmp_path, action):
    book = opened(build(tmp_path / "员.xlsx", {"staff": [{}]}))
    with pytest.raises(InputError, match="这个工作簿里没有认出"):
        ACTIONS[action](book)
    assert book.app.status_bar is False


def test_a_blank_ledger_has_nothing_to_analyse(opened, tmp_path):
    book = opened(write_template("receivables", tmp_path / "空.xlsx"))
    names = [s.name for s in book.sheets]
    with pytest.raises(InputError, match="没有可以分析的债权"):
        ACTIONS["qq_ageing"](book)
    assert [s.name for s in book.sheets] == names


# --- 核销申请包, 签认函, 新建模板 ------------------------------------------------------------------------------


def test_packs_of_all_or_of_the_selected_applications(opened, clerk, tmp_path):
    """With evidence that lies beside the workbook, though a copy elsewhere was checked."""
    book = opened(WRITE_OFFS, beside=True)
    sheet = next(s for s in book.sheets if "申请" in s.name)
    sheet["A1"].select()
    clerk.answers = [tmp_path / "全部"]
    outcome = ACTIONS["qq_write_off"](book)
    line = plan(check_paths([tmp_path / "home" / WRITE_OFFS.name]))
    assert [a.id for a in outcome.fit] == [a.id for a in line.fit]
    assert [a.id for a in outcome.unfit] == [a.id for a in line.unfit]
    assert outcome.fit
    assert outcome.unfit
    assert [verify_pack(p) for p in outcome.packs] == [[] for _ in outcome.fit]
    told = clerk.said[-1]
    assert told.startswith(
        f"全部申请：{len(outcome.fit)} 份申请包已生成，{len(outcome.unfit)} 份申请材料不全。"
    )
    assert f"✗ {outcome.unfit[0].id}：" in told
    assert (tmp_path / "全部" / "缺失清单.xlsx").is_file()

    chosen = outcome.fit[0]
    sheet.range((chosen.line, 2)).select()
    clerk.answers = [tmp_path / "所选"]
    some = ACTIONS["qq_write_off"](book)
    assert ([a.id for a in some.fit], some.unfit) == ([chosen.id], [])
    assert [p.name for p in (tmp_path / "所选").iterdir()] == [f"{chosen.id}_核销申请包.zip"]
    clerk.answers = [None]
    assert ACTIONS["qq_write_off"](book) is None


def test_letters_to_the_debtors_of_the_selected_rows(opened, clerk, tmp_path):
    book = opened(FAULTY)
    sheet = book.sheets[LEDGER]
    sheet["A1"].select()
    with pytest.raises(InputError, match="请先选中"):
        ACTIONS["qq_letters"](book)
    sheet["C9:C12"].select()
    debtors = set(sheet["C9:C12"].value)
    clerk.answers = [0, tmp_path / "函"]
    written = ACTIONS["qq_letters"](book)
    assert "对账签认函（仅核对账目）" in clerk.said[0]
    assert sorted(p.name for p in written) == sorted(
        [f"西北分公司_{d}_对账签认函.docx" for d in debtors] + ["对账签认函登记册.xlsx"]
    )
    assert f"所选的 {len(debtors)} 个债务人，生成 {len(debtors)} 封信函和登记册。" in clerk.said[-1]
    register = values(tmp_path / "函" / "对账签认函登记册.xlsx")
    assert {d for rows in register.values() for row in rows for d in row if d in debtors} == debtors
    clerk.answers = [2, None]
    assert ACTIONS["qq_letters"](book) == []


def test_a_template_is_chosen_and_opens_as_a_new_workbook(opened, clerk, calc):
    book = opened(CLEAN)
    clerk.answers = [0]
    new = ACTIONS["qq_template"](book)
    listed = clerk.said[0].split("\n")[1:]
    assert new.impl.doc.URL == ""
    assert new.sheets[0].name in listed[0].replace("《", "")
    assert len(listed) > 5
    clerk.answers = [None]
    assert ACTIONS["qq_template"](book) is None
    assert len(calc.books) == 2


# --- 提交, 制度参数, 帮助 ------------------------------------------------------------------------------------


def test_a_submission_is_a_sealed_copy_without_our_marks(opened, clerk, tmp_path, capsysbinary):
    book = opened(CLEAN)
    ACTIONS["qq_check"](book)
    inbox = tmp_path / "收"
    inbox.mkdir()
    settle(f"submit_to: {inbox}\n")
    placed = submitting.submit(book, NOW)
    (file,) = inbox.iterdir()
    assert placed == str(file)
    assert file.name == "华东分公司_2026Q3_应收账款明细表_20261009-083005.xlsx"
    stamp = dict(values(file)[SEAL_SHEET][1:10])
    assert stamp["提交时间"] == "2026-10-09T08:30:05+08:00"
    assert (stamp["单位"], stamp["期间"], stamp["截止日期"]) == ("华东分公司", "2026Q3", "2026-09-30")
    assert stamp["制度"].startswith("集团清欠管理制度（group v")
    assert stamp["校验结论"] == "通过；错误 0，警告 0，提示 5，无法判断 11"
    assert len(stamp["内容校验值"]) == 64
    assert list(values(file)) == [LEDGER, "填表说明", SEAL_SHEET]
    assert (sealed(file), verify_seal(file)) == (True, [])
    assert run_verify([file], Format.TEXT) == 0
    result = check_paths([file])
    assert result.accepted
    assert result.findings.counts()["I"] == 5

    other = openpyxl.load_workbook(file)
    other[LEDGER]["C9"] = "改"
    other.save(file)
    assert [str(p) for p in verify_seal(file)] == [
        "封存后被改动过，或被其他程序另存过，不能证明是提交时的内容。"
    ]
    assert run_verify([file], Format.TEXT) == 1
    with pytest.raises(OutputError, match="已有同名的提交"):
        submitting.submit(book, NOW)
    settle(f"submit_to: {tmp_path}/没有\n")
    with pytest.raises(InputError, match="提交文件夹不存在"):
        submitting.submit(book, NOW)


def test_what_is_not_accepted_is_not_handed_in(opened, clerk, tmp_path):
    settle(f"submit_to: {tmp_path}\n")
    assert ACTIONS["qq_submit"](opened(FAULTY)) is None
    assert clerk.said == ["还有 18 个错误级问题，不能提交。请点“校验”，改正后再提交。"]
    assert not list(tmp_path.glob("*.xlsx"))


def test_a_submission_goes_to_a_server(opened, clerk, tmp_path):
    taken = {}

    class Inbox(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            taken[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(201 if "503" not in self.path else 503)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Inbox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/in"
    book = opened(CLEAN)
    try:
        settle(f"submit_to: {address}\n")
        placed = submitting.submit(book, NOW)
        assert placed.startswith(f"{address}/%E5%8D%8E%E4%B8%9C")
        (content,) = taken.values()
        (tmp_path / "收到.xlsx").write_bytes(content)
        assert verify_seal(tmp_path / "收到.xlsx") == []
        settle(f"submit_to: {address}/503\n")
        with pytest.raises(OutputError, match="提交失败"):
            submitting.submit(book, NOW)
        settle(f"submit_to: {address}\ntoken_file: t\n")
        with pytest.raises(InputError, match="https://"):
            submitting.submit(book, NOW)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"garbage\r\n\r\n", "garbage"),
        (b"", "closed connection without response"),
        (b"HTTP/1.1 504 Late\r\nContent-Length: 0\r\n\r\n", "HTTP 504 Late"),
        (None, "timed out"),
    ],
)
def test_a_server_that_does_not_answer_properly_may_have_the_file(tmp_path, monkeypatch, answer, why):
    monkeypatch.setattr(submitting, "_SECONDS", 0.5 if answer is None else 20)
    sealed = tmp_path / "件.xlsx"
    sealed.write_bytes(b"x")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                got = b""
                while not got.endswith(b"\r\n\r\nx"):
                    got += connection.recv(65536)
                if answer is None:
                    connection.recv(1)  # until the other side has given up
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        where = f"http://127.0.0.1:{server.getsockname()[1]}/报 送"
        with pytest.raises(OutputError) as caught:
            submitting._handed_in(sealed, where, Settings())
        thread.join()
    assert "/%E6%8A%A5%20%E9%80%81/%E4%BB%B6.xlsx：文件已发出" in caught.value.text.zh
    assert f"{why}），不确定是否已送达。请先问接收单位或管理员有没有收到 件.xlsx" in caught.value.text.zh
    assert "没有提交" not in caught.value.text.zh


@pytest.mark.parametrize("where", ["http://h:x/", "http://[::1", "http://集团.invalid/"])
def test_a_wrong_address_is_told_and_nothing_was_handed_in(tmp_path, where):
    sealed = tmp_path / "a.xlsx"
    sealed.write_bytes(b"x")
    with pytest.raises(InputError, match="提交地址写得不对，没有提交"):
        submitting._handed_in(sealed, where, Settings())


@pytest.mark.parametrize("token", [None, b"\xff\xfe", b"a\nb", b""])
def test_a_token_that_cannot_be_read_is_told(tmp_path, token):
    sealed, file = tmp_path / "a.xlsx", tmp_path / "令牌.txt"
    sealed.write_bytes(b"x")
    if token is not None:
        file.write_bytes(token)
    with pytest.raises(InputError, match=r"令牌\.txt：读不到令牌.*没有提交"):
        submitting._handed_in(sealed, "https://127.0.0.1:1/", Settings(token_file=str(file)))


def test_the_policy_that_applies_opens_as_a_workbook(opened):
    settle("policy: group+tax\n")
    book = opened(CLEAN)
    new = ACTIONS["qq_policy"](book)
    texts = [v for row in new.sheets[0].used_range.value for v in row if v]
    assert any(str(v).startswith("集团清欠管理制度") for v in texts)
    assert "blue_ratio" in texts
    assert "按截止日期 2026-09-30 取值" in texts
    assert book.app.status_bar.startswith("清欠：集团清欠管理制度")


def test_help_tells_version_settings_and_log(opened, clerk, monkeypatch):
    text = ACTIONS["qq_help"](opened(CLEAN))
    assert clerk.said == [text]
    assert f"设置：{settings_file()}（没有，用默认值）" in text
    assert "qq-excel.log" in text
    settle("polcy: group\n")
    with pytest.raises(SchemaError, match="policy"):
        load_settings()
    monkeypatch.setenv("QQ_ADDIN_SETTINGS", "/没有/addin.yaml")
    with pytest.raises(InputError, match="QQ_ADDIN_SETTINGS"):
        load_settings()
