"""Where the schemas and templates lie: inside the wheel, or at the top of a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def data_dir() -> Path:
    """The folder that holds ``schemas/`` and ``workbooks/``."""
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


def schemas_dir() -> Path:
    """The folder of kinds, rules, policies, clauses and mappings (YAML)."""
    return data_dir() / "schemas"


def workbooks_dir() -> Path:
    """The folder of templates and samples."""
    return data_dir() / "workbooks"
