"""Make the pictures of docs/guide anew: real outputs, rendered by LibreOffice (sheets) and Chromium (the board).

    python .ci/guide-pictures.py        # needs soffice, pdftoppm and chromium

Not part of `make docs`: the bytes depend on the programs' versions. Look at what comes out before you commit it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PICTURES = ROOT / "docs" / "guide" / "images"
#: Name, file made by the command, page, height of what is shown in millimetres from the top.
SHEETS = (
    ("annotated", "结果/应收账款明细表_已标注.xlsx", 1, 120),
    ("findings", "结果/应收账款明细表_校验结果.xlsx", 1, 190),
    ("warnings", "预警/清欠预警表_西北分公司.xlsx", 1, 150),
    ("gaps", "申请包/缺失清单.xlsx", 1, 120),
)
DOTS = 80
COMMANDS = (
    ("check", "报送/西北分公司", "-o", "结果/"),
    ("warn", "报送/", "-o", "预警/"),
    ("write-off", "报送/", "-o", "申请包/"),
    ("status", "台账/", "-o", "看板.html"),
)


def main() -> None:
    """Run the guide's commands in a fresh folder and picture what they made."""
    from tests.docs.workspace import make

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        for command in COMMANDS:
            code = "from qq_excel.cli import main; main()"
            subprocess.run(
                [sys.executable, "-c", code, *command], cwd=folder, check=False, capture_output=True
            )
        PICTURES.mkdir(parents=True, exist_ok=True)
        for picture, book, page, height in SHEETS:
            _sheet(folder, folder / book, page, height, PICTURES / picture)
        _board(folder, folder / "看板.html", PICTURES / "board.png")
    for picture in sorted(PICTURES.glob("*.png")):
        sys.stdout.write(f"{picture.relative_to(ROOT)} {picture.stat().st_size // 1024} KB\n")


def _sheet(folder: Path, book: Path, page: int, height: int, target: Path) -> None:
    profile = f"-env:UserInstallation=file://{folder}/lo"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder / "pdf"), str(book)],
        check=True, capture_output=True,
    )  # fmt: skip
    dots = str(int(height / 25.4 * DOTS))
    subprocess.run(
        ["pdftoppm", "-png", "-r", str(DOTS), "-f", str(page), "-l", str(page), "-H", dots, "-singlefile",
         str(folder / "pdf" / f"{book.stem}.pdf"), str(target)],
        check=True,
    )  # fmt: skip


def _board(folder: Path, html: Path, target: Path) -> None:
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1320,600",
         f"--user-data-dir={folder}/chromium", f"--screenshot={target}", html.as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
