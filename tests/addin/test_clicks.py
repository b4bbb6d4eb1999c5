"""Every button of the extension pressed with a mouse, in a LibreOffice with a window; what came of it is read back.

Pictures of the screen are kept in ``QQ_PICTURES`` where that is set, else in the test's own folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qq_excel import __version__
from qq_excel.addin.buttons import BUTTONS, BY_ID
from qq_excel.addin.host import host_of
from qq_excel.addin.libreoffice import extension, icons, place, running
from qq_excel.check import check_paths
from qq_excel.cli import addin
from qq_excel.cli.options import Format
from qq_excel.errors import InputError, OutputError
from qq_excel.papers.marks import LIST_SHEET, MARKS_SHEET
from qq_excel.papers.marks_list import own_values
from qq_excel.papers.pack_check import verify_pack
from qq_excel.papers.seal import verify_seal
from tests.addin.conftest import SAMPLES
from tests.support import office
from tests.support.build import build, cell

FAULTY = SAMPLES / "西北分公司" / "应收账款明细表.xlsx"
CLEAN = SAMPLES / "华东分公司" / "应收账款明细表.xlsx"
WRITE_OFFS = SAMPLES / "东北分公司" / "坏账核销申请表.xlsx"
LEDGER = "应收账款明细表"


@dataclass
class Desk:
    """The office on its screen, and who sits before it."""

    app: Any
    mouse: office.Mouse
    folder: Path
    log: Path
    pictures: Path
    profile: Path

    def open(self, source: Path) -> Any:
        """A copy of a workbook, in front; all others are closed."""
        for book in list(self.app.books):
            book.close()
        number = len(list(self.folder.iterdir()))
        home = self.folder / f"{number}"
        shutil.copytree(source.parent, home) if source.is_relative_to(SAMPLES) else home.mkdir()
        if not source.is_relative_to(SAMPLES):
            shutil.copy(source, home)
        return self.app.books.open(str(home / source.name))

    @property
    def done(self) -> list[str]:
        """What the extension says of the clicks that are done."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return [line.split(": ", 1)[1] for line in lines if "done in" in line]

    def press(self, button: str) -> None:
        """Press a button of the toolbar until the extension has taken it: on a busy machine a click can be lost."""
        said = f"LIBREOFFICE click {button}\n"
        before = self.log.read_text("utf-8").count(said) if self.log.exists() else 0

        def taken() -> bool:
            return self.log.exists() and self.log.read_text("utf-8").count(said) > before

        for _ in range(5):
            self.mouse.click(BY_ID[button].label.en)
            with suppress(AssertionError):
                office.wait_for(taken, office.AGAIN)
                return
            self.mouse.look_again()
        self.mouse.picture(self.pictures / f"{button} was not taken.png")
        raise AssertionError(f"{button} was not taken")

    def click(self, button: str, *answers: tuple[str, str], picture: bool = True) -> list[str]:
        """Press a button; answer each dialog: what it must say, and the button to press. What the dialogs said."""
        before = len(self.done)
        self.press(button)
        said = []
        for text, press in answers:
            said.append(self.mouse.dialog(text))
            if picture:
                self.mouse.picture(self.pictures / f"{button}-dialog-{len(said)}.png")
            if press.startswith("/"):
                self.mouse.choose_folder(press)
            else:
                self.mouse.press(press)
        office.wait_for(lambda: len(self.done) > before)
        assert self.done[-1] == f'{{"action": "{button}", "well": true}}'
        if picture:
            self.mouse.picture(self.pictures / f"{button}.png")
        return said

    def stopped_worker(self) -> int:
        """The number of the process behind the buttons, which stands still (SIGSTOP)."""
        (worker,) = office.workers(self.profile)
        os.kill(worker, signal.SIGSTOP)
        return worker

    def stopped_while_it_writes(self, button: str, book: Any) -> int:
        """The same, after it was given a click and has begun to change the workbook; a click that was too fast is made again."""
        while True:
            before = len(self.done)
            self.press(button)
            office.wait_for(lambda: book.impl.doc.hasControllersLocked() or len(self.done) > before)  # noqa: B023
            worker = self.stopped_worker()
            if book.impl.doc.hasControllersLocked():
                return worker
            os.kill(worker, signal.SIGCONT)
            office.wait_for(lambda: len(self.done) > before)  # noqa: B023


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    office.needs("Xvfb", "xdotool")
    folder = tmp_path_factory.mktemp("clicks")
    pictures = Path(os.environ.get("QQ_PICTURES") or tmp_path_factory.mktemp("pictures"))
    pictures.mkdir(exist_ok=True)
    settings = folder / "addin.yaml"
    settings.write_text("policy: group\n", "utf-8")
    patch = pytest.MonkeyPatch()
    patch.setenv("QQ_LOG_DIR", str(folder / "log"))
    patch.setenv("QQ_ADDIN_SETTINGS", str(settings))
    with office.home() as home, office.screen() as display:
        profile = office.install(home, sys.executable)
        shown = {"DISPLAY": display, "SAL_USE_VCLPLUGIN": "gen", "QQ_LANG": "zh", "LANG": "C.UTF-8"}
        with running.started("--nologo", profile=profile, environment=shown) as app:
            work = folder / "work"
            work.mkdir()
            log = folder / "log" / "qq-excel" / "qq-excel.log"
            yield Desk(app, office.Mouse(app, display), work, log, pictures, profile)
            for book in list(app.books):
                book.close()
    patch.undo()


def test_check_then_from_one_to_the_next_then_clear(desk):
    book = desk.open(FAULTY)
    copy = host_of(book).save_copy(desk.folder)
    findings = check_paths([copy]).findings
    desk.click("qq_check")
    listed = book.sheets[LIST_SHEET]
    rows = listed.range((5, 1), (4 + len(findings), 12)).value
    assert [[x or "" for x in row] for row in rows] == [own_values(f) for f in findings]
    assert len(host_of(book).notes(book.sheets[LEDGER])) == 32
    assert book.sheets[LEDGER]["I9"].color == (248, 203, 203)
    assert not book.impl.doc.hasControllersLocked()
    desk.mouse.at(110, 430)  # the cell A9
    desk.click("qq_next")
    assert desk.app.selection.address == "$I$9"
    desk.click("qq_next", picture=False)
    assert desk.app.selection.address == "$I$10"
    desk.click("qq_prev")
    assert desk.app.selection.address == "$I$9"
    (told,) = desk.click("qq_rule", ("REC009", "OK"))
    assert "依据：" in told
    desk.click("qq_clear")
    assert [s.name for s in book.sheets] == [LEDGER, "填表说明"]
    assert host_of(book).notes(book.sheets[LEDGER]) == {}
    titles = book.impl.doc.UndoManager.AllUndoActionTitles
    assert titles[0] == "清欠：清除标注"
    assert "清欠：校验" in titles
    book.impl.doc.UndoManager.undo()  # one step
    assert MARKS_SHEET in [s.name for s in book.sheets]


def test_fix_and_take_it_back(desk, tmp_path):
    path = build(
        tmp_path / "写.xlsx", {"receivables": [{"original": "1,000.00", "received": 0, "balance": 1000.0}]}
    )
    book = desk.open(path)
    there = book.sheets[LEDGER].range(cell("receivables", "original", 0))
    desk.click("qq_fix", ("将修正 1 处写法", "OK"))
    assert there.value == 1000.0
    assert book.sheets["修正记录"]["D4:E4"].value == ["1,000.00", "1000"]
    desk.click("qq_fix", ("上次修正了 1 处", "Yes"), picture=False)
    assert there.value == "1,000.00"
    assert [s.name for s in book.sheets] == [LEDGER]


def test_ageing_warnings_and_policy(desk):
    book = desk.open(FAULTY)
    desk.click("qq_ageing")
    assert book.sheets.active.name == "账龄分析"
    assert [c.name for c in book.sheets["账龄分析"].charts] == ["qq_ageing"]
    desk.click("qq_warnings")
    (new,) = [b for b in desk.app.books if b != book]
    assert new.impl.doc.URL == ""
    assert new.sheets[0]["A1"].value.startswith("清欠预警表")
    book = desk.open(FAULTY)
    desk.click("qq_policy")
    (new,) = [b for b in desk.app.books if b != book]
    assert new.sheets[0].name == "制度与版本"


def test_packs_and_letters_into_a_folder(desk):
    book = desk.open(WRITE_OFFS)
    target = desk.folder / "packs"
    target.mkdir()
    _, told = desk.click("qq_write_off", ("申请包放到哪个文件夹", str(target)), ("申请包已生成", "OK"))
    packs = sorted(target.glob("*.zip"))
    assert packs
    assert all(verify_pack(p) == [] for p in packs)
    assert f"{len(packs)} 份申请包已生成" in told
    book = desk.open(FAULTY)
    book.sheets[LEDGER]["C9:C10"].select()
    target = desk.folder / "letters"
    target.mkdir()
    desk.click("qq_letters", ("生成哪种信函", "确定"), ("信函放到哪个文件夹", str(target)), ("封信函", "OK"))
    assert [p.name for p in target.glob("*.docx")] == ["西北分公司_银川砚峻轴承制造有限公司_对账签认函.docx"]


def test_a_list_to_choose_from_stands_in_the_middle_of_the_window(desk):
    desk.open(CLEAN)
    before = len(desk.done)
    desk.press("qq_template")
    desk.mouse.dialog("新建哪种模板")
    place = desk.mouse.place()
    desk.mouse.press("取消")
    office.wait_for(lambda: len(desk.done) > before)
    assert place == pytest.approx((1360 / 2, 800 / 2), abs=20)


def test_template_help_and_submission(desk):
    book = desk.open(CLEAN)
    desk.click("qq_template", ("新建哪种模板", "确定"))
    (new,) = [b for b in desk.app.books if b != book]
    assert new.sheets[0].name == LEDGER
    book = desk.open(CLEAN)
    (told,) = desk.click("qq_help", (f"qq-excel {__version__}", "OK"))
    assert "制度：group" in told
    target = desk.folder / "inbox"
    target.mkdir()
    desk.click("qq_submit", ("封存件存到哪个文件夹", str(target)), ("已提交：", "OK"))
    (file,) = target.iterdir()
    assert verify_seal(file) == []


def test_restart_ends_the_process_and_the_next_click_starts_another(desk):
    book = desk.open(CLEAN)
    book.impl.doc.enableAutomaticCalculation(False)
    desk.click("qq_clear", picture=False)
    assert not book.impl.doc.isAutomaticCalculationEnabled()  # as the user had it
    (old,) = office.workers(desk.profile)
    desk.press("qq_restart")
    desk.mouse.dialog("已重启")
    desk.mouse.picture(desk.pictures / "qq_restart.png")
    desk.mouse.press("OK")
    assert office.workers(desk.profile) == []
    desk.click("qq_clear", picture=False)
    (new,) = office.workers(desk.profile)
    assert new != old


def test_a_click_while_one_runs_asks_whether_to_stop_and_a_dead_worker_leaves_nothing(desk, tmp_path):
    rows = [{"balance": 0.5 + n} for n in range(1_200)]
    book = desk.open(build(tmp_path / "大.xlsx", {"receivables": rows}))
    desk.click("qq_clear", picture=False)  # now there is a worker
    before = len(desk.done)
    worker = desk.stopped_worker()
    desk.press("qq_check")
    desk.press("qq_check")
    desk.mouse.dialog("要停止它吗")
    desk.mouse.press("Yes")
    os.kill(worker, signal.SIGCONT)
    desk.mouse.dialog("已停止，数据没有改动")
    desk.mouse.press("OK")
    office.wait_for(lambda: len(desk.done) > before)
    assert desk.done[-1].endswith('"well": false}')
    assert [s.name for s in book.sheets] == [LEDGER]
    assert not book.impl.doc.hasControllersLocked()

    os.kill(desk.stopped_while_it_writes("qq_check", book), signal.SIGKILL)
    desk.mouse.dialog("后台程序没有应答")
    desk.mouse.press("OK")
    assert desk.done[-1].startswith("worker ended")
    assert not book.impl.doc.hasControllersLocked()
    assert book.impl.doc.isAutomaticCalculationEnabled()
    desk.click("qq_help", ("日志：", "OK"), picture=False)


# --- the file, without an office ---------------------------------------------------------------------------


def test_the_extension_carries_every_button_once(tmp_path):
    file = extension.build(tmp_path / "a.oxt", "/opt/python")
    again = extension.build(tmp_path / "b.oxt", "/opt/python")
    assert file.read_bytes() == again.read_bytes() or pytest.fail("not the same bytes")
    told = extension.read(file)
    assert told is not None
    assert (told["version"], told["python"]) == (__version__, "/opt/python")
    assert {b.id for b in BUTTONS} <= set(told["texts"])
    assert extension.read(tmp_path / "none.oxt") is None
    assert set(icons.DRAWINGS) == {b.id for b in BUTTONS}


def test_without_an_office_it_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("QQ_LIBREOFFICE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="unopkg"):
        place.install("/opt/python")


def test_it_is_installed_looked_up_and_taken_away_by_command(tmp_path, capsysbinary):
    """By the commands, in a profile of its own; as root unopkg refuses, and that is said in a sentence."""
    office.needs()
    profile = tmp_path / "profile"
    if os.geteuid() == 0:
        with pytest.raises(OutputError, match="不要用 root 运行"):
            addin.install(libreoffice=True, profile=profile)
    with office.home() as folder, office.as_nobody(folder):
        profile = office.new_profile(folder)
        assert addin.status(libreoffice=True, profile=profile) == 1
        assert addin.install(libreoffice=True, profile=profile) == 0
        assert addin.status(libreoffice=True, profile=profile) == 0
        assert addin.status(libreoffice=True, profile=profile, format=Format.JSON) == 0
        assert f'"version": "{__version__}"'.encode() in capsysbinary.readouterr().out
        assert addin.remove(libreoffice=True, profile=profile) == 0
        assert addin.remove(libreoffice=True, profile=profile) == 0
        assert addin.status(libreoffice=True, profile=profile) == 1
