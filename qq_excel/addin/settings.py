"""What a clerk's buttons go by: which policy, the previous period, where submissions go. One small YAML file.

The user's own is ``addin.yaml`` in the program's folder of settings; an administrator names a shared one with the
variable ``QQ_ADDIN_SETTINGS``. Without any the defaults hold.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel import yamlfile
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.reading.options import user_mappings
from qq_excel.yamlfile import Strict

if TYPE_CHECKING:
    from qq_excel.policy import Policy

VARIABLE = "QQ_ADDIN_SETTINGS"
NAME = "addin.yaml"


class Settings(Strict):
    """The settings; each may be left out."""

    #: As ``--policy``: a profile (``group``), one with additions (``group+tax``), or a YAML file.
    policy: str = "group"
    #: As ``--previous``: the previous period's workbooks, a file or folder.
    previous: str | None = None
    #: Where submissions go: a folder, or an address that takes an HTTP PUT (``https://…``).
    submit_to: str | None = None
    #: A file with the token that the server asks for, sent as ``Authorization: Bearer``.
    token_file: str | None = None

    def policy_(self) -> Policy:
        """The policy itself."""
        from qq_excel.policy import policy_of

        return policy_of(self.policy)


def settings_file() -> Path:
    """Where the settings are, whether there are any or not."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_mappings().parent / NAME


def load_settings() -> Settings:
    """The settings. Raises :class:`~qq_excel.errors.SchemaError` with file and line of what is wrong in them, and
    :class:`InputError` when an administrator's file is not there."""
    file = settings_file()
    if file.is_file():
        return yamlfile.parse(file, Settings)
    if os.environ.get(VARIABLE):
        raise InputError(
            Text(
                f"{file}：没有这个设置文件（由环境变量 {VARIABLE} 指定）。请告诉管理员。",
                f"{file}: no such file of settings, though {VARIABLE} names it. Tell your administrator.",
            )
        )
    return Settings()
