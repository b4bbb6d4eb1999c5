"""A bound volume's signature: a small file beside the PDF with its size and SHA-256, and a signature over these.

The PDF is not in the pack's zip, whose manifest is written whether or not LibreOffice can bind a volume; so the volume
has a signed manifest of its own, ``NAME.pdf.sig``.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from qq_excel.errors import InputError, ToolError
from qq_excel.language import Text
from qq_excel.output import write_bytes
from qq_excel.papers.pack_check import Checked, listed_in, looked_at
from qq_excel.papers.signing import Signer, signed_by

#: What the signature of a volume is called: the volume's name with this behind it.
SUFFIX = ".sig"
_MOST = 100_000
_MANIFEST = "manifest"


class NotBoundError(ToolError):
    """There is no volume that could be signed."""


def sign_volume(manifest: bytes, signer: Signer, target: Path) -> Path:
    """Write the signature of a volume, whose *manifest* tells its size and SHA-256, to *target*."""
    told = json.loads(signer.sign(manifest)) | {_MANIFEST: manifest.decode("utf-8")}
    return write_bytes(target, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())


def beside(volume: Path) -> Path:
    """Where the signature of *volume* stands."""
    return volume.with_name(volume.name + SUFFIX)


def check_volume(volume: Path, key: bytes | None = None) -> Checked:
    """Look at a bound volume and the signature beside it; with *key*, a public key, it must be that one's.

    Raises :class:`InputError` when there is no signature beside it.
    """
    signature = beside(volume)
    try:
        with signature.open("rb") as file:
            content = file.read(_MOST + 1)
    except OSError:
        raise InputError(
            Text(
                f"{volume}：旁边没有签名 {signature.name}，无从核对。"
                "签名与合订本同时由 qq-excel write-off --pdf --sign-key 生成，请一并取得。",
                f"{volume}: the signature {signature.name} is not beside it, so there is nothing to prove. It is made with the "
                "volume by qq-excel write-off --pdf --sign-key; get both.",
            )
        ) from None
    problems: list[Text] = []
    manifest = _manifest(content)
    listed, bad = listed_in(
        manifest, set(), Text(f"签名 {signature.name} 已损坏。", f"{signature.name} is broken.")
    )
    problems += bad
    if listed is not None and _told(volume) not in listed.values():
        problems.append(Text(f"合订本 {volume.name} 已被改动。", f"{volume.name} was changed."))
    return looked_at(signed_by(content, manifest), problems, key)


def _manifest(content: bytes) -> bytes:
    """The manifest inside a signature; nothing where it is none."""
    try:
        told: Any = json.loads(content.decode("utf-8"))
        return str(told[_MANIFEST]).encode("utf-8")
    except (ValueError, KeyError, TypeError, RecursionError):
        return b""


def _told(volume: Path) -> tuple[int, str]:
    with volume.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest
