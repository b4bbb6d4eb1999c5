"""Makes the key that signs packs: a private key that only its owner can read, and the public key to hand out."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.output import cannot_write

_PUBLIC = ".pub.pem"


def public_path(private: Path) -> Path:
    """Where the public key of *private* stands."""
    return private.with_name(f"{private.stem}{_PUBLIC}")


def make_key(private: Path, password: str | None = None) -> bytes:
    """Write a new Ed25519 key to *private* (locked with *password*) and its public key beside it; give the latter's 32 bytes.

    Raises :class:`InputError` when either file exists: no key is ever written over.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    public = public_path(private)
    for path in (private, public):
        if os.path.lexists(path):
            raise _there(path)
    key = Ed25519PrivateKey.generate()
    lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    _written(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock), 0o600)
    try:
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _written(public, pem, 0o644)
    except BaseException:
        private.unlink()
        raise
    return key.public_key().public_bytes_raw()


def _written(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is not there yet, all of it or nothing; nobody can read it before its rights are set."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        raise cannot_write(path, error) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            if hasattr(os, "fchmod"):  # whatever the umask takes away or leaves
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise cannot_write(path, error) from None


def _there(path: Path) -> InputError:
    return InputError(
        Text(
            f"{path}：已经存在，不覆盖密钥。请换一个文件名。",
            f"{path} exists, and no key is written over; choose another name.",
        )
    )
