"""What the user is asked in LibreOffice: a message, a folder, one of a list. All on the office's main thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.addin.libreoffice.remote import Enum
from qq_excel.language import t

if TYPE_CHECKING:
    from qq_excel.addin.libreoffice.engine import App

_BUTTONS = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}
#: com.sun.star.awt.PushButtonType.
_OK, _CANCEL = 1, 2
#: com.sun.star.awt.PosSize: the place and not the size.
_POSITION = 3
_ANSWERS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}


def message(app: App, prompt: str, title: str, buttons: str, mode: str | None) -> str:
    """Show *prompt*; the button that was pressed: ``ok``, ``cancel``, ``yes`` or ``no``."""
    kind = "WARNINGBOX" if mode == "critical" else "INFOBOX" if buttons == "ok" else "QUERYBOX"
    box = app.service("com.sun.star.awt.Toolkit").createMessageBox(
        app.window(), Enum("com.sun.star.awt.MessageBoxType", kind), _BUTTONS[buttons], title, prompt
    )
    try:
        return _ANSWERS[box.ask("execute")]
    finally:
        box.dispose()


def folder(app: App, title: str) -> Path | None:
    """Ask for a folder; None when the user changed his mind."""
    picker = app.service("com.sun.star.ui.dialogs.FolderPicker")
    picker.setTitle(title)
    if picker.ask("execute") != 1:
        return None
    return Path(app.bridge.ask("uno", name="fileUrlToSystemPath", given=(picker.getDirectory(),)))


def one_of(app: App, title: str, choices: Sequence[str]) -> int | None:
    """Ask for one of *choices*; its number, None when the user changed his mind."""
    model = app.service("com.sun.star.awt.UnoControlDialogModel")
    model.Title, model.Width, model.Height = title, 180, 176
    _control(model, "ListBox", "list", (6, 6, 168, 140), Dropdown=False, StringItemList=tuple(choices))
    _control(
        model,
        "Button",
        "ok",
        (62, 154, 52, 16),
        Label=t("确定", "OK"),
        PushButtonType=_OK,
        DefaultButton=True,
    )
    _control(model, "Button", "no", (122, 154, 52, 16), Label=t("取消", "Cancel"), PushButtonType=_CANCEL)
    dialog = app.service("com.sun.star.awt.UnoControlDialog")
    dialog.setModel(model)
    dialog.createPeer(app.service("com.sun.star.awt.Toolkit"), app.window())
    _centre(dialog, app.window())
    listed = dialog.getControl("list")
    listed.selectItemPos(0, True)
    listed.setFocus()
    try:
        chosen = dialog.ask("execute") == 1
        place = int(listed.getSelectedItemPos())
        return place if chosen and place >= 0 else None
    finally:
        dialog.dispose()


def _centre(dialog: Any, window: Any) -> None:
    """Into the middle of the window it belongs to: the office puts a dialog of our own into its corner."""
    if window is None:
        return
    inner, outer = dialog.getPosSize(), window.getPosSize()
    dialog.setPosSize((outer.Width - inner.Width) // 2, (outer.Height - inner.Height) // 2, 0, 0, _POSITION)


def _control(model: Any, kind: str, name: str, place: tuple[int, int, int, int], **settings: Any) -> None:
    """Put a control into a dialog; places are the office's dialog units."""
    control = model.createInstance(f"com.sun.star.awt.UnoControl{kind}Model")
    places = dict(zip(("PositionX", "PositionY", "Width", "Height"), place, strict=True))
    for setting, value in {**places, **settings}.items():
        setattr(control, setting, value)
    model.insertByName(name, control)
