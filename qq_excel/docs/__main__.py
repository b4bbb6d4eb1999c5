"""``python -m qq_excel.docs``: write the generated pages of this checkout anew."""

from __future__ import annotations

import sys
from pathlib import Path

from qq_excel.docs import write_docs


def main() -> int:
    """Write what changed below the folder given (the current one otherwise) and name it."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()
    if not (root / "schemas" / "rules").is_dir() or not (root / "tests").is_dir():
        sys.stderr.write(f"{root} is no checkout of this program: schemas/rules or tests is missing\n")
        return 2
    for path in write_docs(root):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
