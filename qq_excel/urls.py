"""Places that are not on this computer (s3, smb, sftp, http …), by fsspec."""

from __future__ import annotations

import re
from typing import Any

from qq_excel.errors import InputError
from qq_excel.language import Text

_USER = re.compile(r"(?<=://)[^/\s]*@")


def is_remote(text: str) -> bool:
    """Whether *text* is an fsspec URL rather than a path."""
    scheme, separator, _ = text.partition("://")
    return bool(separator) and scheme.replace("+", "").isalnum()


def without_user(text: str) -> str:
    """*text* with no user and no password in its URLs: as they are kept and shown."""
    return _USER.sub("", text)


def file_system(url: str, **options: Any) -> tuple[Any, str]:
    """The file system of *url*, and the path in it. Raises :class:`InputError`."""
    try:
        import fsspec  # noqa: PLC0415
    except ImportError:
        raise cannot_be_read(
            url,
            Text(
                "需要另装 fsspec：pip install 'qq-excel[remote]'",
                "fsspec is needed: pip install 'qq-excel[remote]'",
            ),
        ) from None
    try:
        system, path = fsspec.core.url_to_fs(url, **options)
    except Exception as error:  # every file system has errors of its own
        raise cannot_be_read(url, why(error)) from error
    return system, path


def why(error: Exception) -> Text:
    """What a file system says is wrong, in a line."""
    words = without_user(str(error)).strip().splitlines()
    said = words[0] if words else type(error).__name__
    if isinstance(error, FileNotFoundError):
        return Text("没有这个文件夹或文件", "there is no such folder or file")
    return Text(f"提示：{said}", said)


def cannot_be_read(url: str, why: Text) -> InputError:
    """One sentence for a place that cannot be read."""
    where = without_user(url)
    return InputError(Text(f"{where}：读不到（{why.zh}）。", f"{where}: cannot be read ({why.en})."))
