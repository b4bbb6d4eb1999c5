"""A number far below every date, formatted as one, in the first rows of an old workbook: the parsers of these break down at it."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from qq_excel.reading import read_workbook
from qq_excel.reading.model import Workbook
from tests.support.build import build

pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice makes the .xls")


def both(folder: Path, cell: str, blank: int = 0) -> tuple[Workbook, Workbook]:
    """The same contracts as .xlsx and .xls; *cell* holds such a number, above them are *blank* rows."""
    path = build(folder / "a.xlsx", {"contracts": [{"contract_id": "HT-1"}, {"contract_id": "HT-2"}]})
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet[cell].value, sheet[cell].number_format = -2e11, "yyyy-mm-dd"
    if blank:
        sheet.insert_rows(1, blank)
    book.save(path)
    office = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    command = ["soffice", office, "--headless", "--convert-to", "xls", "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return read_workbook(path), read_workbook(path.with_suffix(".xls"))


def told(book: Workbook) -> dict[str, Any]:
    """All that is read of a workbook of one table, in a form that compares."""
    (table,) = book.tables
    facts = {
        rule: [(f.field, f.at.tolist(), f.raw, f.read) for f in found] for rule, found in table.facts.items()
    }
    return {
        "facts": facts, "rows": table.rows.tolist(), "as_of": table.as_of, "unit": book.head("unit"), "period": book.head("period"),
        "ids": table.frame["contract_id"].tolist(), "dates": table.frame["signed_on"].tolist(),
    }  # fmt: skip


@pytest.mark.parametrize("blank", [0, 2])
def test_in_a_column_of_dates_it_is_told_as_in_a_new_workbook(tmp_path: Path, blank: int) -> None:
    new, old = map(told, both(tmp_path, "E7", blank))
    assert old == new
    assert old["facts"]["CEL005"] == [("expires_on", [1], ["-200000000000"], [""])]
    assert (old["as_of"], old["unit"], old["ids"]) == (dt.date(2026, 9, 30), "华东分公司", ["HT-1", "HT-2"])


def test_in_the_head_block_it_is_no_date_either(tmp_path: Path) -> None:
    new, old = both(tmp_path, "F3")
    assert [f.rule for f in old.facts] == [f.rule for f in new.facts]
    assert told(old) == told(new)
    (a,), (b,) = old.tables, new.tables
    assert a.head.get("prepared_on") == b.head.get("prepared_on")
