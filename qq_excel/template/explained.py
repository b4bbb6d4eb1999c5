"""How a table is filled in, in words: the sheet 填表说明 and the pages of docs/kinds say the same, because both
take it from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qq_excel.catalogue import LEVEL_NAMES, RuleSpec, all_rules
from qq_excel.kinds import Field, FieldType, Kind
from qq_excel.kinds.model import NO, YES, Block
from qq_excel.language import Text, t

_TYPES = {
    FieldType.TEXT: Text("文字", "text"),
    FieldType.CODE: Text("编号（文本）", "code (text)"),
    FieldType.AMOUNT: Text("金额，两位小数", "amount, 2 decimals"),
    FieldType.QTY: Text("数量", "quantity"),
    FieldType.INT: Text("整数", "whole number"),
    FieldType.RATIO: Text("比例", "ratio"),
    FieldType.NUMBER: Text("数字", "number"),
    FieldType.DATE: Text("日期 2026-09-30", "date 2026-09-30"),
    FieldType.TIME: Text("时间 09:30", "time 09:30"),
    FieldType.YESNO: Text("是/否", "yes/no"),
    FieldType.ENUM: Text("下拉选择", "choice"),
}


def basis(kind: Kind) -> str:
    """The clauses that a kind rests on, and its key."""
    keys = "、".join(kind[k].header for k in kind.key)
    return t("依据：", "Clauses: ") + "、".join(kind.clauses) + t("；主键：", "; key: ") + keys


def column_heads() -> tuple[str, ...]:
    """The heads over :func:`column_cells`."""
    return (
        t("序号", "No."), t("列标题", "Header"), t("必填", "Required"), t("类型", "Type"), t("取值", "Values"),
        t("依据", "Clause"), t("说明", "Explanation"),
    )  # fmt: skip


def column_cells(n: int, spec: Field, listed: Sequence[str]) -> tuple[str, ...]:
    """What is said about the *n*-th column, whose closed list is *listed*."""
    values = "、".join((YES, NO) if spec.type is FieldType.YESNO else listed)
    if spec.default:
        values += t("；默认 ", "; default ") + spec.default
    mark = t("公式", "computed") if spec.formula else t("是", "yes") if spec.required else ""
    help_ = str(spec.help) if spec.help else ""
    return str(n), spec.header, mark, str(_TYPES[spec.type]), values, "、".join(spec.clauses), help_


def block_line(block: Block) -> str:
    """What stands below the table."""
    what = t("姓名和日期", "name and date") if block.type == "signature" else t("日期", "date")
    return (
        t("表下", "Below the table, ") + f"“{block.title.zh}”：" + "、".join(block.entries) + f"（{what}）"
        + (t("，必填", ", required") if block.required else "")
    )  # fmt: skip


def rule_heads() -> tuple[str, ...]:
    """The heads over :func:`rule_cells`."""
    return t("级别", "Level"), t("编号", "Rule"), t("依据", "Clause"), t("内容", "Finding")


def rules_of(kinds: Iterable[str]) -> list[RuleSpec]:
    """The rules asked of tables of these kinds (not those asked of every table)."""
    names = set(kinds)
    wanted = names | {f"table:{k}" for k in names}
    return [r for r in all_rules().values() if wanted & set(r.kinds) and r.status != "deprecated"]


def rule_cells(rule: RuleSpec) -> tuple[str, ...]:
    """What is said about one rule."""
    return str(LEVEL_NAMES[rule.level]), rule.id, "、".join(rule.clauses), str(rule.title)
