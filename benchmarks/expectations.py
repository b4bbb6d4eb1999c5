"""Great Expectations on the same ledgers, in a Python of its own, so that what it needs stays out of ours.

    python expectations.py JOBS FILE...

Prints workbooks a second. The checks are those of ``peers.pandera_check`` that it has expectations for.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HEADER_ROW = 3
AMOUNTS = ("原始金额", "已收金额", "账面余额")
WORDS = {
    "债务人类型": ["企业", "个人", "政府", "事业单位"],
    "担保方式": ["无", "保证", "抵押", "质押"],
    "是否争议": ["是", "否"],
}


def check(path: Path) -> bool:
    import great_expectations as gx
    import pandas as pd

    frame = pd.read_excel(path, header=HEADER_ROW, engine="openpyxl")
    frame["差额"] = (
        frame[AMOUNTS[0]] - frame[AMOUNTS[1]] - frame[AMOUNTS[2]] if frame[AMOUNTS[0]].dtype == float else 0.0
    )
    context = gx.get_context(mode="ephemeral")
    batch = (
        context.data_sources.add_pandas("p")
        .add_dataframe_asset("a")
        .add_batch_definition_whole_dataframe("b")
    )
    suite = gx.ExpectationSuite(name="ledger")
    suite.add_expectation(gx.expectations.ExpectColumnValuesToBeUnique(column="债权编号"))
    suite.add_expectation(
        gx.expectations.ExpectColumnValuesToBeBetween(column="差额", min_value=-0.005, max_value=0.005)
    )
    for name, words in WORDS.items():
        suite.add_expectation(gx.expectations.ExpectColumnValuesToBeInSet(column=name, value_set=words))
    for name in AMOUNTS:
        suite.add_expectation(gx.expectations.ExpectColumnValuesToBeOfType(column=name, type_="float64"))
    result = batch.get_batch({"dataframe": frame}).validate(suite)
    return bool(result.success)


def main() -> None:
    jobs, paths = int(sys.argv[1]), [Path(p) for p in sys.argv[2:]]
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(check, paths[:jobs]))
        start = time.perf_counter()
        list(pool.map(check, paths, chunksize=1))
        print(len(paths) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
