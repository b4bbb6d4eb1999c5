"""Print the lowest version of each dependency that pyproject.toml allows, as pip constraints."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]


def wanted(requirements: list[str]) -> Iterator[str]:
    """*requirements*, and in place of an extra of our own what that extra asks for."""
    for requirement in requirements:
        own = re.fullmatch(rf"{project['name']}\[(.+)\]", requirement.strip())
        if own:
            for extra in own[1].split(","):
                yield from wanted(extras[extra.strip()])
        else:
            yield requirement


for requirement in dict.fromkeys(wanted([*project["dependencies"], *extras["test"]])):
    match = re.fullmatch(
        r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=([0-9][^,;]*)(?:,<[0-9.]+)?", requirement.strip()
    )
    if not match:
        sys.exit(f"no lower bound: {requirement}")
    print(f"{match[1]}=={match[2]}")
