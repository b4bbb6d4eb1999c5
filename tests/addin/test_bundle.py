"""The bundle for Windows: what stands in it. It was never run there."""

import zipfile

import pytest

from qq_excel.addin.excel.bundle import bundle
from qq_excel.errors import InputError
from tests.support.digests import digest


def archive(path, **files):
    with zipfile.ZipFile(path, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    return path


@pytest.fixture
def given(tmp_path):
    python = archive(
        tmp_path / "embed.zip", **{"python.exe": "MZ", "python311._pth": "python311.zip\n.\n#import site\n"}
    )
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    archive(wheels / "qq_excel-0.1.0-py3-none-any.whl", **{"qq_excel/__init__.py": "", "qq_excel/a.bas": "x"})
    archive(
        wheels / "xlwings-0.37.8-cp311-cp311-win_amd64.whl",
        **{"xlwings/__init__.py": "", "xlwings-0.37.8.data/data/xlwings64-0.37.8.dll": "dll",
           "xlwings-0.37.8.data/scripts/xlwings.exe": "no"},
    )  # fmt: skip
    archive(wheels / "pywin32-311-cp311-cp311-win_amd64.whl", **{"pywin32.pth": "win32", "win32/a.pyd": "x"})
    return python, wheels


def test_wheels_are_unpacked_where_windows_looks_for_them(given, tmp_path):
    made = bundle(*given, tmp_path / "a.zip")
    assert digest(made) == digest(bundle(*given, tmp_path / "b.zip"))
    with zipfile.ZipFile(made) as out:
        assert out.namelist() == [
            "install.cmd", "python/Lib/site-packages/pywin32.pth", "python/Lib/site-packages/qq_excel/__init__.py",
            "python/Lib/site-packages/qq_excel/a.bas", "python/Lib/site-packages/win32/a.pyd",
            "python/Lib/site-packages/xlwings/__init__.py", "python/python.exe", "python/python311._pth",
            "python/xlwings64-0.37.8.dll",
        ]  # fmt: skip
        assert out.read("python/python311._pth").split(b"\r\n") == [
            b"python311.zip", b".", b"Lib\\site-packages", b"import site", b"",
        ]  # fmt: skip
        script = out.read("install.cmd").decode("ascii")
    assert script.count("\n") == script.count("\r\n")
    assert script.rstrip().endswith("exit /b %ERRORLEVEL%")
    assert "addin install" in script


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "C:/evil.py", "..\\evil.py"])
def test_a_wheel_that_reaches_out_is_refused(given, tmp_path, name):
    archive(given[1] / "bad-1-py3-none-any.whl", **{name: ""})
    with pytest.raises(InputError, match="不安全"):
        bundle(*given, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_what_is_missing_or_for_another_system_is_named(given, tmp_path):
    python, wheels = given
    with pytest.raises(InputError, match="可嵌入"):
        bundle(archive(tmp_path / "no.zip", a=""), wheels, tmp_path / "a.zip")
    other = archive(wheels / "numpy-2-cp311-cp311-manylinux_2_28_x86_64.whl", a="")
    with pytest.raises(InputError, match="numpy"):
        bundle(python, wheels, tmp_path / "a.zip")
    other.unlink()
    next(wheels.glob("pywin32*")).unlink()
    with pytest.raises(InputError, match="pywin32"):
        bundle(python, wheels, tmp_path / "a.zip")
