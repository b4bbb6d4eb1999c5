"""Beside a running office: lets a program without pyuno reach it. Started by LibreOffice's Python.

The first line on standard input is where the office listens; the answer is one line of JSON: where this listens, and
the key. It ends when the program hangs up.
"""

from __future__ import annotations

import json
import secrets
import sys
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import uno
from bridge import Server


def main() -> None:
    """Connect, say where, serve one program."""
    url = sys.stdin.readline().strip()
    local = uno.getComponentContext()
    name = "com.sun.star.bridge.UnoUrlResolver"
    resolver: Any = local.ServiceManager.createInstanceWithContext(name, local)
    context = resolver.resolve(f"uno:{url};urp;StarOffice.ComponentContext")
    key = secrets.token_bytes(32)
    with Listener(authkey=key) as listener:
        sys.stdout.write(json.dumps({"address": listener.address, "key": key.hex()}) + "\n")
        sys.stdout.flush()
        connection = listener.accept()
    Server(context).serve(connection)


if __name__ == "__main__":
    main()
