"""Spreadsheet-native control of overdue receivables (清欠).

The package turns a workbook into findings and papers::

    workbook -> Grid -> Table -> Findings -> papers

Importing it is cheap: pandas and pandera load when a workbook is checked, not before.
"""

__version__ = "0.1.0"
