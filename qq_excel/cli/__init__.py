"""The command line. ``program`` is the script, ``main`` sets the language, then loads the commands."""

from __future__ import annotations

import atexit
import os
import sys
import threading

#: The exit code after Ctrl-C, as shells have it.
_INTERRUPTED = 130
#: Commands that read what is foreign first of all.
_READING = frozenset({"check", "fix", "import", "batch"})
#: With these they do not: they tell how they are used, or a cluster reads.
_NOT_HERE = ("-h", "--help", "--cluster")


def _language(arguments: list[str]) -> str:
    """The language asked for anywhere on the line, so that help and errors speak it too."""
    for i, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
        if argument == "--lang" and i + 1 < len(arguments):
            return arguments[i + 1]
    return os.environ.get("QQ_LANG", "zh")


def program() -> None:
    """``qq-excel`` as a program: :func:`main`, and the end at once.

    Python would take all libraries apart first, which takes a tenth of a second (mypy ends in this way, for the same reason).
    """
    try:
        main()
    except SystemExit as leave:
        code = leave.code
        if isinstance(code, int) and all(
            t.daemon or t is threading.main_thread() for t in threading.enumerate()
        ):
            atexit._run_exitfuncs()  # the log is closed, a process that was begun ahead is ended
            try:
                sys.stdout.flush()
                sys.stderr.flush()
            except OSError:  # nobody reads what is printed: Python says so
                raise leave from None
            os._exit(code)
        raise


def main() -> None:
    """Run ``qq-excel``: exit code 0 clean, 1 findings at level E, 2 could not run."""
    try:
        code = _run()
    except KeyboardInterrupt:  # while the commands are loaded and put together: there is nothing to say yet
        code = _INTERRUPTED
    sys.exit(code)


def _run() -> int:
    from qq_excel import language
    from qq_excel.heap import load_undisturbed
    from qq_excel.stopping import listen

    listen()
    load_undisturbed()
    language.use("en" if _language(sys.argv[1:]) == "en" else "zh")
    if sys.argv[1:] == ["--version"]:
        from qq_excel import __version__

        sys.stdout.write(f"qq-excel {__version__}\n")
        return 0
    if _READING.intersection(sys.argv[1:4]) and not any(a.startswith(_NOT_HERE) for a in sys.argv):
        from qq_excel.processes import begin_ahead

        begin_ahead()
    from qq_excel.faults import set_up_log

    set_up_log()
    from qq_excel.cli.app import run

    return run()
