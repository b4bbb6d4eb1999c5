"""The organisation's own templates: Word files, sheet layouts, letterhead, fonts and addresses in one folder.

``qq-excel report templates export`` hands out what the program brings along; a folder given by ``--templates``
takes its place file by file. What stands in it is checked before the first paper is written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field as Setting

from qq_excel import resources, yamlfile
from qq_excel.errors import InputError
from qq_excel.language import Text, current
from qq_excel.output import write_bytes
from qq_excel.papers.layout import Layout
from qq_excel.papers.style import BODY_FONT, HEAD_FONT, PLAIN_FONT
from qq_excel.papers.word import WordTemplate
from qq_excel.yamlfile import Strict

ORGANISATION = "organisation.yaml"
SHEETS = "sheets"
#: Below it stands the English version of a template, where there is one.
ENGLISH = "en"
#: Stands where the settings give nothing: a line to write on.
BLANK = "________________"


class UnitDetails(Strict):
    """What letters of one unit say about it."""

    full_name: str = ""
    address: str = ""
    postcode: str = ""
    contact: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""


class Fonts(Strict):
    """Fonts by use, best first."""

    body: tuple[str, ...] = Setting(default=(BODY_FONT,), min_length=1)
    head: tuple[str, ...] = Setting(default=(HEAD_FONT,), min_length=1)
    plain: tuple[str, ...] = Setting(default=(PLAIN_FONT,), min_length=1)


class Organisation(Strict):
    """``organisation.yaml``."""

    letterhead: str = ""
    seal: Literal["left", "right"] = "right"
    fonts: Fonts = Setting(default_factory=Fonts)
    office: str = "集团清欠办"
    operations: str = "经营管理部"
    units: dict[str, UnitDetails] = Setting(default_factory=dict)

    def unit(self, name: str) -> UnitDetails:
        """The details of a unit; blank ones where none are given."""
        return self.units.get(name, UnitDetails())


@dataclass
class House:
    """The templates of one run, each read once."""

    folder: Path | None
    organisation: Organisation
    _word: dict[Path, WordTemplate] = field(default_factory=dict)
    _layouts: dict[Path, Layout] = field(default_factory=dict)
    _used: dict[str, str] = field(default_factory=dict)

    def word(self, name: str) -> WordTemplate:
        """The Word template *name*; :class:`TemplateError` with the place when it is broken."""
        path = self._path(name)
        if path not in self._word:
            fonts = self.organisation.fonts
            swap = {BODY_FONT: fonts.body[0], HEAD_FONT: fonts.head[0], PLAIN_FONT: fonts.plain[0]}
            self._word[path] = WordTemplate(path, swap)
        return self._word[path]

    def layout(self, name: str) -> Layout:
        """The sheet layout *name*; :class:`SchemaError` with the line when it is broken."""
        path = self._path(f"{SHEETS}/{name}.yaml")
        if path not in self._layouts:
            self._layouts[path] = yamlfile.parse(path, Layout)
        return self._layouts[path]

    def check(self, name: str) -> None:
        """Read the template *name* (with its folders), so that a broken one is refused."""
        if name.endswith(".docx"):
            self.word(name)
        elif SHEETS in Path(name).parts:
            yamlfile.parse(self._path(name), Layout)

    def sha256(self) -> str:
        """One hash over all templates: papers made with other ones are other papers."""
        digest = hashlib.sha256()
        for name in shipped():
            digest.update(name.encode())
            digest.update(self._path(name).read_bytes())
        return digest.hexdigest()

    def _path(self, name: str) -> Path:
        """The file of a template in the language of the run: one's own before the program's, Chinese where there is none."""
        for each in _versions(name):
            for folder in (self.folder, _shipped_dir()):
                if folder is not None and (folder / each).is_file():
                    return folder / each
        return _shipped_dir() / name


def load_house(folder: Path | None = None) -> House:
    """The templates of *folder* over those of the program.

    Raises :class:`InputError` when the folder does not exist or holds nothing that the program knows (a slip in a
    name would go unnoticed), :class:`SchemaError` or :class:`TemplateError` when a file in it is broken.
    """
    if folder is None:
        return House(None, yamlfile.parse(_organisation(None), Organisation))
    if not folder.is_dir():
        raise InputError(
            Text(
                f"{folder}：找不到这个模板文件夹。用 qq-excel report templates export -o 文件夹 取一份。",
                f"{folder}: no such folder; qq-excel report templates export -o FOLDER makes one.",
            )
        )
    _refuse_unknown(folder)
    house = House(folder, yamlfile.parse(_organisation(folder), Organisation))
    for name in shipped():
        if (folder / name).is_file():
            house.check(name)
    return house


def shipped() -> list[str]:
    """The names of all templates that come with the program."""
    top = _shipped_dir()
    every = (p for p in top.rglob("*") if p.is_file() and p.suffix in (".docx", ".yaml"))
    return sorted(p.relative_to(top).as_posix() for p in every)


def export(target: Path) -> list[Path]:
    """Copy the program's templates to *target*, where the organisation changes them.

    Raises :class:`InputError` when one is there already: an organisation's own file is never written over.
    """
    names = shipped()
    there = [n for n in names if (target / n).exists()]
    if there:
        raise InputError(
            Text(
                f"{target / there[0]}：已经存在，不覆盖。请换一个文件夹。",
                f"{target / there[0]} exists and is not written over; choose another folder.",
            )
        )
    return [write_bytes(target / name, (_shipped_dir() / name).read_bytes()) for name in names]


def _refuse_unknown(folder: Path) -> None:
    known = shipped()
    found = [
        p.relative_to(folder).as_posix()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.suffix in (".docx", ".yaml", ".yml") and not p.name.startswith(("~$", "."))
    ]
    for name in found:
        if name not in known:
            near = yamlfile.nearest(name, known)
            raise InputError(
                Text(
                    f"{folder / name}：没有这个名称的模板" + (f"，是不是 {near}？" if near else "。"),
                    f"{folder / name}: there is no template of this name"
                    + (f"; did you mean {near}?" if near else "."),
                )
            )


def _versions(name: str) -> list[str]:
    """What a template is called in the language of the run, then in Chinese."""
    return [f"{ENGLISH}/{name}", name] if current() == "en" else [name]


def _organisation(folder: Path | None) -> Path:
    """The settings: one's own, in whichever language, before the program's."""
    for place in (folder, _shipped_dir()):
        for name in _versions(ORGANISATION):
            if place is not None and (place / name).is_file():
                return place / name
    return _shipped_dir() / ORGANISATION


def _shipped_dir() -> Path:
    return resources.schemas_dir() / "papers"
