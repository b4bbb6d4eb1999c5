"""Thousands of workbooks in one run: read by workers, sorted into submissions, checked on stacks, resumable."""

from qq_excel.batch.asked import Asked
from qq_excel.batch.model import Done, FileOutcome
from qq_excel.batch.run import Outcome, run_batch

__all__ = ["Asked", "Done", "FileOutcome", "Outcome", "run_batch"]
