"""The bound volume of a write-off: all papers and the evidence in one PDF, and what evidence is refused."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    TextStringObject,
)

from qq_excel.check import Result, check_paths
from qq_excel.papers import write_off_volume
from qq_excel.papers.evidence_pages import REASONS, pages_of
from qq_excel.papers.pdf import PdfError, find_soffice
from qq_excel.papers.report import Made, make
from qq_excel.papers.report_job import Choices
from qq_excel.papers.volume import Part, bind, page_count
from qq_excel.papers.write_off_facts import applications
from qq_excel.papers.write_off_fit import judge
from qq_excel.papers.write_off_pack import Kit
from qq_excel.papers.write_off_volume import Press
from tests.papers.paper_reading import docx_text
from tests.support.build import build
from tests.support.digests import digest

TYPES = ["债权凭证", "催收记录", "终结执行裁定"]
needs_libreoffice = pytest.mark.skipif(find_soffice() is None, reason="LibreOffice turns the papers into PDF")


def pdf(*pages: tuple[int, int], turned: int = 0, script: str = "", lock: str = "") -> bytes:
    writer = PdfWriter()
    for wide, high in pages:
        writer.add_blank_page(wide, high).rotate(turned)
    if script:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(action)})
    if lock:
        writer.encrypt(lock)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(form: str, mode: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, form)
    return out.getvalue()


def handed_in(folder: Path, evidence: dict[str, bytes], **more) -> Result:
    """One application that is fit, its evidence in files of these names."""
    (folder / "evidence").mkdir(parents=True)
    for name, content in evidence.items():
        (folder / "evidence" / name).write_bytes(content)
    old = {"occurred_on": dt.date(2022, 5, 1), "due_on": dt.date(2022, 8, 1)}
    ledger = {**old, "original": 800000, "received": 0, "balance": 800000, "provision": 600000, "age_band": "4至5年",
              "overdue_days": 1521, "status": "诉讼"}  # fmt: skip
    asked = {"balance": 800000, "amount": 800000, "provision": 600000, **more}
    rows = [
        {"type": t, "name": f"{t}一", "path": f"evidence/{n}"} for t, n in zip(TYPES, evidence, strict=True)
    ]
    log = {"claim_id": "ZQ-0001", "on": dt.date(2024, 3, 5), "method": "上门", "content": "当面催收", "reply": "称无力偿还"}  # fmt: skip
    tables = {"receivables": [ledger], "write_offs": [asked], "evidence": rows, "collection_log": [log]}
    return check_paths([build(folder / "核销.xlsx", tables)])


GOOD = {
    "contract.pdf": pdf((595, 842), (842, 595), turned=90, script="app.alert(1)"),
    "log.jpg": picture("JPEG", "RGB", (1600, 900)),
    "ruling.png": picture("PNG", "RGBA", (300, 500)),
}


# --- evidence -------------------------------------------------------------------------------------------


def test_evidence_becomes_plain_pages_or_a_reason() -> None:
    made = pages_of({
        1: GOOD["contract.pdf"], 2: GOOD["log.jpg"], 3: GOOD["ruling.png"], 4: pdf((9, 9), lock="x"),
        5: b"%PDF-1.4 log", 6: b"PK\x03\x04", 7: b"\x89PNG\r\n\x1a\n, and then nothing", 8: pdf(*[(9, 9)] * 1001),
        9: b"",
    })  # fmt: skip
    assert {n: page_count(x) for n, x in made.items() if isinstance(x, bytes)} == {1: 2, 2: 1, 3: 1}
    assert b"alert" not in made[1]
    reasons = {n: x for n, x in made.items() if not isinstance(x, bytes)}
    assert reasons == {
        4: REASONS["encrypted"], 5: REASONS["damaged"], 6: REASONS["kind"], 7: REASONS["damaged"], 8: REASONS["large"],
        9: REASONS["kind"],
    }  # fmt: skip
    wide = PdfReader(io.BytesIO(made[2])).pages[0].mediabox
    assert round(float(wide.width)) == 842  # a wide picture lies


def test_only_what_draws_comes_along() -> None:
    """Attachments, scripts, links and outside files of the page, and of what it draws with; the drawing stays."""

    def of(**entries) -> DictionaryObject:
        return DictionaryObject({NameObject(f"/{k}"): v for k, v in entries.items()})

    def stream(content: bytes, **entries) -> IndirectObject:
        made = DecodedStreamObject()
        made.set_data(content)
        made.update(of(**entries))
        return writer._add_object(made)

    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    other = writer.add_blank_page(10, 10)
    name, number = NameObject, NumberObject
    file = of(F=TextStringObject("virus"), EF=of(F=stream(b"EVIL-MZ")))  # without a type
    script = of(S=name("/JavaScript"), JS=TextStringObject("app.alert(1)"))
    outside = of(F=TextStringObject("/etc/passwd"))
    box = ArrayObject([number(0), number(0), number(9), number(9)])
    form = stream(
        b"0 0 9 9 re f", Type=name("/XObject"), Subtype=name("/Form"), BBox=box, AF=ArrayObject([file]), Ref=outside,
        Resources=of(Properties=of(P=of(AF=file))),
    )  # fmt: skip
    image = stream(
        b"\x80", Subtype=name("/Image"), Width=number(1), Height=number(1), ColorSpace=name("/DeviceGray"),
        BitsPerComponent=number(8), OPI=of(AA=script), F=TextStringObject("/etc/passwd"),
    )  # fmt: skip
    glyph = stream(b"9 0 d0 0 0 9 9 re f")
    font = of(
        Type=name("/Font"), Subtype=name("/Type3"), FontBBox=box, FirstChar=number(97), LastChar=number(97),
        FontMatrix=ArrayObject([FloatObject(x) for x in (0.1, 0, 0, 0.1, 0, 0)]), Widths=ArrayObject([number(10)]),
        CharProcs=of(AF=glyph), Encoding=of(Differences=ArrayObject([number(97), name("/AF")])),
        Note=ArrayObject([file, script, other.indirect_reference]),
    )  # fmt: skip
    page[name("/Resources")] = of(
        XObject=of(JS=form, EF=image, PS=stream(b"quit", Subtype=name("/PS"))), Font=of(S=font), AF=of(X=file),
    )  # fmt: skip
    page[name("/Contents")] = stream(b"q 50 0 0 50 0 0 cm /EF Do Q /JS Do BT /S 40 Tf 90 20 Td (a) Tj ET")
    page[name("/AF")] = ArrayObject([file])
    page[name("/PresSteps")] = of(Type=name("/NavNode"), NA=script)
    page[name("/UserUnit")] = number(2)
    out = io.BytesIO()
    writer.write(out)

    (made,) = pages_of({1: out.getvalue()}).values()
    for gone in (b"EVIL-MZ", b"alert", b"passwd", b"virus", b"quit", b"JavaScript", b"NavNode"):
        assert gone in out.getvalue()
        assert gone not in made
    first, _ = PdfReader(io.BytesIO(made)).pages
    assert sorted(first) == ["/Contents", "/MediaBox", "/Parent", "/Resources", "/Type", "/UserUnit"]
    drawn = first["/Resources"]
    assert list(drawn) == ["/XObject", "/Font"]
    assert drawn["/XObject"]["/JS"].get_data() == b"0 0 9 9 re f"
    assert drawn["/XObject"]["/EF"].get_data() == b"\x80"
    assert "/PS" not in drawn["/XObject"]
    assert drawn["/Font"]["/S"]["/CharProcs"]["/AF"].get_data() == glyph.get_object().get_data()
    assert drawn["/Font"]["/S"]["/Note"] == [NullObject()] * 3


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qq_excel.papers.evidence_pages._SECONDS", 0.001)
    assert pages_of({1: GOOD["log.jpg"]}) == {1: REASONS["died"]}


def test_a_volume_has_bookmarks_and_numbers_and_the_same_bytes() -> None:
    parts = [Part("甲", pdf((595, 842))), Part("乙", pdf((842, 595), (595, 842), turned=90)), Part("丙", pdf((100, 100)), 1)]  # fmt: skip
    made = bind(parts, "题名", "HX-1")
    assert bind(parts, "题名", "HX-1") == made
    reader = PdfReader(io.BytesIO(made))
    assert [p.extract_text() for p in reader.pages] == [f"HX-1   {n} / 4" for n in range(1, 5)]
    first, second, (third,) = reader.outline
    titles = [(m.title, reader.get_destination_page_number(m)) for m in (first, second, third)]
    assert titles == [("甲", 0), ("乙", 1), ("丙", 3)]
    assert reader.metadata.title == "题名"


# --- volumes --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("volume")
    result = handed_in(folder / "in", GOOD)
    make("write-off", result, folder / "out", formats=["zip", "xlsx", "pdf"])
    return folder / "out", result


@needs_libreoffice
def test_all_papers_and_the_evidence_stand_in_one_pdf(volume: tuple[Path, Result]) -> None:
    out, _ = volume
    assert sorted(p.name for p in out.glob("HX*")) == ["HX-0001_核销申请包.pdf", "HX-0001_核销申请包.zip"]
    reader = PdfReader(out / "HX-0001_核销申请包.pdf")
    count = len(reader.pages)
    titles = [(m.title, reader.get_destination_page_number(m) + 1) for m in reader.outline]
    assert [t for t, _ in titles] == [
        "封面和目录", "核销申请报告", "核销审批表", "坏账认定意见书", "债权履历", "债权及账龄摘录", "证据索引",
        "证据 01  债权凭证 债权凭证一",
        "证据 02  催收记录 催收记录一", "证据 03  终结执行裁定 终结执行裁定一",
    ]  # fmt: skip
    assert [p - count for _, p in titles[-3:]] == [-6, -3, -1]  # three sheets, two pages, a page, a page
    for n, page in enumerate(reader.pages, 1):
        assert page.extract_text().endswith(f"HX-0001   {n} / {count}")
    contents = " ".join(reader.pages[0].extract_text().split())
    for n, (title, page) in enumerate(titles[1:], 1):
        assert f"{n} {' '.join(title.split())} {page} " in contents
    assert f"{count} 页" in contents
    assert "当面催收；对方答复：称无力偿还" in "".join(reader.pages[titles[4][1] - 1].extract_text().split())


@needs_libreoffice
def test_volumes_are_the_same_and_kept_while_the_evidence_is(
    volume: tuple[Path, Result], tmp_path: Path
) -> None:
    out, result = volume
    again = make("write-off", result, out, formats=["zip", "xlsx", "pdf"])
    assert (len(again.kept), again.written) == (2, [])
    anew = make("write-off", result, tmp_path, formats=["pdf"])
    assert digest(anew.written[0]) == digest(out / "HX-0001_核销申请包.pdf")


def test_a_pack_is_made_anew_when_its_evidence_changed(tmp_path: Path) -> None:
    result = handed_in(tmp_path / "in", GOOD)
    make("write-off", result, tmp_path / "out")
    assert len(make("write-off", result, tmp_path / "out").kept) == 1
    (tmp_path / "in" / "evidence" / "log.jpg").write_bytes(picture("JPEG", "RGB", (160, 90)))
    made = make("write-off", result, tmp_path / "out")
    assert ([p.name for p in made.written], made.kept) == (["HX-0001_核销申请包.zip"], [])


def test_encrypted_evidence_keeps_the_volume_from_being_made_but_not_the_pack(tmp_path: Path) -> None:
    result = handed_in(tmp_path / "in", {**GOOD, "contract.pdf": pdf((9, 9), lock="x")})
    made = make("write-off", result, tmp_path / "out", formats=["zip", "pdf"])
    assert [p.name for p in made.written] == ["HX-0001_核销申请包.zip"]
    assert made.no_pdf.zh.startswith(
        "HX-0001：证据“债权凭证一”的文件 evidence/contract.pdf 不能装订：PDF 加了密，请换成不加密的。"
    )


def test_one_volume_that_is_stale_is_bound_alone(tmp_path: Path, monkeypatch) -> None:
    """What is bound, run by run; the binding itself is looked at above."""
    bound: list[list[int]] = []

    def count(press: Press, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        bound.append(list(numbers))
        return ((n, b"%d" % n) for n in numbers)

    monkeypatch.setattr(Press, "_bound", count)
    monkeypatch.setattr("qq_excel.papers.write_off_volume._BATCH", 2)
    rows = [{"application_id": f"HX-000{n}"} for n in range(4)]
    result = check_paths([build(tmp_path / "核销.xlsx", {"receivables": [{}], "write_offs": rows})])

    def run() -> Made:
        return make("write-off", result, tmp_path / "out", formats=["pdf"], choices=Choices(draft=True))

    volumes = run().written
    assert ([v.read_bytes() for v in volumes], bound) == ([b"0", b"1", b"2", b"3"], [[0, 1], [2, 3]])
    volumes[0].unlink()
    volumes[3].unlink()
    bound.clear()
    again = run()
    assert (again.written, bound) == ([volumes[0], volumes[3]], [[0, 3]])
    assert (volumes[3].read_bytes(), again.kept) == (b"3", volumes[1:3])


@needs_libreoffice
def test_what_is_no_scan_is_told_on_its_sheet(tmp_path: Path) -> None:
    evidence = {"contract.docx": b"PK\x03\x04", "log.jpg": GOOD["log.jpg"], "ruling.png": GOOD["ruling.png"]}
    make("write-off", handed_in(tmp_path / "in", evidence), tmp_path / "out", formats=["pdf"])
    reader = PdfReader(tmp_path / "out" / "HX-0001_核销申请包.pdf")
    first = next(m for m in reader.outline if m.title.startswith("证据 01"))
    sheet = reader.pages[reader.get_destination_page_number(first)]
    assert "没有装订：不是 PDF、JPEG 或 PNG，不能装订；原件在电子申请包中" in "".join(
        sheet.extract_text().split("\n")
    )


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for a program that fails")
def test_a_libreoffice_that_fails_is_not_asked_for_every_volume(tmp_path: Path, monkeypatch) -> None:
    result = handed_in(tmp_path / "in", GOOD)
    (app,) = judge(result, applications(result))
    failing = tmp_path / "soffice"
    failing.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/asked\nexit 1\n", encoding="utf-8")
    failing.chmod(0o755)
    monkeypatch.setenv("QQ_SOFFICE", str(failing))
    monkeypatch.setattr("qq_excel.papers.write_off_volume._BATCH", 2)
    press = Press([app] * 9, Kit.of(result))
    for n in range(9):
        press.want(n)
    for n in range(9):
        with pytest.raises(PdfError, match="LibreOffice 没有转出 PDF"):
            press.write(n, tmp_path / f"{n}.pdf")
    assert (tmp_path / "asked").read_text(encoding="utf-8").split() == ["asked"] * 2
    assert not list(tmp_path.glob("*.pdf"))


# --- own templates ----------------------------------------------------------------------------------------


def test_packs_take_the_organisations_own_templates(tmp_path: Path) -> None:
    import zipfile

    own = tmp_path / "own"
    own.mkdir()
    settings = "letterhead: 某集团文件\noffice: 清收办公室\n"
    (own / "organisation.yaml").write_text(settings, encoding="utf-8")
    result = handed_in(tmp_path / "in", GOOD)
    make("write-off", result, tmp_path / "out", templates=own, choices=Choices())
    with zipfile.ZipFile(tmp_path / "out" / "HX-0001_核销申请包.zip") as pack:
        (tmp_path / "x.docx").write_bytes(pack.read("债权履历.docx"))
    assert "某集团文件" in docx_text(tmp_path / "x.docx")


def test_the_number_stands_in_the_lower_right_of_every_page_however_it_lies() -> None:
    odd = PdfWriter()
    page = odd.add_blank_page(400, 600)
    page.mediabox.lower_left, page.mediabox.upper_right = (-50, 100), (350, 700)
    out = io.BytesIO()
    odd.write(out)
    parts = [
        Part("plain", pdf((400, 600))),
        Part("turned", pdf((600, 400), turned=90)),
        Part("moved", out.getvalue()),
    ]
    pages = PdfReader(io.BytesIO(bind(parts, "Title", "HX"))).pages
    for n, one in enumerate(pages, 1):
        places: list[tuple[str, float, float]] = []

        def told(text: str, cm: list[float], tm: list[float], *_: object, to: list = places) -> None:
            to.append((text.strip(), tm[4] + cm[4], tm[5] + cm[5]))

        one.extract_text(visitor_text=told)
        (x, y) = next((x, y) for text, x, y in places if text == f"HX   {n} / 3")
        assert (round(float(one.mediabox.width)), round(float(one.mediabox.height)), one.rotation) == (
            400,
            600,
            0,
        )
        assert 250 < x - float(one.mediabox.left) < 400
        assert 0 < y - float(one.mediabox.bottom) < 30


def test_evidence_that_ends_the_process_takes_no_others_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several applications are opened in one process; when it dies, each is opened in its own."""
    asked: list[int] = []

    def opened(evidence: dict[int, bytes]) -> dict[int, bytes | object]:
        asked.append(len(evidence))
        deadly = b"bomb" in evidence.values()
        return {
            no: REASONS["died"] if deadly and content != b"early" else content
            for no, content in evidence.items()
        }

    monkeypatch.setattr(write_off_volume, "pages_of", opened)
    members = {1: {1: ("a", b"early")}, 2: {1: ("b", b"bomb"), 2: ("c", b"x")}, 5: {1: ("d", b"late")}, 7: {}}
    assert write_off_volume._pages(members) == {
        1: {1: b"early"}, 2: {1: REASONS["died"], 2: REASONS["died"]}, 5: {1: b"late"}, 7: {},
    }  # fmt: skip
    assert asked == [4, 2, 1]
    monkeypatch.setattr(write_off_volume, "_TOGETHER", 5)
    asked.clear()
    assert write_off_volume._pages({1: {1: ("a", b"12345")}, 2: {1: ("b", b"1")}}) == {
        1: {1: b"12345"},
        2: {1: b"1"},
    }
    assert asked == [1, 1]
