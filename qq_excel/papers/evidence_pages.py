"""Turns evidence (PDF, JPEG, PNG) into plain PDF pages, in a process of its own with limits of time and memory.

Evidence is foreign: a PDF is rebuilt from its pages alone (:mod:`~qq_excel.papers.plain_pages`), and what is encrypted,
damaged or too large is refused with a sentence.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from qq_excel.language import Text

#: Of one piece of evidence; a volume that is bound and printed is far below.
MOST_BYTES, MOST_PAGES, MOST_PIXELS = 80 * 1024 * 1024, 1_000, 120_000_000
_SECONDS, _MEMORY = 120, 2 << 30
_START = (
    "import sys; sys.path[:] = {path!r}; from qq_excel.papers.evidence_pages import main; main(sys.argv[1])"
)
#: Sides of A4 in points, and the margin of a picture on it.
_A4, _MARGIN = (595.276, 841.89), 28.35

REASONS = {
    "kind": Text("不是 PDF、JPEG 或 PNG，不能装订", "it is neither PDF, JPEG nor PNG and cannot be bound"),
    "encrypted": Text("PDF 加了密，请换成不加密的", "the PDF is encrypted; hand in one that is not"),
    "damaged": Text("文件损坏，打不开", "the file is damaged"),
    "large": Text(
        f"文件过大（上限 {MOST_BYTES >> 20} MB、{MOST_PAGES} 页、{MOST_PIXELS // 1_000_000} 百万像素）",
        f"too large (at most {MOST_BYTES >> 20} MB, {MOST_PAGES} pages, {MOST_PIXELS // 1_000_000} megapixels)",
    ),
    "died": Text("处理时超出时间或内存限额", "it took more time or memory than is allowed"),
    "missing": Text("文件不在", "the file is not there"),
}


class Refused(Exception):
    """Why a piece of evidence is not bound: a key of :data:`REASONS`."""


def pages_of(evidence: Mapping[int, bytes]) -> dict[int, bytes | Text]:
    """Each piece of evidence as a PDF of its pages, or why it is not bound."""
    if not evidence:
        return {}
    with TemporaryDirectory(prefix="qq-evidence-") as name:
        folder = Path(name)
        for no, content in evidence.items():
            (folder / f"{no}.in").write_bytes(content[: MOST_BYTES + 1])
        command = [sys.executable, "-c", _START.format(path=sys.path), name]
        with contextlib.suppress(subprocess.TimeoutExpired):  # what it had finished by then is there
            subprocess.run(  # noqa: S603 - this interpreter, our own module
                command, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL, capture_output=True
            )
        return {no: _answer(folder, no) for no in evidence}


def _answer(folder: Path, no: int) -> bytes | Text:
    made, refused = folder / f"{no}.pdf", folder / f"{no}.json"
    if made.is_file():
        return made.read_bytes()
    if refused.is_file():
        return REASONS[json.loads(refused.read_text(encoding="utf-8"))]
    return REASONS["died"]


# --- in the other process -----------------------------------------------------------------------------------


def main(folder: str) -> None:
    """Answer for each ``N.in`` of *folder* with ``N.pdf``, or ``N.json`` that tells why not."""
    _limited()
    for source in sorted(Path(folder).glob("*.in"), key=lambda p: int(p.stem)):
        try:
            made = plain_pdf(source.read_bytes())
        except Refused as reason:
            source.with_suffix(".json").write_text(json.dumps(str(reason)), encoding="utf-8")
            continue
        except (Exception, RecursionError, MemoryError):
            source.with_suffix(".json").write_text('"damaged"', encoding="utf-8")
            continue
        part = source.with_suffix(".part")
        part.write_bytes(made)
        part.replace(source.with_suffix(".pdf"))


def plain_pdf(content: bytes) -> bytes:
    """*content* as a PDF of nothing but pages; :class:`Refused` with the reason."""
    if len(content) > MOST_BYTES:
        raise Refused("large")
    if content[:1024].find(b"%PDF-") >= 0:
        return _pdf(content)
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _picture(content)
    raise Refused("kind")


def _pdf(content: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PdfReadError

    from qq_excel.papers.plain_pages import strip

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Refused("encrypted")
        pages = list(reader.pages)
    except (PdfReadError, ValueError, KeyError, TypeError, AttributeError):
        raise Refused("damaged") from None
    if len(pages) > MOST_PAGES:
        raise Refused("large")
    if not pages:
        raise Refused("damaged")
    writer = PdfWriter()
    strip(pages)
    for page in pages:
        writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _picture(content: bytes) -> bytes:
    """A picture on A4, lying where it is wide; one with an alpha channel is laid on white first."""
    import img2pdf
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, below
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
            wide, high = image.size
            if wide * high > MOST_PIXELS:
                raise Refused("large")
            if image.has_transparency_data or image.mode in ("LA", "RGBA", "PA"):
                flat = Image.new("RGB", image.size, "white")
                clear = image.convert("RGBA")
                flat.paste(clear, mask=clear.getchannel("A"))
                buffer = io.BytesIO()
                flat.save(buffer, "PNG")
                content = buffer.getvalue()
    except (OSError, SyntaxError, ValueError):
        raise Refused("damaged") from None
    sides = _A4 if high >= wide else _A4[::-1]
    layout = img2pdf.get_layout_fun(sides, border=(_MARGIN, _MARGIN), fit=img2pdf.FitMode.shrink)
    made: bytes = img2pdf.convert(
        content,
        layout_fun=layout,
        nodate=True,
        engine=img2pdf.Engine.internal,
        rotation=img2pdf.Rotation.ifvalid,
    )
    return made


def _limited() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
