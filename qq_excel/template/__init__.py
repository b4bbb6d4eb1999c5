"""Templates: everything that staff fill in, built from the schema of its kind."""

from qq_excel.template.writer import main_kinds, template_name, workbook_kinds, write_all, write_template

__all__ = ["main_kinds", "template_name", "workbook_kinds", "write_all", "write_template"]
