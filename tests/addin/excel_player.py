"""Plays clicks on the built add-in in a VBA interpreter, with xlwings' DLL and the shells of both systems faked.

What the interpreter cannot do is rewritten here, and only here; everything else is the text in the add-in.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from pyopenvba import ExcelFile, VBAModuleKind
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import VBAInt, VBAObject, method

#: Takes the place of the ``Declare`` lines: what the add-in hands to the DLL, or on macOS to AppleScript.
_STAND_INS = """Attribute VB_Name = "StandIns"
Public Handed As String
Public Function LoadLibrary(ByVal path As String) As Long
    Handed = Handed & "LOAD " & path & vbLf
    LoadLibrary = 1
End Function
Public Function XLPyDLLActivateAuto(ByRef Result As Variant, Optional ByVal Config As String = "", Optional ByVal mode As Long = 1) As Long
    Handed = Handed & "SERVER " & mode & " " & Config & vbLf
    Set Result = CreateObject("qq.xlpy")
    XLPyDLLActivateAuto = 0
End Function
Public Function AppleScriptTask(ByVal script As String, ByVal handler As String, ByVal parameter As String) As String
    Handed = Handed & "SCRIPT " & script & " " & handler & " " & parameter & vbLf
    AppleScriptTask = ""
End Function
Public Function MacScript(ByVal text As String) As String
    Handed = Handed & "MACSCRIPT " & text & vbLf
    MacScript = "/Users/me"
End Function
Public Function NoAttributes(ByVal path As String) As Long
    Err.Raise 53
End Function
Public Function GetHanded() As String
    GetHanded = Handed
End Function
"""


class _Shell(VBAObject):
    @method
    def ExpandEnvironmentStrings(self, text):  # noqa: N802
        return str(text)

    @method
    def Run(self, command, style=0, wait=False):  # noqa: N802
        raise AssertionError(f"no command line is ever run by the add-in: {command}")


@dataclass
class Player:
    """The add-in and some workbooks, open in an Excel that is none."""

    addin: Path
    books: list[Path]
    mac: bool = False
    english: bool = False
    executed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = ExcelApplication.open(str(self.addin), with_vba=False)
        host = self.app.interpreter.host
        create, executed = host.create, self.executed

        class Server(VBAObject):
            @method
            def Module(self, name):  # noqa: N802
                return self

            @method
            def SetAttr(self, owner, name, value):  # noqa: N802
                executed.append(f"set {name}")

            @method
            def Exec(self, command):  # noqa: N802
                executed.append(str(command))

        spoken = 1033 if self.english else 2052

        class Spoken(VBAObject):
            @method
            def LanguageID(self, which):  # noqa: N802
                assert int(which) == 2  # that of the user interface
                return VBAInt(spoken, "Long")

        known = {"wscript.shell": _Shell, "qq.xlpy": Server, "qq.spoken": Spoken}
        host.create = lambda name: known[name.lower()]() if name.lower() in known else create(name)
        with ExcelFile(str(self.addin)) as file:
            for module in file.vba_project().modules:
                document = module.name in ("ThisWorkbook", "Sheet1", "Sheet2")
                kind = (
                    "document"
                    if document
                    else "standard"
                    if module.kind is VBAModuleKind.standard
                    else "class"
                )
                self.app.add_module(self._playable(module.source), name=module.name, kind=kind)
        self.app.add_module(_STAND_INS, name="StandIns")
        self.handles = [self.app.open_workbook(str(book)) for book in self.books]

    def _playable(self, source: str) -> str:
        source = re.sub(r"(?m)^(\s*#(?:Const|If|ElseIf|Else|End If)[^'\n\r]*?)\s*'.*$", r"\1", source)
        source = re.sub(r"(?m)^\s*(Private )?Declare .*$", "", source)
        source = source.replace("In Range(sht.Range", "In sht.Range(sht.Range")
        source = re.sub(r"\bEnviron\(", "CStr(", source)
        source = re.sub(r"\bGetAttr\(", "NoAttributes(", source)
        source = source.replace("Application.LanguageSettings", 'CreateObject("qq.spoken")')
        source = source.replace("Application.International(xlCountryCode)", "1" if self.english else "86")
        source = re.sub(r"(?m)^\s*Attribute \w+\.VB_.*$", "", source)
        source = re.sub(r"\bVBA\.", "", source)
        # "False" = True is no error in Excel
        source = source.replace(
            'If GetConfig("SHOW CONSOLE", False) = True', 'If CBool(GetConfig("SHOW CONSOLE", False))'
        )
        source = source.replace("As CompareMethod", "As Long").replace("CompareMethod.", "")
        if not self.books:  # here the add-in itself is the active workbook, which it never is in Excel
            source = source.replace("ActiveWorkbook Is Nothing", "True")
        system = "True" if self.mac else "False"
        return re.sub(r"(?m)^(\s*#(?:Else)?If\b.*?)\bMac\b", rf"\g<1>{system}", source)

    def click(self, book: int, action_id: str) -> None:
        """Press a button with the book of that number in front."""
        self.app.activate_workbook(self.handles[book])
        self.app.run("QQ_Run", action_id)

    @property
    def handed(self) -> list[str]:
        """What left Excel: libraries loaded, server commands, scripts."""
        return str(self.app.run("GetHanded")).splitlines()

    @property
    def said(self) -> list[str]:
        """The message boxes."""
        return [str(d) for d in self.app.dialogs]


__all__ = ["Player", "VBAInt"]
