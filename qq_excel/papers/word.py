"""Fills Word templates fast: docxtpl's tags, parsed and compiled once, rendered thousands of times.

Templates belong to the organisation. They run in Jinja's immutable sandbox and an unknown tag is refused; every
refusal says which file, which part, which paragraph and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qq_excel import yamlfile, zips
from qq_excel.errors import TemplateError
from qq_excel.language import Text
from qq_excel.output import same_zip
from qq_excel.papers.words import clean

_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
_PART_NAMES = {
    "document": Text("正文", "body"),
    "header": Text("页眉", "header"),
    "footer": Text("页脚", "footer"),
    "footnotes": Text("脚注", "footnotes"),
}
_MAX_BYTES = 20_000_000
#: Of a part with tags; ours have some 50,000.
_MOST_CHARACTERS = 2_000_000
_PARAGRAPH = re.compile(r"<w:p([ >])")
#: A paragraph with something in it: one that closes itself would have all up to the end of the next.
_PARAGRAPHS = re.compile(r"<w:p(?:\s[^<>]*[^<>/])?>.*?</w:p>", re.DOTALL)
#: Fields that fetch or run something when the paper is opened.
_FIELDS = re.compile(
    r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|DATABASE|LINK|MACROBUTTON)\b", re.IGNORECASE
)


class WordTemplate:
    """One .docx template, ready to be filled.

    *fonts* maps a font that the template names to the one that takes its place.
    Raises :class:`TemplateError` when the file is no .docx or a tag is wrong.
    """

    def __init__(self, path: Path, fonts: Mapping[str, str] | None = None) -> None:
        from docxtpl import DocxTemplate  # only Word papers need it

        from qq_excel.papers.word_language import Language

        self.path = path
        self._filler = DocxTemplate(str(path))
        self._environment = Language()
        self._static: dict[str, bytes] = {}
        self._compiled: dict[str, Any] = {}
        self._sources: dict[str, str] = {}
        self._order: list[str] = []
        self._checked: set[frozenset[str]] = set()
        for name, content in _read(path).items():
            self._order.append(name)
            if foreign := _foreign(name, content):
                raise TemplateError(
                    Text(
                        f"{path}：模板不能{foreign.zh}（{name}）。",
                        f"{path}: a template must not {foreign.en} ({name}).",
                    )
                )
            if _PARTS.fullmatch(name):
                self._compile(name, _replaced(self._xml(name, content), fonts))
            else:
                self._static[name] = _replaced(content.decode(), fonts).encode() if _styled(name) else content

    def fill(self, context: Mapping[str, Any], target: Path) -> Path:
        """Write the filled template to *target*; the same context gives the same bytes."""
        return same_zip(self.parts(context), target)

    def parts(self, context: Mapping[str, Any]) -> dict[str, bytes]:
        """The parts of the filled template, in their order."""
        safe = _safe(dict(context))
        return {
            name: self._static[name] if name in self._static else self._render(name, safe, context).encode()
            for name in self._order
        }

    def check(self, known: Iterable[str]) -> None:
        """Refuse a tag whose name is not in *known*, in whichever branch it stands (:class:`TemplateError`)."""
        from jinja2 import meta

        names = frozenset(known)
        if names in self._checked:
            return
        for part, source in self._sources.items():
            for name in sorted(meta.find_undeclared_variables(self._environment.parse(source)) - names):
                tag = re.compile(rf"{{[{{%][^{{}}]*\b{re.escape(name)}\b")
                line = next((n for n, x in enumerate(source.split("\n"), 1) if tag.search(x)), None)
                raise self._refused(part, line, *_unknown(name, names))
        self._checked.add(names)

    # --- inside ------------------------------------------------------------------------------------

    def _xml(self, name: str, content: bytes) -> str:
        from lxml import etree

        try:
            # what is said in a comment could pass for a tag
            parser = etree.XMLParser(
                resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
            )
            return str(etree.tostring(etree.fromstring(content, parser), encoding="unicode"))
        except etree.XMLSyntaxError as error:
            raise self._refused(name, None, f"不能读取：{error}", str(error)) from None

    def _compile(self, name: str, xml: str) -> None:
        from jinja2 import TemplateSyntaxError

        from qq_excel.papers.word_language import admitted

        if len(xml) > _MOST_CHARACTERS:
            raise self._refused(name, None, "过大", "it is too large")
        self._check_braces(name, xml)
        source = _PARAGRAPH.sub(r"\n<w:p\1", self._filler.patch_xml(xml))
        self._sources[name] = source
        self._environment.begin()
        try:
            tree = self._environment.parse(source)
            if refused := admitted(tree, self._environment):
                line, why_not = refused
                raise self._refused(name, line, why_not.zh, why_not.en)
            self._compiled[name] = self._environment.from_string(tree)
        except (RecursionError, MemoryError, SyntaxError):  # of Python, which compiles what Jinja made
            raise self._refused(name, None, "的标签套得太深", "its tags are nested too deeply") from None
        except TemplateSyntaxError as error:
            why = error.message or ""
            raise self._refused(
                name, error.lineno, f"标签写法不对：{why}", f"the tag is not right: {why}"
            ) from None

    def _check_braces(self, name: str, xml: str) -> None:
        """Refuse a tag that is not closed in its paragraph: docxtpl would swallow all text up to the next one."""
        from qq_excel.papers.word_language import mismatched

        for n, paragraph in enumerate(_PARAGRAPHS.findall(xml), 1):
            words = re.sub(r"<[^>]+>", "", paragraph)
            if mismatched(words):
                at = Text(f"第 {n} 段（{words.strip()[:60]}）", f"paragraph {n} ({words.strip()[:60]})")
                raise self._refused(
                    name,
                    None,
                    f"{at.zh}：标签写法不对，花括号没有成对",
                    f"{at.en}: the braces of a tag do not match",
                )
        if mismatched(xml):  # outside the paragraphs, or in the marks of Word itself
            raise self._refused(
                name,
                None,
                "标签太多、太长，或花括号没有成对",
                "too many or too long tags, or braces that do not match",
            )

    def _render(self, name: str, safe: dict[str, Any], context: Mapping[str, Any]) -> str:
        from jinja2 import TemplateError as JinjaError

        self._environment.begin()
        try:
            xml: str = self._compiled[name].render(safe)
        except JinjaError as error:
            zh, en = _reason(str(error), context)
            raise self._refused(name, _line(error), zh, en) from None
        except (TypeError, ValueError, ArithmeticError, LookupError) as error:
            zh, en = f"标签不能计算：{error}", f"the tag cannot be computed: {error}"
            raise self._refused(name, _line(error), zh, en) from None
        xml = xml.replace("\n<w:p", "<w:p")
        # docxtpl's own escapes for braces that are meant as such
        for escaped, plain in (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}")):
            xml = xml.replace(escaped, plain)
        if "\n" in xml or "\t" in xml or "\a" in xml or "\f" in xml:
            xml = self._filler.resolve_listing(xml)
        return xml

    def _refused(self, part: str, line: int | None, zh: str, en: str) -> TemplateError:
        stem = re.sub(r"\d*\.xml$", "", part.rpartition("/")[2])
        where = _PART_NAMES.get(stem, Text(part, part))
        if line is None or part not in self._sources:
            return TemplateError(Text(f"{self.path}，{where.zh}{zh}。", f"{self.path}, {where.en}, {en}."))
        lines = self._sources[part].split("\n")
        paragraph = lines[min(line, len(lines)) - 1].partition("</w:p>")[0]
        words = re.sub(r"<[^>]+>", "", paragraph).strip()[:60]
        return TemplateError(
            Text(
                f"{self.path}，{where.zh}第 {max(line - 1, 1)} 段（{words}）：{zh}。请改正模板，或用 "
                "qq-excel report templates export 取一份原样对照。",
                f"{self.path}, {where.en}, paragraph {max(line - 1, 1)} ({words}): {en}. Mend the template; "
                "qq-excel report templates export gives the original to compare.",
            )
        )


def _read(path: Path) -> dict[str, bytes]:
    """The parts of a .docx, within limits; :class:`TemplateError` when it is none."""
    try:
        with zips.opened(path) as archive:
            every = [i for i in archive.infolist() if not i.is_dir()]
            if sum(i.file_size for i in every) > _MAX_BYTES or len(every) > 500:
                raise TemplateError(Text(f"{path}：模板过大。", f"{path}: the template is too large."))
            parts = {i.filename: archive.read(i) for i in every}
    except (*zips.DAMAGED, OSError, ValueError) as error:
        raise TemplateError(
            Text(f"{path}：不是可用的 Word 文件（.docx）：{error}。", f"{path}: no usable .docx: {error}.")
        ) from None
    if "word/document.xml" not in parts:
        raise TemplateError(Text(f"{path}：不是 Word 文件（.docx）。", f"{path}: no Word file (.docx)."))
    if any(name.endswith("vbaProject.bin") for name in parts):
        raise TemplateError(Text(f"{path}：模板不能带宏。", f"{path}: a template must not bear macros."))
    return parts


def _foreign(name: str, content: bytes) -> Text | None:
    """What a part would bring into every paper that is handed out, in words; None where nothing."""
    from lxml import etree

    low = name.lower()
    if "/embeddings/" in low or "/activex/" in low:
        return Text("带嵌入的对象", "hold embedded objects")
    if not low.endswith((".xml", ".rels")):
        return None
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None if _PARTS.fullmatch(name) else Text("有读不懂的部件", "have a part that cannot be read")
    if root.getroottree().docinfo.internalDTD is not None:
        return Text("声明文档类型", "declare a document type")
    if low.endswith(".rels"):
        for relation in root.iter("{*}Relationship"):
            kind = relation.get("Type", "").rpartition("/")[2]
            if relation.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
                return Text("从别处取内容", "fetch anything from elsewhere")
    said = "".join(x.text or "" for x in root.iter("{*}instrText"))
    said += " ".join(
        str(v) for x in root.iter("{*}fldSimple") for k, v in x.attrib.items() if str(k).endswith("instr")
    )
    return (
        Text("有取外部内容的域", "have fields that fetch or run something") if _FIELDS.search(said) else None
    )


def _styled(name: str) -> bool:
    return name in ("word/styles.xml", "word/fontTable.xml")


def _replaced(xml: str, fonts: Mapping[str, str] | None) -> str:
    for old, new in (fonts or {}).items():
        if old != new:
            name = new.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
            xml = xml.replace(f'"{old}"', f'"{name}"')
    return xml


def _reason(message: str, context: Mapping[str, Any]) -> tuple[str, str]:
    unknown = re.search(r"'([^']+)' is undefined|has no attribute '([^']+)'", message)
    if unknown is None:
        return f"标签不能计算：{message}", f"the tag cannot be computed: {message}"
    return _unknown(unknown[1] or unknown[2], context)


def _unknown(name: str, known: Iterable[str]) -> tuple[str, str]:
    near = yamlfile.nearest(name, sorted(known))
    return (
        f"不认识的标签“{name}”" + (f"，是不是 {near}" if near else ""),
        f"unknown tag '{name}'" + (f"; did you mean {near}" if near else ""),
    )


def _line(error: BaseException) -> int | None:
    """The line of the template's source at which it failed: Jinja maps it into the traceback."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line


def _safe(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _safe(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(v) for v in value]
    # tabs and the marks that docxtpl takes for new paragraphs or pages are not for a submission to set
    return clean(value).replace("\t", " ") if isinstance(value, str) else value
