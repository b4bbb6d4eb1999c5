"""Ctrl-C that is not lost.

While a module is loaded, an exception out of nowhere becomes something else: libraries in C take it for a failure of their own
(numpy: ``ImportError``) or for nothing at all. So it waits until the module is there; what a command does besides is stopped at
once. Where it came while an object was thrown away, which cannot raise, it comes again (:mod:`qq_excel.faults`).
"""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType

#: Seconds after which it comes again.
_AGAIN = 0.02
_LOADER = "<frozen importlib"


def listen() -> None:
    """Take Ctrl-C from now on, unless the program was begun to ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def come_again() -> None:
    """Have Ctrl-C come once more, in a moment."""
    again = threading.Timer(_AGAIN, _send)
    again.daemon = True
    again.start()


def _stop(_number: int, frame: FrameType | None) -> None:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_LOADER):
            come_again()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _send() -> None:
    """Send it to the main thread, which may be waiting for something by now."""
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    elif (main := threading.main_thread().ident) is not None:
        signal.pthread_kill(main, signal.SIGINT)
