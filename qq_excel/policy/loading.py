"""Reading policy files: what a file says itself and what it inherits.

``extends`` names what a file builds on: a profile of the program, an addition such as ``tax``, or another
file beside it. Lists (kinds, stages, teams) of the file take the place of the inherited ones; parameters,
switched-off rules and levels are merged by name. A parameter's own values take over from their first date;
what was inherited holds before it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from qq_excel import resources, yamlfile
from qq_excel.errors import SchemaError
from qq_excel.language import Text
from qq_excel.policy.file import PolicyFile, check_file
from qq_excel.policy.model import Policy
from qq_excel.policy.values import DatedValue
from qq_excel.yamlwords import Loc

_DEFAULTS = "_defaults"
#: What a policy cannot do without, wherever in the chain of files it stands.
_NEEDED = ("profile", "version", "regulation", "title", "kinds", "parameters")


@dataclass(frozen=True, slots=True)
class _Read:
    """One file of a chain, read and checked by itself."""

    path: Path
    content: PolicyFile
    lines: dict[Loc, int]


def folder() -> Path:
    """Where the policies of the program are."""
    return resources.schemas_dir() / "policies"


def profile_names() -> list[str]:
    """The profiles that come with the program."""
    return sorted(p.stem for p in folder().glob("*.yaml") if not p.stem.startswith("_"))


def addition_names() -> list[str]:
    """The optional sets of rules that can be added to any profile, e.g. ``tax``."""
    return sorted(p.stem for p in (folder() / "additions").glob("*.yaml"))


def policy_of(text: str) -> Policy:
    """The policy that an option names: ``group``, ``group+tax``, ``my.yaml``, ``my.yaml+tax``."""
    main, *more = text.split("+")
    is_file = main.lower().endswith((".yaml", ".yml")) or os.sep in main or "/" in main
    return load_policy(Path(main) if is_file else main, tuple(more))


@cache
def load_policy(which: str | Path = "group", additions: tuple[str, ...] = ()) -> Policy:
    """The policy of a profile by name, or of a YAML file by path, with optional *additions* on top.

    :class:`SchemaError` names file, line and the nearest right key when a file is wrong.
    """
    if isinstance(which, str):
        _known(which, profile_names(), Text("制度", "profile"))
    chain = _chain(_read(which if isinstance(which, Path) else _built_in(which)), [])
    for name in additions:
        _known(name, addition_names(), Text("附加规定", "addition"))
        chain.append(_read(_built_in(name)))
    return _merged(chain)


def _built_in(name: str) -> Path:
    return folder() / ("additions" if name in addition_names() else "") / f"{name}.yaml"


def _known(name: str, known: list[str], what: Text) -> None:
    if name not in known:
        near = yamlfile.nearest(name, known)
        names = "、".join(known)
        raise SchemaError(
            Text(
                f"没有名为“{name}”的{what.zh}" + (f"，是不是 {near}？" if near else f"。可用：{names}"),
                f"there is no {what.en} '{name}'"
                + (f"; did you mean {near}?" if near else f": {', '.join(known)}"),
            )
        )


def _read(path: Path) -> _Read:
    content, lines = yamlfile.load(path)
    return _Read(path, yamlfile.check(path, content, lines, PolicyFile), lines)


def _chain(last: _Read, above: list[Path]) -> list[_Read]:
    """What *last* builds on, the farthest first, then *last* itself."""
    here = last.path.resolve()
    if here in above:
        raise yamlfile.refusal(
            last.path, last.lines, ("extends",),
            Text(f"{last.path.name} 经 extends 又引用了自己", f"{last.path.name} extends itself"),
        )  # fmt: skip
    out: list[_Read] = []
    for i, name in enumerate(last.content.extends):
        if name.lower().endswith((".yaml", ".yml")):
            base = last.path.parent / name
        else:
            known = [_DEFAULTS, *profile_names(), *addition_names()]
            if name not in known:
                near = yamlfile.nearest(name, known)
                raise yamlfile.refusal(
                    last.path, last.lines, ("extends", i),
                    Text(f"extends 中没有名为“{name}”的制度" + (f"，是不是 {near}？" if near else ""),
                         f"extends: there is no policy '{name}'" + (f"; did you mean {near}?" if near else "")),
                )  # fmt: skip
            base = _built_in(name)
        read = _chain(_read(base), [*above, here])
        out += [r for r in read if r.path not in {o.path for o in out}]
    return [*out, last]


def _merged(chain: list[_Read]) -> Policy:
    values: dict[str, Any] = {"off": {}, "levels": {}, "parameters": {}, "workflow": {}, "additions": ()}
    for read in chain:
        content = read.content
        for name in content.model_fields_set - {"extends", "addition", "on"}:
            given = getattr(content, name)
            if name == "parameters":
                values[name] = values[name] | {
                    n: _taken_over(values[name].get(n, ()), own) for n, own in given.items()
                }
            elif isinstance(given, dict):
                values[name] = values[name] | given
            elif content.addition is None:
                values[name] = given
        values["off"] = {r: why for r, why in values["off"].items() if r not in content.on}
        if content.addition is not None:
            values["additions"] = (*values["additions"], content.addition)
        check_file(read.path, content, read.lines, values)
    last = chain[-1]
    for name in _NEEDED:
        if not values.get(name):
            raise yamlfile.refusal(
                last.path, last.lines, (),
                Text(f"缺少“{name}”；请写上，或用 extends 沿用一个制度（如 extends: group）",
                     f"'{name}' is missing; write it, or inherit it (e.g. extends: group)"),
            )  # fmt: skip
    return Policy(**values, sha256=_digest(r.path for r in chain))


def _taken_over(inherited: tuple[DatedValue, ...], own: tuple[DatedValue, ...]) -> tuple[DatedValue, ...]:
    return (*(v for v in inherited if own and v.valid_from < own[0].valid_from), *own)


def _digest(paths: Iterable[Path]) -> str:
    """The SHA-256 over the files of a chain; of one file, simply its own."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
