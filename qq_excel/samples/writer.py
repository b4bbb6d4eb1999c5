"""Writes the sample submissions: workbooks by way of the templates, evidence, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from qq_excel import output
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.policy import load_policy
from qq_excel.samples.build import submissions
from qq_excel.samples.faults import Fault
from qq_excel.samples.model import AS_OF, GROUP, PERIOD, Submission
from qq_excel.template import template_name, write_template

SEED = 20260930
#: Rules that speak in every unit because business is like that: a contract and an insured age about to end,
#: a limit nearly used up (F-28), old debts fit to be examined (F-14-3). They are why warning sheets have colours.
WARRANTED = ("CON001", "CRD002", "CRD004", "REC017")
#: The workbooks of a submission, by their main sheet's kind, with the second sheets that go along.
_BOOKS = {
    "receivables": (), "credit_terms": (), "contracts": (), "inventory_count": (), "write_offs": ("evidence",),
}  # fmt: skip


def write_samples(folder: Path, seed: int = SEED, profile: str = "group") -> list[Path]:
    """Write the submissions of *profile* into *folder*, a folder per unit; give the files.

    Beside them ``faults.yaml`` says which faults were put where. The same seed gives the same bytes.
    Raises :class:`InputError` for a profile that has no samples.
    """
    if profile != "group":
        raise InputError(Text(f"制度 {profile} 没有样例。", f"there are no samples for profile {profile}."))
    written = []
    every = submissions(seed)
    for made, _ in every:
        written += _submission(folder / made.plan.name, made, profile)
    written.append(output.write_text(folder / "faults.yaml", _faults(every)))
    return written


def _submission(folder: Path, made: Submission, profile: str) -> list[Path]:
    policy = load_policy(profile)
    written = []
    for kind, seconds in _BOOKS.items():
        written.append(
            write_template(
                kind, folder / template_name(kind), rows=made.tables[kind],
                more={k: made.tables[k] for k in seconds}, head=made.heads[kind],
                foot=made.foot if kind == "inventory_count" else None, policy=policy,
            )
        )  # fmt: skip
    written += [output.write_bytes(folder / path, content) for path, content in made.files.items()]
    return written


def _faults(every: list[tuple[Submission, list[Fault]]]) -> str:
    units: dict[str, Any] = {}
    for made, faults in every:
        units[made.plan.name] = [
            {
                "rule": f.rule, "workbook": template_name(f.kind), "key": f.key, "field": f.field, "what": f.what,
                **({"follows": list(f.follows)} if f.follows else {}),
            }
            for f in faults
        ]  # fmt: skip
    content = {
        "group": GROUP, "as_of": AS_OF, "period": PERIOD, "warranted": list(WARRANTED), "units": units,
    }  # fmt: skip
    head = (
        "# 样例中有意放入的问题：按规则编号列出，follows 为随之出现的其他规则；warranted 为业务情况本身引起的\n"
        "# 预警和提示，各单位都有，不算填报问题。单位、人员、证件、案号均为虚构。\n"
    )
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
