"""Samples: the submissions of an invented group, made by the program from a fixed seed.

``python -m qq_excel.samples`` makes everything under ``workbooks/`` anew: templates and samples.
"""

from qq_excel.samples.writer import SEED, WARRANTED, write_samples

__all__ = ["SEED", "WARRANTED", "write_samples"]
