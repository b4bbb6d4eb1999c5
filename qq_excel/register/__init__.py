"""The register: what was submitted, by whom, when, what was found, waived, issued; append-only, chained by hash."""

from qq_excel.register.entries import Entry, Event
from qq_excel.register.register import Register, open_register

__all__ = ["Entry", "Event", "Register", "open_register"]
