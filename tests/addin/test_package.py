"""The built add-in: read by other eyes, and clicked on in a VBA interpreter. No Excel took part."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from oletools.olevba import VBA_Parser
from pyvbaanalysis import ModuleInput, ModuleSymbolKind, analyze_project, analyze_workbook

from qq_excel import __version__
from qq_excel.addin.buttons import BUTTONS, GROUPS
from qq_excel.addin.excel import package, patches, ribbon
from qq_excel.addin.functions import FUNCTIONS
from qq_excel.errors import InputError, TemplateError
from tests.addin.excel_player import Player
from tests.support.digests import digest

WIN = r"C:\Program Files\qq excel\python.exe"
MAC = "/Users/小王/qq excel/bin/python"
NAMES = ["平常.xlsx", "$(touch x).xlsx", '"&calc&".xlsx', "a|b.xlsx"]
SERVER = f"""cmd.exe  /K ""{WIN}" -I -B -X utf8 -c "import xlwings; xlwings.serve('$(CLSID)')\"" """.strip()


@pytest.fixture(scope="module")
def addin(tmp_path_factory) -> Path:
    return package.build(tmp_path_factory.mktemp("addin") / package.FILE_NAME, package.contents(WIN, MAC))


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("books")
    for name in NAMES:
        book = openpyxl.Workbook()
        for title in ("qq_excel.conf", "xlwings.conf", "evil.py"):
            sheet = book.create_sheet(title)
            for row in (
                ("INTERPRETER_WIN", r"\\evil\share\python.exe"),
                ("INTERPRETER_MAC", "/evil/python"),
                ("PYTHONPATH", r"\\evil\share"),
                ("USE UDF SERVER", False),
            ):
                sheet.append(row)
        book.save(folder / name)
        (folder / "qq_excel.conf").write_text('"INTERPRETER_WIN","\\\\evil\\python.exe"\n')
    return [folder / name for name in NAMES]


def modules(addin: Path) -> dict[str, str]:
    return {name: code for _, _, name, code in VBA_Parser(str(addin)).extract_macros()}


def sheets(addin: Path) -> openpyxl.Workbook:
    """The workbook in it; openpyxl knows workbooks only, so it is shown one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(addin) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b".addin.macroEnabled", b".sheet.macroEnabled"))
    return openpyxl.load_workbook(stream)


def test_same_input_gives_the_same_bytes_and_it_says_what_it_is(addin, tmp_path):
    built = package.contents(WIN, MAC)
    assert digest(package.build(tmp_path / "again.xlam", built)) == digest(addin)
    assert package.read(addin) == built
    assert built.version == __version__
    (tmp_path / "other.xlam").write_bytes(b"PK no")
    assert package.read(tmp_path / "other.xlam") is None


def test_the_package_is_an_add_in_with_a_ribbon(addin):
    with zipfile.ZipFile(addin) as archive:
        assert archive.testzip() is None
        types = archive.read("[Content_Types].xml").decode()
        rels = etree.fromstring(archive.read("_rels/.rels"))
    assert "application/vnd.ms-excel.addin.macroEnabled.main+xml" in types
    assert "sheet.macroEnabled" not in types
    assert 'Extension="bin" ContentType="application/vnd.ms-office.vbaProject"' in types
    assert [r.get("Target") for r in rels if r.get("Type") == ribbon.RELATIONSHIP] == [
        "customUI/customUI.xml"
    ]
    book = sheets(addin)
    assert [s.sheet_properties.codeName for s in book] == ["Sheet1", "Sheet2"]
    assert dict(book["qq_excel.conf"].values) == {
        "INTERPRETER_WIN": WIN, "INTERPRETER_MAC": MAC, "USE UDF SERVER": True,
        "ADD_WORKBOOK_TO_PYTHONPATH": False, "DEBUG UDFS": False, "SHOW CONSOLE": False,
    }  # fmt: skip


def test_every_button_of_the_table_is_in_the_ribbon_and_every_callback_in_the_macros(addin):
    root = etree.fromstring(zipfile.ZipFile(addin).read("customUI/customUI.xml"))
    tag = f"{{{ribbon.NAMESPACE}}}"
    found = [(b.get("id"), b.get("imageMso"), b.get("keytip")) for b in root.iter(f"{tag}button")]
    assert found == [(b.id, b.icon, b.key) for b in BUTTONS]
    assert [g.get("id") for g in root.iter(f"{tag}group")] == [g.id for g in GROUPS]
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(set(ids)) == len(ids)
    code = modules(addin)["QQRibbon.bas"]
    callbacks = {
        value
        for e in root.iter()
        for key, value in e.attrib.items()
        if key.startswith("get") or key == "onAction"
    }
    assert len(callbacks) == 4
    for callback in callbacks:
        module, _, procedure = callback.partition(".")
        assert module == "QQRibbon"
        assert f"Public Sub {procedure}(control As IRibbonControl" in code


def test_texts_of_the_macros_are_all_on_the_sheet_of_texts(addin):
    keys = {row[0] for row in sheets(addin)["qq_excel.texts"].values}
    code = modules(addin)["QQRibbon.bas"]
    asked = set(re.findall(r'QQ_(?:Say|Text\() ?"((?:msg|label)\.\w+)"', code))
    assert len(asked) > 5
    assert asked <= keys
    assert {f"{kind}.{b.id}" for b in BUTTONS for kind in ("label", "tip", "more")} <= keys
    assert f'"A1:C{len(keys)}"' in code


def test_notices_stay_and_say_modified(addin):
    code = modules(addin)
    for name, notice in (("xlwings.bas", "BSD 3-clause license"), ("Dictionary.cls", "mit-license.php")):
        assert patches.MODIFIED.strip() in code[name].replace("\r", "")
        assert notice in code[name]


def undefined(found: dict) -> list[str]:
    return [d.message for all_of in found.values() for d in all_of if "undefined" in d.code or "unresolved" in d.code
            or d.severity.value == "error"]  # fmt: skip


def test_no_call_goes_nowhere_and_a_planted_misspelling_is_found(addin):
    assert undefined(analyze_workbook(addin)) == []
    code = {name.partition(".")[0]: text for name, text in modules(addin).items()}
    code["QQRibbon"] = code["QQRibbon"].replace("    RunPython QQ_Command", "    RunPyhton QQ_Command")
    kinds = {"Dictionary": ModuleSymbolKind.CLASS_MODULE} if hasattr(ModuleSymbolKind, "CLASS_MODULE") else {}
    plain = next(
        k for k in ModuleSymbolKind if "standard" in k.name.lower() or "standard" in str(k.value).lower()
    )
    inputs = [ModuleInput(name, kinds.get(name, plain), text) for name, text in code.items()
              if name in ("QQRibbon", "QQFunctions", "xlwings")]  # fmt: skip
    assert any("RunPyhton" in message for message in undefined(analyze_project(inputs)))


def test_windows_two_workbooks_give_one_server_and_none_names_the_interpreter(addin, books):
    player = Player(addin, books)
    for number in range(len(books)):
        player.click(number, "qq_check")
    commands = {line for line in player.handed if line.startswith("SERVER")}
    assert commands == {f"SERVER 1 {SERVER}"}
    assert {line for line in player.handed if line.startswith("LOAD")} == {
        r"LOAD C:\Program Files\qq excel\xlwings64-" + package.contents().xlwings + ".dll"
    }
    call = f"import qq_excel.addin.click; qq_excel.addin.click.clicked('qq_check', '{__version__}', 'zh')"
    assert player.executed == ["set BOOK_CALLER", call] * len(books)
    assert player.said == []


def test_mac_hands_four_fields_to_our_own_script(addin, books):
    player = Player(addin, books, mac=True, english=True)
    for number in range(len(books)):
        player.click(number, "qq_check")
    scripts = [line for line in player.handed if line.startswith("SCRIPT")]
    head = f"SCRIPT qq_excel.applescript QQRun qq_check|{__version__}|en|"
    assert scripts == [head + name for name in NAMES]
    assert not [line for line in player.handed if "evil" in line]
    assert player.said == []
    assert player.executed == []


@pytest.mark.parametrize("mac", [False, True], ids=["windows", "mac"])
@pytest.mark.parametrize(
    "action", ["qq_x');import os#", "QQ_check", "check", "qq_", "qq_a b", "qq_校验", "qq_" + "a" * 37, ""]
)
def test_what_is_no_id_is_refused(addin, books, action, mac):
    player = Player(addin, books[:1], mac=mac)
    player.click(0, action)
    assert [line for line in player.handed if not line.startswith("MACSCRIPT")] == []
    assert len(player.said) == 1
    assert "没有这个按钮" in player.said[0]


def test_without_a_workbook_it_says_so_first(addin):
    player = Player(addin, [])
    player.app.run("QQ_Run", "qq_check")
    assert ["请先打开一个工作簿" in text for text in player.said] == [True]
    assert player.executed == []


def test_texts_follow_the_language_of_excel(addin, books):
    for english, label, tip in (
        (False, "校验", "按制度逐格校验本工作簿"),
        (True, "Check", "Check this workbook"),
    ):
        player = Player(addin, books[:1], english=english)
        assert player.app.run("QQ_Text", "label.qq_check", "") == label
        assert str(player.app.run("QQ_Text", "tip.qq_check", "")).startswith(tip)
        assert player.app.run("QQ_Text", "no.such", "x") == "x"


def test_a_traceback_is_never_shown(addin, books):
    player = Player(addin, books[:1])
    player.app.run(
        "QQ_Failed", 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: kaputt\n\n'
    )
    assert "ValueError: kaputt" in player.said[0]
    assert "Traceback" not in player.said[0]
    assert "addin doctor" in player.said[0]


def test_worksheet_functions_are_windows_only_and_called_with_their_arguments(addin):
    code = modules(addin)["QQFunctions.bas"]
    assert re.findall(r"Public Function (\w+)", code) == [f.name for f in FUNCTIONS]
    assert code.count("#If Mac Then") == len(FUNCTIONS)
    for f in FUNCTIONS:
        given = ", ".join(a.name for a in f.arguments)
        assert f'XLPy.CallUDF("qq_excel.addin.worksheet", "{f.name}", Array({given}), ThisWorkbook' in code


def test_an_xlwings_that_is_not_known_stops_the_build():
    source = (patches.xlwings_folder() / "xlwings_custom_addin.bas").read_text("cp1252")
    for patch in patches.PATCHES:
        changed = (
            source.replace(patch.old, "' gone", 1) if patch.old in source.replace("\r\n", "\n") else None
        )
        if changed is None or changed == source:
            continue  # stands over several lines
        with pytest.raises(TemplateError, match="xlwings") as caught:
            patches.patched(changed)
        assert patch.topic in caught.value.text.zh or "one server" in caught.value.text.zh
    with pytest.raises(TemplateError):
        patches.patched(source + "\n" + source)


@pytest.mark.parametrize(
    ("win", "mac"),
    [("python.exe", ""), (r"..\python.exe", ""), ('C:\\a" & calc & ".exe', ""), (r"C:\%X%\p.exe", ""),
     ("", "bin/python"), ("", '/a"b'), ("C:\\a\nb", "")],
)  # fmt: skip
def test_interpreters_that_are_more_than_a_path_are_refused(win, mac):
    with pytest.raises(InputError, match="解释器"):
        package.contents(win, mac)


def test_the_script_quotes_everything_that_it_passes_on():
    script = package.applescript('/Users/a "b" \\c/bin/python')
    assert r'property interpreter : "/Users/a \"b\" \\c/bin/python"' in script
    assert "{" + ", ".join(f'"{b.id}"' for b in BUTTONS) + "}" in script
    for line in script.splitlines():
        if "do shell script" in line or line.strip().startswith("set arguments"):
            bare = re.sub(r'"[^"]*"', "", line.split(" to ", 1)[-1].removeprefix("\t\tdo shell script"))
            for name in ("interpreter", "item 2", "item 3", "actionId", "bookName"):
                assert bare.count(name) == bare.count(f"quoted form of {name}") + bare.count(
                    f"quoted form of ({name}"
                )


def test_python_is_started_isolated_from_the_folder_that_it_is_started_in(tmp_path):
    (tmp_path / "xlwings.py").write_text("raise SystemExit(3)")
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-X", "utf8", "-c", "import xlwings"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
