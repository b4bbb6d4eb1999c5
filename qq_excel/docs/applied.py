"""Which profiles ask a rule, and which values its parameters have there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from qq_excel.catalogue import RuleSpec
from qq_excel.kinds import get_kind
from qq_excel.policy import Policy, addition_names, load_policy, policy_of, profile_names
from qq_excel.policy.values import DatedValue

#: What ``on`` may say besides a kind: the file, any table, the cells or rows of any kind, the waivers, the run.
EVERY = ("file", "table", "column", "rows", "waivers", "run")


@cache
def profiles() -> dict[str, Policy]:
    """Every profile by name, in the order of the regulations."""
    every = [load_policy(name) for name in profile_names()]
    return {p.profile: p for p in sorted(every, key=lambda p: p.regulation)}


def kinds_of(spec: RuleSpec) -> tuple[str, ...]:
    """The kinds that *spec* is asked of; none for a rule that every table (or file) is asked."""
    named = [name.removeprefix("table:") for name in spec.kinds if name not in EVERY]
    return tuple(dict.fromkeys(named))


def asked_in(spec: RuleSpec) -> list[Policy]:
    """The profiles that use a kind that *spec* is asked of, and did not switch it off."""
    kinds = set(kinds_of(spec))
    return [p for p in profiles().values() if (not kinds or kinds & set(p.kinds)) and spec.id not in p.off]


@dataclass(frozen=True, slots=True)
class Values:
    """The dated values that a parameter has in some profiles (all, where ``profiles`` is empty)."""

    profiles: tuple[str, ...]
    dated: tuple[DatedValue, ...]


def values_of(parameter: str) -> list[Values]:
    """The values of *parameter*, profiles that have the same ones together, additions such as ``group+tax`` too."""
    found: dict[tuple[str, ...], list[str]] = {}
    dated: dict[tuple[str, ...], tuple[DatedValue, ...]] = {}
    for name, policy in profiles().items():
        _add(found, dated, name, policy.parameters.get(parameter, ()))
    usual = profiles()["group"].parameters.get(parameter, ())
    for addition in addition_names():
        added = policy_of(f"group+{addition}").parameters.get(parameter, ())
        if added != usual:
            _add(found, dated, f"group+{addition}", added)
    every = set(profiles())
    return [Values(() if every <= set(names) else tuple(names), dated[key]) for key, names in found.items()]


def _add(
    found: dict[tuple[str, ...], list[str]],
    dated: dict[tuple[str, ...], tuple[DatedValue, ...]],
    name: str,
    values: tuple[DatedValue, ...],
) -> None:
    key = tuple(v.model_dump_json() for v in values)
    found.setdefault(key, []).append(name)
    dated[key] = values


def touching(kind: str, field: str, spec: RuleSpec) -> bool:
    """Whether *spec* looks at or points to *field* of *kind*."""
    return kind in kinds_of(spec) and field in get_kind(kind).by_name and field in _fields(spec)


def _fields(spec: RuleSpec) -> set[str]:
    return {*([spec.field] if spec.field else []), *spec.related, *spec.reads}
