"""``qq-excel verify``: proves a write-off pack, a bound volume or a sealed submission whole and unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qq_excel import zips
from qq_excel.cli import common
from qq_excel.cli.common import FINDINGS, OK, out
from qq_excel.cli.options import Format
from qq_excel.errors import InputError
from qq_excel.inputs import must_be_file
from qq_excel.language import Text, t

#: How a workbook of before 2007, or an encrypted one, begins.
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _is_sealed(path: Path) -> bool:
    from qq_excel.papers.seal import sealed

    return path.suffix.lower() == ".xlsx" and sealed(path)


def _is_workbook(path: Path) -> bool:
    """Whether *path* is a workbook that nobody sealed: of an Office or OpenDocument zip, or older."""
    from qq_excel.papers.pack_check import MANIFEST

    try:
        with path.open("rb") as file:
            if file.read(8) == _OLE:
                return True
        with zips.opened(path) as archive:
            names = set(archive.namelist())
    except (*zips.DAMAGED, OSError, ValueError):
        return False
    return MANIFEST not in names and bool(names & {"[Content_Types].xml", "mimetype"})


@dataclass(frozen=True, slots=True)
class _Proof:
    """What was found of one file."""

    document: dict[str, Any]
    problems: Sequence[Text]
    #: What is said where there is no problem.
    good: Sequence[str]


def run_verify(paths: Sequence[Path], format: Format, key: Path | None = None) -> int:
    """``qq-excel verify``: each of *paths*, or of what is in them; several are told with their names, in JSON as a list.

    Raises :class:`InputError` where there is nothing to prove.
    """
    from qq_excel.papers.signing import load_public

    packs = _packs(paths)
    public = load_public(key) if key else None
    proofs = []
    for pack, name in packs.items():
        proofs.append(_proof(pack, public))
        if format is Format.TEXT:
            _say(name if len(packs) > 1 else "", proofs[-1])
    if format is Format.JSON:
        told = [proof.document for proof in proofs]
        common.print_json(told if len(told) > 1 else told[0])
    return FINDINGS if any(proof.problems for proof in proofs) else OK


def _packs(paths: Sequence[Path]) -> dict[Path, str]:
    """What is to be proved, by what it is called: files as they are, folders with all that they hold."""
    from qq_excel.papers.volume_signing import SUFFIX

    out: dict[Path, str] = {}
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if _is_provable(p)]
            if not inside:
                raise InputError(
                    Text(
                        f"{path}：文件夹里没有申请包（zip）、签名的合订本（pdf）或封存件（xlsx）。请检查路径。",
                        f"{path}: no packs (zip), signed volumes (pdf) or sealed submissions (xlsx) in this folder. Check the path.",
                    )
                )
            out.update((p, p.relative_to(path).as_posix()) for p in inside)
            continue
        # a signature stands for the volume that it is of
        pack = path.with_name(path.name.removesuffix(SUFFIX)) if path.name.endswith(SUFFIX) else path
        _must_be_provable(pack)
        out.setdefault(pack, pack.name)
    return out


def _is_provable(path: Path) -> bool:
    """Whether a file of a folder is there to be proved; a zip that is no pack any more is told, not passed over."""
    from qq_excel.papers.volume_signing import beside

    if path.name.startswith(".") or not path.is_file():
        return False
    kind = path.suffix.lower()
    return kind == ".zip" or (kind == ".pdf" and beside(path).is_file()) or _is_sealed(path)


def _must_be_provable(pack: Path) -> None:
    must_be_file(pack)
    if not _is_sealed(pack) and _is_workbook(pack):
        raise InputError(
            Text(
                f"{pack}：既没有封存，也不是核销申请包，无从核对。封存件由“提交”按钮生成，申请包由 qq-excel write-off 生成。",
                f"{pack}: neither sealed nor a write-off pack, so there is nothing to prove. The button 'submit' seals "
                "a workbook, qq-excel write-off makes packs.",
            )
        )


def _proof(pack: Path, public: bytes | None) -> _Proof:
    from qq_excel.papers.pack_check import check_pack
    from qq_excel.papers.seal import verify_seal
    from qq_excel.papers.signing import fingerprint
    from qq_excel.papers.volume_signing import check_volume

    if _is_sealed(pack):
        wrong = verify_seal(pack)
        good = [t("✓ 封存件未被改动，与提交时相同。", "✓ The submission is as it was when it was sealed.")]
        return _Proof(
            {"submission": pack.name, "whole": not wrong, "problems": [str(p) for p in wrong]}, wrong, good
        )
    volume = pack.suffix.lower() == ".pdf"
    looked = check_volume(pack, public) if volume else check_pack(pack, public)
    shown = fingerprint(looked.signer) if looked.signer else None
    good = [
        t("✓ 合订本未被改动。", "✓ The volume is unchanged.")
        if volume
        else t("✓ 申请包完整，未被改动。", "✓ The pack is whole and unchanged.")
    ]
    if shown and public:
        good.append(t(f"✓ 由所给公钥签名（指纹 {shown}）。", f"✓ Signed by the given key ({shown})."))
    elif shown:
        good.append(
            t(f"有签名，指纹 {shown}；是谁的密钥没有核对，请用 --key 给出公钥。",
              f"Signed ({shown}); whose key it is was not checked: give the public key with --key.")
        )  # fmt: skip
    document = {
        "pack": pack.name, "whole": not looked.problems, "problems": [str(p) for p in looked.problems], "signer": shown,
    }  # fmt: skip
    return _Proof(document, looked.problems, good)


def _say(name: str, proof: _Proof) -> None:
    if name:
        out.print(name, style="bold", soft_wrap=True)
    for problem in proof.problems:
        out.print(f"✗ {problem}", style="red", soft_wrap=True)
    for words in () if proof.problems else proof.good:
        out.print(words, soft_wrap=True)
