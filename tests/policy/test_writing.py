"""A policy of one's own: complete, commented, and the same policy when it is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from qq_excel.cli.app import app_of
from qq_excel.language import using
from qq_excel.policy import load_policy, policy_of, profile_names
from qq_excel.policy.writing import policy_text


@pytest.mark.parametrize("name", [*profile_names(), "group+tax"])
def test_what_is_written_loads_again_and_is_equal(tmp_path: Path, name: str) -> None:
    path = tmp_path / "my.yaml"
    policy = policy_of(name)
    text = policy_text(policy)
    path.write_text(text, encoding="utf-8")
    own = load_policy(path)
    same = {"sha256": policy.sha256, "additions": policy.additions}
    assert own.model_copy(update=same) == policy
    assert policy_text(own) == text
    assert "extends:" not in [line.split(" ")[0] for line in text.splitlines()]
    for parameter in policy.parameters:
        lines = text.splitlines()
        assert lines[lines.index(f"  {parameter}:") - 1].startswith("  # "), "every parameter has its comment"


def test_init_never_writes_over_a_file_without_being_told(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("mine\n", encoding="utf-8")
    arguments = ["policy", "init", "--profile", "project", "-o", str(path)]
    refused = CliRunner().invoke(app_of(), arguments)
    assert refused.exit_code != 0
    assert path.read_text(encoding="utf-8") == "mine\n"
    CliRunner().invoke(app_of(), [*arguments, "--force"])
    assert load_policy(path).profile == "project"


def test_show_and_list_tell_every_profile() -> None:
    listed = CliRunner().invoke(app_of(), ["policy", "list"]).output
    for name in profile_names():
        assert name in listed
        shown = CliRunner().invoke(app_of(), ["policy", "show", name]).output
        assert load_policy(name).title.zh in shown
        assert load_policy(name).stages[0].name in shown
    assert "group+tax" in listed


def test_stages_are_told_by_the_titles_of_units_and_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qq_excel.cli.looking.out", Console(width=200, highlight=False))
    shown = CliRunner().invoke(app_of(), ["policy", "show", "project"]).output.splitlines()
    assert (
        "  3. 督促（项目部，限90天）  工程款清欠台账：书面通知日期或电话催款日期；清欠台账：清欠方案编号、方案日期  B-4-3"
        in shown
    )
    assert "  8. 归档（项目部）  工程款清欠台账：归档日期；清欠台账：结案日期  B-4-8" in shown
    with using("en"):
        shown = CliRunner().invoke(app_of(), ["policy", "show", "project"]).output.splitlines()
    assert (
        "  7. Settle (Finance, within 5 days)  Construction claims: Settled on; Clearance cases: Remaining = 0  B-4-7"
        in shown
    )
