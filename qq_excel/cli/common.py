"""What all commands share: what was given put into form, errors in one sentence, progress, output. Options: ``options``."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from qq_excel.errors import InputError, QQExcelError
from qq_excel.faults import logged
from qq_excel.inputs import must_be_file
from qq_excel.language import Text, t
from qq_excel.output import cannot_write

if TYPE_CHECKING:
    from qq_excel.policy import Policy
    from qq_excel.register import Register

OK, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130

#: Neither markup nor names of emoji: what is printed holds names and texts that others chose.
out = Console(markup=False, emoji=False, highlight=False)
err = Console(stderr=True, markup=False, emoji=False, highlight=False)


def options_of(password_file: Path | None, limits: Path | None, mappings: Path | None = None) -> Any:
    """How files are to be read: a :class:`qq_excel.reading.Options`."""
    from qq_excel.reading import Options
    from qq_excel.reading.options import load_limits, load_mappings

    passwords: tuple[str, ...] = ()
    if password_file is not None:
        from qq_excel.reading.encrypted import read_passwords

        passwords = read_passwords(password_file)
    return Options(load_limits(limits), passwords, load_mappings(mappings))


def existing(path: Path | None) -> Path | None:
    """A file given as an option; :class:`InputError` when it is none."""
    return None if path is None else must_be_file(path)


def day(text: str | None) -> dt.date | None:
    """An ISO date given as an option; :class:`InputError` when it is none."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text(
                f"日期“{text}”不对，请写成 2026-09-30 这样的形式。",
                f"'{text}' is no date; write it like 2026-09-30.",
            )
        ) from None


def must_be_new_or_ours(target: Path, *suffixes: str, given: Iterable[Path] = ()) -> None:
    """Refuse to write over what was handed in, or a file of another kind than is written there.

    Raises :class:`InputError` when *target* is one of the files *given* (or lies at one of them), or does not end in
    one of *suffixes*.
    """
    if target.suffix.lower() not in suffixes and not target.is_dir():
        every = "、".join(suffixes)
        raise InputError(
            Text(
                f"{target}：输出文件名应以 {every} 结尾，没有写出。请换一个文件名。",
                f"{target}: the name of the output must end in {', '.join(suffixes)}; nothing was written.",
            )
        )
    if target.exists() and any(path.exists() and path.samefile(target) for path in given):
        raise InputError(
            Text(
                f"{target}：这是交来的文件，不能覆盖，没有写出。请换一个文件名。",
                f"{target} was handed in and is never written over; nothing was written. Choose another name.",
            )
        )


def policy_of(name: str) -> Policy:
    """The policy called *name* (``group``, ``group+tax``), or of the file *name*."""
    from qq_excel import policy

    return policy.policy_of(name)


@contextmanager
def register_at(url: str | None, tables: str | None) -> Iterator[Register | None]:
    """The register at *url*, if there is one, open from before the work begins: what is wrong with it is told at once."""
    if url is None:
        yield None
        return
    from qq_excel.register import open_register

    with open_register(url, tables) as opened:
        yield opened


def print_json(content: Any) -> None:
    """Print *content* as JSON, the same bytes on every system."""
    print_pieces([json.dumps(content, ensure_ascii=False, indent=2), "\n"])


def print_pieces(pieces: Iterable[str]) -> None:
    """Print a text for other programs, the same bytes on every system."""
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()


def flush() -> None:
    """Send off what was printed; OSError when the place that it goes to is full or gone."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what is left would fail again at exit
        raise


@contextmanager
def progress_shown(quiet: bool = False) -> Iterator[Any]:
    """A progress line on a terminal; the callback of :data:`qq_excel.check.Progress`."""
    if quiet or not err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=err, transient=True
    )
    with bar:
        task = bar.add_task("", total=None)

        def tell(what: Text, done: int, of: int) -> None:
            bar.update(task, description=str(what), completed=done, total=of)

        yield tell


class Interrupted(QQExcelError):
    """Ctrl-C in a command that has a sentence of its own to say about it. (typer would take a KeyboardInterrupt.)"""


def guarded(call: Any) -> int:
    """Run *call*; turn what goes wrong into one sentence and an exit code."""
    try:
        code = call()
        flush()
    except Interrupted as stop:
        err.print(str(stop))
        return INTERRUPTED
    except QQExcelError as error:
        err.print(str(error), style="red", soft_wrap=True)
        return FAILED
    except KeyboardInterrupt:
        err.print(t("已中断，没有留下不完整的结果。", "Interrupted; nothing half-written was left."))
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except SystemExit as leave:
        if isinstance(leave.__context__, BrokenPipeError):  # how rich and click leave: 1 would mean findings
            return FAILED
        raise
    except typer.Exit:
        raise
    except (
        OSError
    ) as error:  # what is printed, or a temporary file; results and inputs are told where they fail
        with suppress(OSError):
            flush()
        place = error.filename or t("屏幕输出或临时文件", "what is printed, or a temporary file")
        err.print(str(cannot_write(Path(place), error)), style="red", soft_wrap=True)
        return FAILED
    except Exception:
        err.print(
            str(logged()),
            style="red",
            soft_wrap=True,
        )
        return FAILED
    return int(code or OK)
