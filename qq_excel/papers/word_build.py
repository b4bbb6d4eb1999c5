"""Builds small .docx templates from a few words: paragraphs, facts, tables, boxes to sign.

What comes out is plain WordprocessingML of a few kilobytes, which Word and LibreOffice open and an owner may
change by hand. python-docx's own blank document carries 800 kB of unused styles, which would be packed again for
each of a thousand letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from qq_excel.language import Text, t
from qq_excel.output import same_zip
from qq_excel.papers.style import BODY_FONT, HEAD_FONT, PLAIN_FONT

_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TWIPS = 567  # to the centimetre
#: The text's width on the page, centimetres.
WIDTH = 16.4
#: Figures and Latin letters: narrow, and on every system in one form or another.
LATIN = "Times New Roman"
_SHADE, _LINE = "EEF2F8", "7F8A99"
#: What each font may be replaced by, best first; Word takes them from the font table.
ALTERNATES = {
    BODY_FONT: "FangSong,仿宋_GB2312,STFangsong,Noto Serif CJK SC,SimSun",
    HEAD_FONT: "SimHei,STHeiti,Noto Sans CJK SC,Microsoft YaHei",
    PLAIN_FONT: "SimSun,STSong,Noto Serif CJK SC",
}


def line(
    text: str = "", *, font: str = BODY_FONT, size: float = 12, align: str = "both", indent: bool = False,
    before: float = 0, after: float = 0, bold: bool = False, colour: str | None = None, keep: bool = False,
    spacing: float = 1.25, rule: bool = False, page: bool = False,
) -> str:  # fmt: skip
    """A paragraph. *align*: ``left``, ``center``, ``right`` or ``both``; *rule* draws a line below it, *page*
    starts a new page, *keep* keeps it with the next paragraph."""
    shape = [
        "<w:keepNext/>" if keep else "",
        "<w:pageBreakBefore/>" if page else "",
        f'<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="4" w:color="{_LINE}"/></w:pBdr>' if rule else "",
        f'<w:spacing w:before="{int(before * 20)}" w:after="{int(after * 20)}" w:line="{int(spacing * 240)}" '
        'w:lineRule="auto"/>',
        '<w:ind w:firstLineChars="200" w:firstLine="480"/>' if indent else "",
        f'<w:jc w:val="{align}"/>',
    ]
    return f"<w:p><w:pPr>{''.join(shape)}</w:pPr>{run(text, font, size, bold=bold, colour=colour)}</w:p>"


def run(text: str, font: str, size: float, *, bold: bool = False, colour: str | None = None) -> str:
    """A run of text in one font."""
    look = (
        f'<w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{font}" w:cs="{LATIN}" w:hint="eastAsia"/>'
        + ("<w:b/>" if bold else "")
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + f'<w:sz w:val="{int(size * 2)}"/><w:szCs w:val="{int(size * 2)}"/></w:rPr>'
    )
    words = escape(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return f'<w:r>{look}<w:t xml:space="preserve">{words}</w:t></w:r>'


def title(text: str, size: float = 20, before: float = 6, after: float = 6) -> str:
    """The paper's title."""
    return line(text, font=HEAD_FONT, size=size, align="center", keep=True, before=before, after=after)


def heading(text: str) -> str:
    """The heading of a part; stays with what follows."""
    return line(text, font=HEAD_FONT, size=12.5, align="left", before=8, after=3, keep=True)


def note(text: str) -> str:
    """Small print."""
    return line(text, font=PLAIN_FONT, size=9, colour="5B6470", before=3, after=3, spacing=1.15)


def each(loop: str, inside: str) -> str:
    """*inside* once for each of *loop* (``x in xs``)."""
    return f"{_tag(f'for {loop}')}{inside}{_tag('endfor')}"


def when(condition: str, inside: str, otherwise: str = "") -> str:
    """*inside* when *condition* holds."""
    other = f"{_tag('else')}{otherwise}" if otherwise else ""
    return f"{_tag(f'if {condition}')}{inside}{other}{_tag('endif')}"


def _tag(words: str) -> str:
    return f"<w:p><w:r><w:t>{{%p {escape(words)} %}}</w:t></w:r></w:p>"


# --- tables -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Col:
    """A column of a list: header, tag, width in centimetres, and how its cells stand."""

    head: str
    tag: str
    wide: float
    align: str = "center"


def listing(loop: str, columns: Sequence[Col], total: Sequence[str] | None = None, size: float = 9) -> str:
    """A table with a row per item of *loop*; the header is repeated on each page, no row is broken.

    *total*: the texts of a last row, one per column (an empty first one is joined to the next).
    """
    scale = WIDTH / sum(c.wide for c in columns)
    wide = [c.wide * scale for c in columns]
    head = "".join(
        _cell(_in(c.head, size, bold=True), w, shade=True) for c, w in zip(columns, wide, strict=True)
    )
    body = "".join(_cell(_in(c.tag, size, align=c.align), w) for c, w in zip(columns, wide, strict=True))
    rows = [
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>",
        _row_tag(f"for {loop}", wide), f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{body}</w:tr>", _row_tag("endfor", wide),
    ]  # fmt: skip
    if total is not None:
        cells = "".join(
            _cell(_in(text, size, bold=True, align=c.align if i else "center"), w, shade=True)
            for i, (text, c, w) in enumerate(zip(total, columns, wide, strict=True))
        )
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    return _table(rows, wide)


def facts(pairs: Sequence[tuple[str, str]], across: int = 2) -> str:
    """A table of labels and values, *across* pairs to a row; an odd last pair takes the whole row."""
    label = 2.8
    value = WIDTH / across - label
    rows = []
    for i in range(0, len(pairs), across):
        here = pairs[i : i + across]
        missing = across - len(here)
        cells = []
        for n, (name, tag) in enumerate(here):
            span = 1 + 2 * missing if n == len(here) - 1 else 1
            wide = value + missing * (label + value) if span > 1 else value
            cells.append(_cell(_in(name, 10.5, bold=True), label, shade=True))
            cells.append(_cell(_in(tag, 10.5, align="left"), wide, span=span))
        rows.append(f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="400"/></w:trPr>{"".join(cells)}</w:tr>')
    return _table(rows, [label, value] * across)


def boxes(rows: Sequence[tuple[str, Sequence[str], float]], *, keep: bool = False) -> str:
    """A form: a label, lines of text (``>`` in front stands right), and the least height in centimetres.

    With *keep* the whole form stays on one page.
    """
    label = 3.0
    out = []
    for n, (name, words, high) in enumerate(rows, 1):
        stay = keep and n < len(rows)
        inner = "".join(
            _in(w.removeprefix(">"), 10.5, align="right" if w.startswith(">") else "left", keep=stay)
            for w in words or [""]
        )
        out.append(
            f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{int(high * _TWIPS)}"/></w:trPr>'
            f"{_cell(_in(name, 10.5, bold=True, keep=stay), label, shade=True)}{_cell(inner, WIDTH - label)}</w:tr>"
        )
    return _table(out, [label, WIDTH - label])


def _table(rows: Iterable[str], widths: Sequence[float]) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{int(w * _TWIPS)}"/>' for w in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{int(sum(widths) * _TWIPS)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _cell(inner: str, wide: float, *, shade: bool = False, span: int = 1) -> str:
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/>' if shade else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{int(wide * _TWIPS)}" w:type="dxa"/>{spanned}{fill}'
        f'<w:vAlign w:val="center"/></w:tcPr>{inner}</w:tc>'
    )


def _in(text: str, size: float, *, align: str = "center", bold: bool = False, keep: bool = False) -> str:
    look = {"align": align, "bold": bold, "keep": keep}
    return line(text, font=PLAIN_FONT, size=size, before=1, after=1, spacing=1.05, **look)  # type: ignore[arg-type]


def _row_tag(words: str, widths: Sequence[float]) -> str:
    first = _cell(_in(f"{{%tr {words} %}}", 9), widths[0])
    return f"<w:tr>{first}{''.join(_cell(_in('', 9), w) for w in widths[1:])}</w:tr>"


# --- blocks of every paper -------------------------------------------------------------------------------


def letterhead() -> str:
    """The organisation's line at the top, where its settings give one."""
    return when(
        "letterhead",
        line(
            "{{ letterhead }}", font=HEAD_FONT, size=16, align="center", colour="A31515", rule=True, after=6
        ),
    )


def number(words: str = "") -> str:
    """The paper's number."""
    words = words or t("编号：{{ number }}", "No.: {{ number }}")
    return line(words, font=PLAIN_FONT, size=10.5, align="right", after=4)


def seal(who: str = "{{ unit_name }}", date: str = "{{ dated }}", *, keep: bool = False) -> str:
    """Who issues it, with room for the seal, and the day; ``seal_align`` comes from the organisation's settings.

    *keep*: what is signed below it is on the same page.
    """
    sealed = t(f"{who}（盖章）", f"{who} (seal)")
    words = (
        line(sealed, align="right", before=14, after=4, keep=True),
        line(date, align="right", after=4, keep=keep),
    )
    left = (
        line(sealed, align="left", before=14, after=4, keep=True),
        line(date, align="left", after=4, keep=keep),
    )
    return when("seal_align == 'left'", "".join(left), "".join(words))


def cut(words: str) -> str:
    """A dotted line along which a slip is cut off."""
    return line(
        f"✂ - - - - - - - - - - - - - - - - -  {words}  - - - - - - - - - - - - - - - - -", font=PLAIN_FONT,
        size=9, align="center", colour="7F8A99", before=10, after=4, keep=True,
    )  # fmt: skip


#: Whose signature proves delivery (Supreme Court rules on limitation, 8).
SIGNATORIES = Text(
    "□ 法定代表人  □ 主要负责人  □ 收发部门  □ 被授权主体  □ 本人  □ 其他：",
    "□ legal representative  □ person in charge  □ mail room  □ authorised person  □ in person  □ other:",
)


def receipt(what: str) -> str:
    """回执: what the debtor signs for. The kinds of signatory are those whose signature proves delivery."""
    return "".join([
        cut(t("沿此线剪下寄回", "cut off here and send back")),
        line(t("回    执", "Receipt"), font=HEAD_FONT, size=14, align="center", after=4, keep=True),
        line(t("{{ unit_name }}：", "To: {{ unit_name }}"), size=11, align="left", keep=True),
        line(t(f"贵单位编号为 {{{{ number }}}} 的《{what}》已收到。", f"We have received “{what}”, no. {{{{ number }}}}."),
             size=11, indent=True, after=4, keep=True),
        boxes([
            (t("签收单位", "Received by"), [t("{{ debtor }}（盖章）", "{{ debtor }} (seal)")], 1.1),
            (t("签收人", "Name"), [t("签字：                                        联系电话：",
                                   "Signature:                                        Phone:")], 1.0),
            (t("签收人身份", "Signed as"), [str(SIGNATORIES)], 0.9),
            (t("签收日期", "Date"), [t("        年      月      日", "        /        /")], 0.9),
        ], keep=True),
    ])  # fmt: skip


# --- the package ---------------------------------------------------------------------------------------


def write(target: Path, name: str, body: Sequence[str]) -> Path:
    """Write a template: *body* on A4, the header with ``header_words``, the footer with ``trace`` and page numbers."""
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1247" w:right="1304" w:bottom="1134" w:left="1304" '
        'w:header="567" w:footer="510" w:gutter="0"/></w:sectPr>'
    )
    parts: dict[str, str] = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations([
            ("officeDocument", "word/document.xml"), ("metadata/core-properties", "docProps/core.xml")
        ]),
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{escape(name)}</dc:title><dc:creator>清欠校验</dc:creator><dc:language>{t('zh-CN', 'en')}</dc:language>"
            '<dcterms:created xsi:type="dcterms:W3CDTF">2020-01-01T00:00:00Z</dcterms:created>'
            '<dcterms:modified xsi:type="dcterms:W3CDTF">2020-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>'
        ),
        "word/document.xml": f"<w:document {_NS}><w:body>{''.join(body)}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations([
            ("styles", "styles.xml"), ("fontTable", "fontTable.xml"), ("header", "header1.xml"),
            ("footer", "footer1.xml"), ("settings", "settings.xml"),
        ]),
        "word/styles.xml": _styles(),
        "word/fontTable.xml": _fonts(),
        "word/settings.xml": (
            f'<w:settings {_NS}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
            '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting w:name='
            '"compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
            '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
        ),
        "word/header1.xml": f"<w:hdr {_NS}>{_small('{{ header_words }}')}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {_NS}>{_small('{{ trace }}')}{_pages()}</w:ftr>",
    }  # fmt: skip
    return same_zip({n: (_XML + x).encode() for n, x in parts.items()}, target)


def _small(text: str) -> str:
    return line(text, font=PLAIN_FONT, size=8, align="left", colour="5B6470", spacing=1)


def _pages() -> str:
    def field(code: str) -> str:
        look = f'<w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{PLAIN_FONT}"/><w:sz w:val="17"/></w:rPr>'
        begin, middle, end = (
            f'<w:r>{look}<w:fldChar w:fldCharType="begin"/></w:r>',
            f'<w:r>{look}<w:instrText xml:space="preserve">{code}</w:instrText></w:r>',
            f'<w:r>{look}<w:fldChar w:fldCharType="end"/></w:r>',
        )
        return begin + middle + end

    def words(text: str) -> str:
        return run(text, PLAIN_FONT, 8.5)

    return (
        f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{words(t("第 ", "Page "))}{field("PAGE")}{words(t(" 页，共 ", " of "))}'
        f"{field('NUMPAGES')}{words(t(' 页', ''))}</w:p>"
    )


def _styles() -> str:
    return (
        f'<w:styles {_NS}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" '
        f'w:eastAsia="{BODY_FONT}" w:cs="{LATIN}"/><w:sz w:val="24"/><w:szCs w:val="24"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/></w:style></w:styles>'
    )


def _fonts() -> str:
    every = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in ALTERNATES.items()
    )
    return f"<w:fonts {_NS}>{every}</w:fonts>"


def _relations(pairs: Sequence[tuple[str, str]]) -> str:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    package = "http://schemas.openxmlformats.org/package/2006/relationships/"
    every = "".join(
        f'<Relationship Id="rId{i}" Type="{package if kind.startswith("metadata") else office}{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(pairs, 1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{every}</Relationships>'


def _types() -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    every = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{word}{kind}+xml"/>'
        for part, kind in (
            ("document", "document.main"), ("styles", "styles"), ("fontTable", "fontTable"),
            ("settings", "settings"), ("header1", "header"), ("footer1", "footer"),
        )
    )  # fmt: skip
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{every}<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )
