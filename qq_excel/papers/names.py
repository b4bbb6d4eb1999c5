"""How what is written for a checked workbook is called: known without loading what writes it."""

from __future__ import annotations

#: What follows the workbook's own name: the findings book; the annotated copy, before its suffix.
BOOK, COPY = "_校验结果.xlsx", "_已标注"
#: The findings document of a run, and the findings book of all its workbooks.
DOCUMENT, WHOLE = "findings.json", f"汇总{BOOK}"
