"""``qq-excel register`` with what is blank, odd or in the way."""

from __future__ import annotations

import datetime as dt
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from qq_excel.errors import InputError, OutputError
from qq_excel.register import Entry, Register, open_register
from qq_excel.register.entries import START, Written, canonical
from qq_excel.register.keeping import back_up, restore, restore_at
from qq_excel.register.store import Folder
from tests.cli.support import qq, refused
from tests.register.postgres import Server
from tests.register.test_damaged import folder_of, submit
from tests.support.build import build
from tests.support.digests import digests

OLD = {
    "occurred_on": dt.date(2021, 3, 1),
    "due_on": dt.date(2021, 6, 1),
    "age_band": None,
    "overdue_days": None,
}


@pytest.fixture(scope="module")
def nameless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Accepted ledgers: one of a unit, one that names a unit in no place, one with blanks for names and no period."""
    folder = tmp_path_factory.mktemp("nameless")
    (folder / "in").mkdir()
    build(folder / "in" / "a.xlsx", {"receivables": [OLD]})
    build(
        folder / "in" / "b.xlsx",
        {"receivables": [{**OLD, "unit": None}, {**OLD, "unit": "  "}]},
        {"unit": None},
    )
    build(folder / "in" / "c.xlsx", {"receivables": [{**OLD, "unit": None}]}, {"unit": " ", "period": None})
    found = json.loads(qq(folder, "check", "in", "-o", "found", "--format", "json").stdout)["findings"]
    errors = sorted({(f["rule"], f["sheet"], f["cell"]) for f in found if f["level"] == "E"})
    lines = [
        f"- {{rule: {rule}, sheet: {sheet}, cell: {cell}, reason: x, approved_by: y, valid_until: 2027-01-01}}"
        for rule, sheet, cell in errors
    ]
    (folder / "w.yaml").write_text("\n".join(["waivers:", *lines]), encoding="utf-8")
    done = qq(folder, "batch", "in", "-o", "out", "--register", "r.db", "--waivers", "w.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ["（未填单位） 全部（取最高级） 红 2 1,200.00", "华东分公司 长期逾期 红 1 600.00"]),
        (
            "en",
            [
                "（未填单位） all, at the highest level red 2 1,200.00",
                "华东分公司 long past due red 1 600.00",
            ],
        ),
    ],
)
def test_claims_of_no_unit_are_summed_up_under_a_name_of_their_own(
    nameless: Path, lang: str, said: list[str]
) -> None:
    done = qq(nameless, "register", "warnings", "2026年第3季度", "--register", "r.db", "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert not [line for line in said if line not in lines]
    done = qq(
        nameless, "register", "ageing", "2026Q3", "--register", "r.db", "--lang", lang, "--format", "json"
    )
    assert json.loads(done.stdout) == {
        "period": "2026Q3",
        "basis": "occurred",
        "units_left_out": [],
        "ageing": [
            {"unit": "华东分公司", "band": "5年以上", "count": 1, "cents": 600_00},
            {"unit": "（未填单位）", "band": "5年以上", "count": 2, "cents": 1200_00},
        ],
    }


def test_the_ageing_counts_what_has_a_balance_in_the_order_of_the_papers_columns(tmp_path: Path) -> None:
    """By the due date: not due first, disputed and sued last; a settled claim is none of any age."""
    late = {"due_on": dt.date(2026, 8, 31), "overdue_days": 30, "status": "追讨"}
    build(
        tmp_path / "a.xlsx",
        {
            "receivables": [
                {**late, "received": 1000, "balance": 0, "status": "已结清"},
                {"received": 1000, "balance": 0, "status": "已结清"},
                {**late, "disputed": "是", "dispute_reason": "质量异议，2026-09-02提出，正在复检"},
                {**late, "status": "诉讼", "measure": "2026-09-05起诉"},
                late,
                {},
            ]
        },
    )
    done = qq(tmp_path, "batch", "a.xlsx", "-o", "out", "--register", "r.db")
    assert done.returncode == 0, done.stdout
    said = qq(tmp_path, "register", "ageing", "2026Q3", "--register", "r.db", "--basis", "due").stdout
    assert [" ".join(line.split()) for line in said.splitlines()[1:]] == [
        "华东分公司 未到期 1 600.00", "华东分公司 1年以内 1 600.00", "华东分公司 争议 1 600.00", "华东分公司 诉讼 1 600.00",
        "合计 4 2,400.00",
    ]  # fmt: skip


def test_a_slip_is_listed_in_the_language_of_the_run(tmp_path: Path) -> None:
    body = {"level": "红", "state": "已答复", "answer": "月底前付清", "files": []}
    with open_register(str(tmp_path / "r.db")) as register:
        register.append([Entry("slip", "YJ-1", "d", body, "甲公司", "2026Q3", ("ZQ-1",))])
    for lang, said in (("zh", "红 已答复 月底前付清"), ("en", "red answered 月底前付清")):
        done = qq(tmp_path, "register", "list", "--register", "r.db", "--lang", lang)
        assert " ".join(done.stdout.splitlines()[-1].split()).endswith(f"YJ-1 {said}")


def test_a_unit_that_handed_in_nothing_after_the_period_before_is_told_as_left_out(tmp_path: Path) -> None:
    """Only of a period of the same kind, and the last: not that of a quarter before, nor a month's."""
    with open_register(str(tmp_path / "r.db")) as register:
        submit(register, "甲公司", "ZQ-1", period="2026Q3")
        for unit, period in (
            ("甲公司", "2026Q2"),
            ("乙公司", "2026Q2"),
            ("丙公司", "2026Q1"),
            ("丁公司", "2026-06"),
        ):
            submit(register, unit, "ZQ-2", period=period)
    for what in ("ageing", "warnings"):
        done = qq(tmp_path, "register", what, "2026Q3", "--register", "r.db")
        assert done.stdout.splitlines()[-1] == "未计入 1 个单位（明细表没有通过或没有交来）：乙公司"


def test_tables_whose_rows_have_no_creditor_are_summed_up_too(tmp_path: Path) -> None:
    """As an earlier version wrote them, or somebody else."""
    with open_register(str(tmp_path / "r.db")) as register:
        submit(register, "甲公司", "ZQ-1", warning="红")
        submit(register, None, "ZQ-2", "ZQ-3", warning="红")
        register.append(
            [Entry("submission", "2026Q3/乙公司", "d", {"files": [], "workbooks": []}, "乙公司", "2026Q3")]
        )
    for lang, all_, red, total, band, without in (
        (
            "zh",
            "全部（取最高级）",
            "红",
            "合计",
            "1年以内",
            "未计入 1 个单位（明细表没有通过或没有交来）：乙公司",
        ),
        (
            "en",
            "all, at the highest level",
            "red",
            "total",
            "within 1 year",
            "Without 1 unit (no accepted ledger): 乙公司",
        ),
    ):
        done = qq(tmp_path, "register", "warnings", "2026Q3", "--register", "r.db", "--lang", lang)
        assert done.returncode == 0, done.stderr
        lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
        assert [line for line in lines if all_ in line] == [
            f"甲公司 {all_} {red} 1 1.00",
            f"（未填单位） {all_} {red} 2 2.00",
            f"{total} {all_} {red} 3 3.00",
        ]
        assert lines[-1] == without  # a sum of the group that is not of all units says so
        done = qq(tmp_path, "register", "ageing", "2026Q3", "--register", "r.db", "--lang", lang)
        assert [" ".join(line.split()) for line in done.stdout.splitlines()][1:] == [
            f"甲公司 {band} 1 1.00", f"（未填单位） {band} 2 2.00", f"{total} {band} 3 3.00", f"{total} 3 3.00", without,
        ]  # fmt: skip
    done = qq(tmp_path, "register", "ageing", "2026Q3", "--register", "r.db", "--format", "json")
    said = json.loads(done.stdout)
    assert said["units_left_out"] == ["乙公司"]
    assert [(r["unit"], r["count"], r["cents"]) for r in said["ageing"]] == [
        ("甲公司", 1, 100),
        ("（未填单位）", 2, 200),
    ]


@pytest.mark.parametrize(
    ("command", "zh", "en"),
    [
        (["note", " ", "x"], "对象是空的", "The subject is blank"),
        (["note", "ZQ-1", ""], "内容是空的", "The text is blank"),
        (["note", os.fsdecode(b"\xcd\xf5"), "x"], "不是文字", "no text"),
        (["note", "甲", "x", "--period", "Q3"], "“Q3”不是报告期", "'Q3' is no period"),
        (["list", "--period", "去年"], "“去年”不是报告期", "'去年' is no period"),
        (["ageing", ""], "“”不是报告期", "'' is no period"),
        (["verify", "--head", "60cad4"], "“60cad4”不是哈希", "'60cad4' is no hash"),
        (["backup", "-o", "r.db"], "r.db：这个文件不是登记簿备份，不能覆盖", "r.db is no backup"),
        (["backup", "-o", "in/a.xlsx"], "不能覆盖", "never written over"),
        (["export", "-o", "r.db"], "请用 .csv 或 .jsonl", "to a .csv or a .jsonl"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_changes_nothing(
    nameless: Path, command: list[str], zh: str, en: str
) -> None:
    before = digests(nameless / "in")
    with open_register(str(nameless / "r.db")) as register:
        head = register.head()
    for lang, said in (("zh", zh), ("en", en)):
        assert said in refused(nameless, "register", *command, "--register", "r.db", "--lang", lang)
    with open_register(str(nameless / "r.db")) as register:
        assert register.verify() == (head[0], None, head[1], ())
    assert digests(nameless / "in") == before


def test_a_backup_may_be_written_over_an_earlier_one(tmp_path: Path) -> None:
    with open_register(str(tmp_path / "r.db")) as register:
        submit(register, "甲公司", "ZQ-1")
        assert back_up(register, tmp_path / "b.zip")[0] == 1
        submit(register, "乙公司", "ZQ-2")
        assert back_up(register, tmp_path / "b.zip")[0] == 2


def test_the_head_is_that_of_what_was_verified(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one appends meanwhile: what came later was not verified, and is not what is noted down."""
    with open_register(url, tmp_path) as register, open_register(url, tmp_path) as other:
        submit(register, "甲公司", "ZQ-1")
        first = register.head()
        wrong = Folder.wrong

        def meanwhile(store: Folder, files: object) -> object:
            other.append([Entry("note", "s", str(other.head()[0]), {"text": "x"})])
            return wrong(store, files)  # type: ignore[arg-type]

        monkeypatch.setattr(Folder, "wrong", meanwhile)
        assert register.verify() == (1, None, first[1], ())
        assert register.head()[0] == 2


def _backup(folder: Path, *, break_last: bool = False) -> Path:
    """A backup of two tables."""
    with open_register(str(folder / "old.db")) as register:
        for unit in ("甲公司", "乙公司"):
            submit(register, unit, "ZQ-1")
        back_up(register, folder / "good.zip")
    if not break_last:
        return folder / "good.zip"
    with zipfile.ZipFile(folder / "good.zip") as good, zipfile.ZipFile(folder / "bad.zip", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name) + (b"x" if name == good.namelist()[-1] else b""))
    return folder / "bad.zip"


def _tables(register: Register) -> list[str]:
    return sorted(digests(folder_of(register))) if folder_of(register).exists() else []


def test_a_backup_with_one_wrong_table_leaves_none_behind(tmp_path: Path) -> None:
    source = _backup(tmp_path, break_last=True)
    with open_register(str(tmp_path / "new.db")) as register:
        with pytest.raises(InputError, match="不是完整的登记簿备份"):
            restore(register, source)
        assert (register.head()[0], folder_of(register).exists()) == (0, False)


def test_the_place_of_the_tables_is_said_once_for_the_register_that_the_variables_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("r.db", "other.db"):
        with open_register(str(tmp_path / name), tmp_path / f"tables of {name}") as register:
            submit(register, "甲公司", name)
    monkeypatch.setenv("QQ_REGISTER", "r.db")
    assert "数据表放在别处的，请用 --tables 写明" in refused(tmp_path, "register", "claim", "r.db")
    monkeypatch.setenv("QQ_TABLES", "tables of r.db")
    assert qq(tmp_path, "register", "verify").returncode == 0
    more = ("--register", "other.db", "--tables", "tables of other.db")
    assert qq(tmp_path, "register", "verify", *more).returncode == 0
    assert qq(tmp_path, "register", "verify", *more[:2]).returncode == 1  # the variables speak of another one
    done = qq(tmp_path, "register", "backup", "-o", "b.zip")
    monkeypatch.setenv("QQ_REGISTER", "new.db")
    monkeypatch.setenv("QQ_TABLES", "new tables")
    done = qq(tmp_path, "register", "restore", "b.zip")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "new tables").rglob("*.parquet"))


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    """What means something in a URL is a character like others in a path."""
    name = "登 记%20?mode=memory#1.db" if os.name != "nt" else "登 记%20#1.db"
    with open_register(str(tmp_path / name)) as register:
        submit(register, "甲公司", "ZQ-1")
        back_up(register, tmp_path / "b.zip")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["b.zip", name, f"{Path(name).stem}-tables"])
    restore_at(str(tmp_path / "new" / name), None, tmp_path / "b.zip")
    with open_register(str(tmp_path / "new" / name), make=False) as register:
        assert register.verify()[:2] == (1, None)


def test_a_refused_restore_leaves_no_register_behind(tmp_path: Path) -> None:
    """Neither one that is empty, nor what belongs to it; what was there stays."""
    source = _backup(tmp_path)
    bad = _backup(tmp_path / "second", break_last=True)
    new = tmp_path / "new"
    assert "不是完整的登记簿备份" in refused(
        tmp_path, "register", "restore", str(bad), "--register", "new/r.db"
    )
    assert not new.exists()
    new.mkdir()
    blocked = new / "r-tables"
    blocked.write_bytes(b"a file where the tables should be")
    assert "new/r-tables" in refused(tmp_path, "register", "restore", str(source), "--register", "new/r.db")
    assert [p.name for p in new.iterdir()] == ["r-tables"]
    blocked.unlink()
    assert qq(tmp_path, "register", "restore", str(source), "--register", "new/r.db").returncode == 0
    assert sorted(p.name for p in new.iterdir()) == ["r-tables", "r.db"]
    with open_register(str(new / "r.db"), make=False) as register:
        assert register.verify()[:2] == (2, None)
    said = refused(tmp_path, "register", "restore", str(source), "--register", "new/r.db")
    assert "登记簿中已有 2 条" in said


def test_a_refused_restore_leaves_nothing_in_a_database(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No table, function or file: the database may be another program's, and its owner may want it as it was."""
    source, bad = _backup(tmp_path), _backup(tmp_path / "second", break_last=True)
    url, tables = server.url, tmp_path / "tables"
    again = ("register", "restore", str(source), "--register", url, "--tables", "tables")
    assert "不是完整的登记簿备份" in refused(tmp_path, *(str(bad) if a == str(source) else a for a in again))
    tables.write_bytes(b"a file where the tables should be")
    assert "路径中有一段不是文件夹" in refused(tmp_path, *again)
    assert _objects_in(url) == set()
    tables.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "_write", _press_ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            restore_at(url, str(tables), source)
    assert not tables.exists()
    assert _objects_in(url) == set()
    assert qq(tmp_path, *again).stdout == "已恢复 2 条。\n"
    assert _objects_in(url) >= {"entries", "claims", "alembic_version", "qq_append_only"}
    with open_register(url, tables, make=False) as register:
        assert register.verify()[:2] == (2, None)
    assert "登记簿中已有 2 条" in refused(tmp_path, *again)


def _press_ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt


def _objects_in(url: str) -> set[str]:
    """The names of what a database has of its own."""
    import psycopg

    every = "SELECT relname FROM pg_class WHERE relnamespace = {0} UNION SELECT proname FROM pg_proc WHERE pronamespace = {0}"
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute(every.format("'public'::regnamespace"))}


def test_a_register_that_somebody_makes_meanwhile_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _backup(tmp_path)
    put_back = Register.put_back

    def meanwhile(register: Register, *args: object) -> None:
        put_back(register, *args)  # type: ignore[arg-type]
        with open_register(str(tmp_path / "new.db")) as other:
            other.append([Entry("note", "s", "c", {"text": "x"})])

    monkeypatch.setattr(Register, "put_back", meanwhile)
    with pytest.raises(InputError, match="已有别人新建的登记簿"):
        restore_at(str(tmp_path / "new.db"), None, source)
    with open_register(str(tmp_path / "new.db")) as register:
        assert register.head()[0] == 1


def test_a_restore_that_cannot_be_finished_leaves_nothing_and_is_done_again(tmp_path: Path, url: str) -> None:
    """The second table cannot be written: where its folder should be there is a file."""
    source = _backup(tmp_path)
    with zipfile.ZipFile(source) as archive:
        first, second = sorted(n.removeprefix("files/") for n in archive.namelist() if n.startswith("files/"))
    with open_register(url, tmp_path / "tables") as register:
        (tmp_path / "tables" / second).mkdir(parents=True)
        with pytest.raises(OutputError, match="同名的文件夹已存在"):
            restore(register, source)
        assert (register.head()[0], _tables(register)) == (0, [])
        (tmp_path / "tables" / second).rmdir()
        kept = tmp_path / "tables" / first
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(b"what an interrupted one left")
        assert restore(register, source) == 2
        assert register.verify()[:2] == (2, None)


@pytest.mark.parametrize(
    "change",
    [
        {"event": "deed"},
        {"unit": 7},
        {"claims": [1]},
        {"body": {"files": [{"kind": "x", "path": 1, "sha256": ""}]}},
    ],
)
def test_a_backup_of_no_entries_of_ours_is_refused_though_its_chain_is_right(
    tmp_path: Path, change: dict[str, object]
) -> None:
    entry = Entry("note", "s", "c", {"text": "x"})
    forged = replace(entry, **change)  # type: ignore[arg-type]
    made = Written(1, "2026-10-09T08:00:00+00:00", "x", forged, "")
    line = {
        "n": 1, "at": made.at, "by": made.by, "event": forged.event, "subject": "s", "content": "c", "unit": forged.unit,
        "period": None, "claims": list(forged.claims), "body": forged.body, "hash": made.hashed(START),
    }  # fmt: skip
    manifest = {"format": "qq-excel-register", "version": 1, "entries": 1, "head": line["hash"], "files": 0}
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("manifest.json", canonical(manifest))
        archive.writestr("entries.jsonl", canonical(line) + "\n")
    with open_register(str(tmp_path / "r.db")) as register:
        with pytest.raises(InputError, match="不是完整的登记簿备份"):
            restore(register, tmp_path / "b.zip")
        assert register.head()[0] == 0


def test_warnings_name_the_units_of_which_a_cause_was_not_judged(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    build(tmp_path / "in" / "东.xlsx", {k: [{}] for k in ("receivables", "credit_terms", "contracts")})
    build(
        tmp_path / "in" / "南.xlsx",
        {
            "receivables": [
                {"unit": "华南分公司", "claim_id": "ZQ-9", "debtor": "丙公司", "contract_id": "HT-9"}
            ]
        },
        {"unit": "华南分公司"},
    )
    qq(tmp_path, "batch", "in", "-o", "out", "--register", "r.db")
    done = qq(tmp_path, "register", "warnings", "2026Q3", "--register", "r.db")
    assert done.stdout.splitlines()[-2:] == [
        "1 个单位没有交来《客户授信及保险账龄表》，保险账龄和额度没有判断：华南分公司",
        "1 个单位没有交来《合同台账》，合同期限没有判断：华南分公司",
    ]
    done = qq(tmp_path, "register", "warnings", "2026Q3", "--register", "r.db", "--lang", "en")
    assert "1 unit without" in done.stdout.splitlines()[-1]
    done = qq(tmp_path, "register", "warnings", "2026Q3", "--register", "r.db", "--format", "json")
    said = json.loads(done.stdout)
    assert list(said) == ["period", "units_left_out", "not_judged", "warnings"]
    assert said["not_judged"] == {"credit_terms": ["华南分公司"], "contracts": ["华南分公司"]}
