"""The findings document: what ``--format json`` prints and other programs read.

Its form is ``schemas/findings.schema.json``; the same workbook and policy give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.output import writing

if TYPE_CHECKING:
    from qq_excel.check import Result

SCHEMA = 1


def document(result: Result) -> dict[str, Any]:
    """The result as plain data, in a fixed order."""
    return {**_before(result), "findings": list(_findings(result)), **_after(result)}


def _before(result: Result) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "program": f"qq-excel {__version__}",
        "policy": {
            "profile": result.policy.profile,
            "version": result.policy.version,
            "sha256": result.policy.sha256,
        },
        "as_of": result.as_of.isoformat() if result.as_of else None,
        "files": [
            {
                "file": relative(f.workbook.name),
                "sha256": f.workbook.sha256,
                "kinds": f.kinds,
                "unit": f.unit,
                "period": f.period,
                "rows": f.rows,
                "accepted": f.accepted,
            }
            for f in result.files
        ],
    }


def _findings(result: Result) -> Iterator[dict[str, Any]]:
    return ({**f.document(), "file": relative(f.file)} for f in result.findings)


def _after(result: Result) -> dict[str, Any]:
    return {"summary": result.findings.counts()}


def relative(name: str) -> str:
    """A file's name without the place where it happened to lie."""
    path = PurePath(name)
    shown = path.name if path.is_absolute() else path.as_posix()
    return shown.encode("utf-8", "replace").decode()


def json_pieces(result: Result) -> Iterator[str]:
    """The document as JSON text, finding by finding: Chinese as it is, two spaces, a line break at the end."""
    yield _json(_before(result)).removesuffix("\n}") + ',\n  "findings": ['
    some = False
    for finding in _findings(result):
        yield ("," if some else "") + "\n    " + _json(finding).replace("\n", "\n    ")
        some = True
    yield ("\n  ]" if some else "]") + "," + _json(_after(result)).removeprefix("{") + "\n"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def write_document(result: Result, target: Path) -> Path:
    """Write the document to *target*."""
    with writing(target) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json_pieces(result))
    return target
