"""The buttons in LibreOffice: an xlwings engine over UNO, and the extension that carries them.

``office``
    what runs in LibreOffice's own Python: the extension's handler and its half of the bridge;
``remote``
    our half of the bridge: UNO objects without pyuno;
``engine``, ``books``, ``sheets``, ``ranges`` …
    xlwings' classes for Calc;
``running``
    an office started or reached from Python;
``worker``
    the process that stays up between clicks;
``extension``
    the file that is installed, and where it goes.
"""
