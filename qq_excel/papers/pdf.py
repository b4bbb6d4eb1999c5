"""PDF from Word and Excel files by headless LibreOffice: many files in one run, a profile of its own, a time limit.

LibreOffice is found by ``QQ_SOFFICE``, on the PATH, or where its installer puts it. It is not needed for anything
else; where there is none, the office files stay in place and the message says so.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from qq_excel.errors import ToolError
from qq_excel.language import Text
from qq_excel.output import write_bytes

#: Files per LibreOffice run: one start for many files, and a lost run loses no more than these.
_BATCH = 200
_START_SECONDS, _FILE_SECONDS = 90, 6
_USUAL = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)


class PdfError(ToolError):
    """No PDF could be made; the office files are in place."""


def find_soffice(environment: Mapping[str, str] | None = None) -> Path | None:
    """LibreOffice's program, or None. ``QQ_SOFFICE`` comes first and must then be right.

    Raises :class:`PdfError` when ``QQ_SOFFICE`` names no file.
    """
    given = (os.environ if environment is None else environment).get("QQ_SOFFICE")
    if given:
        if not Path(given).is_file():
            raise PdfError(
                Text(
                    f"环境变量 QQ_SOFFICE 指向 {given}，没有这个程序。请改正或取消设置。",
                    f"QQ_SOFFICE points to {given}, which does not exist; correct or unset it.",
                )
            )
        return Path(given)
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return next((Path(p) for p in _USUAL if Path(p).is_file()), None)


def write_pdfs(
    sources: Sequence[Path], targets: Sequence[Path], progress: Callable[[Text, int, int], None] | None = None
) -> list[Path]:
    """Turn each of *sources* (.docx, .xlsx) into the PDF of *targets* at the same place.

    Raises :class:`PdfError` when LibreOffice is missing, fails or takes too long; what was converted before stays.
    """
    if not sources:
        return []
    program = find_soffice()
    if program is None:
        raise PdfError(
            Text(
                "没有找到 LibreOffice，不能生成 PDF；Word 和 Excel 文件已写好。请安装 LibreOffice，"
                "或用环境变量 QQ_SOFFICE 指明 soffice 程序，再运行一次同样的命令即可补出 PDF。",
                "LibreOffice was not found, so no PDF was made; the Word and Excel files are in place. Install it or "
                "name its program in QQ_SOFFICE, then run the same command again to add the PDFs.",
            )
        )
    with TemporaryDirectory(prefix="qq-pdf-") as folder:
        for first in range(0, len(sources), _BATCH):
            if progress:
                progress(Text("转换 PDF", "converting to PDF"), first, len(sources))
            some = slice(first, first + _BATCH)
            _convert(program, Path(folder), sources[some], targets[some])
    return list(targets)


def _convert(program: Path, folder: Path, sources: Sequence[Path], targets: Sequence[Path]) -> None:
    """One LibreOffice run. The files are copied under plain numbers: names may repeat in other folders."""
    inside, outside, scratch = folder / "in", folder / "out", folder / "tmp"
    for place in (inside, outside, scratch):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
    copies = []
    for n, source in enumerate(sources):
        copies.append(inside / f"{n:04d}{source.suffix}")
        shutil.copyfile(source, copies[-1])
    command = [
        str(program), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
        "--nologo", "--nodefault", "--nolockcheck", "--convert-to", "pdf", "--outdir", str(outside),
        *(str(c) for c in copies),
    ]  # fmt: skip
    limit = _START_SECONDS + _FILE_SECONDS * len(sources)
    said = _run(command, limit, scratch)
    for copy, source, target in zip(copies, sources, targets, strict=True):
        made = outside / f"{copy.stem}.pdf"
        if not made.is_file():
            raise PdfError(
                Text(
                    f"{source}：LibreOffice 没有转出 PDF（{said or '没有说明原因'}）。文件已在，可用 Word 打开后另存为 PDF。",
                    f"{source}: LibreOffice made no PDF ({said or 'it gave no reason'}). The file is in place.",
                )
            )
        write_bytes(target, same_pdf(made.read_bytes()))


def _run(command: list[str], limit: int, scratch: Path) -> str:
    """Run LibreOffice; what it said last. The whole group of processes ends when the time is up; what it leaves then is in
    *scratch*."""
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    group = {"start_new_session": True} if sys.platform != "win32" else {}
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of the administrator's choice, no shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=os.environ | temporary, **group,  # type: ignore[call-overload]
        )  # fmt: skip
    except OSError as error:
        raise PdfError(
            Text(f"{command[0]}：不能启动（{error}）。", f"{command[0]}: cannot be started ({error}).")
        ) from None
    try:
        said, _ = process.communicate(timeout=limit)
    except BaseException as stop:
        _end(process)
        if isinstance(stop, subprocess.TimeoutExpired):
            raise PdfError(
                Text(
                    f"LibreOffice 超过 {limit} 秒没有完成，已停止；Word 和 Excel 文件已写好，可以再运行一次。",
                    f"LibreOffice took more than {limit} s and was stopped; the office files are in place.",
                )
            ) from None
        raise
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()


def same_pdf(content: bytes) -> bytes:
    """*content* without the time and the random marks of its making, byte for byte as long."""

    def fixed_time(found: re.Match[bytes]) -> bytes:
        return found[1] + b"20200101000000Z"[: len(found[2])].ljust(len(found[2]), b"0") + b")"

    content = re.sub(rb"(/(?:CreationDate|ModDate)\(D:)([^)]*)\)", fixed_time, content)
    content = re.sub(rb"<[0-9A-F]{32}>(?=\s*(?:<[0-9A-F]{32}>\s*)?\])", b"<" + b"0" * 32 + b">", content)
    return re.sub(rb"/DocChecksum\s*/[0-9A-F]{32}", lambda m: m[0][:-32] + b"0" * 32, content)
