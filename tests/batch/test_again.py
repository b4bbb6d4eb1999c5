"""What a batch found and wrote is found again, whatever was handed in and taken back meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qq_excel.batch import Asked, Outcome, run_batch
from qq_excel.batch.journal import Journal
from qq_excel.policy import load_policy
from tests.batch.support import UNITS, WRONG, inbox, ledger, results
from tests.support.build import build


def run(came: Path, out: Path, **more: object) -> Outcome:
    return run_batch(Asked((str(came),), out, load_policy("group"), jobs=1, **more))  # type: ignore[arg-type]


def versions(folder: Path) -> tuple[Path, list[bytes]]:
    """A ledger of one unit as it is first, rightly changed, and wrong: any one's results have the names of the others'."""
    unit = UNITS[1]
    path = inbox(folder / "in", 2) / unit / "应收.xlsx"
    changes: list[dict[str, object]] = [{}, {"original": 1100, "balance": 700}, WRONG]
    out = [build(path, {"receivables": ledger(1, c)}, {"unit": unit}).read_bytes() for c in changes]
    assert len(set(out)) == len(changes)
    return path, out


def test_an_inbox_that_comes_back_has_its_results_again(tmp_path: Path) -> None:
    inbox(tmp_path / "a", 3)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    shutil.rmtree(tmp_path / "b" / UNITS[0])
    run(tmp_path / "a", tmp_path / "whole")
    for came, checked in (("a", 7), ("a", 0), ("b", 0), ("a", 2)):
        assert run(tmp_path / came, tmp_path / "out").checked == checked
    assert results(tmp_path / "out") == results(tmp_path / "whole")


@pytest.mark.parametrize("order", [(0, 1), (0, 2), (2, 0)])
def test_a_file_that_is_as_it_was_before_has_its_results_again(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    """A table as it was is not to be that of the version between, nor a findings book to be missing."""
    path, contents = versions(tmp_path)
    first, other = (contents[n] for n in order)
    path.write_bytes(first)
    run(tmp_path / "in", tmp_path / "whole")
    for content in (first, other, first):
        path.write_bytes(content)
        run(tmp_path / "in", tmp_path / "out")
    assert results(tmp_path / "out") == results(tmp_path / "whole")


def test_a_run_that_was_ended_may_have_written_over_results_that_were_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other version was checked and not journalled; then the first is there again and the run is resumed."""
    path, (first, other, _) = versions(tmp_path)
    path.write_bytes(first)
    run(tmp_path / "in", tmp_path / "out")
    expected = results(tmp_path / "out")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    path.write_bytes(other)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finished", killed)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "in", tmp_path / "out")
    assert results(tmp_path / "out") != expected
    path.write_bytes(first)
    run(tmp_path / "in", tmp_path / "out", resume=True)
    assert results(tmp_path / "out") == expected
