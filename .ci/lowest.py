"""Print the lowest version of each dependency that pyproject.toml allows, as pip constraints."""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
wanted = project["dependencies"] + project["optional-dependencies"]["test"]
for requirement in wanted:
    match = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=([0-9][^,;]*)", requirement.strip())
    if not match:
        sys.exit(f"no lower bound: {requirement}")
    print(f"{match[1]}=={match[2]}")
