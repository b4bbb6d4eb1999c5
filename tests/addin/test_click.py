"""What a click calls: versions, unknown ids and faults each become one sentence in the workbook's application."""

import types

import pytest

from qq_excel import __version__
from qq_excel.addin import click
from qq_excel.addin.buttons import BUTTONS
from qq_excel.errors import InputError
from qq_excel.language import Text


class Book:
    """What ``run`` needs of a workbook."""

    def __init__(self):
        self.said = []
        self.app = types.SimpleNamespace(
            status_bar="…", alert=lambda text, title: self.said.append((title, text))
        )


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("QQ_LOG_DIR", str(tmp_path))
    return tmp_path / "qq-excel" / "qq-excel.log"


def act(monkeypatch, action):
    monkeypatch.setattr(click, "actions", lambda: {"qq_check": action})


def test_the_action_runs_on_the_book(monkeypatch):
    seen = []
    act(monkeypatch, seen.append)
    book = Book()
    assert click.run(book, "qq_check", __version__, "zh")
    assert seen == [book]
    assert book.said == []


@pytest.mark.parametrize(("lang", "says"), [("zh", "两者须一致"), ("en", "they must be the same")])
def test_versions_that_differ_are_both_named_and_nothing_runs(monkeypatch, lang, says):
    act(monkeypatch, lambda book: pytest.fail("ran"))
    book = Book()
    assert not click.run(book, "qq_check", "0.0.9", lang)
    ((title, text),) = book.said
    assert title == "清欠"
    assert says in text
    assert "0.0.9" in text
    assert __version__ in text
    assert book.app.status_bar is False


def test_an_unknown_id_is_refused():
    book = Book()
    assert not click.run(book, "qq_nope", __version__, "zh")
    assert book.said == [("清欠", "没有“qq_nope”这个按钮。")]


def test_what_is_wrong_with_the_input_is_told_as_it_is(monkeypatch):
    def refuse(book):
        raise InputError(Text("没有认出表种。", "Kind not recognised."))

    act(monkeypatch, refuse)
    book = Book()
    assert not click.run(book, "qq_check", __version__, "zh")
    assert book.said == [("清欠", "没有认出表种。")]


def test_a_fault_is_a_number_on_the_screen_and_a_traceback_in_the_log(monkeypatch, log):
    act(monkeypatch, lambda book: 1 // 0)
    book = Book()
    assert not click.run(book, "qq_check", __version__, "zh")
    text = book.said[0][1]
    assert "ZeroDivisionError" not in text
    fault = text.split("编号 ")[1][:8]
    written = log.read_text("utf-8")
    assert fault in written
    assert "ZeroDivisionError" in written


def test_on_a_mac_without_excel_it_ends_with_a_line_in_the_log(log):
    assert click.main(["qq_check", __version__, "zh", "a.xlsx"]) == 2
    assert click.main(["too", "few"]) == 2
    assert log.read_text("utf-8").count("fault ") == 2


def test_every_button_has_an_action_and_every_action_a_button():
    # qq_restart is the macro's own: it ends the Python that would run an action
    assert set(click.actions()) | {"qq_restart"} == {b.id for b in BUTTONS}
