"""提交: check, seal a copy, hand it in."""

from __future__ import annotations

import datetime as dt
import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel.addin.checked import Steps, checked
from qq_excel.addin.host import host_of
from qq_excel.addin.settings import Settings, settings_file
from qq_excel.errors import InputError, OutputError
from qq_excel.language import Text, many, plural, t
from qq_excel.output import must_be_writable, safe_name
from qq_excel.papers.words import clean, clip

if TYPE_CHECKING:
    import xlwings as xw

_SECONDS = 60
#: Characters of a server's own words in a message.
_WHY = 80
#: What stays as it is written in an address; spaces and Chinese are escaped, as a browser does.
_IN_ADDRESS = "%:/?#[]@!$&'()*+,;=~"
#: Answers of a server in between, which does not know whether the one behind it has the file.
_NO_WORD = (502, 504)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def submit(book: xw.Book, now: dt.datetime | None = None) -> str | None:
    """Hand in a sealed copy of *book*; where it went, None when it was not accepted or the user changed his mind.

    Raises :class:`OutputError` when it could not be handed in, or when nobody answered whether it was.
    """
    from qq_excel.papers.seal import seal

    host = host_of(book)
    steps = Steps(host)
    with checked(book, steps) as found:
        if not found.result.accepted or not found.file.workbook.tables:
            errors = found.result.findings.counts()["E"]
            host.tell(
                t(
                    f"还有 {errors} 个错误级问题，不能提交。请点“校验”，改正后再提交。",
                    f"There {plural(errors, 'is', 'are')} {many(errors, 'error')}; it cannot be handed in. "
                    f"Press 'Check', mend {plural(errors, 'it', 'them')}, then submit.",
                )
            )
            return None
        where = found.settings.submit_to or _asked(host.folder(
            t("封存件存到哪个文件夹？（管理员可在设置中固定）", "Folder for the sealed copy? (can be set for good)")
        ))  # fmt: skip
        if not where:
            return None
        now = now or dt.datetime.now().astimezone()
        name = _name(found.file.unit, found.file.period, found.copy.stem, now)
        steps(Text("封存", "sealing"))
        sealed = found.copy.parent / name
        digest = seal(found.copy, sealed, found.result, now)
        placed = _handed_in(sealed, where, found.settings)
    warned = found.result.findings.counts()["W"]
    host.tell(
        t(
            f"已提交：{placed}\n校验值 {digest[:16]}…，制度 {found.result.policy.profile} v{found.result.policy.version}，"
            f"警告 {warned} 条（请答复）。",
            f"Handed in: {placed}\nhash {digest[:16]}…, policy {found.result.policy.profile} "
            f"v{found.result.policy.version}, {many(warned, 'warning')} to answer.",
        )
    )
    return placed


def _asked(folder: Path | None) -> str:
    return "" if folder is None else str(folder)


def _name(unit: str | None, period: str | None, stem: str, now: dt.datetime) -> str:
    words = "_".join(x for x in (unit, period, stem) if x)
    return f"{safe_name(words, '提交')}_{now:%Y%m%d-%H%M%S}.xlsx"


def _handed_in(sealed: Path, where: str, settings: Settings) -> str:
    if re.match(r"https?://", where):
        return _sent(sealed, where, settings)
    folder = Path(where)
    if not folder.is_dir():
        raise InputError(
            Text(
                f"{folder}：提交文件夹不存在或够不着。请检查网络，或请管理员检查 {settings_file()}。",
                f"{folder}: the folder for submissions is not there. Check the network, or the settings {settings_file()}.",
            )
        )
    must_be_writable(folder)
    from qq_excel.output import write_bytes

    target = folder / sealed.name
    if target.exists():
        raise OutputError(
            Text(
                f"{target}：已有同名的提交，没有覆盖。请稍后再试。",
                f"{target}: exists; it was not replaced. Try again.",
            )
        )
    return str(write_bytes(target, sealed.read_bytes()))


def _sent(sealed: Path, where: str, settings: Settings) -> str:
    """PUT the file to the server; never over plain HTTP with a token.

    Raises :class:`OutputError`, which says whether nothing arrived or that this is not known.
    """
    address = f"{urllib.parse.quote(where.rstrip('/'), safe=_IN_ADDRESS)}/{urllib.parse.quote(sealed.name)}"
    headers = {"Content-Type": _XLSX}
    if settings.token_file:
        if not where.startswith("https://"):
            raise InputError(
                Text(
                    "有令牌时提交地址须以 https:// 开头。",
                    "With a token the address must start with https://.",
                )
            )
        headers["Authorization"] = f"Bearer {_token(Path(settings.token_file))}"
    try:
        request = urllib.request.Request(address, sealed.read_bytes(), headers, method="PUT")  # noqa: S310 - http(s) only
        with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310
            return address
    except urllib.error.HTTPError as error:
        why = f"HTTP {error.code} {error.reason}"
        raise _uncertain(address, sealed, why) if error.code in _NO_WORD else _refused(address, why) from None
    except urllib.error.URLError as error:  # connecting or sending: the server has no whole file
        raise _refused(address, error.reason) from None
    except (http.client.InvalidURL, ValueError):  # what is wrong with an address shows in several ways
        raise InputError(
            Text(
                f"{where}：提交地址写得不对，没有提交。请管理员检查 {settings_file()} 中的 submit_to。",
                f"{where}: no address to submit to; nothing was handed in. See submit_to in {settings_file()}.",
            )
        ) from None
    except (http.client.HTTPException, OSError) as error:  # after sending: it waited for the answer
        raise _uncertain(address, sealed, error) from None


def _refused(address: str, reason: object) -> OutputError:
    why = clip(" ".join(clean(reason).split()), _WHY)
    return OutputError(
        Text(
            f"{address}：提交失败（{why}），没有提交。请稍后再试。",
            f"{address}: failed ({why}); nothing was handed in.",
        )
    )


def _uncertain(address: str, sealed: Path, reason: object) -> OutputError:
    why = clip(" ".join(clean(reason).split()), _WHY)
    return OutputError(
        Text(
            f"{address}：文件已发出，但没有收到服务器的有效答复（{why}），不确定是否已送达。"
            f"请先问接收单位或管理员有没有收到 {sealed.name}，没有收到再提交。",
            f"{address}: the file was sent, but the server gave no proper answer ({why}): it is uncertain whether it arrived. "
            f"Ask whoever receives it for {sealed.name} first, and submit again if it is not there.",
        )
    )


def _token(file: Path) -> str:
    """The token of *file*: one line that can stand in a request."""
    try:
        token = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if token and token.isascii() and token.isprintable():
        return token
    raise InputError(
        Text(
            f"{file}：读不到令牌（文件不在、打不开，或内容不是一行字母数字），没有提交。"
            f"请管理员检查 {settings_file()} 中的 token_file。",
            f"{file}: there is no token (no such file, or not one line of letters and digits); nothing was handed in. "
            f"See token_file in {settings_file()}.",
        )
    )
