"""Program faults: into a log, with an id that a user can name; never a traceback on a screen."""

from __future__ import annotations

import logging
import os
import sys
import uuid
from pathlib import Path
from typing import Any

from qq_excel.language import Text
from qq_excel.stopping import come_again


def state_folder() -> Path:
    """Where this user's programs keep what outlives them."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "qq-excel"


def log_file() -> Path:
    """Where the log of program faults is."""
    base = os.environ.get("QQ_LOG_DIR")
    return (Path(base) / "qq-excel" if base else state_folder()) / "qq-excel.log"


def set_up_log() -> None:
    """Program faults go to a file, never to a clerk's screen; not even that the file cannot be written."""
    logging.raiseExceptions = False
    sys.unraisablehook = _log_unraisable
    root = logging.getLogger("qq_excel")
    root.propagate = False
    if any(getattr(h, "baseFilename", None) == str(log_file().absolute()) for h in root.handlers):
        return  # a process that stays up between clicks sets it up once
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(log_file(), encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(handler)


def logged() -> Text:
    """Log the exception that is being handled; the sentence that tells its id and where the log is."""
    fault = uuid.uuid4().hex[:8]
    logging.getLogger("qq_excel").exception("fault %s", fault)
    return Text(
        f"程序内部故障（编号 {fault}）。请把日志 {log_file()} 交给管理员。",
        f"Internal fault {fault}. Give the log {log_file()} to your administrator.",
    )


def _log_unraisable(fault: Any) -> None:
    """A library could not tidy up after an error that is told already. A Ctrl-C that was lost so comes again."""
    if issubclass(fault.exc_type, KeyboardInterrupt):
        come_again()
        return
    logging.getLogger("qq_excel").error(
        "while %r went away", fault.object, exc_info=(fault.exc_type, fault.exc_value, fault.exc_traceback)
    )
