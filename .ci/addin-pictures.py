"""Make the pictures of docs/guide/addin.md anew: LibreOffice with the buttons, pressed by a mouse on a screen of its own.

    python .ci/addin-pictures.py        # needs LibreOffice, Xvfb, xdotool and ImageMagick

The labels are Chinese whatever language the office here has. Look at what comes out before you commit it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from qq_excel.addin.libreoffice import extension, running  # noqa: E402
from qq_excel.language import Text  # noqa: E402
from tests.support import office  # noqa: E402

PICTURES = ROOT / "docs" / "guide" / "images"
LEDGER = ROOT / "workbooks" / "samples" / "group" / "西北分公司" / "应收账款明细表.xlsx"
_COLOURS = "64"


def _chinese(text: Text, name: str = "Title") -> str:
    return _TITLE(Text(text.zh, text.zh), name)


_TITLE = extension._title


def main() -> None:
    """Start, press, picture."""
    with (
        mock.patch.object(extension, "_title", _chinese),
        office.home() as home,
        office.screen("1240x640x24") as display,
    ):
        profile = office.install(home, sys.executable)
        shown = {"DISPLAY": display, "SAL_USE_VCLPLUGIN": "gen", "QQ_LANG": "zh", "LANG": "C.UTF-8"}
        shown["QQ_LOG_DIR"] = str(home / "log")
        with running.started("--nologo", profile=profile, environment=shown) as app:
            folder = Path(tempfile.mkdtemp())
            book = app.books.open(str(shutil.copy(LEDGER, folder)))
            mouse = office.Mouse(app, display)
            mouse.click("校验")
            office.wait_for(lambda: "校验结果" in [s.name for s in book.sheets])
            time.sleep(4)
            for _ in range(2):
                mouse.click("下一条")
                time.sleep(2)
            _picture(mouse, "addin-marked")
            mouse.click("规则说明")
            mouse.dialog("依据")
            time.sleep(1)
            _picture(mouse, "addin-rule")
            mouse.press("OK")
            book.sheets["校验结果"].activate()
            book.sheets["校验结果"]["D16"].select()
            time.sleep(1)
            _picture(mouse, "addin-list")
            mouse.click("账龄分析")
            office.wait_for(lambda: "账龄分析" in [s.name for s in book.sheets])
            time.sleep(4)
            _picture(mouse, "addin-ageing")
            book.close()
            shutil.rmtree(folder)
    for picture in sorted(PICTURES.glob("addin-*.png")):
        sys.stdout.write(f"{picture.relative_to(ROOT)} {picture.stat().st_size // 1024} KB\n")


def _picture(mouse: office.Mouse, name: str) -> None:
    target = PICTURES / f"{name}.png"
    mouse.picture(target)
    subprocess.run(
        ["convert", target, "+dither", "-colors", _COLOURS, "-strip", f"png8:{target}"], check=True
    )


if __name__ == "__main__":
    main()
