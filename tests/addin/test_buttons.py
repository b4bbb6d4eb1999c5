"""The table of buttons holds together, and its pictures are Excel's."""

from pathlib import Path

from qq_excel.addin.buttons import ACTION_ID, BUTTONS, BY_ID, GROUPS, TAB_KEY

#: Names of controls in Excel 2013, 2016, 2019 and Microsoft 365 alike (Microsoft's lists of control identifiers).
IMAGES = set((Path(__file__).parent / "excel_controls.txt").read_text("utf-8").split())

PROMISED = [
    "qq_check",
    "qq_next",
    "qq_prev",
    "qq_rule",
    "qq_fix",
    "qq_clear",
    "qq_ageing",
    "qq_warnings",
    "qq_write_off",
    "qq_letters",
    "qq_template",
    "qq_submit",
    "qq_policy",
    "qq_restart",
    "qq_help",
]


def test_every_promised_button_is_there_once():
    assert sorted(b.id for b in BUTTONS) == sorted(PROMISED)
    assert len(BY_ID) == len(BUTTONS)
    assert all(ACTION_ID.fullmatch(b.id) for b in BUTTONS)


def test_every_button_stands_in_a_group_and_groups_stand_together():
    order = [g.id for g in GROUPS]
    assert [order.index(b.group) for b in BUTTONS] == sorted(order.index(b.group) for b in BUTTONS)
    assert {b.group for b in BUTTONS} == set(order)


def test_key_tips_differ_and_none_begins_another():
    keys = [b.key for b in BUTTONS]
    assert len(set(keys)) == len(keys)
    assert all(len(k) == 1 and k.isalpha() and k.isupper() for k in [*keys, TAB_KEY])


def test_images_are_on_microsofts_list():
    assert {b.icon for b in BUTTONS} - IMAGES == set()
    assert "QqExcelCheck" not in IMAGES
    assert len(IMAGES) > 1000


def test_texts_are_in_both_languages_and_fit():
    for b in BUTTONS:
        assert 2 <= len(b.label.zh) <= 7, b.id
        assert len(b.label.en) <= 14, b.id
        for text in (b.tip, b.more):
            assert text.zh and text.en.replace("校验结果", "").isascii(), b.id
            assert max(len(text.zh), len(text.en)) <= 1024, b.id
