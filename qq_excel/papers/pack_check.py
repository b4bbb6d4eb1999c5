"""Proves a write-off pack whole: nothing missing, nothing extra, nothing changed."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from qq_excel import zips
from qq_excel.language import Text
from qq_excel.papers.signing import SIGNATURE, fingerprint, signed_by

MANIFEST = "manifest.json"
SCHEMA = 1
_MOST_MEMBERS = 2_000
_MOST_MANIFEST = 8 * 1024 * 1024
_CHUNK = 1 << 20
#: A member's header up to its name, and where in it the sizes of name and extra field stand; the end of a zip.
_HEADER, _NAME_SIZES, _END = 30, 26, 22
_END_MARK, _ELSEWHERE = b"PK\x05\x06", 0xFFFFFFFF
#: What may follow a member that was packed as it came: its sizes and checksum.
_DESCRIBED, _DESCRIPTORS = 0x8, (12, 16, 20, 24)


@dataclass(slots=True)
class Checked:
    """What a look at a pack gave."""

    #: What is wrong with it; empty when it is whole.
    problems: list[Text] = field(default_factory=list)
    #: The public key (32 bytes) that signed the manifest, where a valid signature says so.
    signer: bytes | None = None


def verify_pack(path: Path) -> list[Text]:
    """What is wrong with the pack at *path*; an empty list when it is whole."""
    return check_pack(path).problems


def check_pack(path: Path, key: bytes | None = None) -> Checked:
    """Look at the pack at *path*; with *key*, a public key, it must be signed by that one."""
    if not path.is_file():
        return Checked([Text("找不到这个文件。", "there is no such file.")])
    try:
        with zips.opened(path) as pack:
            return _signed(pack, _verify(pack), key)
    except (*zips.DAMAGED, OSError, ValueError):
        return Checked([Text("不是完整的 zip 文件，或已损坏。", "no whole zip file, or damaged.")])


def _signed(pack: zipfile.ZipFile, problems: list[Text], key: bytes | None) -> Checked:
    """Who signed the manifest: a signature must be valid, and be that of *key* where one is given."""
    there = {m.filename: m for m in pack.infolist()}
    if SIGNATURE not in there or MANIFEST not in there:
        if key is not None:
            problems.append(Text("申请包没有签名。", "the pack is not signed."))
        return Checked(problems)
    if max(there[SIGNATURE].file_size, there[MANIFEST].file_size) > _MOST_MANIFEST:
        return Checked([*problems, Text(f"{SIGNATURE} 过大。", f"{SIGNATURE} is too large.")])
    return looked_at(signed_by(pack.read(SIGNATURE), pack.read(MANIFEST)), problems, key)


def looked_at(signer: bytes | None, problems: list[Text], key: bytes | None) -> Checked:
    """*problems*, with what is wrong with the signature: none that is valid, or that of another key than *key*."""
    if signer is None:
        problems.append(
            Text(
                "签名无效：清单在签名以后被改过，或签名损坏。",
                "the signature is not valid: the manifest was changed after it was signed, or the signature is broken.",
            )
        )
    elif key is not None and signer != key:
        shown = fingerprint(signer)
        problems.append(
            Text(f"签名不是所给公钥的，是另一把密钥（指纹 {shown}）的。", f"signed by another key ({shown}).")
        )
    return Checked(problems, signer)


def _verify(pack: zipfile.ZipFile) -> list[Text]:
    members = pack.infolist()
    if len(members) > _MOST_MEMBERS:
        return [Text(f"包内文件超过 {_MOST_MEMBERS} 个。", f"more than {_MOST_MEMBERS} members.")]
    problems = _names(members)
    if not _nothing_between(pack):
        problems.append(
            Text(
                "包内文件之间、之前或之后夹有别的内容，有的解压程序会把它也解出来。",
                "there is something between, before or behind the members; some programs would unpack it too.",
            )
        )
    listed, bad = _manifest(pack)
    problems += bad
    if listed is None:
        return problems
    there = {m.filename: m for m in members}
    for name, (size, sha) in listed.items():
        member = there.get(name)
        if member is None:
            problems.append(Text(f"缺少文件 {name}。", f"{name} is missing."))
        elif member.flag_bits & 1:
            problems.append(Text(f"文件 {name} 已加密，无法核对。", f"{name} is encrypted."))
        elif member.file_size != size or _sha256(pack, member, size) != sha:
            problems.append(Text(f"文件 {name} 已被改动。", f"{name} was changed."))
    for name in there:
        if name not in listed and name not in (MANIFEST, SIGNATURE):
            problems.append(Text(f"多出文件 {name}，清单中没有。", f"{name} is not in the manifest."))
    return problems


def _nothing_between(pack: zipfile.ZipFile) -> bool:
    """Whether the members follow each other from the first byte, then the directory, then the end, and nothing else.

    A member that the directory does not list, a program in front, or anything behind would be no part of what is proved.
    """
    file = pack.fp
    if file is None:
        return False
    next_at = {0}
    for member in sorted(pack.infolist(), key=lambda m: m.header_offset):
        file.seek(member.header_offset + _NAME_SIZES)
        sizes = file.read(4)
        if member.header_offset not in next_at or len(sizes) < 4:
            return False
        end = member.header_offset + _HEADER + sum(struct.unpack("<HH", sizes)) + member.compress_size
        next_at = {end + more for more in (_DESCRIPTORS if member.flag_bits & _DESCRIBED else (0,))}
    return pack.start_dir in next_at and _ends_with_its_directory(file)


def _ends_with_its_directory(file: IO[bytes]) -> bool:
    """Whether the directory reaches up to the record at the very end, which has no comment."""
    size = file.seek(0, 2)
    if size < _END:
        return False
    file.seek(size - _END)
    mark, _, length, start, comment = struct.unpack("<4s8sIIH", file.read(_END))
    # of a zip of more than 4 GB the record of the longer numbers stands between
    whole = start + length == size - _END or _ELSEWHERE in (start, length)
    return bool(mark == _END_MARK and whole and not comment)


def _names(members: list[zipfile.ZipInfo]) -> list[Text]:
    problems = []
    seen: set[str] = set()
    for m in members:
        name = m.orig_filename
        parts = PurePosixPath(name).parts
        if (
            not name or name.startswith("/") or "\\" in name or ".." in parts or re.match(r"^[A-Za-z]:", name)
            or any(ord(c) < 32 for c in name)
        ):  # fmt: skip
            problems.append(
                Text(
                    f"文件名 {name!r} 会写到包外，请勿解压。",
                    f"the name {name!r} leads out of the pack; do not unpack.",
                )
            )
        if stat.S_ISLNK(m.external_attr >> 16):
            problems.append(Text(f"{name} 是链接，请勿解压。", f"{name} is a link; do not unpack."))
        if name.casefold() in seen:
            problems.append(Text(f"文件 {name} 出现两次。", f"{name} stands twice."))
        seen.add(name.casefold())
    return problems


def _manifest(pack: zipfile.ZipFile) -> tuple[dict[str, tuple[int, str]] | None, list[Text]]:
    """Size and SHA-256 by name, or why the manifest cannot be used."""
    try:
        info = pack.getinfo(MANIFEST)
    except KeyError:
        return None, [Text(f"缺少清单 {MANIFEST}。", f"{MANIFEST} is missing.")]
    broken = Text(f"清单 {MANIFEST} 已损坏。", f"{MANIFEST} is broken.")
    if info.file_size > _MOST_MANIFEST:
        return None, [broken]
    try:
        with pack.open(info) as file:
            content = file.read(_MOST_MANIFEST + 1)
    except zips.DAMAGED:
        return None, [broken]
    return listed_in(content, {MANIFEST, SIGNATURE}, broken)


def listed_in(
    manifest: bytes, never: set[str], broken: Text
) -> tuple[dict[str, tuple[int, str]] | None, list[Text]]:
    """Size and SHA-256 by name as a *manifest* tells them, or why it cannot be used; *never* may not be among them."""
    try:
        content = json.loads(manifest.decode("utf-8"))
        if content["schema"] != SCHEMA:
            newer = Text(
                "清单由另一版本的程序生成，请升级后核对。", "the manifest is of another version; upgrade."
            )
            return None, [newer]
        entries = [_entry(m) for m in content["members"]]
        if not isinstance(content["application_id"], str) or not isinstance(content["draft"], bool):
            return None, [broken]
    except (ValueError, KeyError, TypeError, RecursionError, UnicodeDecodeError):
        return None, [broken]
    listed = {name: (size, sha) for name, size, sha in entries}
    if len(listed) != len(entries) or never & set(listed) or not listed:
        return None, [broken]
    return listed, []


def _entry(member: Any) -> tuple[str, int, str]:
    name, size, sha = member["name"], member["bytes"], member["sha256"]
    if (
        not isinstance(name, str)
        or type(size) is not int
        or size < 0
        or not re.fullmatch(r"[0-9a-f]{64}", sha)
    ):
        raise ValueError(name)
    return name, size, sha


def _sha256(pack: zipfile.ZipFile, member: zipfile.ZipInfo, size: int) -> str:
    """The hash of a member; reading stops past the size that the manifest gives."""
    digest, read = hashlib.sha256(), 0
    try:
        with pack.open(member) as file:
            while chunk := file.read(_CHUNK):
                read += len(chunk)
                if read > size:
                    return ""
                digest.update(chunk)
    except zips.DAMAGED:
        return ""
    return digest.hexdigest()
