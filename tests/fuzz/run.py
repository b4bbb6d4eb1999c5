"""Coverage-guided fuzzing with atheris: ``python -m tests.fuzz.run TARGET SECONDS [FOLDER]``.

TARGET is ``guard``, ``grid`` or ``locate``. A package is mutated part by part, since the mutated bytes of a
compressed one would never get past its checksums. What fails is kept in FOLDER (``out/fuzz/TARGET``);
docs/fuzzing.md says what to do with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import logging
import random
import sys
import tempfile
import traceback
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["qq_excel.reading"]):
    from tests.fuzz import targets

from tests.support.build import build
from tests.support.ods import write_ods
from tests.support.xlsb import Sheet, write_xlsb

_LONGEST = 200_000


def seeds(folder: Path, target: str) -> None:
    """Small honest inputs to start from."""
    if target == "locate":
        for n in range(40):
            (folder / f"seed{n}").write_bytes(random.Random(n).randbytes(40 + 20 * n))  # noqa: S311
        return
    with tempfile.TemporaryDirectory() as made:
        wild = build(
            Path(made) / "a.xlsx",
            {"receivables": [{"balance": {"text": "1,200.00"}}, {"occurred_on": {"text": "2026.3.4"}}]},
            total=True, layout={"extra": ["甲"], "merge": {"A8:A9": "ZQ"}, "hide_rows": [6], "filter": True},
        )  # fmt: skip
        plain = build(
            Path(made) / "b.xlsx",
            {"contracts": [{"amount": {"error": "#N/A"}}, {"remark": {"formula": "=A1"}}]},
        )
        for path in (wild, plain):
            with zipfile.ZipFile(path) as archive:
                parts = {n: archive.read(n) for n in archive.namelist() if "theme" not in n}
            (folder / path.stem).write_bytes(targets.repacked(parts))
    header = "合同编号,债务人名称,签订日期,到期日期,合同金额\n"
    (folder / "c.csv").write_bytes((header + 'HT-1,海川,2026-1-5,2026-12-31,"1,200"\n' * 3).encode("gb18030"))
    (folder / "d.csv").write_bytes(header.replace(",", ";").encode("utf-16"))
    rows: list[list[object]] = [
        ["合同台账"], header.strip().split(","), ["HT-1", "海川", dt.datetime(2026, 1, 5), "2026.3.4", 1200.0],
        ["HT-2", None, "#N/A", None, "1,200"], ["合计", None, None, None, 2400.0],
    ]  # fmt: skip
    write_ods(folder / "e.ods", rows)
    sheet = Sheet(rows, merges=[(2, 1, 3, 1)], hidden_rows=[2], hidden_columns=[3], filtered=True)
    write_xlsb(folder / "f.xlsb", {"合同台账": sheet}, date1904=True)
    for name in (
        "e.ods",
        "f.xlsb",
    ):  # stored: the mutated bytes of a compressed part never get past its checksum
        with zipfile.ZipFile(folder / name) as archive:
            parts = {n: archive.read(n) for n in archive.namelist()}
        (folder / name).write_bytes(targets.repacked(parts))


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """One part of a package mutated, now and then the bytes of the whole."""
    rng = random.Random(seed)  # noqa: S311
    if data[:2] != b"PK" or rng.random() < 0.15:
        return bytes(atheris.Mutate(data, max_size))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {n: archive.read(n) for n in archive.namelist()}
    except Exception:
        return bytes(atheris.Mutate(data, max_size))
    if not parts:
        return bytes(atheris.Mutate(data, max_size))
    # the sheet and what the reader needs with it, more often than document properties
    names = [n for n in parts for _ in range(6 if "sheet" in n.lower() or "book" in n.lower() else 1)]
    name = rng.choice(names)
    if rng.random() < 0.05:
        parts.pop(name)
    else:
        parts[name] = bytes(atheris.Mutate(parts[name], min(len(parts[name]) + 512, _LONGEST)))
    out = targets.repacked(parts)
    return out if len(out) <= max_size else data


class Keeper:
    """Runs a target; keeps one input of each different failure and goes on."""

    def __init__(self, target: str, folder: Path) -> None:
        self.run, self.folder = targets.TARGETS[target], folder

    def __call__(self, data: bytes) -> None:
        try:
            self.run(data)
        except Exception:
            trace = traceback.format_exc()
            places = [
                line for line in trace.splitlines() if line.startswith("  File ") and "qq_excel" in line
            ]
            name = hashlib.sha256("".join(places[-2:]).encode()).hexdigest()[:8]
            if not (self.folder / name).exists():
                (self.folder / name).write_bytes(data)
                (self.folder / f"{name}.txt").write_text(trace, encoding="utf-8")
                print(f"FOUND {name}: {trace.splitlines()[-1][:200]}", flush=True)  # noqa: T201


def main() -> None:
    target, seconds = sys.argv[1], sys.argv[2]
    folder = Path(sys.argv[3] if len(sys.argv) > 3 else f"out/fuzz/{target}")
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    seeds(corpus, target)
    logging.getLogger("qq_excel.reading").addHandler(logging.NullHandler())
    logging.getLogger("qq_excel").propagate = False
    arguments = [
        "fuzz", f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=30", "-rss_limit_mb=2000",
        f"-artifact_prefix={folder}/", "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    mutator = {} if target == "locate" else {"custom_mutator": mutate}
    atheris.Setup(arguments, Keeper(target, folder), **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
