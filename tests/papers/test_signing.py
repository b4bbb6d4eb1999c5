"""Signed packs: who made the manifest, and what happens when somebody changes it."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from qq_excel.errors import InputError
from qq_excel.papers.pack_check import check_pack, verify_pack
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.papers.signing import fingerprint, load_public, load_signer
from tests.papers.test_report import qq
from tests.papers.test_volume import GOOD, handed_in
from tests.support.digests import digest


def key(folder: Path, name: str, number: int, password: bytes | None = None) -> Path:
    """A private key, always the same for *number*, and beside it its public key."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    locked = BestAvailableEncryption(password) if password else NoEncryption()
    path = folder / f"{name}.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    path.with_suffix(".pub").write_bytes(public)
    return path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("signed")
    own = key(folder, "own", 7)
    result = handed_in(folder / "in", GOOD)
    made = make("write-off", result, folder / "out", choices=Choices(sign_key=own))
    again = make("write-off", result, folder / "again", choices=Choices(sign_key=own))
    assert digest(made.written[0]) == digest(again.written[0])  # Ed25519 signs the same with the same
    return made.written[0], own.with_suffix(".pub")


def changed(pack: Path, target: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return target


def test_a_signed_pack_is_whole_and_tells_who_signed_it(signed: tuple[Path, Path], tmp_path: Path) -> None:
    pack, public = signed
    assert verify_pack(pack) == []
    looked = check_pack(pack, load_public(public))
    assert looked.problems == []
    assert looked.signer == load_public(public)
    other = key(tmp_path, "other", 8).with_suffix(".pub")
    (problem,) = check_pack(pack, load_public(other)).problems
    assert problem.zh == f"签名不是所给公钥的，是另一把密钥（指纹 {fingerprint(load_public(public))}）的。"


def test_a_manifest_changed_after_it_was_signed(signed: tuple[Path, Path], tmp_path: Path) -> None:
    pack, _ = signed
    with zipfile.ZipFile(pack) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        signature = json.loads(archive.read("manifest.sig"))
    manifest["claim_id"] = "ZQ-9999"
    forged = changed(pack, tmp_path / "forged.zip", "manifest.json", json.dumps(manifest).encode())
    looked = check_pack(forged)
    assert [p.zh for p in looked.problems] == ["签名无效：清单在签名以后被改过，或签名损坏。"]
    assert looked.signer is None
    for broken in (b"{}", b"\xff", json.dumps({**signature, "signature": "AAAA"}).encode(), b"[" * 100_000):
        spoilt = changed(pack, tmp_path / "spoilt.zip", "manifest.sig", broken)
        assert [p.zh[:4] for p in verify_pack(spoilt)] == ["签名无效"]


def test_an_unsigned_pack_does_not_pass_for_a_signed_one(signed: tuple[Path, Path], tmp_path: Path) -> None:
    _, public = signed
    made = make("write-off", handed_in(tmp_path / "in", GOOD), tmp_path / "out")
    assert [p.zh for p in check_pack(made.written[0], load_public(public)).problems] == ["申请包没有签名。"]


def test_keys_that_are_none(tmp_path: Path) -> None:
    locked = key(tmp_path, "locked", 9, b"geheim")
    with pytest.raises(InputError, match="私钥有密码，没有打开"):
        load_signer(locked)
    with pytest.raises(InputError, match="私钥有密码，没有打开"):
        load_signer(locked, ["falsch"])
    assert load_signer(locked, ["falsch", "geheim"]).public == load_public(locked.with_suffix(".pub"))
    rsa = tmp_path / "rsa.pem"
    private = generate_private_key(public_exponent=65537, key_size=2048)
    rsa.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    shut = tmp_path / "shut.pem"
    shut.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a")))
    with pytest.raises(InputError, match="不是 Ed25519 私钥"):  # the password is right
        load_signer(shut, ["a"])
    (tmp_path / "no.pem").write_bytes(b"no key")
    for wrong in (rsa, tmp_path / "no.pem", locked.with_suffix(".pub")):
        with pytest.raises(InputError, match="不是 Ed25519 私钥"):
            load_signer(wrong)
    with pytest.raises(InputError, match="不是 Ed25519 公钥"):
        load_public(rsa)
    with pytest.raises(InputError, match="不能读取密钥"):
        load_signer(tmp_path / "none.pem")


def test_a_key_of_a_kind_that_the_library_does_not_know(tmp_path: Path) -> None:
    """SM2: the key of a curve as long, with the other curve's number."""
    private = derive_private_key(7, SECP256R1())
    nist, sm2 = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a811ccf5501822d")

    def pem(der: bytes, words: str) -> bytes:
        assert nist in der
        body = base64.encodebytes(der.replace(nist, sm2)).decode()
        return f"-----BEGIN {words}-----\n{body}-----END {words}-----\n".encode()

    own, public = tmp_path / "sm2.pem", tmp_path / "sm2.pub"
    own.write_bytes(
        pem(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), "PRIVATE KEY")
    )
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    public.write_bytes(pem(der, "PUBLIC KEY"))
    with pytest.raises(InputError, match="不是 Ed25519 私钥"):
        load_signer(own)
    with pytest.raises(InputError, match="不是 Ed25519 公钥"):
        load_public(public)


def test_from_the_command_line(tmp_path: Path) -> None:
    own = key(tmp_path, "own", 7)
    handed_in(tmp_path / "in", GOOD)
    made = qq(tmp_path, "write-off", "in", "-o", "out", "--sign-key", "own.pem")
    assert made.returncode == 0, made.stderr
    pack = "out/HX-0001_核销申请包.zip"
    looked = qq(tmp_path, "verify", pack, "--key", "own.pub")
    assert looked.returncode == 0
    assert "由所给公钥签名" in looked.stdout
    assert "是谁的密钥没有核对" in qq(tmp_path, "verify", pack).stdout
    wrong = qq(tmp_path, "write-off", "in", "-o", "out2", "--sign-key", "own.pub")
    assert wrong.returncode == 2
    assert "不是 Ed25519 私钥" in wrong.stderr
    assert not (tmp_path / "out2").exists()
    assert own.exists()
