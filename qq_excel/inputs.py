"""Which files a path means: the workbooks in it, and nothing that we or an office program left there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qq_excel.errors import InputError
from qq_excel.language import Text

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods", ".csv"})
#: Those that are packages of XML: parts of them can be changed while the rest keeps its bytes.
PACKAGES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
#: Tables of other office programs, and packed files: somebody handed them in as a ledger, and is to be told.
FOREIGN = frozenset({".et", ".ett", ".numbers", ".uos", ".fods", ".xlt"})
ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
#: Our own results say so in their names; they are not handed in again by mistake.
OWN_SUFFIXES = (
    "_校验结果.xlsx", "_已标注.xlsx", "_已标注.xlsm", "_导入说明.xlsx", "函登记册.xlsx", "通知登记册.xlsx", "通知单登记册.xlsx",
    "账龄分析.xlsx", "批量校验汇总.xlsx", "预警变化表.xlsx", "_抵债物品盘点清单.xlsx", "销售财务核对表.xlsx", "考核计算依据.xlsx",
)  # fmt: skip


def workbooks(paths: Iterable[Path]) -> list[Path]:
    """The workbooks that *paths* name: files as they are, folders with all they hold, in stable order.

    Lock files (``~$``), hidden files and our own results inside a folder are passed over.
    Raises :class:`InputError` when a path does not exist or a folder holds no workbook.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if is_workbook(p, path)]
            if not inside:
                raise InputError(
                    Text(
                        f"{path}：文件夹里没有工作簿（{'、'.join(sorted(SUFFIXES))}）。请检查路径。",
                        f"{path}: no workbook in this folder ({', '.join(sorted(SUFFIXES))}). Check the path.",
                    )
                )
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise InputError(
                Text(
                    f"{path}：找不到这个文件或文件夹。请检查路径。",
                    f"{path}: no such file or folder. Check the path.",
                )
            )
    return list(found)


def must_be_file(path: Path) -> Path:
    """*path* itself. Raises :class:`InputError` when there is no such file, or a folder in its place."""
    if path.is_dir():
        raise InputError(
            Text(f"{path}：这是文件夹，请写出里面的文件。", f"{path}: it is a folder; name a file in it.")
        )
    if not path.is_file():
        raise InputError(
            Text(f"{path}：找不到这个文件。请检查路径。", f"{path}: no such file. Check the path.")
        )
    return path


def is_workbook(path: Path, top: Path) -> bool:
    """Whether *path*, somewhere in the folder *top*, is a workbook that somebody handed in."""
    return path.suffix.lower() in SUFFIXES and _handed_in(path, top) and not path.name.endswith(OWN_SUFFIXES)


def should_be_one(path: Path, top: Path) -> bool:
    """Whether *path*, somewhere in the folder *top*, was handed in for a workbook and is none as it stands."""
    return path.suffix.lower() in FOREIGN | ARCHIVES and _handed_in(path, top)


def passed_over(paths: Iterable[Path]) -> list[Path]:
    """What :func:`workbooks` leaves out although somebody may count on it: foreign tables and archives in folders."""
    return [p for top in paths if top.is_dir() for p in sorted(top.rglob("*")) if should_be_one(p, top)]


def _handed_in(path: Path, top: Path) -> bool:
    """Whether it is no lock file (``~$``) and nothing hidden."""
    hidden = any(part.startswith((".", "~$")) for part in path.relative_to(top).parts)
    return not hidden and path.is_file()
