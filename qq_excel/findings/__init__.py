"""The one table that every rule writes to and every paper reads from."""

from qq_excel.findings.address import a1, column_letters, from_a1
from qq_excel.findings.finding import BLANK, Finding, Status
from qq_excel.findings.table import Block, By, Findings, Place

__all__ = [
    "BLANK",
    "Block",
    "By",
    "Finding",
    "Findings",
    "Place",
    "Status",
    "a1",
    "column_letters",
    "from_a1",
]
