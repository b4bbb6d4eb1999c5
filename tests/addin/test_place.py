"""Installing, updating, removing and looking after the add-in, through the command line in a folder of its own."""

import json
import sys

import pytest

from qq_excel import __version__
from qq_excel.addin.excel import package, place
from qq_excel.addin.excel.doctor import diagnose
from tests.cli.support import qq, sentence
from tests.support.digests import digest


def test_install_status_doctor_update_remove(tmp_path):
    start = tmp_path / "启动"
    here = ("--folder", str(start))
    assert qq(tmp_path, "addin", "status", *here).returncode == 1
    assert qq(tmp_path, "addin", "update", *here).returncode == 2
    assert qq(tmp_path, "addin", "install", *here).returncode == 0
    assert [p.name for p in start.iterdir()] == ["qq_excel.xlam"]
    before = digest(start / "qq_excel.xlam")
    told = json.loads(qq(tmp_path, "addin", "status", *here, "--format", "json").stdout)
    assert told["current"] is True
    assert told["installed"]["version"] == __version__
    assert told["installed"]["interpreter_mac"] == sys.executable
    done = qq(tmp_path, "addin", "doctor", "--self-test", *here, "--format", "json")
    states = {d["name"]: d["state"] for d in json.loads(done.stdout)}
    assert states == {
        "xlwings": "ok", "version": "ok", "interpreter": "ok", "origin": "ok", "trust": "look", "antivirus": "look",
        "build": "ok", "functions": "ok",
    }  # fmt: skip
    assert done.returncode == 0
    assert qq(tmp_path, "addin", "update", *here).returncode == 0
    assert digest(start / "qq_excel.xlam") == before
    assert "已卸载" in qq(tmp_path, "addin", "remove", *here).stdout
    assert list(start.iterdir()) == []
    assert "没有安装" in qq(tmp_path, "addin", "remove", *here).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="there may be an Excel")
def test_on_linux_it_says_what_can_be_done(tmp_path):
    done = qq(tmp_path, "addin", "install")
    assert "addin build" in sentence(done)
    assert "--folder" in done.stderr


def test_build_takes_interpreters_of_other_systems(tmp_path):
    done = qq(tmp_path, "addin", "build", "-o", "a.xlam", "--interpreter-win", r"\\server\share\python.exe")
    assert done.returncode == 0
    assert package.read(tmp_path / "a.xlam").interpreter_win == r"\\server\share\python.exe"
    assert "解释器" in sentence(qq(tmp_path, "addin", "build", "-o", "b.xlam", "--interpreter-win", "python"))
    assert not (tmp_path / "b.xlam").exists()


def test_a_file_of_another_is_left_alone(tmp_path):
    other = tmp_path / "qq_excel.xlam"
    other.write_bytes(b"someone's")
    for words in (("install",), ("remove",)):
        assert "不是本程序生成的" in sentence(qq(tmp_path, "addin", *words, "--folder", str(tmp_path)))
    assert other.read_bytes() == b"someone's"


def test_while_excel_has_it_open_nothing_changes(tmp_path):
    where = place.Place(tmp_path)
    place.install(where, package.contents("", "/usr/bin/python3"))
    before = digest(where.addin)
    (tmp_path / "~$qq_excel.xlam").touch()
    said = sentence(qq(tmp_path, "addin", "install", "--folder", str(tmp_path)))
    assert "关闭所有 Excel 窗口" in said
    assert digest(where.addin) == before


def test_doctor_finds_what_is_wrong_and_says_what_to_do(tmp_path):
    where = place.Place(tmp_path / "start", tmp_path / "scripts")
    old = package.Built("0.0.1", "0.1.0", "", str(tmp_path / "没有" / "python"))
    package.build(where.addin, old)
    found = {d.name: d for d in diagnose(where)}
    assert [n for n, d in found.items() if d.state == "bad"] == ["version", "interpreter", "script"]
    assert all(d.todo is not None for d in found.values() if d.state != "ok")
    assert "0.0.1" in found["version"].found.zh
    place.install(where, package.contents("", sys.executable))
    assert sys.executable in where.script.read_text("utf-8")
    assert [d.name for d in diagnose(where) if d.state == "bad"] == []


def test_start_folders_of_both_systems(monkeypatch, tmp_path):
    monkeypatch.setattr(place, "system", lambda: "windows")
    monkeypatch.setenv("APPDATA", str(tmp_path))
    assert place.place().addin == tmp_path / "Microsoft" / "Excel" / "XLSTART" / "qq_excel.xlam"
    assert place.place().script is None
    monkeypatch.setattr(place, "system", lambda: "mac")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place.place().folder.parts[-3:] == ("User Content.localized", "Startup.localized", "Excel")
    assert place.place().script.parts[-3:] == (
        "Application Scripts",
        "com.microsoft.Excel",
        "qq_excel.applescript",
    )
