"""The office half of the bridge: a program outside calls UNO objects over a local, authenticated socket.

Runs in LibreOffice's own Python (3.7 or later, standard library only), inside the extension or beside the office as
a relay. What crosses are plain values, tagged tuples and numbers that stand for objects; nothing is ever unpickled.
"""

from __future__ import annotations

import marshal
import threading
from collections.abc import Callable
from typing import Any

import uno
import unohelper
from com.sun.star.awt import XCallback

#: Old enough for every Python on either side.
FORMAT = 2
PLAIN = (str, float, int, bool, bytes, type(None))


class _Later(unohelper.Base, XCallback):  # type: ignore[misc]
    """Something to do on the office's main thread."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.do = do

    def notify(self, data: Any) -> None:
        """Called by the office."""
        del data
        self.do()


def on_main_thread(context: Any, do: Callable[[], None]) -> None:
    """Have *do* called on the main thread soon; returns at once."""
    name = "com.sun.star.awt.AsyncCallback"
    context.ServiceManager.createInstanceWithContext(name, context).addCallback(_Later(do), None)


class Server:
    """Answers the calls of one program."""

    def __init__(self, context: Any, stopped: Callable[[], bool] = lambda: False) -> None:
        self._context = context
        self._stopped = stopped
        self._objects: dict[int, Any] = {0: context}
        self._numbers: dict[Any, int] = {}
        self._next = 1
        name = "com.sun.star.reflection.CoreReflection"
        self._reflection = context.ServiceManager.createInstanceWithContext(name, context)
        self._fields: dict[str, list[str]] = {}

    def serve(self, connection: Any) -> None:
        """Answer until the other end hangs up."""
        while True:
            try:
                asked = marshal.loads(connection.recv_bytes())  # noqa: S302 - the other end has proved itself by the key
            except (EOFError, OSError):
                return
            try:
                answer: tuple[Any, ...] = (True, self._do(*asked))
            except Exception as error:
                answer = (False, type(error).__name__, str(error))
            connection.send_bytes(marshal.dumps(answer, FORMAT))

    def _do(self, what: str, number: int, name: str, given: tuple[Any, ...]) -> Any:
        if what == "many":
            return tuple(self._do(*one) for one in given)
        if what == "forget":  # all that was handed out since *number*
            for old in [n for n in self._objects if n >= number]:
                self._numbers.pop(self._objects.pop(old), None)
            return None
        if what == "newest":
            return self._next
        if what == "stopped":
            return self._stopped()
        values = tuple(self._here(v) for v in given)
        if what == "uno":
            return self._there(getattr(uno, name)(*values))
        target = self._objects[number]
        if what == "get":
            return self._there(getattr(target, name))
        if what == "set":
            return setattr(target, name, values[0])
        if what == "has":
            return hasattr(target, name)
        if what == "list":
            return ("list", tuple(self._there(v) for v in target))
        if what == "ask":
            return self._there(self._on_main_thread(getattr(target, name), values))
        return self._there(getattr(target, name)(*values))

    def _on_main_thread(self, call: Callable[..., Any], values: tuple[Any, ...]) -> Any:
        """A dialog runs on the main thread; this one waits for it."""
        done, out = threading.Event(), []

        def do() -> None:
            try:
                out.append((True, call(*values)))
            except Exception as error:
                out.append((False, error))
            done.set()

        on_main_thread(self._context, do)
        done.wait()
        good, value = out[0]
        if not good:
            raise value
        return value

    # --- values ---------------------------------------------------------------------------------------

    def _there(self, value: Any) -> Any:
        """*value* as it is sent."""
        if isinstance(value, PLAIN):
            return value
        if isinstance(value, tuple):
            if value and isinstance(value[0], tuple) and value[0] and isinstance(value[0][0], PLAIN):
                return ("rows", value)  # the cells of a range go as they are
            return ("list", tuple(self._there(v) for v in value))
        if isinstance(value, uno.Enum):
            return ("enum", value.typeName, value.value)
        if isinstance(value, uno.ByteSequence):
            return value.value
        struct = getattr(type(value), "__pyunostruct__", None)
        if struct:
            if struct not in self._fields:
                found = self._reflection.forName(struct).getFields()
                self._fields[struct] = [f.Name for f in found]
            return ("struct", struct, {n: self._there(getattr(value, n)) for n in self._fields[struct]})
        number = self._numbers.get(value)
        if number is None:
            number, self._next = self._next, self._next + 1
            self._objects[number], self._numbers[value] = value, number
        return ("object", number)

    def _here(self, value: Any) -> Any:
        """What was sent as *value*."""
        if not isinstance(value, tuple):
            return value
        tag = value[0]
        if tag == "rows":
            return value[1]
        if tag == "list":
            return tuple(self._here(v) for v in value[1])
        if tag == "enum":
            return uno.Enum(value[1], value[2])
        if tag == "object":
            return self._objects[value[1]]
        struct = uno.createUnoStruct(value[1])
        for name, field in value[2].items():
            setattr(struct, name, self._here(field))
        return struct
