"""Samples: the submissions of invented units, made by the program from a fixed seed, for every profile.

``python -m qq_excel.samples`` makes everything under ``workbooks/`` anew: templates and samples.
"""

from qq_excel.samples.writer import PROFILES, SEED, write_samples

__all__ = ["PROFILES", "SEED", "write_samples"]
