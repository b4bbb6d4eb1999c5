"""Signs a pack's manifest (Ed25519) and proves the signature: who made the pack, beside what is in it.

The key is a PEM file that the organisation makes (``qq-excel key new``) and keeps. A signature says
that whoever holds the key made this manifest; whose key it is, the one who verifies must know.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.errors import InputError
from qq_excel.language import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNATURE = "manifest.sig"
_ALGORITHM = "Ed25519"
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, ready to sign."""

    _key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """The signature file of *content*."""
        told = {
            "schema": 1, "algorithm": _ALGORITHM, "public_key": base64.b64encode(self.public).decode(),
            "signature": base64.b64encode(self._key.sign(content)).decode(),
        }  # fmt: skip
        return (json.dumps(told, indent=2) + "\n").encode()


def fingerprint(public: bytes) -> str:
    """A public key as people compare it."""
    return ":".join(f"{b:02x}" for b in hashlib.sha256(public).digest()[:16])


def load_signer(path: Path, passwords: Sequence[str] = ()) -> Signer:
    """The private key of *path*; an encrypted one opens with one of *passwords*.

    Raises :class:`InputError` when it is no Ed25519 private key or does not open.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = _read(path)
    locked = False
    for password in (None, *(p.encode() for p in passwords)):
        try:
            key = load_pem_private_key(pem, password)
        except TypeError:  # a password is needed, or is given for a key that has none
            locked = locked or password is None
        except ValueError:
            locked = locked or password is not None
        except UnsupportedAlgorithm:  # it opened, and is of another kind: SM2, say
            locked = False
            break
        else:
            if isinstance(key, Ed25519PrivateKey):
                return Signer(key)
            locked = False
            break
    if locked:
        raise InputError(
            Text(
                f"{path}：私钥有密码，没有打开。请用 --password-file 给出密码。",
                f"{path}: the key is locked and did not open; give its password with --password-file.",
            )
        )
    raise InputError(
        Text(
            f"{path}：不是 Ed25519 私钥（PEM）。用 qq-excel key new 私钥.pem 生成。",
            f"{path} is no Ed25519 private key (PEM); make one with qq-excel key new key.pem.",
        )
    )


def load_public(path: Path) -> bytes:
    """The public key of *path* (PEM); :class:`InputError` when it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, Ed25519PublicKey):
        return key.public_bytes_raw()
    raise InputError(
        Text(
            f"{path}：不是 Ed25519 公钥（PEM）。公钥由 qq-excel key new 写在私钥旁边（.pub.pem），"
            "也可用 openssl pkey -in 私钥.pem -pubout -out 公钥.pem 取出。",
            f"{path} is no Ed25519 public key (PEM); qq-excel key new writes it beside the private key (.pub.pem), "
            "openssl pkey -in key.pem -pubout -out public.pem gives it too.",
        )
    )


def signed_by(signature: bytes, content: bytes) -> bytes | None:
    """The public key whose signature over *content* this is; None when it is no valid signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        told: Any = json.loads(signature.decode("utf-8"))
        if told["schema"] != 1 or told["algorithm"] != _ALGORITHM:
            return None
        public = base64.b64decode(told["public_key"], validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(
            base64.b64decode(told["signature"], validate=True), content
        )
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature):
        return None
    return public


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST + 1)
    except OSError as error:
        why = error.strerror or "?"
        raise InputError(
            Text(f"{path}：不能读取密钥（{why}）。", f"{path}: the key cannot be read ({why}).")
        ) from None
    return content[:_MOST]
