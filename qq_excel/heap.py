"""Memory that a long-lived process has let go of, kept for what it does next."""

from __future__ import annotations

#: ``mallopt``'s numbers of glibc: how much free memory is kept, from what size on a block is a mapping of its own.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT, _LARGE = 64 << 20, 32 << 20


def keep_freed_memory() -> None:
    """Have this process keep up to 64 MB that it has freed, where the C library can (glibc).

    A process that reads one workbook after the other asks for the same half megabytes over and over; fresh pages for each
    took more time than the search through their bytes.
    """
    import ctypes  # noqa: PLC0415

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return
    mallopt(_TRIM_THRESHOLD, _KEPT)
    mallopt(_MMAP_THRESHOLD, _LARGE)
