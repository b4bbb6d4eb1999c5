"""What can stop a run. Everything else is a finding.

A message says where, what and what to do, in the language that is asked for; a program fault shows a
fault id (and a log), never a traceback.
"""

from __future__ import annotations

from qq_excel.language import Text


class QQExcelError(Exception):
    """Base of all errors that a user can do something about.

    ``text`` is the sentence in both languages; ``str()`` gives it in the language of the run.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return str(self.text)

    def __reduce__(self) -> tuple[type[QQExcelError], tuple[Text]]:
        return type(self), (self.text,)


class InputError(QQExcelError):
    """A path, option or value given by the user cannot be used."""


class SchemaError(QQExcelError):
    """A YAML file (kind, rule, policy, mapping) is wrong; the text names file, line and reason."""


class TemplateError(QQExcelError):
    """A template of a paper is broken; the text names file, paragraph and reason."""


class OutputError(QQExcelError):
    """A result cannot be written: folder read-only, file open elsewhere, disk full."""


class PackError(QQExcelError):
    """A write-off pack is not whole, or cannot be built."""
