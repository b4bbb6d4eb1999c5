"""A foreign export (other headers, date order, currency) into a receivables workbook."""

from qq_excel.importing.ledger import ImportReport, import_ledger
from qq_excel.importing.mapping import ImportMapping, find_mapping, load_mapping

__all__ = ["ImportMapping", "ImportReport", "find_mapping", "import_ledger", "load_mapping"]
