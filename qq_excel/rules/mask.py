"""Rows as one boolean each: what rules reckon with."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

#: One boolean per row.
Mask = npt.NDArray[np.bool_]


def true(mask: Any) -> Mask:
    """A mask as plain booleans: where a figure is missing, the rule says nothing (CEL001 does)."""
    if isinstance(mask, pd.Series):
        return mask.to_numpy(dtype=bool, na_value=False)
    return np.asarray(mask, dtype=bool)
