"""``python -m qq_excel.docs [docs]``: write the generated pages of a checkout anew."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from qq_excel.docs import write_docs


def main(arguments: Sequence[str]) -> int:
    """Write what changed in the folder given (``docs`` of the current one otherwise) and name it."""
    folder = Path(arguments[0]) if arguments else Path("docs")
    root = folder.resolve().parent
    if not ((root / "schemas" / "rules").is_dir() and (root / "tests").is_dir()):
        sys.stderr.write(
            f"{folder}: not the docs of a checkout; schemas/rules and tests should lie beside it\n"
        )
        return 2
    for path in write_docs(root):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
