"""Bare readers: they only read, so they are the limit."""

from __future__ import annotations

from pathlib import Path


def fastexcel_only(path: Path) -> None:
    import fastexcel

    fastexcel.read_excel(str(path)).load_sheet(0).to_arrow()


def calamine_only(path: Path) -> None:
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
