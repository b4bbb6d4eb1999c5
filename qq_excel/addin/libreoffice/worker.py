"""The process behind LibreOffice's buttons: started by the extension at the first click, it stays up between clicks.

Standard input brings first where the office listens and the key, then a line for each click; standard output takes a
line when a click is done. When the office goes, standard input ends, and so does this.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

from qq_excel.faults import logged, set_up_log


def main() -> None:
    """Serve until the office goes."""
    set_up_log()
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    try:
        _serve(sys.stdin, answers)
    except Exception:
        logged()


def _serve(jobs: TextIO, answers: TextIO) -> None:
    from qq_excel.addin.libreoffice.remote import Bridge
    from qq_excel.addin.libreoffice.running import app_of

    hello = json.loads(jobs.readline())
    app = app_of(Bridge.to(hello["address"], bytes.fromhex(hello["key"])), hello["office"])
    kept = app.impl.newest()
    for line in jobs:
        answer = _clicked(app, json.loads(line))
        app.impl.forget_since(kept)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _clicked(app: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Run the action of one click; it tells the user itself what goes wrong."""
    from qq_excel.addin import click

    app.impl.book_uid = job["book"]
    book = app.books.active
    book.set_mock_caller()
    return {"action": job["action"], "well": click.run(book, job["action"], job["version"], job["lang"])}
