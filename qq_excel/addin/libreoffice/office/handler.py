"""The extension's part that LibreOffice loads: takes a click, hands it to the worker, tidies up when it is done.

Runs in the office's own Python (3.7 or later, standard library only), on its main thread: so it returns at once,
and threads wait for the worker. The office side owns the undo step and the locks: a worker that dies leaves nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Any, NamedTuple

import uno
import unohelper
from com.sun.star.awt import XKeyHandler
from com.sun.star.frame import XDispatch, XDispatchProvider
from com.sun.star.lang import XInitialization, XServiceInfo
from qq_excel_bridge import Server, on_main_thread

NAME = "cn.qq_excel.buttons"
_PROTOCOL = "cn.qq_excel:"
_ESCAPE = 1281
#: How long what an action said stays in the status bar.
_SHOWN_SECONDS = 20
_STRAY = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "URE_BOOTSTRAP", "UNO_PATH")
_ICONS = {"info": "INFOBOX", "ask": "QUERYBOX", "error": "ERRORBOX"}


def _settings() -> dict[str, Any]:
    """What was written into the extension where it was made: interpreter, version, texts, log."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "settings.json").read_text("utf-8"))
    return found


def _log(text: str) -> None:
    """One line in the program's log; an office does not stop because a log cannot be written."""
    try:
        file = Path(_settings()["log"])
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.write(time.strftime("%Y-%m-%d %H:%M:%S") + f" LIBREOFFICE {text}\n")
    except OSError:
        pass


class _Keys(unohelper.Base, XKeyHandler):  # type: ignore[misc]
    """While something runs: Esc stops it, and no key changes the sheet under it."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def keyPressed(self, event: Any) -> bool:  # noqa: N802 - UNO's name
        """Called by the office."""
        if event.KeyCode == _ESCAPE:
            self.worker.stopping = True
        return True

    def keyReleased(self, event: Any) -> bool:  # noqa: N802 - UNO's name
        """Called by the office."""
        del event
        return True

    def disposing(self, source: Any) -> None:
        """Called by the office."""


class _Job(NamedTuple):
    """A workbook in which a click is at work, and how it was before."""

    document: Any
    controller: Any
    keys: _Keys
    automatic: bool
    since: float


class Worker:
    """The process behind the buttons, and what it is doing. One for the whole office."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.process: Any = None
        #: What a click is busy with.
        self.job: _Job | None = None
        self.stopping = False

    # --- the process ----------------------------------------------------------------------------------

    def start(self) -> Any:
        """The process; started if it is not there."""
        if self.process is not None and self.process.poll() is None:
            return self.process
        settings = _settings()
        key = secrets.token_bytes(32)
        listener = Listener(authkey=key)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        environment = {k: v for k, v in os.environ.items() if k not in _STRAY}
        code = (
            f"import sys; sys.path.insert(0, {settings['root']!r}); "
            "from qq_excel.addin.libreoffice.worker import main; main()"
        )
        no_window = {"creationflags": 0x08000000} if os.name == "nt" else {}
        process: Any = subprocess.Popen(  # type: ignore[call-overload] # noqa: S603 - the interpreter that made the extension
            [settings["python"], "-I", "-B", "-X", "utf8", "-c", code],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="utf-8", bufsize=1, **no_window,
        )  # fmt: skip
        hello = {"address": listener.address, "key": key.hex(), "office": os.getpid()}
        process.stdin.write(json.dumps(hello) + "\n")
        process.stdin.flush()
        threading.Thread(target=self._read, args=(process,), daemon=True).start()
        self.process = process
        return process

    def _serve(self, listener: Any) -> None:
        """Answer the worker's calls."""
        try:
            with listener:
                connection = listener.accept()
            Server(self.context, lambda: self.stopping).serve(connection)
        except Exception as error:  # the worker ended: _read tells it
            _log(f"bridge: {type(error).__name__}: {error}")

    def _read(self, process: Any) -> None:
        """Wait for what the worker answers."""
        for line in process.stdout:
            self._done(line.strip())
        process.wait()
        if self.job is not None:
            self._done(f"worker ended with {process.returncode}")
            self._later("error", _settings()["texts"]["ended"])

    def end(self) -> None:
        """End the process; the next click starts another."""
        process, self.process = self.process, None
        if process is not None and process.poll() is None:
            process.stdin.close()
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()

    # --- a click --------------------------------------------------------------------------------------

    def click(self, frame: Any, action: str) -> None:
        """Take a click: hand it on, and return."""
        texts = _settings()["texts"]
        _log(f"click {action}")
        if action == "qq_restart":
            self.end()
            self._box("info", texts["restarted"])
            return
        if self.job is not None:
            if self._box("ask", texts["busy"]):
                self.stopping = True
            return
        self._commit_edit(frame)
        document, controller = frame.Controller.Model, frame.Controller
        process = self.start()
        keys = _Keys(self)
        controller.addKeyHandler(keys)
        document.UndoManager.enterUndoContext(f"{texts['title']}：{texts[action]}")
        automatic = document.isAutomaticCalculationEnabled()
        self.stopping, self.job = False, _Job(document, controller, keys, automatic, time.time())
        job = {
            "action": action,
            "book": document.RuntimeUID,
            "version": _settings()["version"],
            "lang": self._lang(),
        }
        try:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        except OSError:
            self._done("worker does not listen")
            self._box("error", texts["ended"])

    def _commit_edit(self, frame: Any) -> None:
        """End the editing of a cell and keep what was typed: F9 does that and leaves the cursor."""
        name = "com.sun.star.frame.DispatchHelper"
        helper = self.context.ServiceManager.createInstanceWithContext(name, self.context)
        helper.executeDispatch(frame, ".uno:Calculate", "", 0, ())

    def _done(self, told: str) -> None:
        """Give the workbook back to the user, whatever happened."""
        job, self.job = self.job, None
        if job is None:
            return
        document, controller = job.document, job.controller
        try:
            controller.removeKeyHandler(job.keys)
            document.IsAdjustHeightEnabled = True
            while document.hasControllersLocked():
                document.unlockControllers()
            document.enableAutomaticCalculation(job.automatic)
            document.UndoManager.leaveUndoContext()
        except Exception as error:  # the workbook was closed meanwhile
            _log(f"tidying up: {type(error).__name__}: {error}")
        _log(f"done in {time.time() - job.since:.2f} s: {told}")
        timer = threading.Timer(_SHOWN_SECONDS, self._give_back_status, (controller,))
        timer.daemon = True
        timer.start()

    def _give_back_status(self, controller: Any) -> None:
        """Let the status bar show sums again, unless another click is at it."""

        def do() -> None:
            with suppress(Exception):  # the workbook was closed
                if self.job is None:
                    controller.StatusIndicator.end()

        on_main_thread(self.context, do)

    # --- words ----------------------------------------------------------------------------------------

    def _lang(self) -> str:
        name = "com.sun.star.configuration.ConfigurationProvider"
        provider = self.context.ServiceManager.createInstanceWithContext(name, self.context)
        node = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        node.Name, node.Value = "nodepath", "/org.openoffice.Setup/L10N"
        access = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", (node,)
        )
        forced = os.environ.get("QQ_LANG")
        return forced or ("zh" if str(access.getByName("ooLocale")).startswith("zh") else "en")

    def _later(self, kind: str, text: str) -> None:
        on_main_thread(self.context, lambda: self._box(kind, text) and None)

    def _box(self, kind: str, text: str) -> bool:
        """Say something, or ask: whether the answer is yes."""
        create = self.context.ServiceManager.createInstanceWithContext
        frame = create("com.sun.star.frame.Desktop", self.context).getCurrentFrame()
        toolkit = create("com.sun.star.awt.Toolkit", self.context)
        yes_no, ok, yes = 3, 1, 2
        title = _settings()["texts"]["title"]
        shown = uno.Enum("com.sun.star.awt.MessageBoxType", _ICONS[kind])
        box = toolkit.createMessageBox(
            frame and frame.ContainerWindow, shown, yes_no if kind == "ask" else ok, title, text
        )
        try:
            return bool(box.execute() == yes)
        finally:
            box.dispose()


_WORKERS: list[Worker] = []


def _worker(context: Any) -> Worker:
    if not _WORKERS:
        _WORKERS.append(Worker(context))
    return _WORKERS[0]


class Handler(unohelper.Base, XInitialization, XDispatchProvider, XDispatch, XServiceInfo):  # type: ignore[misc]
    """What LibreOffice asks for each of our addresses; one for each frame."""

    def __init__(self, context: Any, *_: Any) -> None:
        self.context = context
        self.frame: Any = None

    def initialize(self, given: Any) -> None:
        """Called by the office with the frame."""
        if given:
            self.frame = given[0]

    def queryDispatch(self, url: Any, target: str, flags: int) -> Any:  # noqa: N802 - UNO's name
        """Whether an address is ours."""
        del target, flags
        return self if url.Protocol == _PROTOCOL else None

    def queryDispatches(self, asked: Any) -> Any:  # noqa: N802 - UNO's name
        """The same for several."""
        return tuple(self.queryDispatch(a.FeatureURL, a.FrameName, a.SearchFlags) for a in asked)

    def dispatch(self, url: Any, given: Any) -> None:
        """A click."""
        del given
        try:
            _worker(self.context).click(self.frame, url.Path)
        except Exception as error:
            _log(f"click {url.Path}: {type(error).__name__}: {error}")
            raise

    def addStatusListener(self, listener: Any, url: Any) -> None:  # noqa: N802 - UNO's name
        """Buttons are always on."""

    def removeStatusListener(self, listener: Any, url: Any) -> None:  # noqa: N802 - UNO's name
        """Buttons are always on."""

    def getImplementationName(self) -> str:  # noqa: N802 - UNO's name
        """Called by the office."""
        return NAME

    def supportsService(self, name: str) -> bool:  # noqa: N802 - UNO's name
        """Called by the office."""
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> Any:  # noqa: N802 - UNO's name
        """Called by the office."""
        return ("com.sun.star.frame.ProtocolHandler",)


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816 - the name that the office looks for
g_ImplementationHelper.addImplementation(Handler, NAME, ("com.sun.star.frame.ProtocolHandler",))
