"""What openpyxl does not carry over from one package to the other, found by comparing the two."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from qq_excel.language import Text
from qq_excel.papers.note_sizes import sheet_parts

#: Beginnings of part names and what a user calls them; the rest is named by its part.
_PARTS: tuple[tuple[str, Text], ...] = (
    ("xl/drawings/", Text("图形、文本框或按钮", "shapes, text boxes or buttons")),
    ("xl/charts/", Text("图表", "charts")),
    ("xl/media/", Text("图片", "pictures")),
    ("xl/embeddings/", Text("嵌入对象", "embedded objects")),
    ("xl/ctrlProps/", Text("表单控件", "form controls")),
    ("xl/activeX/", Text("ActiveX 控件", "ActiveX controls")),
    ("xl/slicer", Text("切片器", "slicers")),
    ("xl/timeline", Text("日程表", "timelines")),
    ("xl/threadedComments/", Text("批注会话", "threaded comments")),
    ("xl/persons/", Text("批注会话的人员", "persons of threaded comments")),
    ("xl/pivot", Text("数据透视表", "pivot tables")),
    ("xl/queryTables/", Text("查询表", "query tables")),
    ("xl/connections", Text("数据连接", "data connections")),
    ("xl/externalLinks/", Text("外部链接", "external links")),
    ("xl/customProperty", Text("自定义属性", "custom properties")),
    ("customXml/", Text("自定义 XML 数据", "custom XML")),
    ("xl/printerSettings/", Text("打印机设置", "printer settings")),
    ("xl/model/", Text("数据模型", "the data model")),
    ("_xmlsignatures/", Text("数字签名", "digital signatures")),
    ("xl/vbaProject", Text("宏", "macros")),
)
#: Parts that are written anew under other names or that any program makes again.
_REMADE = re.compile(
    r"(\[Content_Types\]\.xml|.*\.rels|xl/calcChain\.xml|docProps/.*|xl/comments.*\.xml|xl/comments/.*"
    r"|xl/drawings/(vmlDrawing|commentsDrawing).*|xl/worksheets/sheet.*\.xml|xl/sharedStrings\.xml|xl/styles\.xml"
    r"|xl/theme/.*|xl/workbook\.xml|xl/tables/.*|xl/metadata\.xml)"
)
_EXTENSIONS: tuple[tuple[bytes, Text], ...] = (
    (b"sparklineGroup ", Text("迷你图", "sparklines")),
    (b"x14:conditionalFormatting>", Text("新式条件格式（数据条、图标集）", "newer conditional formats")),
    (b"x14:dataValidation>", Text("引用其他工作表的数据验证", "validations that refer to other sheets")),
)


def between(source: Path, target: Path, *, had_marks: bool = False) -> list[Text]:
    """One sentence for each kind of thing that *source* has and *target* lacks."""
    found: dict[str, tuple[Text, list[str]]] = {}
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target) as after:
        kept = _counts(after.namelist())
        for folder, names in _by_folder(before.namelist()).items():
            missing = len(names) - kept.get(folder, 0)
            if missing > 0:
                what = next(
                    (w for start, w in _PARTS if names[0].startswith(start)), Text(names[0], names[0])
                )
                found.setdefault(what.zh, (what, []))[1].extend(names[-missing:])
        for title, part in sheet_parts(before).items():
            content = before.read(part)
            for token, what in _EXTENSIONS:
                if token in content:
                    found.setdefault(what.zh, (what, []))[1].append(title)
            if not had_marks and b"<f" in content and re.search(rb"<f[ >/]", content):
                what = Text(
                    "公式的计算结果（打开时自动重算）", "results of formulas (computed again on opening)"
                )
                found.setdefault(what.zh, (what, []))[1].append(title)
    return [_sentence(what, where) for what, where in found.values()]


def _sentence(what: Text, where: list[str]) -> Text:
    places = "、".join(where[:5]) + (" 等" if len(where) > 5 else "")
    return Text(
        f"标注件没有保留{what.zh}（{places}），请以原件为准。",
        f"The copy does not keep {what.en} ({', '.join(where[:5])}); the original does.",
    )


def _by_folder(names: Iterable[str]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for name in names:
        if not name.endswith("/") and not _REMADE.fullmatch(name):
            out.setdefault(_family(name), []).append(name)
    return out


def _counts(names: Iterable[str]) -> dict[str, int]:
    return {k: len(v) for k, v in _by_folder(names).items()}


def _family(name: str) -> str:
    """A part's folder and kind without its number: openpyxl numbers anew."""
    return re.sub(r"\d+(?=\.\w+$)", "", name)
