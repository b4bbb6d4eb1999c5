"""``qq-excel verify``: proves a write-off pack, a bound volume or a sealed submission whole and unchanged."""

from __future__ import annotations

import zipfile
from pathlib import Path

from qq_excel.cli import common
from qq_excel.cli.common import FINDINGS, OK, Format, out
from qq_excel.errors import InputError
from qq_excel.language import Text, t

#: How a workbook of before 2007, or an encrypted one, begins.
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _is_sealed(path: Path) -> bool:
    from qq_excel.papers.seal import sealed  # noqa: PLC0415

    return path.suffix.lower() == ".xlsx" and sealed(path)


def _is_workbook(path: Path) -> bool:
    """Whether *path* is a workbook that nobody sealed: of an Office or OpenDocument zip, or older."""
    from qq_excel.papers.pack_check import MANIFEST  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            if file.read(8) == _OLE:
                return True
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
    return MANIFEST not in names and bool(names & {"[Content_Types].xml", "mimetype"})


def _verify_seal(submission: Path, format: Format) -> int:
    from qq_excel.papers.seal import verify_seal  # noqa: PLC0415

    problems = verify_seal(submission)
    if format is Format.JSON:
        common.print_json(
            {"submission": submission.name, "whole": not problems, "problems": [str(p) for p in problems]}
        )
    elif problems:
        out.print(f"✗ {problems[0]}", style="red", markup=False)
    else:
        out.print(t("✓ 封存件未被改动，与提交时相同。", "✓ The submission is as it was when it was sealed."))
    return FINDINGS if problems else OK


def run_verify(pack: Path, format: Format, key: Path | None = None) -> int:
    """``qq-excel verify``."""
    from qq_excel.papers.pack_check import check_pack  # noqa: PLC0415
    from qq_excel.papers.signing import fingerprint, load_public  # noqa: PLC0415
    from qq_excel.papers.volume_signing import SUFFIX, check_volume  # noqa: PLC0415

    pack = pack.with_name(pack.name.removesuffix(SUFFIX))  # the signature stands for the volume that it is of
    if not pack.is_file():
        raise InputError(
            Text(f"{pack}：找不到这个文件。请检查路径。", f"{pack}: no such file. Check the path.")
        )
    if _is_sealed(pack):
        return _verify_seal(pack, format)
    if _is_workbook(pack):
        raise InputError(
            Text(
                f"{pack}：既没有封存，也不是核销申请包，无从核对。封存件由“提交”按钮生成，申请包由 qq-excel write-off 生成。",
                f"{pack}: neither sealed nor a write-off pack, so there is nothing to prove. The button 'submit' seals "
                "a workbook, qq-excel write-off makes packs.",
            )
        )
    public = load_public(key) if key else None
    volume = pack.suffix.lower() == ".pdf"
    looked = check_volume(pack, public) if volume else check_pack(pack, public)
    problems = looked.problems
    shown = fingerprint(looked.signer) if looked.signer else None
    if format is Format.JSON:
        told = {
            "pack": pack.name,
            "whole": not problems,
            "problems": [str(p) for p in problems],
            "signer": shown,
        }
        common.print_json(told)
    elif problems:
        for problem in problems:
            out.print(f"✗ {problem}", style="red", markup=False)
    else:
        out.print(
            t("✓ 合订本未被改动。", "✓ The volume is unchanged.")
            if volume
            else t("✓ 申请包完整，未被改动。", "✓ The pack is whole and unchanged.")
        )
        if shown and key:
            out.print(
                t(f"✓ 由所给公钥签名（指纹 {shown}）。", f"✓ Signed by the given key ({shown})."),
                markup=False,
            )
        elif shown:
            out.print(
                t(f"有签名，指纹 {shown}；是谁的密钥没有核对，请用 --key 给出公钥。",
                  f"Signed ({shown}); whose key it is was not checked: give the public key with --key."),
                markup=False, soft_wrap=True,
            )  # fmt: skip
    return FINDINGS if problems else OK
