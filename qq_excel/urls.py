"""Places that are not on this computer (s3, smb, sftp, http …), by fsspec."""

from __future__ import annotations

import datetime as dt
import errno
import re
import tempfile
import uuid
from pathlib import Path
from typing import IO, Any

from qq_excel.errors import UNWRITABLE, InputError, OutputError
from qq_excel.language import Text

_USER = re.compile(r"(?<=://)[^/\s]*@")
#: Object stores: what is put there is there whole under its name, or not at all.
_WHOLE = frozenset(
    {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci", "cos", "obs", "r2", "tos"}
)
#: What a file is called, elsewhere, until it is whole.
UNFINISHED = ".qq-put-"
#: How a file that must not be there yet is opened.
_EXCLUSIVELY = {"sftp": "wxb", "ssh": "wxb"}
#: Classes of errors (of botocore, aiohttp, smbprotocol, paramiko …) that say that nobody answered, and that nobody logged in.
_UNREACHED = frozenset(
    {"ConnectionError", "TimeoutError", "HTTPClientError", "ClientConnectionError", "SMBConnectionClosed", "NoValidConnectionsError",
     "gaierror"}
)  # fmt: skip
_UNKNOWN = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "AuthenticationException", "LogonFailure"}
)
#: What a disk behind a URL (file, a share) says in the system's words; stores have words of their own for the rest.
_OF_DISKS = (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.ENAMETOOLONG)
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")


def is_remote(text: str) -> bool:
    """Whether *text* is an fsspec URL rather than a path."""
    scheme, separator, _ = text.partition("://")
    return bool(separator) and scheme.replace("+", "").isalnum()


def without_user(text: str) -> str:
    """*text* with no user and no password in its URLs: as they are kept and shown."""
    return _USER.sub("", text)


def file_system(url: str, *, fresh: bool = False) -> tuple[Any, str]:
    """The file system of *url*, and the path in it; *fresh*: one that does not remember what it listed. Raises
    :class:`InputError`.
    """
    try:
        import fsspec
    except ImportError:
        raise cannot_be_read(
            url,
            Text(
                "需要另装 fsspec：pip install 'qq-excel[remote]'",
                "fsspec is needed: pip install 'qq-excel[remote]'",
            ),
        ) from None
    try:
        try:
            system, path = fsspec.core.url_to_fs(url, **({"use_listings_cache": False} if fresh else {}))
        except TypeError:  # it never remembers any, and hands what it does not know on to a library (sftp)
            system, path = fsspec.core.url_to_fs(url)
    except Exception as error:  # every file system has errors of its own
        raise cannot_be_read(url, why(error)) from error
    return system, path


def protocols_of(system: Any) -> set[str]:
    """The schemes of URLs that the file system *system* is for."""
    names = system.protocol
    return {names} if isinstance(names, str) else set(names)


def why(error: Exception) -> Text:
    """What a file system says is wrong, in a line."""
    words = without_user(str(error)).strip().splitlines()
    said = words[0] if words else type(error).__name__
    classes = {c.__name__ for c in type(error).__mro__}
    if isinstance(error, FileNotFoundError):
        return Text("没有这个桶、文件夹或文件", "there is no such bucket, folder or file")
    if isinstance(error, NotImplementedError):
        return Text("这种地址不能写入", "nothing can be written to such a URL")
    if classes & _UNKNOWN:
        return Text(
            f"没有登录凭据，或凭据不对；提示：{said}", f"there are no credentials, or wrong ones; {said}"
        )
    if isinstance(error, PermissionError):
        return Text(f"没有权限；提示：{said}", f"not allowed; {said}")
    if classes & _UNREACHED:
        return Text(f"连接不上，或连接中断；提示：{said}", f"no connection, or it was lost; {said}")
    return Text(f"提示：{said}", said)


def cannot_be_read(url: str, why: Text) -> InputError:
    """One sentence for a place that cannot be read."""
    where = without_user(url)
    return InputError(Text(f"{where}：读不到（{why.zh}）。", f"{where}: cannot be read ({why.en})."))


def cannot_be_written(url: str, error: Exception) -> OutputError:
    """One sentence for a place that cannot be written."""
    where = without_user(url)
    number = error.errno if isinstance(error, OSError) else None
    said = UNWRITABLE[number] if number in _OF_DISKS else why(error)
    return OutputError(Text(f"{where}：无法写入（{said.zh}）。", f"{where}: cannot be written ({said.en})."))


def seconds_of(info: dict[str, Any]) -> float | None:
    """When a file was written, by what its file system says of it."""
    for name in _TIMES:
        value = info.get(name)
        if isinstance(value, dt.datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None


class Place:
    """What lies below a URL. Files go by name: their path below it. Each is put there whole or not at all."""

    def __init__(self, url: str) -> None:
        """Raises :class:`InputError` when there is no way to it."""
        self.url = url.rstrip("/")
        # several programs may write to it: what was listed a moment ago is not remembered
        self.system, root = file_system(self.url, fresh=True)
        self.root = root.rstrip("/")
        self._protocols = protocols_of(self.system)
        #: Whether two threads that read at once wait for each other for ever (paramiko).
        self.one_reader = bool(self._protocols & _EXCLUSIVELY.keys())
        #: Whether several threads may put files at once.
        self.at_once = bool(getattr(self.system, "async_impl", False))

    def at(self, name: str) -> str:
        """The URL of the file *name*."""
        return f"{self.url}/{name}"

    def path(self, name: str) -> str:
        """The file *name* as its file system calls it."""
        return f"{self.root}/{name}"

    def open(self, name: str) -> IO[bytes]:
        """The file *name*, to read. Raises what its file system raises."""
        file: IO[bytes] = self.system.open(self.path(name), "rb")
        return file

    def read(self, name: str, most: int) -> bytes | None:
        """The first *most* bytes of the file *name*; None when there is none. Raises :class:`InputError`."""
        try:
            with self.open(name) as file:
                return file.read(most)
        except FileNotFoundError:
            return None
        except Exception as error:
            raise cannot_be_read(self.at(name), why(error)) from error

    def has(self, name: str) -> bool:
        """Whether there is a file *name*. Raises :class:`OutputError` when the place is out of reach."""
        try:
            there: bool = self.system.exists(self.path(name))
        except Exception as error:
            raise cannot_be_written(self.at(name), error) from error
        return there

    def written_at(self, name: str) -> float | None:
        """When the file *name* was written, in seconds, where its file system tells."""
        try:
            return seconds_of(self.system.info(self.path(name)))
        except Exception:
            return None

    def sizes(self, folder: str = "", *, deep: bool = True) -> dict[str, int]:
        """The files in *folder*, and unless told otherwise in its folders, with their sizes. Raises :class:`InputError`."""
        where = self.path(folder).rstrip("/")
        try:
            found = self.system.find(where, maxdepth=None if deep else 1, detail=True)
        except FileNotFoundError:
            return {}
        except Exception as error:
            raise cannot_be_read(self.at(folder), why(error)) from error
        first = len(self.root) + 1
        return {name[first:]: int(info.get("size") or 0) for name, info in found.items()}

    def create(self, name: str, content: bytes) -> bool:
        """Write *content* to the file *name* unless there is one; whether it was written.

        Of two that do this at once one writes, where the place can tell. Raises :class:`OutputError`.
        """
        path = self.path(name)
        try:
            self._create(path, content)
        except Exception as error:
            try:
                if self.system.exists(path):
                    return False
                if isinstance(error, NotImplementedError | ValueError | TypeError):  # it cannot tell
                    self.system.pipe_file(path, content)
                    return True
            except Exception as again:
                raise cannot_be_written(self.url, again) from again
            raise cannot_be_written(self.url, error) from error
        return True

    def _create(self, path: str, content: bytes) -> None:
        if self.at_once:
            self.system.pipe_file(path, content, mode="create")
            return
        mode = next((m for p, m in _EXCLUSIVELY.items() if p in self._protocols), "xb")
        try:
            file = self.system.open(path, mode)
        except FileNotFoundError:
            self._make_folder(path)
            file = self.system.open(path, mode)
        with file:
            file.write(content)

    def put(self, file: Path, name: str) -> None:
        """Put *file*, one of this computer, there as *name*. Raises :class:`OutputError`."""
        path = self.path(name)
        try:
            if self._protocols & _WHOLE:
                self.system.put_file(str(file), path)
                return
            folder = path.rpartition("/")[0]
            half = f"{folder}/{UNFINISHED}{uuid.uuid4().hex}"
            try:
                self.system.put_file(str(file), half)
            except FileNotFoundError:
                self._make_folder(path)
                self.system.put_file(str(file), half)
            try:
                self.system.mv(half, path)
            except FileExistsError:  # it renames over nothing
                self.system.rm_file(path)
                self.system.mv(half, path)
        except Exception as error:
            raise cannot_be_written(self.at(name), error) from error

    def write(self, name: str, content: bytes) -> None:
        """Have *content* there as *name*. Raises :class:`OutputError`."""
        with tempfile.TemporaryDirectory(prefix="qq-") as folder:
            file = Path(folder) / Path(name).name
            file.write_bytes(content)
            self.put(file, name)

    def _make_folder(self, path: str) -> None:
        self.system.makedirs(path.rpartition("/")[0], exist_ok=True)

    def remove(self, name: str) -> None:
        """Take the file *name* away, if it is there. Raises :class:`OutputError`."""
        try:
            self.system.rm_file(self.path(name))
        except FileNotFoundError:
            pass
        except Exception as error:
            raise cannot_be_written(self.at(name), error) from error
