"""Memory of a process that does the same over and over: what it has let go of is kept, garbage is looked for rarely."""

from __future__ import annotations

import gc
import os

#: ``mallopt``'s numbers of glibc: how much free memory is kept, from what size on a block is a mapping of its own.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT, _LARGE = 64 << 20, 32 << 20
#: New objects after which Python looks for cycles of garbage, where it does after 700 by itself: among tables that come and go,
#: and while libraries are loaded, which makes some hundred thousand that stay.
_MANY, _LOADED = 5_000, 200_000


def keep_freed_memory() -> None:
    """Have this process keep up to 64 MB that it has freed, where the C library can (glibc).

    A process that reads one workbook after the other asks for the same half megabytes over and over; fresh pages for each
    took more time than the search through their bytes.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return
    mallopt(_TRIM_THRESHOLD, _KEPT)
    mallopt(_MMAP_THRESHOLD, _LARGE)


def load_undisturbed() -> None:
    """Have Python hardly look for cycles of garbage among what it loads: that was a twelfth of the time to load pandas.

    Nor may numpy start its threads for linear algebra, of which there is none here: it has one for each further core, and each
    keeps that core busy for 60 ms before it sleeps.
    """
    gc.set_threshold(_LOADED)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def collect_rarely() -> None:
    """Have Python look for cycles of garbage rarely, and never among the libraries that are loaded by now.

    A table is some thousand objects as it comes and goes, and hardly a cycle: looking for one after each few hundred took
    three parts in a hundred of the time.
    """
    gc.freeze()
    gc.set_threshold(_MANY)
