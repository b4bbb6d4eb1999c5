"""A path from a cell is never followed outside the workbook's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qq_excel.reading.attachments import find_attachment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.pdf").write_text("x")
    pack = tmp_path / "pack"
    (pack / "证据").mkdir(parents=True)
    (pack / "证据/合同.pdf").write_text("x")
    return pack


def test_a_file_inside(folder: Path) -> None:
    assert find_attachment(folder, " 证据/合同.pdf ").path == folder / "证据/合同.pdf"
    assert find_attachment(folder, "证据\\合同.pdf").path == folder / "证据/合同.pdf"


def test_links_that_lead_out_are_not_followed(folder: Path) -> None:
    (folder / "link.pdf").symlink_to(folder.parent / "secret.pdf")
    (folder / "out").symlink_to(folder.parent)
    (folder / "in.pdf").symlink_to(folder / "证据/合同.pdf")
    assert find_attachment(folder, "link.pdf").reason == "outside"
    assert find_attachment(folder, "out/secret.pdf").reason == "outside"
    assert find_attachment(folder, "in.pdf").path == folder / "证据/合同.pdf"


def test_a_link_that_goes_in_circles(folder: Path) -> None:
    (folder / "a.pdf").symlink_to(folder / "b.pdf")
    (folder / "b.pdf").symlink_to(folder / "a.pdf")
    assert find_attachment(folder, "a.pdf").reason in ("unreadable", "missing")


def test_a_pipe_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.pdf")
    assert find_attachment(folder, "pipe.pdf").reason == "device"


def test_the_same_name_in_another_normal_form(folder: Path) -> None:
    (folder / "re\u0301sume\u0301.pdf").write_text("x")
    assert find_attachment(folder, "r\u00e9sum\u00e9.pdf").path is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("../secret.pdf", "outside"),
        ("..\\secret.pdf", "outside"),
        ("证据/.. /secret.pdf", "outside"),
        ("/etc/hostname", "absolute"),
        ("C:/x.pdf", "absolute"),
        ("\\\\host\\share\\x.pdf", "absolute"),
        ("http://127.0.0.1/x.pdf", "address"),
        ("FILE:///etc/hostname", "address"),
        ("证据/con", "device"),
        ("LPT1.pdf", "device"),
        ("a\x00b", "name"),
        ("x" * 2_000, "name"),
        ("证据", "folder"),
        ("", "folder"),
        ("没有.pdf", "missing"),
    ],
)
def test_refused(folder: Path, text: str, reason: str) -> None:
    assert find_attachment(folder, text).reason == reason
