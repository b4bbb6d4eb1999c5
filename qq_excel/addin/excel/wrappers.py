"""The macros behind the worksheet functions, generated from their table.

Windows only: they call the Python that stays up between clicks. On macOS a formula shows #N/A, which says
that the value is not to be had here, while #NAME? would say that the formula is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from qq_excel.addin.functions import FUNCTIONS, Function
from qq_excel.language import Text

#: Excel keeps 255 characters of a description.
_MOST = 255


def module() -> str:
    """The text of the module ``QQFunctions``."""
    lines = [
        'Attribute VB_Name = "QQFunctions"',
        "Option Explicit",
        "' Generated from qq_excel/addin/functions.py.",
        "",
    ]
    for function in FUNCTIONS:
        lines += [*_wrapper(function), ""]
    return "\n".join([*lines, *_described(), ""])


def _wrapper(function: Function) -> Iterator[str]:
    name = function.name
    parameters = ", ".join(
        ("Optional " if a.optional else "") + f"ByVal {a.name} As Variant" for a in function.arguments
    )
    yield f"Public Function {name}({parameters}) As Variant"
    yield f'Attribute {name}.VB_Description = "{_quoted(function.text.en)}"'
    yield f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n14"'
    yield "    #If Mac Then"
    yield f"        {name} = CVErr(xlErrNA)"
    yield "    #Else"
    yield "        On Error GoTo failed"
    given = ", ".join(a.name for a in function.arguments)
    call = f'XLPy.CallUDF("qq_excel.addin.worksheet", "{name}", Array({given}), ThisWorkbook, Application.Caller)'
    yield f"        {name} = {call}"
    yield "        Exit Function"
    yield "failed:"
    yield f"        {name} = CVErr(xlErrValue)"
    yield "    #End If"
    yield "End Function"


def _described() -> Iterator[str]:
    """Descriptions in the language of Excel. An add-in without a window may refuse them: then English ones stay."""
    yield "' Called when the add-in opens."
    yield "Public Sub QQ_DescribeFunctions()"
    yield "    Dim category As String"
    yield "    On Error Resume Next"
    yield '    category = QQ_Text("label.qq_tab", "qq_excel")'
    for function in FUNCTIONS:
        arguments = ", ".join(
            f'QQ_Text("fn.{function.name}.{a.name}", "{a.name}")' for a in function.arguments
        )
        yield (
            f'    Application.MacroOptions Macro:="{function.name}", '
            f'Description:=QQ_Text("fn.{function.name}", "{function.name}"), '
            f"Category:=category, ArgumentDescriptions:=Array({arguments})"
        )
    yield "End Sub"


def texts() -> Iterator[tuple[str, Text]]:
    """What the function wizard says, for the sheet of texts."""
    for function in FUNCTIONS:
        yield f"fn.{function.name}", function.text
        for argument in function.arguments:
            yield f"fn.{function.name}.{argument.name}", argument.text


def _quoted(text: str) -> str:
    return text[:_MOST].replace('"', '""')
