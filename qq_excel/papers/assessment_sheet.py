"""The scoring sheet of an assessment, prefilled, and the workbook that shows how each score came about.

总分, 等级, 奖惩建议 and 处分建议 are formulas made from the policy's weights, grades and proposals: they complete
themselves when the office enters what is still open. The formulas round as the rules do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.kinds import Kind, get_kind
from qq_excel.papers.document import relative
from qq_excel.policy import Params
from qq_excel.policy.showing import shown
from qq_excel.policy.values import parameters
from qq_excel.rules.scoring import CLEARED, INDICATORS, REDUCED, floats, on_curve, share
from qq_excel.template import write_template

if TYPE_CHECKING:
    from qq_excel.assessment import Assessed, Assessment
    from qq_excel.papers.report_job import Job, Piece

SHEET, BASIS = "清欠考核评分表.xlsx", "考核计算依据.xlsx"
_AMOUNTS = ("opening", "planned", "recovered", "closing")
_KNOWN = ("unit", "indicator", "what", "figures", "ratio", "points", "weight", "score", "clause")
_KNOWN_POLICY = ("title", "name", "value", "since", "source")
#: The parameters of the published formula, in the order in which it uses them.
FORMULA = (
    "progress_curve", "quality_weights", "quality_curve", "results_weights", "clear_curve", "reduction_curve",
    "assessment_weights", "assessment_grades", "assessment_proposals",
)  # fmt: skip
_CLAUSES = {"progress": "A-4-1", "quality": "A-4-2", "results": "A-4-3", "attitude": "A-4-4"}
_SHARES = {
    "方案": "逾期未清债权有清欠方案的笔数", "协议": "协议还款债权有协议和还款计划的笔数",
    "证据": "逾期未清债权有签认或催收凭证号的笔数",
}  # fmt: skip


def write_scoring_sheet(
    assessment: Assessment, office: str, target: Path, prepared_by: str | None = None
) -> Path:
    """Write the scoring sheet to *target*: what is known filled in, what is open blank, the rest formulas.

    Raises :class:`OutputError` when it cannot be written.
    """
    params = assessment.policy.at(assessment.as_of)
    head = {"unit": office, "as_of": assessment.as_of, "period": assessment.period.name, **assessment.head}
    if prepared_by:
        head["prepared_by"] = prepared_by
    return write_template(
        _completing(get_kind("assessment"), params),
        target,
        rows=[_row(r, assessment) for r in assessment.rows],
        head=head,
        policy=assessment.policy,
        notes=_notes(assessment),
        blank_rows=0,
    )


def basis_piece(job: Job, assessment: Assessment) -> Piece:
    """The workbook of how each score came about: figures, ratio, points, weight, clause; and the formula."""
    params = assessment.policy.at(assessment.as_of)
    rows = [line for r in assessment.rows for line in _lines(r, params)]
    under = f"考核期：{assessment.period.name}    考核类型：{assessment.kind}    截止日期：{assessment.as_of}"
    notes = [f"数据口径：{assessment.basis.zh}。", *(f"注意：{n.zh}。" for n in assessment.notes)]
    if assessment.sources:
        notes.append(f"另据：{'、'.join(relative(n) for n in assessment.sources)}")
    return job.book(
        BASIS,
        [
            ("assessment_basis", job.filled(rows, under, notes=notes)),
            ("assessment_policy", job.filled(list(_parameters(assessment)), under)),
        ],
        (*_KNOWN, *_KNOWN_POLICY),
    )


# --- the sheet ------------------------------------------------------------------------------------------


def _completing(kind: Kind, params: Params) -> Kind:
    """The kind with formulas for what follows from the four scores."""
    formulas = {
        "total": _total_formula(params.rates("assessment_weights")),
        "grade": _grade_formula(params),
        "sanction": _proposal_formula(params, "sanction"),
        "discipline": _proposal_formula(params, "discipline"),
    }
    fields = tuple(
        f.model_copy(update={"formula": formulas[f.name]}) if f.name in formulas else f for f in kind.fields
    )
    # made anew, not copied: a copy would keep what the kind has cached of its old fields
    return Kind(**{n: getattr(kind, n) for n in Kind.model_fields} | {"fields": fields})


def _total_formula(weights: Mapping[str, float]) -> str:
    names = {INDICATORS[n]: w for n, w in weights.items()}
    cells = ",".join(f"{{{n}}}" for n in names)
    # divided as in the rules; rounded twice, so that 80.05 held as 80.04999… gives 80.1 as in the rules
    mean = "+".join(f"{{{n}}}*{_plain(w)}" for n, w in names.items())
    whole = _plain(round(sum(weights.values()), 9))
    return f'=IF(COUNT({cells})<{len(names)},"",ROUND(ROUND(({mean})/{whole},6),1))'


def _grade_formula(params: Params) -> str:
    worth = '""'
    for grade in sorted(params.grades(), key=lambda g: g.from_score):
        worth = f"IF({{total}}>={_plain(grade.from_score)},{_quoted(grade.name)},{worth})"
    return f'=IF(ISNUMBER({{total}}),{worth},"")'


def _proposal_formula(params: Params, name: str) -> str:
    worth = '""'
    for grade, proposal in reversed(params.proposals().items()):
        worth = f"IF({{grade}}={_quoted(grade)},{_quoted(getattr(proposal, name))},{worth})"
    return f"={worth}"


def _plain(value: float) -> str:
    return f"{value:.12g}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _row(row: Assessed, assessment: Assessment) -> dict[str, Any]:
    amounts = {n: getattr(row.figures, n) for n in _AMOUNTS}
    values: dict[str, Any] = {
        "unit": row.unit, "period": assessment.period.name, "kind": assessment.kind, **row.scores,
        **{n: None if v is None else Decimal(v) / 100 for n, v in amounts.items()},
        "responsible": row.responsible, "published_on": row.published_on,
    }  # fmt: skip
    return values | {n: getattr(row, n) for n in row.typed}


def _notes(assessment: Assessment) -> list[str]:
    return [
        f"{assessment.basis.zh}。",
        f"进展、质量、成果得分按公布的公式算出，依据见《{BASIS.removesuffix('.xlsx')}》；经集体评议可改写，并在该依据上注明理由。",
        "态度得分由清欠办填写（A-4-4）；总分、等级、奖惩建议、处分建议由公式按制度给出，奖惩和处分建议可改写。",
        "等级不合格的填责任人（A-7）；结果通报后填通报日期（A-5-1）。",
        *(f"{n.zh}。" for n in assessment.notes),
    ]


# --- how each score came about ----------------------------------------------------------------------------


def _lines(row: Assessed, params: Params) -> Iterator[dict[str, Any]]:
    f = row.figures
    weights = params.rates("assessment_weights")
    results = params.rates("results_weights")
    owed = f.closing + f.recovered
    measured = [
        ("progress", "计划完成率", f"实际收回 {_yuan(f.recovered)} ÷ 计划收回 {_yuan(f.planned)}", (f.recovered, f.planned),
         "progress_curve", None),
        *(
            ("quality", f"{name}齐备率", f"{_SHARES.get(name, name)} {s}", (s.some, s.of), "quality_curve",
             params.rates("quality_weights").get(name))
            for name, s in row.shares.items()
        ),
        ("results", CLEARED, f"实际收回 {_yuan(f.recovered)} ÷（期末 {_yuan(f.closing)} + 实际收回 {_yuan(f.recovered)}）",
         (f.recovered, owed), "clear_curve", results.get(CLEARED)),
        ("results", REDUCED, f"（期初 {_yuan(f.opening)} − 期末 {_yuan(f.closing)}）÷ 期初 {_yuan(f.opening)}",
         (f.opening - f.closing, f.opening), "reduction_curve", results.get(REDUCED)),
    ]  # fmt: skip
    moved = (
        f"期初 {_yuan(f.opening)} + 新增 {_yuan(f.new)} − 收回 {_yuan(f.recovered)} − 核销 {_yuan(f.gone)} = "
        f"{_yuan(f.opening + f.new - f.recovered - f.gone)}；期末 {_yuan(f.closing)}"
    )
    yield _line(row, "", "欠款变动", moved, clause="A-4-3")
    titles = {n: zh for zh, n in INDICATORS.items()}
    for name, what, figures, (part, whole), curve, weight in measured:
        ratio = share([part], [float("nan") if whole is None else whole])
        worth = float(on_curve(floats(ratio), params.curve(curve))[0])
        known = worth == worth  # noqa: PLR0124 - NaN
        yield _line(
            row, titles[name], what, figures, ratio=float(ratio[0]) if known else None,
            points=f"{worth:.2f}" if known else "不计", weight=_weight(weight), clause=_CLAUSES[name],
        )  # fmt: skip
    for zh, name in INDICATORS.items():
        score, computed = row.scores[name], row.computed.get(name)
        by_hand = name == "attitude" or score != computed
        figures = "清欠办填写" if by_hand and score is not None else "待填写" if score is None else "按公式"
        if name != "attitude" and by_hand and computed is not None:
            figures += f"（按公式 {computed:g}）"
        yield _line(
            row,
            zh,
            f"{zh}得分",
            figures,
            weight=_weight(weights.get(zh)),
            score=_shown(score),
            clause=_CLAUSES[name],
        )
    yield _line(
        row, "总分", "总分、等级", row.grade or "四项得分齐全后得出", score=_shown(row.total), clause="A-5-1"
    )


def _line(row: Assessed, indicator: str, what: str, figures: str, **more: Any) -> dict[str, Any]:
    return {"unit": row.unit, "indicator": indicator, "what": what, "figures": figures, **more}


def _parameters(assessment: Assessment) -> Iterator[dict[str, Any]]:
    """The parameters that held on the as-of date."""
    params = assessment.policy.at(assessment.as_of)
    for name in FORMULA:
        held = [d for d in assessment.policy.parameters[name] if d.valid_from <= assessment.as_of]
        if held:
            dated = held[-1]
            yield {"title": parameters()[name].title.zh, "name": name, "value": shown(params.get(name), parameters()[name].type),
                   "since": dated.valid_from, "source": dated.source.zh}  # fmt: skip


def _yuan(cents: int | None) -> str:
    return "—" if cents is None else money.yuan(cents)


def _weight(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
