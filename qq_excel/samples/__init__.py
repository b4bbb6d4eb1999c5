"""Samples: the submissions of an invented group, made by the program from a fixed seed."""

from qq_excel.samples.writer import SEED, write_samples

__all__ = ["SEED", "write_samples"]
