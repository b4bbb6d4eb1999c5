"""Workbooks that need a password to open: decrypted in memory, with the passwords that the user gives.

msoffcrypto knows every scheme that Excel writes (.xlsx, .xlsm, .xlsb and .xls); of OpenDocument it knows none.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from pathlib import Path

from qq_excel.errors import InputError, why_unreadable
from qq_excel.language import Text, plural
from qq_excel.reading.options import Limits
from qq_excel.reading.refusal import Refusal, damaged, over
from qq_excel.reading.source import Source

log = logging.getLogger(__name__)
_LONGEST_FILE = 64 << 10
#: Each try costs about a tenth of a second by design of the format.
_MOST = 100


def read_passwords(path: Path) -> tuple[str, ...]:
    """The passwords of a ``--password-file``: UTF-8, one to a line, as they stand.

    Raises :class:`InputError` when the file cannot be read, is no UTF-8, or holds none or too many.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST_FILE + 1)
        lines = tuple(dict.fromkeys(x for x in raw.decode("utf-8-sig").splitlines() if x))
    except OSError as error:
        raise InputError(
            Text(
                f"{path}：密码文件打不开（{why_unreadable(error).zh}）。请检查路径和权限。",
                f"{path}: the password file cannot be opened ({why_unreadable(error).en}). Check path and permissions.",
            )
        ) from None
    except UnicodeDecodeError:
        lines = ()
    if not lines or len(lines) > _MOST or len(raw) > _LONGEST_FILE:
        raise InputError(
            Text(
                f"{path}：不是密码文件。应为 UTF-8 文本，每行一个密码，最多 {_MOST} 个。",
                f"{path}: no password file. It should be UTF-8 text, one password to a line, at most {_MOST}.",
            )
        )
    return lines


def decrypt(source: Source, passwords: Sequence[str], limits: Limits) -> Source:
    """*source* opened with the first password that fits. Raises :class:`Refusal` (FIL002) when none does."""
    import msoffcrypto  # only encrypted files need it
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError
    from msoffcrypto.format.ooxml import OOXMLFile

    if source.size > limits.file_bytes:
        raise over("file_bytes", "文件大小", "file size", source.size, limits.file_bytes)
    encrypted = source.read()
    for password in passwords:
        # a fresh reader for each: a failed try leaves the last one in no defined state
        plain = io.BytesIO()
        try:
            office = msoffcrypto.OfficeFile(io.BytesIO(encrypted))
            # an .xls is verified in any case, and takes no such option
            check = {"verify_password": True} if isinstance(office, OOXMLFile) else {}
            office.load_key(password=password, **check)
            office.decrypt(plain)
        except (InvalidKeyError, DecryptionError):
            continue
        except Exception as error:
            # it trusts the tables of a broken file and fails in many ways
            log.info("%s cannot be decrypted", source.path, exc_info=True)
            raise damaged() from error
        return Source(source.path, plain.getvalue())
    raise Refusal(
        "FIL002", "password",
        Text(
            f"已加密，给出的 {len(passwords)} 个密码都不对",
            "it is encrypted, and "
            + plural(
                len(passwords), "the password given does not fit", f"none of the {len(passwords)} passwords given fits"
            ),
        ),
    )  # fmt: skip
