"""What a workbook kind is: its fields, headers, synonyms and types, read from ``schemas/kinds/``."""

from qq_excel.kinds.model import Block, Field, FieldType, Kind, all_kinds, get_kind, kind_names

__all__ = ["Block", "Field", "FieldType", "Kind", "all_kinds", "get_kind", "kind_names"]
