"""合订本: all papers of an application in one PDF, the scanned evidence after its covers, with bookmarks and page numbers.

LibreOffice turns the office papers into PDF, for many applications in one run; evidence is rebuilt in a process of its own
(:mod:`~qq_excel.papers.evidence_pages`). The cover's contents tell page numbers, so it is made when all pages are counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qq_excel.errors import ToolError
from qq_excel.language import Text
from qq_excel.output import write_bytes
from qq_excel.papers import write_off_words
from qq_excel.papers.evidence_pages import REASONS, pages_of
from qq_excel.papers.pdf import PdfError, write_pdfs
from qq_excel.papers.volume import Part, bind, joined, page_count, split
from qq_excel.papers.volume_signing import SUFFIX, NotBoundError, sign_volume
from qq_excel.papers.write_off_pack import Kit, Members, evidence_members, manifest_of, office_papers

if TYPE_CHECKING:
    from qq_excel.papers.write_off_facts import Application, Evidence

#: Applications per LibreOffice run: one start for all of them, and a lost run loses no more than these.
_BATCH = 20
#: Bytes of evidence that one process opens for several applications.
_TOGETHER = 64 << 20
#: Runs that fail one after the other before LibreOffice is not asked any more.
_PATIENCE = 2
_COVER, _SHEETS = "封面.docx", "证据封页.docx"
#: What is told on a sheet before evidence that is in the zip alone; anything else keeps the volume from being made.
_LEFT_OUT = (REASONS["kind"], REASONS["missing"])


class VolumeError(ToolError):
    """A volume cannot be bound, since one piece of evidence cannot be opened."""


@dataclass(slots=True)
class _Draft:
    """One application on its way: its papers, its evidence, and what of it is bound."""

    app: Application
    papers: dict[str, bytes]
    evidence: dict[int, bytes | Text]

    @property
    def draft(self) -> bool:
        return not self.app.fit


class Press:
    """Binds the volumes of many applications, some at a time: those that are wanted, in the order of that."""

    def __init__(self, apps: Sequence[Application], kit: Kit) -> None:
        self._apps = apps
        self._kit = kit
        self._wanted: list[int] = []
        self._ready: dict[int, bytes | ToolError] = {}
        #: Batches in a row that LibreOffice did not turn into PDF, and what it said.
        self._failed: list[PdfError] = []
        #: Applications whose volume could not be written in this run: an older one must not be signed in its place.
        self.unbound: set[int] = set()

    def want(self, n: int) -> None:
        """Say that the volume of the *n*-th application will be asked for: it may be bound along with others."""
        self._wanted.append(n)

    def write(self, n: int, target: Path) -> Path:
        """Write the volume of the *n*-th application to *target*.

        Raises :class:`~qq_excel.papers.pdf.PdfError` without LibreOffice, :class:`VolumeError` when a piece of evidence is
        encrypted, damaged or too large, :class:`~qq_excel.errors.PackError` when one cannot be read.
        """
        if n not in self._ready:
            if len(self._failed) >= _PATIENCE:
                self.unbound.add(n)
                raise self._failed[-1]
            after = self._wanted.index(n) + 1 if n in self._wanted else len(self._wanted)
            numbers = [n, *self._wanted[after : after + _BATCH - 1]]
            try:
                self._ready = dict(self._bound(numbers))
            except PdfError as problem:
                self._failed.append(problem)
                self._ready = dict.fromkeys(numbers, problem)
            else:
                self._failed.clear()
        made = self._ready.pop(n)
        if isinstance(made, ToolError):
            self.unbound.add(n)
            raise made
        return write_bytes(target, made)

    def sign(self, n: int, target: Path) -> Path:
        """Sign the volume of the *n*-th application, which stands beside *target*.

        Raises :class:`~qq_excel.papers.volume_signing.NotBoundError` when there is none of this run's making.
        """
        volume, app = target.with_name(target.name.removesuffix(SUFFIX)), self._apps[n]
        if self._kit.signer is None or n in self.unbound or not volume.is_file():
            raise NotBoundError(
                Text("合订本没有生成的，也没有签名", "volumes that were not made were not signed")
            )
        manifest = manifest_of(app, {volume.name: volume.read_bytes()}, draft=not app.fit)
        return sign_volume(manifest, self._kit.signer, target)

    def _bound(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes | ToolError]]:
        drafts: dict[int, _Draft] = {}
        members = {n: evidence_members(self._apps[n].evidence, strict=self._apps[n].fit) for n in numbers}
        pages = _pages(members)
        for n in numbers:
            try:
                drafts[n] = _drafted(self._apps[n], self._kit, members[n], pages[n])
            except VolumeError as problem:
                yield n, problem
        pdfs = _as_pdf({(n, name): content for n, d in drafts.items() for name, content in d.papers.items()})
        bodies = {n: _body(d, {name: pdfs[n, name] for name in d.papers}) for n, d in drafts.items()}
        covers = _as_pdf({(n, _COVER): self._cover(d, bodies[n], pdfs[n, _COVER]) for n, d in drafts.items()})
        for n, d in drafts.items():
            parts = [Part("封面和目录", covers[n, _COVER]), *bodies[n]]
            label = "".join(c for c in d.app.id if c.isascii() and c.isprintable())
            yield n, bind(parts, f"坏账核销申请材料 {d.app.id}", label)

    def _cover(self, d: _Draft, body: Sequence[Part], blank: bytes) -> bytes:
        """The cover with the pages of every part; *blank* is the same without them, and as long."""
        page = page_count(blank) + 1
        listed = []
        for n, part in enumerate(body, 1):
            pages = page_count(part.pdf)
            listed.append({"no": str(n), "title": part.title, "first": str(page), "pages": str(pages)})
            page += pages
        return write_off_words.volume_cover(d.app, self._kit.house, listed, f"{page - 1} 页", draft=d.draft)


def _pages(members: Mapping[int, Members]) -> dict[int, dict[int, bytes | Text]]:
    """The evidence of each application as pages. One process opens that of several; what it did not finish has its own."""
    out: dict[int, dict[int, bytes | Text]] = {n: {} for n in members}
    for group in _groups(members):
        keys = [(n, no) for n in group for no in members[n]]
        made = pages_of({i: members[n][no][1] for i, (n, no) in enumerate(keys)})
        for i, (n, no) in enumerate(keys):
            out[n][no] = made[i]
        if len(group) > 1:  # one that used up memory or time took the others' with it
            for n in group:
                if REASONS["died"] in out[n].values():
                    out[n] = pages_of({no: content for no, (_, content) in members[n].items()})
    return out


def _groups(members: Mapping[int, Members]) -> Iterator[list[int]]:
    """Applications whose evidence is opened together: not too much of it."""
    group: list[int] = []
    held = 0
    for n, mine in members.items():
        size = sum(len(content) for _, content in mine.values())
        if group and held + size > _TOGETHER:
            yield group
            group, held = [], 0
        group.append(n)
        held += size
    yield group


def _drafted(app: Application, kit: Kit, members: Members, made: dict[int, bytes | Text]) -> _Draft:
    draft = not app.fit
    evidence = _opened(app, made)
    papers = office_papers(app, kit, members, draft=draft)
    remarks = {
        no: f"没有装订：{made.zh}；原件在电子申请包中"
        for no, made in evidence.items()
        if isinstance(made, Text)
    }
    digests = {no: hashlib.sha256(content).hexdigest() for no, (_, content) in members.items()}
    if app.evidence:
        papers[_SHEETS] = write_off_words.evidence_covers(app, kit.house, remarks, digests, draft=draft)
    blank = [{"no": "88", "title": name, "first": "888", "pages": "88"} for name in _titles(app, papers)]
    papers[_COVER] = write_off_words.volume_cover(app, kit.house, blank, "888 页", draft=draft)
    return _Draft(app, papers, evidence)


def _opened(app: Application, made: dict[int, bytes | Text]) -> dict[int, bytes | Text]:
    """Each piece of evidence as the pages that were *made* of it; a fit application's must all open."""
    for e in app.evidence:
        answer = made.setdefault(e.no, REASONS["missing"])
        if app.fit and isinstance(answer, Text) and answer not in _LEFT_OUT:
            raise VolumeError(
                Text(
                    f"{app.id}：证据“{e.name}”的文件 {e.written} 不能装订：{answer.zh}。合订本没有生成，zip 不受影响；"
                    "请换一份能打开的扫描件后重试。",
                    f"{app.id}: the file {e.written} of '{e.name}' cannot be bound: {answer.en}. The volume was not made, the zip "
                    "is not affected; hand in a scan that opens and try again.",
                )
            )
    return made


def _titles(app: Application, papers: dict[str, bytes]) -> list[str]:
    """The bookmarks of a volume without its cover, in order."""
    own = [name.rpartition(".")[0] for name in papers if name not in (_COVER, _SHEETS)]
    return [*own, *(_evidence_title(e) for e in app.evidence)]


def _evidence_title(e: Evidence) -> str:
    return f"证据 {e.no:02d}  {e.type} {e.name}".strip()


def _body(d: _Draft, pdfs: dict[str, bytes]) -> list[Part]:
    """Everything behind the cover: the papers, then each piece of evidence behind its sheet."""
    parts = [
        Part(name.rpartition(".")[0], pdf) for name, pdf in pdfs.items() if name not in (_COVER, _SHEETS)
    ]
    sheets = split(pdfs[_SHEETS]) if _SHEETS in pdfs else []
    for e, sheet in zip(d.app.evidence, sheets, strict=True):
        pages = d.evidence[e.no]
        whole = sheet if isinstance(pages, Text) else joined([sheet, pages])
        parts.append(Part(_evidence_title(e), whole))
    return parts


def _as_pdf(papers: dict[tuple[int, str], bytes]) -> dict[tuple[int, str], bytes]:
    """Office papers as PDF, all in one run."""
    with TemporaryDirectory(prefix="qq-volume-") as name:
        folder = Path(name)
        sources = []
        for i, ((_, paper), content) in enumerate(papers.items()):
            sources.append(folder / f"{i:05d}.{paper.rpartition('.')[2]}")
            sources[-1].write_bytes(content)
        targets = [s.with_suffix(".pdf") for s in sources]
        write_pdfs(sources, targets)
        return {key: target.read_bytes() for key, target in zip(papers, targets, strict=True)}
