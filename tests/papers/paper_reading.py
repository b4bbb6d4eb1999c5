"""What stands in papers, as tests read it: text of a .docx, cells of a .xlsx, pages of a PDF."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import openpyxl


def docx_text(path: Path) -> str:
    """All text of a Word file, a line per paragraph: header, footer, body."""
    with zipfile.ZipFile(path) as archive:
        parts = [
            archive.read(n).decode()
            for n in sorted(archive.namelist())
            if n.startswith("word/") and n.endswith(".xml")
        ]
    lines = []
    for xml in parts:
        for paragraph in re.findall(r"<w:p[ >].*?</w:p>", xml, flags=re.DOTALL):
            words = re.sub(r"<w:br/>", "\n", paragraph)
            lines.append(re.sub(r"<[^>]+>", "", words))
    return "\n".join(lines).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def sheet_rows(path: Path, sheet: int = 0) -> list[tuple]:
    """The cells of a sheet."""
    return list(openpyxl.load_workbook(path).worksheets[sheet].iter_rows(values_only=True))


def column(path: Path, header: str, sheet: int = 0) -> list:
    """The values under *header* (first row that has it), up to the end of the table, without the total row."""
    rows = sheet_rows(path, sheet)
    top = next(i for i, r in enumerate(rows) if header in r)
    at = rows[top].index(header)
    body = []
    for row in rows[top + 1 :]:
        if row[0] == "合计" or not isinstance(row[0], int | float):
            break
        body.append(row[at])
    return body


def total_of(path: Path, header: str, sheet: int = 0) -> float:
    """The total row's figure under *header*."""
    rows = sheet_rows(path, sheet)
    top = next(i for i, r in enumerate(rows) if header in r)
    return next(r for r in rows[top + 1 :] if "合计" in r[:3])[rows[top].index(header)]


def pdf_text(path: Path) -> str:
    """The text of a PDF, pages parted by a form feed."""
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()
