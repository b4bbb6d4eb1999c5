"""A batch: what comes in, what is made of it, what is known from before."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import fsspec
import openpyxl
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from qq_excel.batch import Asked, Outcome, run_batch
from qq_excel.batch.journal import Journal
from qq_excel.batch.model import Done
from qq_excel.batch.workers import Processes
from qq_excel.check import check_paths
from qq_excel.cli import batching
from qq_excel.cli.batching import Lines
from qq_excel.errors import InputError
from qq_excel.language import Text, using
from qq_excel.papers.checking import write_check
from qq_excel.policy import load_policy
from qq_excel.reading import Limits, Options
from qq_excel.register import open_register
from qq_excel.register.claims import life_of
from tests.batch.support import UNITS, WRONG, inbox, ledger, results, states, summary
from tests.cli.support import qq, refused
from tests.support.build import build
from tests.support.digests import digests

Q2 = {"period": "2026Q2", "as_of": dt.date(2026, 6, 30)}


def run(target: Path, *paths: Path | str, **more: object) -> Outcome:
    return run_batch(Asked(tuple(map(str, paths)), target, load_policy("group"), jobs=1, **more))  # type: ignore[arg-type]


def test_it_finds_what_check_finds_and_writes_for_each_what_it_needs(tmp_path: Path) -> None:
    came, out = inbox(tmp_path / "in"), tmp_path / "out"
    done = qq(tmp_path, "batch", "in", "-o", "out", "--jobs", "2")
    assert done.returncode == 1, done.stderr
    assert "9 个文件：通过 7  退回修改 1  已被重报取代 0  隔离 1" in done.stdout
    assert "坏的.xlsx  隔离：" in done.stdout
    plain = check_paths(sorted(came.rglob("*.xlsx")))
    rules = {
        f.workbook.name: dict(
            Counter(x.rule for x in plain.findings.of_file(f.workbook.name) if x.status == "open")
        )
        for f in plain.files
    }
    assert {f["file"]: f["rules"] for f in summary(out)["files"]} == rules
    write_check(plain, tmp_path / "plain")
    alone, together = digests(tmp_path / "plain"), results(out)
    for name in ("华东分公司/应收_已标注.xlsx", "华东分公司/应收_校验结果.xlsx"):
        assert together[f"退回修改/{name}"] == alone[name], name
    assert sorted(p for p in results(out) if p.startswith("退回修改")) == [
        "退回修改/华东分公司/应收_已标注.xlsx", "退回修改/华东分公司/应收_校验结果.xlsx", "退回修改/坏的_校验结果.xlsx",
    ]  # fmt: skip
    kinds = Counter(p.split("/")[1] for p in results(out) if p.startswith("tables/"))
    assert kinds == {"receivables": 3, "contracts": 4}
    (south,) = (p for p in (out / "tables" / "receivables" / "2026Q3").iterdir() if "华南" in p.name)
    rows = pq.read_table(south).to_pylist()
    assert [(r["claim_id"], r["_unit"], r["_period"], r["_file"], r["_row"]) for r in rows] == [
        ("ZQ-0001", "华南分公司", "2026Q3", "华南分公司/应收.xlsx", 6),
        ("ZQ-0002", "华南分公司", "2026Q3", "华南分公司/应收.xlsx", 7),
    ]
    book = openpyxl.load_workbook(out / "批量校验汇总.xlsx")
    assert book.sheetnames == ["单位", "文件", "规则", "未报送和豁免", "重报改动"]
    east = next(r for r in book["单位"].values if r[0] == "华东分公司")
    assert east[1:8] == ("2026Q3", 2, 1, 1, 0, 0, 3)
    assert book["单位"]["A9"].value == "合计"
    assert [c.value for c in book["单位"][9]][2:11] == [9, 7, 1, 0, 1, 12, 2, 0, 28]
    by_rule = {r[0]: r[2:] for r in book["规则"].values}
    assert by_rule["REC001"] == (1, 1, 0)
    assert by_rule["CRD003"] == (0, 0, 4)  # nobody is over a limit: it could not be told
    assert sorted(p.name for p in came.rglob("*") if p.is_file()).count("应收.xlsx") == 4  # nothing was moved


def test_what_it_is_checked_beside_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came = inbox(tmp_path / "in")
    run(tmp_path / "whole", came)
    monkeypatch.setattr("qq_excel.batch.run.parts_of", lambda todo, workers: [[one] for one in todo])
    run(tmp_path / "single", came)
    assert results(tmp_path / "whole") == results(tmp_path / "single")


def test_a_small_inbox_is_read_and_checked_by_one_process(tmp_path: Path) -> None:
    came = inbox(tmp_path / "in")
    with Processes(2, Options()) as workers, workers.reading(list(came.glob("华*/*.xlsx"))):
        assert workers.count == 1
    with Processes(2, Options()) as workers, workers.reading(list(came.rglob("*.xlsx"))):
        assert workers.count == 2


def test_what_waited_on_the_disk_is_gone_once_it_is_checked(tmp_path: Path) -> None:
    came, out = inbox(tmp_path / "in"), tmp_path / "out"
    waiting: list[int] = []

    def tell(what: Text, done: int, _of: int) -> None:
        if what.en == "checking" and done:
            waiting.append(len(list(out.glob(".qq-batch/room-*/*.tables"))))

    run_batch(Asked((str(came),), out, load_policy("group"), jobs=1), tell)
    assert waiting == [0]


def test_a_claim_of_two_units_is_found_whatever_part_they_are_in(tmp_path: Path) -> None:
    """XPD007 sees several units: those that share a claim are checked together, and again when either changes."""
    came, out = inbox(tmp_path / "in"), tmp_path / "out"
    run(out, came)
    shared = [{**ledger(3)[0], "unit": UNITS[1]}]
    build(came / UNITS[1] / "应收.xlsx", {"receivables": shared}, {"unit": UNITS[1]})
    assert run(out, came).checked == 4
    found = {f["file"]: f["rules"].get("XPD007") for f in summary(out)["files"]}
    assert {k: v for k, v in found.items() if v} == {f"{UNITS[1]}/应收.xlsx": 1, f"{UNITS[3]}/应收.xlsx": 2}


def test_an_unchanged_file_is_not_checked_again(tmp_path: Path) -> None:
    came, out = inbox(tmp_path / "in"), tmp_path / "out"
    assert run(out, came).checked == 9
    first = results(out)
    assert run(out, came).checked == 0
    assert results(out) == first
    build(came / UNITS[0] / "应收.xlsx", {"receivables": ledger(0)}, {"unit": UNITS[0]})
    assert run(out, came).checked == 2  # with the contracts of its submission
    assert [p for p in results(out) if p.startswith("退回修改")] == ["退回修改/坏的_校验结果.xlsx"]
    (came / "坏的.xlsx").unlink()
    for path in came.rglob("*.xlsx"):
        os.utime(path, (0, 0))  # copied anew, say: what stands in it counts, not the clock
    assert run(out, came).checked == 0
    assert not [p for p in results(out) if p.startswith("退回修改")]
    other = run_batch(Asked((str(came),), out, load_policy("project"), jobs=1))
    assert other.checked == 8


def test_the_last_of_several_submissions_counts(tmp_path: Path) -> None:
    """编制日期 says which is later, whatever the files are called; what changed is told."""
    first = {"prepared_on": dt.date(2026, 10, 8)}
    second = {"prepared_on": dt.date(2026, 10, 9)}
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "b.xlsx", {"receivables": [WRONG], "contracts": [{}]}, first)
    build(tmp_path / "in" / "c.xlsx", {"receivables": [WRONG]}, first)
    build(tmp_path / "in" / "a.xlsx", {"receivables": [{"remark": "x"}]}, second)
    out = tmp_path / "out"
    with open_register(str(tmp_path / "r.db")) as register:
        outcome = run(out, tmp_path / "in", register=register)
        rows = [m.row for m in life_of(register, "ZQ-0001")]
    (change,) = (r["message"] for r in rows if r.get("rule") == "XPD006")
    assert (
        change == "ZQ-0001 的“账面余额”前次报送（c.xlsx）为 7.00，这次为 600.00。"
    )  # not given as --previous
    assert states(out) == {"a.xlsx": "accepted", "b.xlsx": "accepted", "c.xlsx": "superseded"}
    assert [f.why for f in outcome.files if f.state == "superseded"] == [
        ("后来又报送了 a.xlsx", "a.xlsx was handed in later")
    ]
    book = openpyxl.load_workbook(out / "批量校验汇总.xlsx")
    assert list(book["重报改动"].values)[-1] == ("华东分公司", "2026Q3", "a.xlsx", change)
    assert [f["changes"] for f in summary(out)["files"]] == [[change], [], []]
    assert [c.value for c in book["单位"][4]][2:8] == [3, 2, 0, 1, 0, 3]  # 2 rows of b, 1 of a
    found = {f["file"]: f["rules"] for f in summary(out)["files"]}
    assert found["a.xlsx"]["XPD006"] == 1
    assert not any(
        r.startswith("XPD00") and r != "XPD006" for r in found["a.xlsx"]
    )  # no --previous: not asked
    (ledger,) = (out / "tables" / "receivables" / "2026Q3").iterdir()
    assert pq.read_table(ledger)["_file"].to_pylist() == ["a.xlsx"]


def test_of_very_many_changes_the_summary_tells_the_first(tmp_path: Path) -> None:
    ids = [f"ZQ-{n:04}" for n in range(60)]
    (tmp_path / "in").mkdir()
    for name, day, received in (("a.xlsx", 8, 0.0), ("b.xlsx", 9, 100.0)):
        rows = [{"claim_id": i, "received": received, "balance": 1000.0 - received} for i in ids]
        build(tmp_path / "in" / name, {"receivables": rows}, {"prepared_on": dt.date(2026, 10, day)})
    changes = {f.name: f.changes for f in run(tmp_path / "out", tmp_path / "in").files}
    assert (len(changes["a.xlsx"]), len(changes["b.xlsx"])) == (0, 51)
    assert changes["b.xlsx"][0] == "ZQ-0000 的“已收金额”前次报送（a.xlsx）为 0.00，这次为 100.00。"
    assert changes["b.xlsx"][-1] == "另有 70 处，用 qq-excel check 新的 --previous 旧的 列出"


def test_who_is_missing_and_what_is_gone_since_the_period_before(tmp_path: Path) -> None:
    for folder, head in (("Q2", Q2), ("Q3", {})):
        (tmp_path / folder).mkdir()
        rows = [{}, {}] if folder == "Q2" else [{}]
        build(tmp_path / folder / "east.xlsx", {"receivables": rows}, head)
    build(tmp_path / "Q2" / "south.xlsx", {"receivables": [{}]}, {**Q2, "unit": "华南分公司"})
    outcome = run(tmp_path / "out", tmp_path / "Q3", previous=(str(tmp_path / "Q2"),))
    assert [(f.rule, f.file) for f in outcome.missing] == [("XPD005", "（未报送）华南分公司")]
    assert summary(tmp_path / "out")["files"][0]["rules"]["XPD001"] == 1


def test_what_was_moved_away_is_not_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever empties the inbox with --move still hears only of the units that have handed in nothing."""
    monkeypatch.setattr("qq_excel.batch.journal._WORDY", 0)  # the journal is shortened each time
    came, moves = tmp_path / "Q3", {"accepted": tmp_path / "done", "rejected": tmp_path / "back"}
    for folder, head in (("Q2", Q2), ("Q3", {})):
        (tmp_path / folder).mkdir()
        build(tmp_path / folder / "east.xlsx", {"receivables": [{}]}, head)
    for unit in ("华南分公司", "西北分公司"):
        build(tmp_path / "Q2" / f"{unit}.xlsx", {"receivables": [{}]}, {**Q2, "unit": unit})

    def missing() -> list[str]:
        outcome = run(tmp_path / "out", came, previous=(str(tmp_path / "Q2"),), moves=moves)
        assert not list(came.iterdir())
        return [f.file for f in outcome.missing]

    assert missing() == ["（未报送）华南分公司", "（未报送）西北分公司"]
    build(came / "south.xlsx", {"receivables": [{"balance": 7}]}, {"unit": "华南分公司"})
    assert missing() == ["（未报送）西北分公司"]
    build(came / "west.xlsx", {"receivables": [{}]}, {"unit": "西北分公司"})
    assert missing() == []
    build(came / "next.xlsx", {"receivables": [{}]}, {"period": "2026Q4", "as_of": dt.date(2026, 12, 31)})
    assert missing() == ["（未报送）华南分公司", "（未报送）西北分公司"]  # another period


def test_a_zip_is_opened_with_care(tmp_path: Path) -> None:
    good = build(tmp_path / "好.xlsx", {"receivables": [{}]})
    (tmp_path / "in").mkdir()
    named = build(
        tmp_path / "证据.xlsx", {"evidence": [{"path": "证据/判决.pdf"}, {"path": "证据/没有.pdf"}]}
    )
    with zipfile.ZipFile(tmp_path / "in" / "报送.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(good, "华东/好.xlsx")
        archive.write(good, "../../escape.xlsx")
        archive.write(named, "证据.xlsx")
        archive.writestr("里面.zip", b"PK\x03\x04")
        archive.writestr("bomb.xlsx", b"\0" * 3_000_000)
        archive.writestr("说明.txt", b"not a workbook")
        archive.writestr("证据/判决.pdf", b"%PDF-1.7")
    gbk = zipfile.ZipInfo("X.xlsx")
    with zipfile.ZipFile(tmp_path / "in" / "旧.zip", "w") as archive:
        archive.writestr(gbk, good.read_bytes())
    raw = (tmp_path / "in" / "旧.zip").read_bytes()
    name = "账.xlsx".encode("gbk")
    raw = raw.replace(b"X.xlsx", name[:2] + b".xls")  # the same length: 账.xls
    (tmp_path / "in" / "旧.zip").write_bytes(raw)
    (tmp_path / "in" / "破.zip").write_bytes(b"PK\x03\x04 broken")
    out = tmp_path / "out"
    outcome = run(out, tmp_path / "in", options=Options(Limits(file_bytes=1_000_000)))
    assert states(out) == {
        "报送.zip/华东/好.xlsx": "accepted", "报送.zip/#2": "quarantined", "报送.zip/里面.zip": "quarantined",
        "报送.zip/bomb.xlsx": "quarantined", "报送.zip/证据.xlsx": "rejected", "旧.zip/账.xls": "superseded",
        "破.zip": "quarantined",
    }  # fmt: skip
    rules = {f["file"]: f["rules"] for f in summary(out)["files"]}
    assert rules["报送.zip/证据.xlsx"]["WOF009"] == 1  # the other one is in the zip
    why = {f.name: f.why[0] for f in outcome.files if f.state == "quarantined" and f.why}
    assert why["报送.zip/#2"] == "压缩包内的路径“../../escape.xlsx”指向包外"
    assert why["报送.zip/bomb.xlsx"] == "解压后超过 1,000,000 字节的上限"
    assert why["报送.zip/里面.zip"] == "压缩包里还有压缩包，请只压缩一层"
    assert not list(tmp_path.rglob("escape*"))
    assert not list((out / ".qq-batch").glob("room*"))


def test_unit_and_period_come_from_the_path_where_the_head_block_lacks_them(tmp_path: Path) -> None:
    place = tmp_path / "in" / "2026Q3" / "华北分公司"
    place.mkdir(parents=True)
    build(place / "x.xlsx", {"receivables": [{}]}, {"unit": None, "period": None})
    run(tmp_path / "out", tmp_path / "in", pattern="{period}/{unit}/*")
    (file,) = summary(tmp_path / "out")["files"]
    assert (file["unit"], file["period"]) == ("华北分公司", "2026Q3")
    with pytest.raises(InputError, match="--pattern"):
        run(tmp_path / "out2", tmp_path / "in", pattern="{nope}/*")


def test_a_workbook_in_the_place_of_another_unit_or_period_is_told(tmp_path: Path) -> None:
    """Anybody can write another unit's name into a head block, and take the place of its ledger."""
    for place, head in (
        ("2026Q3/华东", {}), ("2026Q3/西北分公司", {"prepared_on": dt.date(2026, 10, 9)}), ("2026Q2/华东分公司", {}),
        ("2026Q3/西南分公司", {"unit": None}),
    ):  # fmt: skip
        (tmp_path / "in" / place).mkdir(parents=True)
        build(tmp_path / "in" / place / "x.xlsx", {"receivables": [{}]}, head)
    done = qq(tmp_path, "batch", "in", "-o", "out", "--jobs", "1", "--pattern", "{period}/{unit}/*")
    period = "路径里的报告期是“2026Q2”，表头填的是“2026Q3”，按表头归类，请核实"
    unit = "路径里的单位是“西北分公司”，表头填的是“华东分公司”，按表头归类，请核实"
    assert [line for line in done.stdout.splitlines() if line.startswith("!")] == [
        f"! 2026Q2/华东分公司/x.xlsx：{period}。",
        f"! 2026Q3/西北分公司/x.xlsx：{unit}。",
    ]
    later = "后来又报送了 2026Q3/西北分公司/x.xlsx"
    assert {f["file"]: (f["unit"], f["why"]) for f in summary(tmp_path / "out")["files"]} == {
        "2026Q2/华东分公司/x.xlsx": ("华东分公司", f"{later}；{period}"),
        "2026Q3/华东/x.xlsx": ("华东分公司", later),
        "2026Q3/西北分公司/x.xlsx": ("华东分公司", unit),
        "2026Q3/西南分公司/x.xlsx": ("西南分公司", None),
    }
    again = qq(
        tmp_path, "batch", "in", "-o", "out", "--jobs", "1", "--pattern", "{period}/{unit}/*", "--lang", "en"
    )
    assert (
        "! 2026Q3/西北分公司/x.xlsx: the path says unit '西北分公司', the head block '华东分公司': sorted by the head block, "
        "please look into it."
    ) in again.stdout.splitlines()
    by_default = qq(tmp_path, "batch", "in", "-o", "other", "--jobs", "1")
    assert "路径里的" not in by_default.stdout


def test_files_are_moved_only_when_told_and_never_over_others(tmp_path: Path) -> None:
    came = inbox(tmp_path / "in")
    kept = tmp_path / "done" / UNITS[1] / "应收.xlsx"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"mine")
    done = qq(tmp_path, "batch", "in", "-o", "out", "--jobs", "1", "--move", "accepted=done,rejected=back")
    assert "移动了 8 个文件" in done.stdout, done.stderr
    assert sorted(p.relative_to(came).as_posix() for p in came.rglob("*") if p.is_file()) == ["坏的.xlsx"]
    assert kept.read_bytes() == b"mine"
    assert kept.with_name("应收_2.xlsx").exists()
    assert [p.name for p in (tmp_path / "back").rglob("*.xlsx")] == ["应收.xlsx"]
    assert "--move “x”不对" in refused(tmp_path, "batch", "in", "-o", "out", "--move", "x")


def test_a_file_that_is_still_written_waits_for_the_next_run(tmp_path: Path) -> None:
    came = tmp_path / "in"
    came.mkdir()
    path = build(came / "a.xlsx", {"receivables": [{}]})
    whole = path.read_bytes()
    code = (
        "import sys\nprint('on', flush=True)\nf = open(sys.argv[1], 'ab', buffering=0)\n"
        "while True: f.write(b'\\0' * 10)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    try:
        assert writer.stdout
        writer.stdout.readline()
        run(tmp_path / "out", came, options=Options(Limits(seconds=60)))
    finally:
        writer.kill()
        writer.wait()
        if writer.stdout:
            writer.stdout.close()
    (file,) = summary(tmp_path / "out")["files"]
    assert (file["state"], "还没有写完" in file["why"]) == ("quarantined", True)
    path.write_bytes(whole)
    run(tmp_path / "out", came)
    assert states(tmp_path / "out") == {"a.xlsx": "accepted"}
    run(tmp_path / "undisturbed", came)
    assert results(tmp_path / "out") == results(tmp_path / "undisturbed")


def test_what_cannot_be_read_from_or_written_to_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    inbox(tmp_path / "in")
    assert "没有找到工作簿" in refused(tmp_path, "batch", "nowhere/*.xlsx", "-o", "out")
    assert "不是文件夹" in refused(tmp_path, "batch", "in", "-o", "file/out")
    assert "没有可以继续的批量校验" in refused(tmp_path, "batch", "in", "-o", "out", "--resume")
    assert not (tmp_path / "out").exists()


def test_what_is_moved_cannot_go_where_the_inbox_would_have_it_again(tmp_path: Path) -> None:
    """With each run it would be moved a folder deeper, and a watch would never come to rest."""
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "a.xlsx", {"contracts": [{}]})
    why = "--move accepted=in/done：移走的文件不能还放在收件夹里，否则下次又当作来件。请换一个文件夹。"
    for command in ("batch", "watch"):
        assert refused(tmp_path, command, "in", "-o", "out", "--move", "accepted=in/done") == why
    assert refused(tmp_path, "watch", "in", "-o", "in").startswith("in：结果文件夹不能是收件夹")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    why = "file/done：无法写入，路径中有一段不是文件夹。"  # before the work, not after
    assert refused(tmp_path, "batch", "in", "-o", "out", "--move", "rejected=file/done") == why
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != ".log") == ["file", "in"]
    # the folder of the results may lie in the inbox; what lies there did not come in
    assert qq(tmp_path, "batch", "in", "-o", "in/out", "--move", "accepted=in/out/done").returncode == 0
    assert sorted(p.name for p in (tmp_path / "in" / "out" / "done").iterdir()) == ["a.xlsx"]


def test_waivers_hold_as_in_a_check_and_are_judged_for_the_whole_run(tmp_path: Path) -> None:
    came = inbox(tmp_path / "in", 2)
    (came / "waivers.yaml").write_text(
        "waivers:\n"
        "  - {rule: REC012, key: ZQ-0002, reason: 改制, approved_by: 王建国, valid_until: 2026-12-31}\n"
        "  - {rule: REC007, key: ZQ-0999, reason: 改制, approved_by: 王建国, valid_until: 2026-12-31}\n",
        encoding="utf-8",
    )
    said = qq(tmp_path, "check", "in", "--format", "json")
    document = json.loads(said.stdout)
    done = qq(tmp_path, "batch", "in", "-o", "out")
    assert done.returncode == said.returncode == 1
    assert {f["file"]: f["accepted"] for f in document["files"]} == {
        f["file"]: f["state"] == "accepted" for f in summary(tmp_path / "out")["files"]
    }
    assert [(f["rule"], f["level"]) for f in summary(tmp_path / "out")["run"]] == [
        (f["rule"], f["level"]) for f in document["findings"] if f["rule"].startswith("WAI")
    ]
    assert "! waivers.yaml：第 3 行对 REC007（ZQ-0999）的豁免没有对应的问题。" in done.stdout.splitlines()
    sheet = openpyxl.load_workbook(tmp_path / "out" / "批量校验汇总.xlsx")["未报送和豁免"]
    assert [row[2] for row in sheet.values][
        -1
    ] == "waivers.yaml：第 3 行对 REC007（ZQ-0999）的豁免没有对应的问题。"


def test_a_log_is_told_the_rate_and_the_time_left_now_and_then() -> None:
    said: list[str] = []
    seconds = iter([0.0, 1.0, 10.0, 31.0, 32.0, 61.0, 62.0, 100.0])
    lines = Lines(said.append, lambda: next(seconds))
    for what, done in (
        ("读取", 0),
        ("读取", 30),
        ("读取", 60),
        ("读取", 62),
        ("读取", 90),
        ("校验", 0),
        ("校验", 50),
    ):
        lines.tell(Text(what, what), done, 100)
    assert said == [
        "读取 60/100  2.0 个/秒  剩余 0:00:20", "读取 90/100  1.5 个/秒  剩余 0:00:07", "校验 50/100  1.3 个/秒  剩余 0:00:38",
    ]  # fmt: skip


def test_a_run_tells_what_it_reads_and_checks_and_nothing_of_no_files(tmp_path: Path) -> None:
    for name, head in (("in", {}), ("before", Q2)):
        (tmp_path / name).mkdir()
        build(tmp_path / name / "a.xlsx", {"contracts": [{}]}, {"unit": UNITS[0], **head})
    told: list[tuple[str, int, int]] = []

    def tell(what: Text, done: int, of: int) -> None:
        told.append((str(what), done, of))

    asked = Asked(
        (str(tmp_path / "in"),),
        tmp_path / "out",
        load_policy("group"),
        jobs=1,
        previous=(str(tmp_path / "before"),),
    )
    run_batch(asked, tell)
    assert told == [
        ("读取", 0, 1), ("读取", 1, 1), ("读取上期", 0, 1), ("读取上期", 1, 1), ("校验", 0, 1), ("校验", 1, 1),
    ]  # fmt: skip


def test_a_screen_is_told_in_the_language_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What moves there is drawn by a thread of its own."""
    screen = io.StringIO()
    monkeypatch.setattr(batching, "err", Console(file=screen, force_terminal=True, width=100))
    with using("en"), batching._progress_shown(quiet=False) as tell:
        tell(Text("读取", "reading"), 1, 3)
        tell(Text("读取", "reading"), 2, 3)
        end = time.monotonic() + 60
        while "/s" not in screen.getvalue() and "秒" not in screen.getvalue() and time.monotonic() < end:
            time.sleep(0.05)
    assert "files/s" in screen.getvalue()
    assert "秒" not in screen.getvalue()


def test_what_an_ended_run_had_written_goes_when_its_file_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy of a wrong workbook was written, its submission not journalled; the workbook then came right."""
    came, out = inbox(tmp_path / "in", 2), tmp_path / "out"

    def ends(self: Journal, part: Sequence[Done]) -> None:
        if any(len(done.files) > 1 for done in part):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finished", ends)
        with pytest.raises(KeyboardInterrupt):
            run(out, came)
    assert [p for p in results(out) if "应收_已标注" in p]
    build(came / UNITS[0] / "应收.xlsx", {"receivables": ledger(0)}, {"unit": UNITS[0]})
    run(out, came, resume=True)
    assert [p for p in results(out) if p.startswith("退回修改")] == ["退回修改/坏的_校验结果.xlsx"]


def test_an_inbox_by_url_is_brought_here(tmp_path: Path) -> None:
    """fsspec's file system in memory stands for a bucket: folders, evidence beside the workbook, globs, sizes."""
    came = tmp_path / "in"
    (came / "华东").mkdir(parents=True)
    build(came / "华东" / "账.xlsx", {"receivables": [{}], "evidence": [{"path": "证据/判决.pdf"}]})
    bucket = fsspec.filesystem("memory")
    bucket.put(str(came), "/inbox", recursive=True)
    bucket.pipe("/inbox/华东/证据/判决.pdf", b"%PDF-1.7")
    bucket.pipe("/inbox/big.xlsx", b"\0" * 200_000)
    first = run_batch(
        Asked(
            ("memory://inbox",),
            tmp_path / "out",
            load_policy("group"),
            Options(Limits(file_bytes=100_000)),
            jobs=1,
        )
    )
    assert [(f.name, f.state) for f in first.files] == [
        ("big.xlsx", "quarantined"),
        ("华东/账.xlsx", "accepted"),
    ]
    assert first.files[0].why is not None
    assert "200,000" in first.files[0].why[0]
    assert "WOF009" not in first.files[1].rules
    again = run_batch(
        Asked(
            ("memory://inbox",),
            tmp_path / "out",
            load_policy("group"),
            Options(Limits(file_bytes=100_000)),
            jobs=1,
        )
    )
    assert [f.state for f in again.files] == ["quarantined", "accepted"]
    assert again.checked == 0
    some = run(tmp_path / "glob", "memory://inbox/*/*.xlsx")
    assert [f.name for f in some.files] == ["华东/账.xlsx"]
    with pytest.raises(InputError, match="没有找到工作簿"):
        run(tmp_path / "none", "memory://inbox/华东/证据")
    with pytest.raises(InputError, match="--move"):
        run(tmp_path / "none", "memory://inbox", moves={"accepted": tmp_path})
    with pytest.raises(InputError, match="读不到"):
        run(tmp_path / "none", "nosuch://inbox")
    bucket.rm("/inbox", recursive=True)


def test_english_has_english_marks(tmp_path: Path) -> None:
    done = qq(tmp_path, "batch", str(inbox(tmp_path / "in", 1)), "-o", "out", "--lang", "en", "--jobs", "1")
    assert "坏的.xlsx  quarantined: the file is damaged or incomplete" in done.stdout
    book = openpyxl.load_workbook(tmp_path / "out" / "批量校验汇总.xlsx")
    under = str(book["Units"]["A2"].value)
    assert under.endswith("files 3: accepted 1, to be mended 1, handed in again 0, quarantined 1")
