"""How a process that reads files is begun, and one that is begun before anything else is loaded.

It takes longer to load its libraries than a small check takes for all the rest: the command line begins it first, and loads its
own meanwhile. Nothing heavy may be imported here.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
from typing import IO

_START = "import sys; sys.path[:] = {path!r}; from qq_excel.reading.worker import main; main()"
#: Bytes that a pipe holds (where the system can be asked): tables go over in a few large pieces.
_PIPE = 1 << 20
#: A process, and what its libraries print: that is for the log, not the screen.
Begun = tuple["subprocess.Popen[bytes]", IO[bytes]]
_AHEAD: list[Begun] = []


def begin() -> Begun:
    """A process of :mod:`qq_excel.reading.worker`: the one that was begun ahead, if there is one."""
    return _AHEAD.pop() if _AHEAD else _begun()


def begin_ahead() -> None:
    """Begin one that will be needed. It ends with the program if it was not."""
    if not _AHEAD:
        _AHEAD.append(_begun())
        atexit.register(_end)


def _begun() -> Begun:
    said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
    process = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
        [sys.executable, "-c", _START.format(path=sys.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, bufsize=0, pipesize=_PIPE,
    )  # fmt: skip
    return process, said


def _end() -> None:
    for process, _ in _AHEAD:
        process.kill()
        process.wait()
