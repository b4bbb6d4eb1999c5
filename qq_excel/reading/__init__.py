"""From a file or a live sheet to typed tables, and the facts seen on the way."""

from qq_excel.reading.book import plain_rows, read_grids, read_workbook
from qq_excel.reading.model import Table, Workbook
from qq_excel.reading.options import Limits, Options, load_limits

__all__ = [
    "Limits",
    "Options",
    "Table",
    "Workbook",
    "load_limits",
    "plain_rows",
    "read_grids",
    "read_workbook",
]
