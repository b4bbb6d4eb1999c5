"""Builds the Word templates of the write-off papers (``schemas/papers/*.docx``).

The templates are data: an owner may open them in Word and change words and look; the tags in braces are
filled by :mod:`qq_excel.papers.write_off_words`. Run ``python -m qq_excel.papers.word_templates`` to make
them anew.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from qq_excel import resources
from qq_excel.language import using
from qq_excel.output import FIXED_TIME, same_package
from qq_excel.papers import (
    form_templates,
    letter_templates,
    notice_templates,
    word_build,
    write_off_templates,
)
from qq_excel.papers.house import ENGLISH
from qq_excel.papers.style import BODY_FONT, HEAD_FONT, PLAIN_FONT

REPORT, APPROVAL = "write_off_report.docx", "write_off_approval.docx"
_PAGE, _MARGIN = (Cm(21.0), Cm(29.7)), Cm(2.3)
_WIDTH = 16.4


def main(folder: Path | None = None) -> None:
    """Write all templates to *folder* (the schemas of this checkout)."""
    folder = folder or resources.schemas_dir() / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in ((REPORT, report()), (APPROVAL, approval())):
        with tempfile.TemporaryDirectory() as temporary:
            raw = Path(temporary) / name
            document.save(str(raw))
            same_package(raw, folder / name)
    for group in (letter_templates, notice_templates, form_templates, write_off_templates):
        for name, (title, body) in group.TEMPLATES.items():
            word_build.write(folder / name, str(title), body())
    with using("en"):
        for name, (title, body) in {**letter_templates.TEMPLATES, **notice_templates.ENGLISH}.items():
            word_build.write(folder / ENGLISH / name, title.en, body())


# --- 核销申请报告 ----------------------------------------------------------------------------------------


def report() -> Any:
    """The application: facts, history, evidence, verdicts."""
    doc = _document("坏账核销申请报告")
    _line(doc, "坏账核销申请报告", font=HEAD_FONT, size=20, centre=True, after=4)
    _line(doc, "申请编号：{{ application_id }}    截止日期：{{ as_of }}", size=10.5, centre=True, after=8)
    _line(doc, "{{ addressee }}：", size=12, after=2)
    _line(
        doc,
        "我单位对债务人{{ debtor }}的一笔应收账款，经追偿确认无法收回，符合“{{ condition }}”的坏账确认条件"
        "（制度 {{ condition_clause }}）。现申请核销人民币 {{ amount }} 元（大写：{{ amount_capitals }}），请予审批。",
        size=12, indent=True, after=4,
    )  # fmt: skip
    _heading(doc, "一、债权基本情况")
    _facts(doc, "claim_facts")
    _heading(doc, "二、核销金额及账务影响")
    _facts(doc, "money_facts")
    _heading(doc, "三、账龄和诉讼时效")
    _facts(doc, "age_facts")
    _line(doc, "{{ age_note }}", size=9, before=3, after=4)
    _heading(doc, "四、追偿经过")
    _line(doc, "{{ history }}", size=12, indent=True, after=4)
    _heading(doc, "五、责任认定")
    _line(doc, "{{ liability }}", size=12, indent=True, after=4)
    _heading(doc, "六、证据清单")
    _rows(
        doc, "e in evidence",
        ["序号", "证据类型", "证据名称及文号", "出具单位", "出具日期", "原件", "页数"],
        ["{{ e.no }}", "{{ e.type }}", "{{ e.name }}", "{{ e.issuer }}", "{{ e.issued_on }}", "{{ e.original }}",
         "{{ e.pages }}"],
        [1.1, 2.5, 4.9, 3.0, 2.5, 1.2, 1.2], left=(2, 3),
    )  # fmt: skip
    _line(
        doc,
        "证据文件及其 SHA-256 校验值见《证据索引.xlsx》，原件由申请单位保存备查。",
        size=9,
        before=3,
        after=4,
    )
    _heading(doc, "七、三项结论")
    _rows(
        doc, "v in verdicts", ["结论", "结果", "依据和说明", "尚缺或须注意"],
        ["{{ v.title }}", "{{ v.outcome }}", "{{ v.grounds }}", "{{ v.missing }}"], [2.4, 2.4, 6.4, 5.2], left=(2, 3),
    )  # fmt: skip
    _line(doc, "{{ verdict_note }}", size=9, before=3, after=8)
    _heading(doc, "八、申请单位声明")
    _line(
        doc,
        "以上内容和所附证据真实、完整。核销后账销案存，列入坏账核销备查簿，继续保留追索权（制度 F-18、F-19）。",
        size=12, indent=True, after=16,
    )  # fmt: skip
    _line(doc, "申请单位（盖章）：{{ unit }}", size=12, right=True, after=6)
    _line(doc, "申请人（签字）：{{ applicant }}                    ", size=12, right=True, after=6)
    _line(doc, "{{ applied_on_words }}", size=12, right=True)
    return doc


# --- 核销审批表 ------------------------------------------------------------------------------------------


def approval() -> Any:
    """The approval form, with the body that the amount needs."""
    doc = _document("坏账核销审批表")
    _line(doc, "坏账核销审批表", font=HEAD_FONT, size=20, centre=True, after=4)
    _line(
        doc,
        "申请编号：{{ application_id }}    申请日期：{{ applied_on }}    金额单位：元",
        size=10.5,
        centre=True,
        after=6,
    )
    pairs = [
        ("申请单位", "{{ unit }}", "申请人", "{{ applicant }}"),
        ("债权编号", "{{ claim_id }}", "合同编号", "{{ contract_id }}"),
        ("债务人名称", "{{ debtor }}", "证件号码", "{{ debtor_code }}"),
        ("账面余额", "{{ balance }}", "已提坏账准备", "{{ provision }}"),
        ("申请核销金额", "{{ amount }}", "计入当期损益", "{{ charge }}"),
    ]
    table = _table(doc, len(pairs), [3.4, 4.8, 3.4, 4.8])
    for row, texts in zip(table.rows, pairs, strict=True):
        _height(row, 0.85)
        for i, text in enumerate(texts):
            _cell(row.cells[i], text, size=10.5, bold=i % 2 == 0, centre=i % 2 == 0, shade=i % 2 == 0)
    single = [
        ("大写金额", "{{ amount_capitals }}", 0.85), ("坏账确认条件", "{{ condition }}（制度 {{ condition_clause }}）", 0.85),
        ("证据", "{{ evidence_words }}", 0.85), ("审批权限", "{{ authority_words }}", 0.85),
        ("三项结论", "{%p for v in verdicts %}\n{{ v.title }}：{{ v.outcome }}\n{%p endfor %}", 1.6),
    ]  # fmt: skip
    opinions = [
        ("申请单位意见", "经核实，同意上报核销。", "单位负责人（签字、盖章）：", "日期：      年    月    日"),
        ("清欠办审核意见", "{{ office_opinion }}", "审核人（签字）：{{ office_by }}", "日期：{{ office_on }}"),
        ("总经理批示", "{{ manager_opinion }}", "总经理（签字）：", "日期：{{ manager_on }}"),
        ("{{ body }}审议意见", "{{ body_opinion }}", "批准文号：{{ approval_no }}    会议主持人（签字）：", "日期：{{ approved_on }}"),
        ("财务部备案", "", "记账凭证号：                    经办人（签字）：", "日期：      年    月    日"),
    ]  # fmt: skip
    table = _table(doc, len(single) + len(opinions), [3.4, 13.0])
    for row, (label, text, high) in zip(table.rows, single, strict=False):
        _height(row, high)
        _cell(row.cells[0], label, size=10.5, bold=True, centre=True, shade=True)
        _cell(row.cells[1], text, size=10.5)
    for row, (label, text, who, when) in zip(table.rows[len(single) :], opinions, strict=True):
        _height(row, 2.1)
        _cell(row.cells[0], label, size=10.5, bold=True, centre=True, shade=True)
        _cell(row.cells[1], f"{text}\n\n{who}\n{when}", size=10.5, last_right=1)
    _line(doc, "{{ form_note }}", size=9, before=4)
    return doc


# --- parts ---------------------------------------------------------------------------------------------


def _document(title: str) -> Any:
    doc = Document()
    section = doc.sections[0]
    section.orientation, (section.page_width, section.page_height) = WD_ORIENT.PORTRAIT, _PAGE
    section.left_margin = section.right_margin = _MARGIN
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(1.9)
    _font(doc.styles["Normal"], BODY_FONT, 12)
    language = doc.styles["Normal"].element.get_or_add_rPr()
    tag = OxmlElement("w:lang")
    for name, value in (("w:val", "en-US"), ("w:eastAsia", "zh-CN"), ("w:bidi", "ar-SA")):
        tag.set(qn(name), value)
    language.append(tag)
    core = doc.core_properties
    core.title, core.author, core.comments, core.created, core.modified = (
        title,
        "清欠校验",
        "",
        FIXED_TIME,
        FIXED_TIME,
    )
    core.last_modified_by, core.revision = "清欠校验", 1
    head = section.header.paragraphs[0]
    _run(head, "{{ header_words }}", PLAIN_FONT, 9, colour="5B6470")
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "第 ", PLAIN_FONT, 9)
    _field(foot, "PAGE")
    _run(foot, " 页，共 ", PLAIN_FONT, 9)
    _field(foot, "NUMPAGES")
    _run(foot, " 页", PLAIN_FONT, 9)
    return doc


def _font(styled: Any, name: str, size: float) -> None:
    """Set a font for Latin and Chinese characters: python-docx sets the Latin one only."""
    styled.font.name, styled.font.size = name, Pt(size)
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts() if hasattr(styled, "element") else None
    if fonts is not None:
        for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(attribute), name)


def _run(
    paragraph: Any, text: str, font: str, size: float, *, bold: bool = False, colour: str | None = None
) -> Any:
    run = paragraph.add_run(text)
    _font(run, font, size)
    run.bold = bold
    if colour is not None:
        run.font.color.rgb = RGBColor.from_string(colour)
    return run


def _field(paragraph: Any, code: str) -> None:
    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = _run(paragraph, "", PLAIN_FONT, 9)
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)


def _line(
    doc: Any, text: str, *, font: str = BODY_FONT, size: float = 12, centre: bool = False, right: bool = False,
    indent: bool = False, before: float = 0, after: float = 0,
) -> Any:  # fmt: skip
    paragraph = doc.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.3
    if centre or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.RIGHT
    if indent:
        shape.first_line_indent = Pt(size * 2)
    _run(paragraph, text, font, size, bold=font == HEAD_FONT)
    return paragraph


def _heading(doc: Any, text: str) -> None:
    paragraph = _line(doc, text, font=HEAD_FONT, size=13, before=8, after=3)
    paragraph.paragraph_format.keep_with_next = True


def _table(doc: Any, rows: int, widths: Sequence[float]) -> Any:
    table = doc.add_table(rows=rows, cols=len(widths))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Cm(wide)
        for cell in column.cells:
            cell.width = Cm(wide)
    return table


def _cell(
    cell: Any, text: str, *, size: float = 10.5, bold: bool = False, centre: bool = False, shade: bool = False,
    last_right: int = 0,
) -> None:  # fmt: skip
    properties = cell._tc.get_or_add_tcPr()
    if shade:
        fill = OxmlElement("w:shd")
        for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", "EEF2F8")):
            fill.set(qn(name), value)
        properties.append(fill)
    middle = OxmlElement("w:vAlign")
    middle.set(qn("w:val"), "center")
    properties.append(middle)
    pieces = text.split("\n")
    for i, piece in enumerate(pieces):
        paragraph = cell.paragraphs[0] if i == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        if centre:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if last_right and i >= len(pieces) - last_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, piece, PLAIN_FONT, size, bold=bold)


def _height(row: Any, centimetres: float) -> None:
    row.height, row.height_rule = Cm(centimetres), WD_ROW_HEIGHT_RULE.AT_LEAST
    _unbroken(row)


def _unbroken(row: Any, *, repeat: bool = False) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeat:
        properties.append(OxmlElement("w:tblHeader"))


def _facts(doc: Any, name: str) -> None:
    """A table of two facts per row from a list of (label, value, label, value)."""
    table = _table(doc, 3, [2.9, 5.3, 2.9, 5.3])
    _cell(table.rows[0].cells[0], f"{{%tr for f in {name} %}}")
    for i, cell in enumerate(table.rows[1].cells):
        _cell(cell, f"{{{{ f[{i}] }}}}", size=10.5, bold=i % 2 == 0, centre=i % 2 == 0, shade=i % 2 == 0)
    _height(table.rows[1], 0.7)
    _cell(table.rows[2].cells[0], "{%tr endfor %}")


def _rows(
    doc: Any,
    loop: str,
    heads: Sequence[str],
    values: Sequence[str],
    widths: Sequence[float],
    left: Sequence[int] = (),
) -> None:
    table = _table(doc, 4, widths)
    _unbroken(table.rows[0], repeat=True)
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        _cell(cell, head, size=10, bold=True, centre=True, shade=True)
    _cell(table.rows[1].cells[0], f"{{%tr for {loop} %}}")
    _unbroken(table.rows[2])
    for i, (cell, value) in enumerate(zip(table.rows[2].cells, values, strict=True)):
        _cell(cell, value, size=9.5, centre=i not in left)
    _cell(table.rows[3].cells[0], "{%tr endfor %}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
