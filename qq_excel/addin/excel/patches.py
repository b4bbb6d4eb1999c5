"""What is changed in the macros of the installed xlwings, and why.

Each change names the text that it replaces and how often that must stand there: a new xlwings whose text
differs stops the build loudly instead of giving an add-in that is half safe.

1. *One server.* As shipped, the key of the Python that stays up holds the path of the active workbook, so
   that every workbook starts a Python of its own. Here the command line is the same for all.
2. *Nothing from the workbook.* As shipped, a sheet named ``<addin>.conf`` in any open workbook, or a file
   beside it, names the interpreter, and sheets named ``*.py`` are code: a click on foreign data runs foreign
   programs. Here settings come from the add-in and the user's own file. Python starts with ``-I`` and no
   workbook's folder on its path.
3. *macOS: no shell string.* As shipped, the name of the workbook becomes part of a shell command. Here our own
   AppleScript gets a fixed verb and quotes what it passes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qq_excel.errors import TemplateError
from qq_excel.language import Text

PROJECT_NAME: Final = "qq_excel"
#: Written into both files, before the notice that stands there.
MODIFIED: Final = "'Modified for qq_excel; the changes are listed in qq_excel/addin/excel/patches.py.\n"


@dataclass(frozen=True, slots=True)
class Patch:
    """One replacement: every one of *count* places where *old* stands."""

    topic: str
    old: str
    new: str
    count: int = 1


_ACTIVE_PATH = 'PYTHONPATH = AddExcelDir & ";" & Active'
_ONEDRIVE = 'GetConfig("ONEDRIVE_CONSUMER_{0}") & ";" & GetConfig("ONEDRIVE_COMMERCIAL_{0}") & ";" & GetConfig("SHAREPOINT_{0}")'
_REST = ' & ";" & GetConfig("PYTHONPATH")'

PATCHES: Final = (
    Patch("name", 'PROJECT_NAME As String = "myaddin"', f'PROJECT_NAME As String = "{PROJECT_NAME}"'),
    Patch("name", "'xlwings is distributed under", MODIFIED + "'xlwings is distributed under"),
    Patch(
        "one server",
        f'{_ACTIVE_PATH}Workbook.FullName & ";" & ThisWorkbook.FullName & ";" & {_ONEDRIVE.format("WIN")}{_REST}',
        'PYTHONPATH = ""',
    ),
    Patch(
        "one server",
        'tail = " -B -c ""import sys, os;" & LicenseKeyEnvString & "import xlwings.utils;'
        'xlwings.utils.prepare_sys_path(\\""" & PYTHONPATH & "\\"");import xlwings; xlwings.serve(\'$(CLSID)\')"""',
        'tail = " -I -B -X utf8 -c ""import xlwings; xlwings.serve(\'$(CLSID)\')"""',
    ),
    Patch(
        "nothing from the workbook",
        'If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True Then',
        "If False Then",
    ),
    Patch(
        "nothing from the workbook",
        'If GetFullName(ActiveWorkbook) <> "" Then \'',
        "If False Then '",
    ),
    Patch("nothing from the workbook", 'If Right$(sht.Name, 3) = ".py" Then', "If False Then", 2),
    Patch("nothing from the workbook", "ToPosixPath(ActiveWorkbook.FullName)", '""'),
    Patch("nothing from the workbook", "ToPosixPath(ThisWorkbook.FullName)", '""'),
    Patch("nothing from the workbook", "ActiveFullName = ActiveWorkbook.FullName", 'ActiveFullName = ""', 2),
    Patch("nothing from the workbook", "ThisFullName = ThisWorkbook.FullName", 'ThisFullName = ""', 2),
    Patch(
        "nothing from the workbook",
        f'{_ACTIVE_PATH}FullName & ";" & ThisFullName & ";" & {_ONEDRIVE.format("MAC")}{_REST}',
        'PYTHONPATH = ""',
    ),
    Patch(
        "nothing from the workbook",
        f'{_ACTIVE_PATH}FullName & ";" & ThisFullName & ";" & {_ONEDRIVE.format("WIN")}{_REST}',
        'PYTHONPATH = ""',
    ),
    # without the server the name of the workbook would stand on a cmd.exe line
    Patch(
        "nothing from the workbook",
        "RunPython = ExecuteWindows(False, PythonCommand, interpreter, PYTHONPATH)",
        'Err.Raise 1001, Description:="USE UDF SERVER must be TRUE; run qq-excel addin update"',
    ),
    Patch("no traceback", 'ShowError "", Err.Description', "QQRibbon.QQ_Failed Err.Description"),
    # our script writes no log; one that lies there is another program's
    Patch(
        "no shell string",
        "        Kill LOG_FILE\n    On Error GoTo 0\n\n    ' ParameterSting",
        "    On Error GoTo 0\n\n    ' ParameterSting",
    ),
    Patch(
        "no shell string",
        '        Log = ReadFile(LOG_FILE)\n        If Log = "" Then\n            Exit Sub',
        '        Log = ""\n        If Log = "" Then\n            Exit Sub',
    ),
    Patch("no shell string", "PythonInterpreter = ToPosixPath(PYTHON_MAC)", "PythonInterpreter = PYTHON_MAC"),
    Patch("no shell string", 'ParameterString = PYTHONPATH + ";"', "ParameterString = PythonCommand"),
    Patch("no shell string", '    ParameterString = ParameterString + "|" + PythonInterpreter\n', ""),
    Patch("no shell string", '    ParameterString = ParameterString + "|" + PythonCommand\n', ""),
    Patch("no shell string", '    ParameterString = ParameterString + "|" + LOG_FILE\n', ""),
    # the name may hold the separator, so that it comes last
    Patch(
        "no shell string",
        '    ParameterString = ParameterString + "|" + ActiveWorkbook.Name\n'
        '    ParameterString = ParameterString + "|" + Left(Application.Path, Len(Application.Path) - 4)\n',
        '    ParameterString = ParameterString + "|" + ActiveWorkbook.Name\n',
    ),
    Patch(
        "no shell string",
        'ExitCode = AppleScriptTask("xlwings-" & XLWINGS_VERSION & ".applescript", "VbaHandler", ParameterString)\n',
        'ExitCode = AppleScriptTask("qq_excel.applescript", "QQRun", ParameterString)\n'
        '        If ExitCode <> "" Then QQRibbon.QQ_Failed ExitCode\n',
    ),
    Patch(
        "no shell string",
        "MsgBox \"To enable RunPython, please run 'xlwings runpython install' in a terminal once and try again.\", vbCritical",
        'QQRibbon.QQ_Failed "qq_excel.applescript"',
    ),
)


def xlwings_folder() -> Path:
    """Where the installed xlwings lies, without loading it.

    Raises :class:`TemplateError` when it is not installed.
    """
    from importlib.util import find_spec

    found = find_spec("xlwings")
    if found is None or found.origin is None:
        raise TemplateError(
            Text(
                "没有安装 xlwings，无法生成加载项。请运行 pip install 'qq-excel[excel]'。",
                "xlwings is not installed, so the add-in cannot be made. Run pip install 'qq-excel[excel]'.",
            )
        )
    return Path(found.origin).parent


def patched(source: str, patches: tuple[Patch, ...] = PATCHES) -> str:
    """The macros of xlwings with every patch applied.

    Raises :class:`TemplateError` when a text stands more or less often than it must.
    """
    text = source.replace("\r\n", "\n")
    for patch in patches:
        found = text.count(patch.old)
        if found != patch.count:
            raise TemplateError(
                Text(
                    f"所装的 xlwings 的宏与本程序所知的不同（{patch.topic}：“{patch.old.strip()[:60]}”应有 {patch.count} 处，"
                    f"现有 {found} 处），为安全起见不生成加载项。请换用 pyproject.toml 所列的 xlwings 版本。",
                    f"The macros of the installed xlwings are not those known here ({patch.topic}: "
                    f"'{patch.old.strip()[:60]}' must stand {patch.count} times, stands {found} times), so no add-in is "
                    "made, to be safe. Install the xlwings version named in pyproject.toml.",
                )
            )
        text = text.replace(patch.old, patch.new)
    return text
