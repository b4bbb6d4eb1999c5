"""``qq-excel map``: from an unknown sheet to a mapping that the next check uses."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from qq_excel import yamlfile
from qq_excel.cli.app import app_of
from qq_excel.reading import read_workbook
from qq_excel.reading.mapping import Mapping


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["单据合同号", "对方客户", "签约日", "终止日", "总价", "密码"])
    book.active.append(["A1", "海川", "03/04/2026", dt.datetime(2027, 1, 1), 5, "=1+1"])
    book.save(tmp_path / "东北.xlsx")
    return tmp_path / "东北.xlsx"


def run(*arguments: object, answers: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app_of(), ["map", *map(str, arguments)], input=answers, standalone_mode=False)
    if result.exception:
        return 2, str(result.exception)
    return int(result.return_value or 0), result.output


def talk(*arguments: object, answers: list[str]) -> tuple[int, str]:
    """The command at a terminal, where somebody answers."""
    import pty  # not on Windows

    ours, theirs = pty.openpty()
    start = "from qq_excel.cli import main; main()"
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        process = subprocess.Popen(
            [sys.executable, "-c", start, "map", *map(str, arguments)],
            stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        os.close(theirs)
        terminal.write("".join(f"{a}\n" for a in answers).encode())
        said = b""
        with suppress(OSError):  # the other end is closed: all is said
            while piece := terminal.read(4096):
                said += piece
        return process.wait(600), said.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_answers_make_a_mapping_that_check_uses(odd: Path) -> None:
    assert [f.rule for f in read_workbook(odd).facts] == ["FIL006"]
    given = {
        "单据合同号": "合同编号",
        "对方客户": "debtor",
        "签约日": "签订日期",
        "终止日": "到期日期",
        "总价": "合同金额",
        "密码": "-",
    }
    # every column is asked for: nothing here is sure
    code, output = talk(odd, "--kind", "contracts", answers=["y", *given.values(), "1"])
    assert code == 0, output
    assert "03/04/2026" in output
    (table,) = read_workbook(odd).tables
    assert table.kind.kind == "contracts"
    row = table.frame.iloc[0]
    assert (row["contract_id"], row["debtor"], row["amount"]) == ("A1", "海川", 500)
    assert row["signed_on"] == dt.datetime(2026, 4, 3)
    code, output = run(odd, "--yes")
    assert code == 2
    assert "文件已存在" in output


def test_without_a_terminal(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    code, output = run(odd)
    assert (code, "--yes" in output) == (2, True)
    assert not (odd.parent / "mappings").exists()


@pytest.mark.parametrize(
    ("more", "says"), [(("--sheet", "无"), "没有工作表"), (("--kind", "contract"), "contract")]
)
def test_wrong_options(odd: Path, more: tuple[str, ...], says: str) -> None:
    code, output = run(odd, "--yes", *more)
    assert (code, says in output) == (2, True)


def write(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_sheet_like_no_kind_is_said_so_unless_the_kind_is_named(tmp_path: Path) -> None:
    path = write(
        tmp_path / "体检.xlsx", ["M", "F", "Test Date", "Math", "Reading"], ["a", "b", "2026-01-05", 1, 2]
    )
    code, said = run(path, "--yes")
    assert code == 2
    assert "不像规定的表：最像《" in said
    named = re.search("确是这种表的，加 --kind ([a-z_]+)；不用 --yes 则逐列确认。", said)
    assert named
    assert not (tmp_path / "mappings").exists()
    assert run(path, "--yes", "--kind", named[1])[0] == 0
    code, said = run(path, "--yes", "--force", "--kind", "contracts")
    assert (code, said) == (
        2,
        f"{path}：没有一列像《合同台账》的列名。请用 --sheet 指定工作表，或换一个 --kind。",
    )


def test_of_two_columns_with_one_header_the_first_is_meant(tmp_path: Path) -> None:
    headers = ["合同编号", "客户名称", "签订日", "到期日", "合同总金额", "合同总金额", "M"]
    path = write(tmp_path / "双.xlsx", headers, ["HT-1", "海川", "2026-01-05", "2026-12-31", 5, 6, "x"])
    assert run(path, "--yes", "--kind", "contracts")[0] == 0
    mapping = yamlfile.parse(tmp_path / "mappings" / "双.yaml", Mapping)
    assert mapping.fits_sheets
    assert mapping.columns["amount"].source == "合同总金额"
    assert "M" not in {c.source for c in mapping.columns.values()}
