"""Workbooks with a password: opened with one that the user gives, refused with a reason otherwise."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from qq_excel.errors import InputError
from qq_excel.reading import Limits, Options, plain_rows, read_workbook
from qq_excel.reading.encrypted import read_passwords
from tests.support.build import build


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locked")
    plain = build(folder / "明.xlsx", {"receivables": [{}, {}]})
    with plain.open("rb") as source, (folder / "密.xlsx").open("wb") as target:
        OOXMLFile(source).encrypt("清欠2026 #1", target)
    return folder / "密.xlsx"


def code(path: Path, *passwords: str, limits: Limits | None = None) -> tuple[str, object]:
    book = read_workbook(path, options=Options(limits or Limits(), passwords))
    assert book.tables == []
    (fact,) = book.facts
    return fact.rule, fact.values["code"]


def test_the_right_password_opens_it(locked: Path) -> None:
    before = locked.read_bytes()
    book = read_workbook(locked, options=Options(passwords=("falsch", "清欠2026 #1")))
    assert book.facts == []
    assert book.tables[0].frame["claim_id"].tolist() == ["ZQ-0001", "ZQ-0002"]
    assert locked.read_bytes() == before
    assert [p.name for p in locked.parent.iterdir() if "密" in p.name] == ["密.xlsx"]
    assert plain_rows(locked, None, options=Options(passwords=("清欠2026 #1",)))[0][0] == "应收账款明细表"


def test_no_password_and_wrong_ones(locked: Path) -> None:
    assert code(locked) == ("FIL002", "package")
    assert code(locked, "a", "b") == ("FIL002", "password")
    (fact,) = read_workbook(locked, options=Options(passwords=("a", "b"))).facts
    assert str(fact.values["reason"]) == "已加密，给出的 2 个密码都不对"


def test_what_is_inside_is_guarded_too(locked: Path) -> None:
    assert code(locked, "清欠2026 #1", limits=Limits(part_bytes=1_000)) == ("FIL003", "part_bytes")


def test_a_broken_encrypted_file(locked: Path, tmp_path: Path) -> None:
    path = tmp_path / "断.xlsx"
    content = bytearray(locked.read_bytes())
    at = content.find(b"<encryption")
    content[at : at + 400] = b"x" * 400
    path.write_bytes(content)
    assert code(path, "清欠2026 #1") == ("FIL001", "damaged")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice makes the .xls")
def test_old_format(tmp_path: Path) -> None:
    plain = build(tmp_path / "旧.xlsx", {"receivables": [{}, {}]})
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'office').as_uri()}",
        "--headless",
        "--convert-to",
        "xls",
    ]
    subprocess.run([*command, "--outdir", tmp_path, plain], check=True, capture_output=True, timeout=600)
    # nothing free writes an encrypted .xls: test_corpus.py opens one where the folder of odd files is
    book = read_workbook(tmp_path / "旧.xls", options=Options(passwords=("unneeded",)))
    assert [t.kind.kind for t in book.tables] == ["receivables"]
    assert not msoffcrypto.OfficeFile((tmp_path / "旧.xls").open("rb")).is_encrypted()


def test_an_encrypted_ods_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "密.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", bytes(range(7, 250)))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
            "</manifest:file-entry></manifest:manifest>",
        )
    for passwords in ((), ("对的",)):
        assert code(path, *passwords) == ("FIL002", "document")
    (fact,) = read_workbook(path).facts
    assert "另存为 .xlsx" in str(fact.values["reason"])


def test_password_file(tmp_path: Path) -> None:
    path = tmp_path / "密码.txt"
    path.write_bytes("\ufeff清欠2026 #1\r\n\n 空格 \n清欠2026 #1\n".encode())
    assert read_passwords(path) == ("清欠2026 #1", " 空格 ")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe1", b"a\n" * 40_000, None])
def test_no_password_file(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "密码.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="密码文件"):
        read_passwords(path)
