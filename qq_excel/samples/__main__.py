"""Make ``workbooks/`` anew: the templates of all kinds and the samples."""

from __future__ import annotations

import shutil

from qq_excel import resources
from qq_excel.samples import PROFILES, write_samples
from qq_excel.template import write_all


def main() -> None:
    """Write the templates and, from scratch, the samples."""
    folder = resources.workbooks_dir()
    write_all(folder)
    for profile in PROFILES:
        samples = folder / "samples" / profile
        shutil.rmtree(samples, ignore_errors=True)
        write_samples(samples, profile=profile)


if __name__ == "__main__":
    main()
