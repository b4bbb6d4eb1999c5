"""Every rule against its own fixture: passing, failing and edge cases, with exact cells and values.

``fixtures/REC001.yaml`` holds the cases of REC001. A case builds a small workbook (see ``support.build``),
checks it with the real reader and all rules, and compares the findings of that rule, whole and in order.
``previous`` are workbooks of the quarter before, which it is held against.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from qq_excel.catalogue import all_rules
from qq_excel.check import Result, check_paths
from qq_excel.kinds import kind_names
from qq_excel.policy import Policy, load_policy
from qq_excel.policy.stages import Stage, Team
from qq_excel.policy.values import parameters
from tests.support.build import build, cell

FIXTURES = Path(__file__).parent / "fixtures"


def _cases() -> list[Any]:
    out = []
    for path in sorted(FIXTURES.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert content["rule"] == path.stem, f"{path} is about {content['rule']}"
        out += [pytest.param(path.stem, case, id=f"{path.stem}-{case['name']}") for case in content["cases"]]
    return out


def with_parameters(
    changes: dict[str, Any], on: list[str], kinds: list[str] | None = None, profile: str = "group"
) -> Policy:
    """A profile's policy over *kinds* (else all), with some parameters set and some rules switched on."""
    policy = load_policy(profile)
    parameters = dict(policy.parameters)
    for name, value in changes.items():
        newest = parameters[name][-1]
        parameters[name] = (newest.model_copy(update={"value": value, "valid_from": dt.date(2000, 1, 1)}),)
    off = {k: v for k, v in policy.off.items() if k not in on}
    used = tuple(kinds or kind_names())
    return policy.model_copy(update={"parameters": parameters, "off": off, "kinds": used, "expected": used})


def with_workflow(policy: Policy, stages: list[str] | None, teams: list[str] | None) -> Policy:
    """The policy with other stages and units, by their names."""
    if stages is not None:
        policy = policy.model_copy(update={"stages": tuple(Stage.model_construct(name=s) for s in stages)})
    if teams is not None:
        policy = policy.model_copy(update={"teams": tuple(Team.model_construct(name=t) for t in teams)})
    return policy


def _written(folder: Path, name: str, books: list[dict[str, Any]]) -> list[Path]:
    """The books of a case as files; those of the previous period are as of the quarter before."""
    paths = []
    for n, book in enumerate(books):
        rest = {k: v for k, v in book.items() if k != "tables"}
        if name == "before":
            rest["head"] = {"as_of": dt.date(2026, 6, 30), "period": "2026Q2", **rest.get("head", {})}
        paths.append(build(folder / f"{name}{n + 1}.xlsx", book["tables"], **rest))
    return paths


def _checked(case: dict[str, Any], folder: Path, **emptied: None) -> Result:
    """The case's workbooks checked by its policy, with the parameters *emptied*."""
    parts = ("tables", "head", "total", "foot", "drop", "layout")
    books = case.get("books") or [{k: case[k] for k in parts if k in case}]
    for name, content in (case.get("files") or {}).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    paths = _written(folder, "book", books)
    before = _written(folder, "before", case.get("previous") or [])
    changes = {**(case.get("policy") or {}), **emptied}
    policy = with_parameters(changes, case.get("on") or [], case.get("kinds"), case.get("profile") or "group")
    policy = with_workflow(policy, case.get("stages"), case.get("teams"))
    return check_paths(paths, policy=policy, previous=before)


@pytest.mark.parametrize(("rule", "case"), _cases())
def test_case(rule: str, case: dict[str, Any], tmp_path: Path) -> None:
    result = _checked(case, tmp_path)
    found = [f for f in result.findings if f.rule == rule]
    actual = []
    for f, expected in zip(found, [*case["findings"], *[{}] * len(found)], strict=False):
        document = f.document()
        document["message"] = f.message("zh")
        shown: dict[str, Any] = {"cell": document["cell"], "level": document["level"]}
        for key in expected:
            if key not in ("at", "cell", "level", "says"):
                shown[key] = document[key]
            if key == "says":
                shown[key] = expected[key] if expected[key] in document["message"] else document["message"]
        actual.append(shown)
    wanted = []
    for expected in case["findings"]:
        one = {"level": "E", **expected}
        if "at" in one:  # kind.field.row with the first data row as 0
            kind, field, row = one.pop("at").split(".")
            one["cell"] = cell(kind, field, int(row))
        one.setdefault("cell", None)
        wanted.append(one)
    assert actual == wanted


#: What may stay empty, and what holds then.
OPTIONAL = {
    "age_basis": "the head block's 账龄口径, else the day of business",
    "limitation_max_years": "no longest term",
    "assessed_units": "the units that were handed in",
    "write_off_authority": "the regulation leaves approval to the company",
    "tax_rules": "off",
    "stages": "no workflow",
    "teams": "no list of units",
}


def _asked() -> list[Any]:
    """Each rule on rows with each parameter that it cannot do without, and the first case in which it finds."""
    out = []
    for path in sorted(FIXTURES.glob("*.yaml")):
        cases = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
        failing = [c for c in cases if any(f.get("level") != "?" for f in c["findings"])]
        needed = [name for name in all_rules()[path.stem].params if name not in OPTIONAL]
        out += [pytest.param(path.stem, name, failing, id=f"{path.stem}-{name}") for name in needed]
    return out


@pytest.mark.parametrize(("rule", "name", "failing"), _asked())
def test_without_its_parameter_a_rule_cannot_judge(
    rule: str, name: str, failing: list[dict[str, Any]], tmp_path: Path
) -> None:
    """It says so, by the parameter's name, and never passes in silence."""
    label = parameters()[name].title.zh
    for n, case in enumerate(failing):
        folder = tmp_path / str(n)
        folder.mkdir()
        found = [f for f in _checked(case, folder, **{name: None}).findings if f.rule == rule]
        if any(f.level == "?" and f"“{label}”（{name}）未设定" in f.message("zh") for f in found):
            return
    pytest.fail(f"{rule} found nothing amiss without {name}")
