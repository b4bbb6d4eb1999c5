"""The outer half of the bridge: UNO objects of a running office, used without pyuno.

pyuno is tied to the office's own Python; here the objects live on the other side of a local socket. UNO's names tell
methods (small letter) from properties (capital letter), which is how a :class:`Remote` tells them apart.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Client, Connection
from typing import TYPE_CHECKING, Any

from qq_excel.errors import QQExcelError
from qq_excel.language import Text

_FORMAT = 2
_PLAIN = (str, float, int, bool, bytes, type(None))


class OfficeError(Exception):
    """An exception of the office: its UNO type and its message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class OfficeGone(QQExcelError):
    """The office was closed, or the workbook in it."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "办公软件或工作簿已关闭，操作没有完成。",
                "The office program or the workbook was closed; nothing was finished.",
            )
        )


class Struct:
    """A UNO struct by its type's name and its fields."""

    def __init__(self, type_name: str, **fields: Any) -> None:
        self.__dict__.update(fields)
        self.__dict__["_type"] = type_name

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class Enum:
    """A value of a UNO enum."""

    def __init__(self, type_name: str, value: str) -> None:
        self.type_name, self.value = type_name, value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Enum) and (other.type_name, other.value) == (self.type_name, self.value)

    def __hash__(self) -> int:
        return hash((self.type_name, self.value))


class Bridge:
    """The connection to one office."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.context = Remote(self, 0)

    @classmethod
    def to(cls, address: Any, key: bytes) -> Bridge:
        """Connect to the office half at *address*."""
        return cls(Client(address, authkey=key))

    def ask(self, what: str, number: int = 0, name: str = "", given: Sequence[Any] = ()) -> Any:
        """One call; what it gives back. Raises :class:`OfficeError`, :class:`OfficeGone`."""
        sent = marshal.dumps((what, number, name, tuple(self.there(v) for v in given)), _FORMAT)
        return self.here(self._answer(sent))

    def many(self, calls: Sequence[tuple[Remote, str, tuple[Any, ...]]]) -> list[Any]:
        """Several calls (object, method, arguments) in one go; what each gives back."""
        sent = tuple(
            ("call", o.number, name, tuple(self.there(v) for v in given)) for o, name, given in calls
        )
        return [self.here(v) for v in self._answer(marshal.dumps(("many", 0, "", sent), _FORMAT))]

    def _answer(self, sent: bytes) -> Any:
        try:
            self._connection.send_bytes(sent)
            answer = marshal.loads(self._connection.recv_bytes())  # noqa: S302 - both ends proved themselves by the key
        except (EOFError, OSError):
            raise OfficeGone from None
        if answer[0]:
            return answer[1]
        _, kind, message = answer
        if kind == "AttributeError":
            raise AttributeError(message)
        if kind.endswith("DisposedException"):
            raise OfficeGone
        raise OfficeError(kind, message)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    # --- values ---------------------------------------------------------------------------------------

    def there(self, value: Any) -> Any:
        """*value* as it is sent."""
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, Remote):
            return ("object", value.number)
        if isinstance(value, tuple):
            if value and isinstance(value[0], tuple):
                return ("rows", value)
            return ("list", tuple(self.there(v) for v in value))
        if isinstance(value, Enum):
            return ("enum", value.type_name, value.value)
        if isinstance(value, Struct):
            fields = {n: self.there(v) for n, v in value.__dict__.items() if n != "_type"}
            return ("struct", value.__dict__["_type"], fields)
        raise TypeError(f"{type(value).__name__} cannot be sent to the office")

    def here(self, value: Any) -> Any:
        """What was sent as *value*."""
        if not isinstance(value, tuple):
            return value
        match value:
            case ("rows", rows):
                return rows
            case ("list", items):
                return tuple(self.here(v) for v in items)
            case ("enum", type_name, word):
                return Enum(type_name, word)
            case ("struct", type_name, fields):
                return Struct(type_name, **{n: self.here(v) for n, v in fields.items()})
        return Remote(self, value[1])


class Remote:
    """A UNO object on the other side."""

    __slots__ = ("bridge", "number")
    bridge: Bridge
    number: int

    def __init__(self, bridge: Bridge, number: int) -> None:
        object.__setattr__(self, "bridge", bridge)
        object.__setattr__(self, "number", number)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name[0].islower():
            return self._method(name)
        return self.bridge.ask("get", self.number, name)

    def _method(self, name: str) -> Callable[..., Any]:
        return lambda *given: self.bridge.ask("call", self.number, name, given)

    def __setattr__(self, name: str, value: Any) -> None:
        self.bridge.ask("set", self.number, name, (value,))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.bridge.ask("list", self.number))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and other.number == self.number

    def __hash__(self) -> int:
        return self.number

    def has(self, name: str) -> bool:
        """Whether it has a member *name*."""
        return bool(self.bridge.ask("has", self.number, name))

    def ask(self, name: str, *given: Any) -> Any:
        """Call the method *name* on the office's main thread: for dialogs, which wait for the user."""
        return self.bridge.ask("ask", self.number, name, given)


def properties(**values: Any) -> tuple[Struct, ...]:
    """Property values for a UNO call; None is left out."""
    name = "com.sun.star.beans.PropertyValue"
    return tuple(Struct(name, Name=n, Value=v) for n, v in values.items() if v is not None)


def cell_address(sheet: int, column: int, row: int) -> Struct:
    """A cell by zero-based numbers."""
    return Struct("com.sun.star.table.CellAddress", Sheet=sheet, Column=column, Row=row)
