"""VBA projects from text (MS-OVBA): compression, the ``dir`` and ``PROJECT`` streams, ``vbaProject.bin``.

A project written this way carries no compiled code: ``_VBA_PROJECT`` says so in seven bytes, and Excel
compiles the sources when it opens the file (MS-OVBA 2.3.4.1). The same sources give the same bytes.
"""

from __future__ import annotations

import re
import struct
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from qq_excel.addin.excel.compound import compound_file

#: The code page of VBA sources. There is no Chinese in it: texts for users come from a sheet.
CODE_PAGE: Final = "cp1252"
_CHUNK = 4096
#: Earlier places that are tried for a copy: sources gain nothing from more.
_TRIES = 64


def compress(data: bytes) -> bytes:
    """*data* as a CompressedContainer (2.4.1).

    Raises ``ValueError`` for a last chunk of 3,641 to 4,095 bytes that does not compress: the format can
    store it only with zeros appended, which is not what was given. No text is like that.
    """
    out = bytearray(b"\x01")
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        body = _tokens(chunk)
        if len(body) <= _CHUNK:
            out += struct.pack("<H", 0xB000 | (len(body) - 1)) + body
        elif len(chunk) == _CHUNK:
            out += struct.pack("<H", 0x3000 | (_CHUNK - 1)) + chunk
        else:
            raise ValueError("a short chunk that does not compress cannot be stored without padding")
    return bytes(out)


def _offset_bits(position: int) -> int:
    """How many bits of a copy token are its offset, at *position* bytes into the chunk (2.4.1.3.19.1)."""
    return max(4, (position - 1).bit_length())


def _tokens(chunk: bytes) -> bytes:
    body = bytearray()
    seen: dict[bytes, list[int]] = {}
    position, flag_at, bit = 0, 0, 8
    while position < len(chunk):
        if bit == 8:
            flag_at, bit = len(body), 0
            body.append(0)
        length, back = _longest_copy(chunk, position, seen)
        if length:
            bits = _offset_bits(position)
            body += struct.pack("<H", (back - 1) << (16 - bits) | (length - 3))
            body[flag_at] |= 1 << bit
        else:
            body.append(chunk[position])
            length = 1
        for passed in range(position, position + length):
            seen.setdefault(chunk[passed : passed + 3], []).append(passed)
        position += length
        bit += 1
    return bytes(body)


def _longest_copy(chunk: bytes, position: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """The longest earlier run of what comes at *position*: its length (0 for none) and how far back."""
    most = min((0xFFFF >> _offset_bits(position)) + 3, len(chunk) - position)
    best = back = 0
    if most < 3:
        return 0, 0
    for at in reversed(seen.get(chunk[position : position + 3], ())[-_TRIES:]):
        length = 3
        while length < most and chunk[at + length] == chunk[position + length]:
            length += 1
        if length > best:
            best, back = length, position - at
            if best == most:
                break
    return best, back


class Kind(Enum):
    """What a module is: its item in ``PROJECT`` and its record in ``dir``."""

    STANDARD = ("Module", 0x21)
    CLASS = ("Class", 0x22)
    DOCUMENT = ("Document", 0x22)


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its text with the Attribute lines, as the stream holds it."""

    name: str
    text: str
    kind: Kind = Kind.STANDARD
    #: What ``Attribute VB_Description`` says; ``dir`` repeats it.
    description: str = ""

    def source(self) -> bytes:
        """The bytes of the source, lines ending as Windows wants them. A foreign character stops the build."""
        lines = self.text.splitlines()
        if not lines or lines[0] != f'Attribute VB_Name = "{self.name}"':
            raise ValueError(f"module {self.name}: the first line must be its name")
        return ("\r\n".join(lines) + "\r\n").encode(CODE_PAGE)


_CLASS_BASE = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"
WORKBOOK_BASE: Final = "0{00020819-0000-0000-C000-000000000046}"
SHEET_BASE: Final = "0{00020820-0000-0000-C000-000000000046}"


def standard(text: str) -> Module:
    """A module from the text of a ``.bas`` file."""
    return Module(_name_in(text), text)


def document(name: str, base: str, code: str = "") -> Module:
    """The module behind a workbook or sheet (*base* tells which)."""
    flags = (
        ("GlobalNameSpace", False),
        ("Creatable", False),
        ("PredeclaredId", True),
        ("Exposed", True),
        ("TemplateDerived", False),
        ("Customizable", True),
    )
    head = [f'Attribute VB_Name = "{name}"', f'Attribute VB_Base = "{base}"']
    head += [f"Attribute VB_{flag} = {value}" for flag, value in flags]
    return Module(name, "\n".join([*head, code]), Kind.DOCUMENT)


def class_module(text: str) -> Module:
    """A module from the text of a ``.cls`` file: its export header becomes what the stream holds."""
    lines = text.splitlines()
    name = _name_in(text)
    start = lines.index(f'Attribute VB_Name = "{name}"') + 1
    end = start
    while lines[end].startswith("Attribute VB_"):
        end += 1
    described = [line for line in lines[start:end] if line.startswith("Attribute VB_Description")]
    flags = [line for line in lines[start:end] if line not in described]
    flags += ["Attribute VB_TemplateDerived = False", "Attribute VB_Customizable = False"]
    head = [f'Attribute VB_Name = "{name}"', f'Attribute VB_Base = "{_CLASS_BASE}"', *flags, *described]
    description = ""
    if described:
        quoted = described[0].partition(" = ")[2].strip().strip('"')
        description = quoted.replace("\\r", "\r").replace("\\n", "\n")
    return Module(name, "\n".join([*head, *lines[end:]]), Kind.CLASS, description)


def _name_in(text: str) -> str:
    found = re.search(r'^Attribute VB_Name = "(\w+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("a module without Attribute VB_Name")
    return found[1]


#: The one library beyond VBA and Excel that the project refers to: it has IRibbonControl.
_OFFICE = (
    "Office",
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files"
    r"\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
)


def vba_project(name: str, modules: Sequence[Module]) -> bytes:
    """``vbaProject.bin`` of the project *name* with *modules*, documents first.

    Raises ``ValueError`` when a name is longer than 31 characters or stands twice (the project's counts too),
    or a source has a character outside code page 1252.
    """
    names = [name, *(m.name for m in modules)]
    for one in names:
        if not re.fullmatch(r"[A-Za-z]\w{0,30}", one, re.ASCII):
            raise ValueError(f"{one!r} is no name for a VBA project or module")
    if len({n.lower() for n in names}) != len(names):
        raise ValueError("project and modules must all have different names")
    streams: dict[str, bytes] = {
        "dir": compress(_dir(name, modules)),
        "_VBA_PROJECT": bytes.fromhex("cc61ffff000000"),
    }
    streams |= {m.name: compress(m.source()) for m in modules}
    names_of = b"".join(
        m.name.encode(CODE_PAGE) + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules
    )
    return compound_file(
        {"VBA": streams, "PROJECTwm": names_of + b"\0\0", "PROJECT": _project_stream(name, modules)}
    )


def _record(number: int, body: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(body)) + body


def _long(number: int, value: int) -> bytes:
    return _record(number, struct.pack("<I", value))


def _both(number: int, wide: int, text: str) -> bytes:
    """A text twice: in the code page and in UTF-16."""
    return _record(number, text.encode(CODE_PAGE)) + _record(wide, text.encode("utf-16-le"))


def _dir(name: str, modules: Sequence[Module]) -> bytes:
    """The ``dir`` stream before compression (2.3.4.2)."""
    library, libid = _OFFICE[0], _OFFICE[1].encode(CODE_PAGE)
    parts = [
        _long(0x01, 1), _long(0x02, 0x409), _long(0x14, 0x409),
        _record(0x03, struct.pack("<H", 1252)), _record(0x04, name.encode(CODE_PAGE)),
        _both(0x05, 0x40, ""), _record(0x06), _record(0x3D), _long(0x07, 0), _long(0x08, 0),
        # PROJECTVERSION: the size field says 4, the body has 6 bytes
        struct.pack("<HIIH", 0x09, 4, 1, 1), _both(0x0C, 0x3C, ""),
        _both(0x16, 0x3E, library), _record(0x0D, struct.pack("<I", len(libid)) + libid + bytes(6)),
        _record(0x0F, struct.pack("<H", len(modules))), _record(0x13, b"\xff\xff"),
    ]  # fmt: skip
    for module in modules:
        parts += [
            _both(0x19, 0x47, module.name), _both(0x1A, 0x32, module.name), _both(0x1C, 0x48, module.description),
            _long(0x31, 0),  # the source begins at once: nothing compiled before it
            _long(0x1E, 0), _record(0x2C, b"\xff\xff"), _record(module.kind.value[1]), _record(0x2B),
        ]  # fmt: skip
    return b"".join([*parts, _record(0x10)])


def _project_stream(name: str, modules: Sequence[Module]) -> bytes:
    """The ``PROJECT`` stream (2.3.1): not protected, no password, visible."""
    identity = "{" + str(uuid.uuid5(uuid.NAMESPACE_OID, name)).upper() + "}"
    return "".join(f"{line}\r\n" for line in _project_lines(name, identity, modules)).encode(CODE_PAGE)


def _project_lines(name: str, identity: str, modules: Sequence[Module]) -> Iterator[str]:
    yield f'ID="{identity}"'
    for module in modules:
        yield f"{module.kind.value[0]}={module.name}" + (
            "/&H00000000" if module.kind is Kind.DOCUMENT else ""
        )
    yield f'Name="{name}"'
    yield from ('HelpContextID="0"', 'VersionCompatible32="393222000"')
    for key, state in (("CMG", bytes(4)), ("DPB", b"\0"), ("GC", b"\xff")):
        yield f'{key}="{encrypt(identity, state)}"'
    yield from ("", "[Host Extender Info]")
    yield "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"
    yield from ("", "[Workspace]")
    for module in modules:
        yield f"{module.name}=0, 0, 0, 0, C"


#: Data Encryption begins with a seed, and with filler bytes whose number the seed tells; any will do.
_SEED, _FILLER = 0x5D, bytes.fromhex("9bff")


def encrypt(identity: str, data: bytes) -> str:
    """*data* as Data Encryption has it (2.4.3.2); the key is the sum of the project's ID."""
    seed, version, key = _SEED, 2, sum(identity.encode(CODE_PAGE)) & 0xFF
    out = bytearray([seed, seed ^ version, seed ^ key])
    plain, last, before = key, seed ^ key, seed ^ version
    for byte in _FILLER + struct.pack("<I", len(data)) + data:
        coded = byte ^ ((before + plain) & 0xFF)
        out.append(coded)
        before, last, plain = last, coded, byte
    return out.hex().upper()
