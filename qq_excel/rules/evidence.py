"""Which papers an application has, and which it lacks for its ground (坏账确认条件).

The regulation lists papers (F-15) and grounds (F-14) without saying which ground needs which: that mapping
is ours and stands in the policy (``evidence_required``, ``tax_evidence``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qq_excel.language import Text
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.stack import Stack

Required = Mapping[str, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, slots=True)
class Lack:
    """Papers that an application lacks; of alternatives any one would do."""

    papers: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> Text:
        """The papers by name, in words."""
        return Text(
            "；".join("或".join(one) for one in self.papers),
            "; ".join(" or ".join(one) for one in self.papers),
        )


def has_paper(stack: Stack, papers: Stack, paper: str) -> Mask:
    """Applications whose evidence has *paper*: a 证据类型, else what a 证据名称 speaks of."""
    if paper in papers.kind["type"].values:
        these = papers.only(papers.is_one_of("type", [paper]))
    else:
        these = papers.only(true(papers["name"].str.contains(paper, regex=False)))
    return true(stack.look_up(these, {"application_id": "application_id"}, [])["_found"])


def lacking(stack: Stack, required: Required) -> npt.NDArray[Any]:
    """Per application a :class:`Lack`; None where nothing is missing or *required* has not its ground."""
    papers = stack.partner("evidence")
    out = np.full(len(stack), None, dtype=object)
    held: dict[str, Mask] = {}
    for condition, needs in required.items():
        here = stack.is_one_of("condition", [condition])
        if not here.any():
            continue
        code = np.zeros(len(stack), dtype=np.int64)
        for i, alternatives in enumerate(needs):
            got = np.zeros(len(stack), dtype=bool)
            for paper in alternatives:
                if paper not in held:
                    held[paper] = has_paper(stack, papers, paper)
                got |= held[paper]
            code |= np.where(got, 0, 1 << i)
        for value in np.unique(code[here]):
            if value:
                out[here & (code == value)] = Lack(tuple(n for i, n in enumerate(needs) if value >> i & 1))
    return out


def texts(lacks: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The words of each :class:`Lack` (few of them differ), None where nothing is missing."""
    out = np.full(len(lacks), None, dtype=object)
    for lack in set(lacks) - {None}:
        out[lacks == lack] = lack.text
    return out
