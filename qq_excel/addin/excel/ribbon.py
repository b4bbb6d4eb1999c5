"""customUI and the sheet of texts, made from the table of buttons.

Labels and tips come through callbacks, so that one file speaks Chinese in a Chinese Excel and English in
any other; images, sizes and key tips stand in the XML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qq_excel.addin.buttons import BUTTONS, GROUPS, TAB_ID, TAB_KEY, TAB_LABEL
from qq_excel.language import Text

#: The oldest namespace serves every Excel that we know, macOS included.
NAMESPACE: Final = "http://schemas.microsoft.com/office/2006/01/customui"
RELATIONSHIP: Final = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"

_MESSAGES: Final = {
    "unknown_action": Text("没有这个按钮。请运行 qq-excel addin update。", "There is no such button. Run qq-excel addin update."),
    "no_book": Text(
        "请先打开一个工作簿。若窗口上方提示“受保护的视图”，请先点“启用编辑”。",
        "Open a workbook first. If it is in Protected View, click Enable Editing.",
    ),
    "no_server": Text("Mac 上每次点按都重新启动，无需重启。", "On a Mac every click starts anew; there is nothing to restart."),
    "restarted": Text("已重启，下一次点按会稍慢。", "Restarted. The next click takes a little longer."),
    "failed": Text(
        "后台程序没有应答，工作簿未改动。请在命令行运行 qq-excel addin doctor，并按提示处理；仍不行，请把下面一行告诉管理员。",
        "The program behind the buttons did not answer; the workbook was not changed. Run qq-excel addin doctor "
        "and do what it says; if that does not help, tell your administrator the line below.",
    ),
}  # fmt: skip


def custom_ui() -> bytes:
    """The ribbon's XML."""
    from lxml import etree

    def child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
        return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)

    root = etree.fromstring(f'<customUI xmlns="{NAMESPACE}"/>')
    tabs = child(child(root, "ribbon"), "tabs")
    tab = child(tabs, "tab", id=TAB_ID, getLabel="QQRibbon.QQ_GetLabel", keytip=TAB_KEY)
    for group in GROUPS:
        box = child(tab, "group", id=group.id, getLabel="QQRibbon.QQ_GetLabel")
        for button in BUTTONS:
            if button.group == group.id:
                child(
                    box, "button", id=button.id, imageMso=button.icon, keytip=button.key,
                    size="large" if button.large else "normal",
                    getLabel="QQRibbon.QQ_GetLabel", getScreentip="QQRibbon.QQ_GetScreentip",
                    getSupertip="QQRibbon.QQ_GetSupertip", onAction="QQRibbon.QQ_OnAction",
                )  # fmt: skip
    xml: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", standalone=True, pretty_print=True
    )
    return xml


def texts() -> Iterator[tuple[str, Text]]:
    """Key and text of everything that the ribbon and its messages say."""
    yield f"label.{TAB_ID}", TAB_LABEL
    for group in GROUPS:
        yield f"label.{group.id}", group.label
    for button in BUTTONS:
        yield f"label.{button.id}", button.label
        yield f"tip.{button.id}", button.tip
        yield f"more.{button.id}", button.more
        if not button.needs_book:
            yield f"book.{button.id}", Text("optional", "optional")
    for name, text in _MESSAGES.items():
        yield f"msg.{name}", text
