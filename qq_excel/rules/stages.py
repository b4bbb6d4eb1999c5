"""Where a case stands in the workflow of its profile (``stages`` of the policy).

The stages of a regulation are the policy's; no rule knows one by name. The last one is the end of the case.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qq_excel.policy import Params
from qq_excel.rules.mask import Mask
from qq_excel.rules.stack import Stack

Ranks = npt.NDArray[np.int64]


def stage_rank(stack: Stack, params: Params) -> tuple[Ranks, tuple[str, ...]]:
    """Per row the place of its stage (0 for the first, -1 for none of the profile's), and the stages.

    Raises:
        CannotJudge: the policy names no stages.
    """
    names = params.words("stages")
    rank = np.full(len(stack), -1, dtype=np.int64)
    for i, name in enumerate(names):
        rank[stack.is_one_of("stage", [name])] = i
    return rank, names


def closed(stack: Stack) -> Mask:
    """Cases with a 结案日期."""
    return stack.filled("closed_on")


def ended(stack: Stack, params: Params) -> Mask:
    """Cases that are closed or stand at the last stage of their profile."""
    done = closed(stack)
    stages = params.get("stages")
    return done | stack.is_one_of("stage", [str(stages[-1])]) if stages else done


def open_cases(stack: Stack, params: Params) -> Mask:
    """Cases that somebody still works on."""
    return ~ended(stack, params)
