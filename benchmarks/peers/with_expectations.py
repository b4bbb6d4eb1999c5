"""Great Expectations on the same ledgers, in a Python of its own, so that what it needs stays out of ours.

    python -m benchmarks.peers.with_expectations JOBS FILE... < asked.json

It has expectations for columns; a rule on rows is a column of yes and no, worked out with pandas. Prints, as JSON, workbooks a
second and the rows at fault of each file. What failed is written as JSON, as its results are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.peers.asked import HEADER_ROW, Asked, from_json, to_json

#: A rule that holds for a row.
_HOLDS = {"value_set": [True]}


@cache
def _plan(text: str) -> tuple[Asked, Any, Any]:
    import great_expectations as gx

    from benchmarks.peers.frames import RULES

    asked, ge = from_json(text), gx.expectations
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    suite = gx.ExpectationSuite(name="ledger")
    for c in asked.columns:
        if c.required:
            suite.add_expectation(ge.ExpectColumnValuesToNotBeNull(column=c.header))
        if c.unique:
            suite.add_expectation(ge.ExpectColumnValuesToBeUnique(column=c.header))
        if c.words:
            suite.add_expectation(ge.ExpectColumnValuesToBeInSet(column=c.header, value_set=list(c.words)))
        if c.longest is not None:
            suite.add_expectation(
                ge.ExpectColumnValueLengthsToBeBetween(column=c.header, max_value=c.longest)
            )
        if c.least is not None:
            suite.add_expectation(ge.ExpectColumnValuesToBeBetween(column=c.header, min_value=c.least))
    for name in ("typed", *RULES):
        suite.add_expectation(ge.ExpectColumnValuesToBeInSet(column=name, **_HOLDS))
    return asked, asset.add_batch_definition_whole_dataframe("b"), suite


def check(text: str, path: Path) -> list[int]:
    """The rows of the sheet, from 0, that are at fault."""
    from benchmarks.peers.frames import RULES, read

    asked, definition, suite = _plan(text)
    frame, texts = read(path, asked)
    held = {name: ~broken(frame, asked.terms) for name, broken in RULES.items()}
    frame = frame.assign(typed=~frame.index.isin(texts["index"]), **held).copy()
    batch = definition.get_batch({"dataframe": frame})
    result = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    if result.success:
        return []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "result.json").write_text(
            json.dumps(result.to_json_dict(), ensure_ascii=False), encoding="utf-8"
        )
    at = {row for r in result.results if not r.success for row in r.result["unexpected_index_list"]}
    return sorted(row + HEADER_ROW + 1 for row in at)


def run(python: str, asked: Asked, paths: list[Path], jobs: int) -> tuple[float, list[set[int]]]:
    """Workbooks a second, and the rows at fault of each, by a Python that has Great Expectations."""
    done = subprocess.run(
        [python, "-m", __name__, str(jobs), *map(str, paths)],
        input=to_json(asked), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    speed, rows = json.loads(done.stdout.strip().splitlines()[-1])
    return speed, [set(r) for r in rows]


def main() -> None:
    jobs, paths, text = int(sys.argv[1]), [Path(p) for p in sys.argv[2:]], sys.stdin.read()
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(check, [text] * jobs, paths[:jobs]))
        start = time.perf_counter()
        rows = list(pool.map(check, [text] * len(paths), paths, chunksize=1))
        print(json.dumps([len(paths) / (time.perf_counter() - start), rows]))


if __name__ == "__main__":
    main()
