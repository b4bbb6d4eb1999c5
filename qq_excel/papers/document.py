"""The findings document: what ``--format json`` prints and other programs read.

Its form is ``schemas/findings.schema.json``; the same workbook and policy give the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.output import write_text

if TYPE_CHECKING:
    from qq_excel.check import Result

SCHEMA = 1


def document(result: Result) -> dict[str, Any]:
    """The result as plain data, in a fixed order."""
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
        "findings": [{**f.document(), "file": relative(f.file)} for f in result.findings],
        "summary": result.findings.counts(),
    }


def relative(name: str) -> str:
    """A file's name without the place where it happened to lie."""
    path = PurePath(name)
    shown = path.name if path.is_absolute() else path.as_posix()
    return shown.encode("utf-8", "replace").decode()


def to_json(result: Result) -> str:
    """The document as JSON text: Chinese as it is, two spaces, a line break at the end."""
    return json.dumps(document(result), ensure_ascii=False, indent=2) + "\n"


def write_document(result: Result, target: Path) -> Path:
    """Write the document to *target*."""
    return write_text(target, to_json(result))
