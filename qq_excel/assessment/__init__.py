"""Assessment: how each unit did in a period (A-3 to A-7), from receivables and cases, by the published formula.

The formula is :mod:`qq_excel.rules.scoring`, the same that ASM001 and ASM004 check a filled sheet by. Here stand
the figures that go into it, and where they come from:

* :mod:`~qq_excel.assessment.figures`: 期初, 计划, 收回, 期末 of each unit;
* :mod:`~qq_excel.assessment.quality`: how complete plans, agreements and evidence are;
* :mod:`~qq_excel.assessment.entered`: what the office entered by hand in a filled sheet;
* :mod:`~qq_excel.assessment.scores`: all of it together.
"""

from __future__ import annotations

from qq_excel.assessment.model import ADHOC, Amounts, Assessed, Assessment, Figures, Share
from qq_excel.assessment.scores import amounts, assess
from qq_excel.rules.assessment import REGULAR

__all__ = ["ADHOC", "REGULAR", "Amounts", "Assessed", "Assessment", "Figures", "Share", "amounts", "assess"]
