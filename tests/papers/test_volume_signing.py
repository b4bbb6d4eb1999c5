"""Signed volumes: the signature beside a bound PDF proves it unchanged; keys that the program makes."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from qq_excel.errors import InputError
from qq_excel.papers.key_making import make_key, public_path
from qq_excel.papers.pdf import find_soffice
from qq_excel.papers.report import make
from qq_excel.papers.report_job import Choices
from qq_excel.papers.signing import fingerprint, load_public, load_signer
from qq_excel.papers.volume_signing import check_volume
from tests.papers.test_report import qq
from tests.papers.test_signing import key
from tests.papers.test_volume import GOOD, handed_in
from tests.support.digests import digests

FORMATS = ["zip", "pdf"]
needs_office = pytest.mark.skipif(find_soffice() is None, reason="LibreOffice binds the volumes")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a run, and the key that signed it."""
    folder = tmp_path_factory.mktemp("signed")
    own = key(folder, "own", 7)
    made = make(
        "write-off",
        handed_in(folder / "in", GOOD),
        folder / "out",
        formats=FORMATS,
        choices=Choices(sign_key=own),
    )
    zip_, volume, signature = made.written
    assert (volume.suffix, signature.name) == (".pdf", volume.name + ".sig")
    assert zip_.stem == volume.stem
    return volume, own


def copied(volume: Path, folder: Path) -> Path:
    for name in (volume.name, volume.name + ".sig"):
        shutil.copy(volume.parent / name, folder / name)
    return folder / volume.name


@needs_office
def test_a_volume_is_proved_by_the_signature_beside_it(signed: tuple[Path, Path], tmp_path: Path) -> None:
    volume, own = signed
    looked = check_volume(volume, load_public(own.with_suffix(".pub")))
    assert looked.problems == []
    assert looked.signer == load_public(own.with_suffix(".pub"))
    told = json.loads(
        json.loads(volume.with_name(volume.name + ".sig").read_text(encoding="utf-8"))["manifest"]
    )
    assert [m["bytes"] for m in told["members"]] == [volume.stat().st_size]
    assert told["application_id"] in volume.name
    other = key(tmp_path, "other", 8).with_suffix(".pub")
    (problem,) = check_volume(volume, load_public(other)).problems
    assert problem.zh == f"签名不是所给公钥的，是另一把密钥（指纹 {fingerprint(looked.signer)}）的。"


@needs_office
def test_a_volume_that_somebody_changed(signed: tuple[Path, Path], tmp_path: Path) -> None:
    volume = copied(signed[0], tmp_path)
    whole = volume.read_bytes()
    for content in (whole + b"x", whole[:-1], bytes([*whole[:2000], whole[2000] ^ 1, *whole[2001:]]), b""):
        volume.write_bytes(content)
        assert [p.zh for p in check_volume(volume).problems] == [f"合订本 {volume.name} 已被改动。"]
    volume.write_bytes(whole)
    assert check_volume(volume).problems == []
    # whoever changes the manifest along with the volume has no signature
    signature = volume.with_name(volume.name + ".sig")
    told = json.loads(signature.read_text(encoding="utf-8"))
    for manifest, says in (
        (told["manifest"].replace('"claim_id": "', '"claim_id": "X'), ["签名无效"]),
        ("{}", [f"签名 {signature.name} 已损坏。"[:4], "签名无效"]),
    ):
        signature.write_text(json.dumps(told | {"manifest": manifest}), encoding="utf-8")
        looked = check_volume(volume)
        assert [p.zh[:4] for p in looked.problems] == [s[:4] for s in says]
        assert looked.signer is None
    for broken in (b"", b"[" * 100_000, b"\xff"):
        signature.write_bytes(broken)
        assert [p.zh[:4] for p in check_volume(volume).problems] == [f"签名 {signature.name}"[:4], "签名无效"]
    signature.unlink()
    with pytest.raises(InputError, match="旁边没有签名"):
        check_volume(volume)


@needs_office
def test_a_run_that_goes_on_signs_what_it_binds_anew_and_nothing_else(
    signed: tuple[Path, Path], tmp_path: Path
) -> None:
    _, own = signed
    result, out, choices = handed_in(tmp_path / "in", GOOD), tmp_path / "out", Choices(sign_key=own)
    first = make("write-off", result, out, formats=FORMATS, choices=choices).written
    before = digests(out)
    assert make("write-off", result, out, formats=FORMATS, choices=choices).written == []
    first[1].unlink()
    assert make("write-off", result, out, formats=FORMATS, choices=choices).written == first[1:]
    assert digests(out) == before


def test_without_libreoffice_nothing_is_signed_but_the_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = key(tmp_path, "own", 7)
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr("qq_excel.papers.pdf.find_soffice", lambda *_: None)
    made = make(
        "write-off", handed_in(tmp_path / "in", GOOD), out, formats=FORMATS, choices=Choices(sign_key=own)
    )
    assert [p.suffix for p in made.written] == [".zip"]
    assert "没有找到 LibreOffice" in made.no_pdf.zh
    assert [n.zh for n in made.notes] == ["合订本没有生成的，也没有签名"]
    assert list(out.glob("*.sig")) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_a_new_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        public = make_key(tmp_path / "私钥.pem")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "私钥.pem").stat().st_mode) == 0o600
    assert load_signer(tmp_path / "私钥.pem").public == public == load_public(tmp_path / "私钥.pub.pem")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["私钥.pem", "私钥.pub.pem"]


def test_no_key_is_written_over(tmp_path: Path) -> None:
    own, public = tmp_path / "a.pem", tmp_path / "a.pub.pem"
    make_key(own)
    before = digests(tmp_path)
    with pytest.raises(InputError, match=r"a\.pem：已经存在，不覆盖密钥"):
        make_key(own)
    assert digests(tmp_path) == before
    own.unlink()
    with pytest.raises(InputError, match=r"a\.pub\.pem：已经存在"):
        make_key(own)
    assert not own.exists()
    public.unlink()
    own.symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(InputError, match=r"a\.pem：已经存在"):
        make_key(own)
    assert not (tmp_path / "elsewhere.pem").exists()


def test_a_key_with_a_password_opens_with_it_alone(tmp_path: Path) -> None:
    public = make_key(tmp_path / "k.pem", "geheim")
    assert b"ENCRYPTED" in (tmp_path / "k.pem").read_bytes()
    with pytest.raises(InputError, match="私钥有密码"):
        load_signer(tmp_path / "k.pem")
    assert load_signer(tmp_path / "k.pem", ["geheim"]).public == public
    assert public_path(tmp_path / "k.pem") == tmp_path / "k.pub.pem"


@needs_office
def test_keys_and_volumes_from_the_command_line(signed: tuple[Path, Path], tmp_path: Path) -> None:
    volume = copied(signed[0], tmp_path)
    made = qq(tmp_path, "key", "new", "私钥.pem")
    assert made.returncode == 0, made.stderr
    shown = qq(tmp_path, "key", "show", "私钥.pub.pem")
    assert shown.stdout.strip() in made.stdout
    assert qq(tmp_path, "key", "new", "私钥.pem").returncode == 2
    public = signed[1].with_suffix(".pub")
    done = qq(tmp_path, "verify", volume.name, "--key", str(public))
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "✓ 合订本未被改动。")
    assert "由所给公钥签名" in done.stdout
    foreign = qq(tmp_path, "verify", volume.name + ".sig", "--key", "私钥.pub.pem", "--lang", "en")
    assert foreign.returncode == 1
    assert "signed by another key" in foreign.stdout
    (tmp_path / "all" / "of-2026").mkdir(parents=True)
    copied(signed[0], tmp_path / "all" / "of-2026")
    for name in ("坏.zip", ".坏.zip", "没有签名.pdf", "别的.xlsx"):
        (tmp_path / "all" / name).write_bytes(b"x")
    folder = qq(tmp_path, "verify", "all", "--key", str(public))
    assert folder.returncode == 1
    lines = folder.stdout.splitlines()
    assert lines[:2] == [f"of-2026/{volume.name}", "✓ 合订本未被改动。"]
    assert lines[2].startswith("✓ 由所给公钥签名")
    assert lines[3:] == ["坏.zip", "✗ 不是完整的 zip 文件，或已损坏。"]
    volume.write_bytes(volume.read_bytes() + b"\n")
    changed = qq(tmp_path, "verify", volume.name)
    assert (changed.returncode, changed.stdout.strip()) == (1, f"✗ 合订本 {volume.name} 已被改动。")
