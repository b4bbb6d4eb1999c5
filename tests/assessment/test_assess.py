"""Figures, scores and proposals of an assessment, against docs/assessment.md and by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from rich.console import Console

from qq_excel.assessment import Assessment, Share, assess
from qq_excel.assessment.model import period_words
from qq_excel.check import Result, check_paths
from qq_excel.cli.assessing import _print as show_on_screen
from qq_excel.errors import InputError
from qq_excel.language import using
from qq_excel.policy import load_policy
from qq_excel.rules.scoring import on_curve, quality_score
from tests.assessment.example import claims, current, previous, tables, typed
from tests.support.build import build

POLICY = load_policy("assessment")


def checked(*paths: Path) -> Result:
    return check_paths(paths, policy=POLICY, together=True)


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return checked(current(tmp_path_factory.mktemp("now")))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return checked(previous(tmp_path_factory.mktemp("before")))


def filled(folder: Path, **changes: dict[str, object]) -> Result:
    """A scoring sheet that the office filled in: the document's, changed by unit."""
    rows = [
        typed("assessment", r)
        | {"period": "2026Q3", "kind": "定期", "published_on": None, "responsible": None}
        for r in tables("演算")
    ]
    return checked(
        build(folder / "评分表.xlsx", {"assessment": [r | changes.get(str(r["unit"]), {}) for r in rows]})
    )


def amounts(done: Assessment, unit: str) -> tuple[int | None, ...]:
    f = next(r.figures for r in done.rows if r.unit == unit)
    return f.opening, f.planned, f.recovered, f.closing, f.new, f.gone


def test_a_credit_note_is_neither_owed_nor_new(before: Result, tmp_path: Path) -> None:
    note = claims()[2] | {"claim_id": "ZQ-0009", "original": -300, "received": 0, "balance": -300}
    with_note = checked(build(tmp_path / "now.xlsx", {"receivables": [*claims(), note]}))
    plain = checked(build(tmp_path / "plain.xlsx", {"receivables": claims()}))
    for earlier in (before, None):
        unit = "华东分公司"
        assert amounts(assess(with_note, earlier), unit) == amounts(assess(plain, earlier), unit)
    assert amounts(assess(with_note, before), unit)[4] == 500_00


def test_the_document_is_what_the_program_works_out(now: Result, before: Result, tmp_path: Path) -> None:
    done = assess(now, before, filled=filled(tmp_path))
    assert [r.unit for r in done.rows] == ["华东分公司", "华南分公司"]
    for row, written in zip(done.rows, tables("演算"), strict=True):
        f, s = row.figures, row.scores
        assert [str(x // 100) for x in (f.opening, f.planned or 0, f.recovered, f.closing)] == [
            written[h] for h in ("期初欠款", "本期计划收回", "本期实际收回", "期末欠款")
        ]
        scores = (s["progress"], s["quality"], s["results"], s["attitude"], row.total)
        assert [f"{x:g}" for x in scores if x is not None] == [
            written[h] for h in ("进展得分", "质量得分", "成果得分", "态度得分", "总分")
        ]
        assert (row.grade, row.sanction, row.discipline) == tuple(
            written[h] for h in ("等级", "奖惩建议", "处分建议")
        )
    assert done.notes == ()
    assert done.complete
    assert done.period.name == "2026Q3"
    assert "上期应收账款明细表逐笔对比" in done.basis.zh


def test_attitude_is_open_until_it_is_entered(now: Result, before: Result) -> None:
    done = assess(now, before)
    assert not done.complete
    for row in done.rows:
        assert (row.scores["attitude"], row.total, row.grade, row.sanction) == (None, None, None, None)
    assert done.document()["units"][0]["figures"] == {
        "opening": "2,500.00", "planned": "1,625.00", "recovered": "1,300.00", "closing": "1,700.00", "new": "500.00",
        "gone": "0.00",
    }  # fmt: skip


def test_without_the_previous_ledger_the_estimate_says_so(now: Result) -> None:
    done = assess(now)
    assert amounts(done, "华东分公司") == (300_000, 212_500, 180_000, 170_000, 50_000, 0)
    assert amounts(done, "华南分公司") == (100_000, 50_000, 0, 100_000, 0, 0)
    assert "没有上期应收账款明细表" in done.basis.zh
    assert "--previous" not in done.basis.zh
    assert "--previous" in done.notes[0].zh
    # 1800/2125 = 84.7 %; cleared 1800/3500 = 51.43 % -> 81.43, reduced 1300/3000 > 30 % -> 100
    assert done.rows[0].scores == {"progress": 84.7, "quality": 65.0, "results": 88.9, "attitude": None}


def test_quality_counts_plans_agreements_and_proofs(now: Result, before: Result) -> None:
    east, south = assess(now, before).rows
    assert east.shares == {"方案": Share(1, 2), "协议": Share(1, 1), "证据": Share(1, 2)}
    assert south.shares == {"方案": Share(1, 1), "协议": Share(0, 0), "证据": Share(0, 1)}


def test_tables_that_are_lacking_are_told_and_never_count_as_bad(before: Result, tmp_path: Path) -> None:
    done = assess(checked(current(tmp_path, cases=False, agreements=False, instalments=False)), before)
    east = done.rows[0]
    assert east.figures.planned is None
    assert east.shares == {"方案": Share(0, None), "协议": Share(0, None), "证据": Share(1, 2)}
    assert east.scores == {"progress": None, "quality": 50.0, "results": 84.0, "attitude": None}
    told = " ".join(n.zh for n in done.notes)
    assert "没有交来《清欠台账》：本期计划收回未知" in told
    assert "质量得分不计“方案”一项" in told
    assert "没有交来《还款协议台账》《还款计划》：质量得分不计“协议”一项" in told


def test_claims_that_only_one_ledger_has_are_told(before: Result, tmp_path: Path) -> None:
    rows = [r for r in claims() if r["claim_id"] != "ZQ-0005"]
    rows.append(rows[1] | {"claim_id": "ZQ-0009", "original": 300, "received": 50, "balance": 250})
    done = assess(checked(build(tmp_path / "now.xlsx", {"receivables": rows})), before)
    told = " ".join(n.zh for n in done.notes)
    assert (
        "上期有、本期没有的未清债权 1 笔，上期余额 1,000.00 元，没有计入收回，请核实：华南分公司 ZQ-0005"
        in told
    )
    assert "上期没有、又不是本期发生的债权 1 笔，收回按最近付款日估计，请核实：华东分公司 ZQ-0009" in told
    assert amounts(done, "华东分公司") == (250_000, None, 135_000, 195_000, 50_000, 0)
    assert [r.unit for r in done.rows] == ["华东分公司"]


def test_write_offs_of_the_period_count_as_gone(now: Result, tmp_path: Path) -> None:
    register = [
        {"claim_id": "ZQ-0005", "amount": 200, "booked_on": day}
        for day in (dt.date(2026, 9, 1), dt.date(2026, 6, 30))
    ]
    path = build(tmp_path / "备查.xlsx", {"write_off_register": register})
    done = assess(checked(current(tmp_path), path))
    assert amounts(done, "华南分公司") == (120_000, 50_000, 0, 100_000, 0, 20_000)


def test_ad_hoc_scores_one_unit(now: Result, before: Result) -> None:
    done = assess(now, before, unit="华南分公司", period="2026-09")
    assert (done.kind, [r.unit for r in done.rows], done.period.name) == ("不定期", ["华南分公司"], "2026-09")
    assert "上期明细表截至 2026-06-30，不是考核期前一日" in done.notes[0].zh
    with pytest.raises(InputError, match="没有单位“华南分公”的债权，是不是 华南分公司？"):
        assess(now, before, unit="华南分公")


def test_what_the_office_entered_holds(now: Result, before: Result, tmp_path: Path) -> None:
    changes = {
        "华东分公司": {"quality": 70, "discipline": "无", "sanction": "奖金"},
        "华南分公司": {
            "responsible": "陈刚",
            "discipline": "记过",
            "published_on": dt.date(2026, 10, 12),
            "attitude": 60,
        },
    }
    east, south = (done := assess(now, before, filled=filled(tmp_path, **changes))).rows
    assert (east.scores["quality"], east.computed["quality"], east.total) == (70.0, 65.0, 80.6)
    assert (east.sanction, east.discipline, east.typed) == ("奖金", "无", {"sanction"})
    assert (south.total, south.sanction, south.discipline, south.typed) == (
        27.0,
        "限制贷款额度",
        "记过",
        {"discipline"},
    )
    assert (south.responsible, south.published_on) == ("陈刚", dt.date(2026, 10, 12))
    assert [n.zh for n in done.notes] == ["华东分公司的质量得分采用评分表所填的 70（按公式为 65）"]


def test_what_does_not_fit_is_refused(now: Result, before: Result, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="截止日期 2026-09-30 不在考核期 2026Q2 内"):
        assess(now, before, period="2026Q2")
    with pytest.raises(InputError, match="考核期“上周”不对"):
        assess(now, period="上周")
    with pytest.raises(
        InputError, match="上期明细表的截止日期 2026-09-30 不早于考核期 2026Q3 的第一天 2026-07-01"
    ):
        assess(now, now)
    with pytest.raises(InputError, match=r"2026Q2\.xlsx：不是《清欠考核评分表》"):
        assess(now, filled=before)
    with pytest.raises(InputError, match=r"评分表\.xlsx：没有 2026Q3 不定期考核的行"):
        assess(now, unit="华东分公司", filled=filled(tmp_path))
    with pytest.raises(InputError, match="没有交来《应收账款明细表》，不能考核"):
        assess(filled(tmp_path))


def test_curve_and_weights_at_their_bounds() -> None:
    params = POLICY.at(dt.date(2026, 9, 30))
    import numpy as np

    ratios = np.array([-1, 0, 0.3, 0.6, 1, 1.5, np.nan])
    assert on_curve(ratios, params.curve("progress_curve"))[:-1].tolist() == [0, 0, 30, 60, 100, 100]
    nothing = {"方案": ([0], [0]), "协议": ([0], [0]), "证据": ([0], [0])}
    assert np.isnan(quality_score(nothing, params)).all()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026Q3", "2026 年第三季度"),
        ("2026-09", "2026 年 9 月"),
        ("2026", "2026 年度"),
        ("2026H2", "2026 年下半年"),
    ],
)
def test_period_in_words(name: str, words: str) -> None:
    assert period_words(name) == words


def test_the_screen_names_the_kind_of_assessment_in_its_language(
    now: Result, before: Result, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("qq_excel.cli.assessing.out", Console(width=120, highlight=False))
    done = assess(now, before)
    show_on_screen(done)
    assert capsys.readouterr().out.splitlines()[0].strip() == "2026Q3 定期"
    with using("en"):
        show_on_screen(done)
        show_on_screen(assess(now, before, unit=done.rows[0].unit))
    titles = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("2026Q3")]
    assert titles == ["2026Q3 regular", "2026Q3 ad hoc"]
