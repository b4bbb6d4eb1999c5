"""What can stop a run. Everything else is a finding.

A message says where, what and what to do, in the language that is asked for; a program fault shows a
fault id (and a log), never a traceback.
"""

from __future__ import annotations

import errno
from typing import Any

from qq_excel.language import Text

_WHY_UNREADABLE = {
    errno.ENOENT: Text("没有这个文件", "there is no such file"),
    errno.EACCES: Text("没有权限", "no permission"),
    errno.EPERM: Text("系统不允许", "the system does not allow it"),
    errno.EISDIR: Text("这是文件夹，不是文件", "it is a folder, no file"),
    errno.ENOTDIR: Text("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EBUSY: Text("文件正被其他程序使用", "another program uses it"),
    errno.ENAMETOOLONG: Text("文件名过长", "the name is too long"),
    errno.ELOOP: Text("链接互相指向，没有尽头", "its links lead in a circle"),
    errno.EIO: Text("磁盘或网络读取出错", "the disk or the network failed"),
    errno.EMFILE: Text("打开的文件过多", "too many files are open"),
    errno.ENFILE: Text("打开的文件过多", "too many files are open"),
}
#: Why nothing can be written, by what the system says.
UNWRITABLE = {
    errno.ENOSPC: Text("磁盘已满，请清理后重试", "the disk is full; make room and try again"),
    errno.EACCES: Text("没有写入权限，请换一个文件夹", "no permission to write; choose another folder"),
    errno.EPERM: Text("没有写入权限，请换一个文件夹", "no permission to write; choose another folder"),
    errno.EROFS: Text("文件夹是只读的，请换一个文件夹", "the folder is read-only; choose another one"),
    errno.ENOTDIR: Text("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EISDIR: Text(
        "同名的文件夹已存在，请换一个名称", "a folder of that name exists; choose another name"
    ),
    errno.EEXIST: Text("同名的文件已存在，请换一个名称", "a file of that name exists; choose another name"),
    errno.EBUSY: Text(
        "文件正被其他程序打开，请关闭后重试", "the file is open elsewhere; close it and try again"
    ),
    errno.ETXTBSY: Text(
        "文件正被其他程序打开，请关闭后重试", "the file is open elsewhere; close it and try again"
    ),
    errno.ENAMETOOLONG: Text("文件名过长", "the file name is too long"),
    errno.EDQUOT: Text("磁盘配额已用完，请清理后重试", "the disk quota is used up; make room and try again"),
    errno.EFBIG: Text("文件超过了系统允许的大小", "the file is larger than the system allows"),
    errno.ENOENT: Text("文件夹不存在，也无法新建", "the folder does not exist and cannot be made"),
}


def why_unreadable(error: OSError) -> Text:
    """Why a file cannot be read, in words; what the system says when there are none."""
    if getattr(error, "winerror", None) in (32, 33):
        return _WHY_UNREADABLE[errno.EBUSY]
    said = error.strerror or type(error).__name__
    return _WHY_UNREADABLE.get(error.errno or 0, Text(f"系统提示：{said}", said))


class QQExcelError(Exception):
    """Base of all errors that a user can do something about.

    ``text`` is the sentence in both languages; ``str()`` gives it in the language of the run.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return str(self.text)

    def __reduce__(self) -> tuple[type[QQExcelError], tuple[Any, ...]]:
        return type(self), (self.text,)


class InputError(QQExcelError):
    """A path, option or value given by the user cannot be used."""


class SchemaError(QQExcelError):
    """A YAML file (kind, rule, policy, mapping) is wrong; the text names file, line and reason."""


class TemplateError(QQExcelError):
    """A template of a paper is broken; the text names file, paragraph and reason."""


class OutputError(QQExcelError):
    """A result cannot be written: folder read-only, file open elsewhere, disk full."""


class ToolError(OutputError):
    """A program or library that one format needs is missing or failed; the other formats are made all the same."""


class PackError(QQExcelError):
    """A write-off pack is not whole, or cannot be built."""
