"""One finding: where, what, what is expected, how to mend it, and which clause asks for it.

Its figures are kept apart from its words, so that one run can be shown in either language.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as _field
from typing import Any, Literal

from qq_excel.catalogue import RuleSpec, get_rule, render
from qq_excel.findings.address import a1
from qq_excel.language import Lang, Text, current

Status = Literal["open", "explained", "waived", "baseline"]
#: What a message says of a blank cell.
BLANK = Text("（空）", "(blank)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, needs an answer, is worth knowing, or could not be judged.

    ``row`` and ``column`` are zero-based; None for a finding on a sheet or file. ``figures`` feed the
    message; a value is a text, or a :class:`Text` where the words differ by language. It cannot be changed:
    the table makes one each time that it is asked (see :meth:`~qq_excel.findings.Findings.replaced`).
    """

    rule: str
    level: str
    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    field: str | None = None
    header: str | None = None
    key: str | None = None
    value: str | None = None
    expected: str | Text | None = None
    figures: dict[str, Any] = _field(default_factory=dict)
    related: tuple[str, ...] = ()
    status: Status = "open"
    #: Why it could not be judged (level ``?``); it takes the place of the rule's own message.
    why: Text | None = None
    #: The special reason and who approved it (explained), or the waiver's.
    reason: str | None = None
    approved_by: str | None = None
    order: tuple[int, int] = (0, 0)

    @property
    def spec(self) -> RuleSpec:
        """Its rule."""
        return get_rule(self.rule)

    @property
    def cell(self) -> str | None:
        """Its A1 address; None for a finding on a sheet or file."""
        if self.row is None or self.column is None:
            return None
        return a1(self.row, self.column)

    @property
    def clause(self) -> str:
        """The clauses that ask for it."""
        return ", ".join(self.spec.clauses)

    @property
    def blocks(self) -> bool:
        """Whether it keeps the workbook from being accepted."""
        return self.level == "E" and self.status == "open"

    def _figures(self, lang: Lang) -> dict[str, str]:
        out = {k: v.in_(lang) if isinstance(v, Text) else str(v) for k, v in self.figures.items()}
        expected = self.expected.in_(lang) if isinstance(self.expected, Text) else self.expected
        return {
            "value": self.value or BLANK.in_(lang),
            "expected": expected or "—",
            "header": self.header or "—",
            "key": self.key or "—",
            **out,
        }

    def _filled(self, text: str, lang: Lang) -> str:
        """*text* with the figures; few words of how to mend something have any."""
        return render(text, self._figures(lang)) if "{" in text or "}" in text else text

    def message(self, lang: Lang | None = None) -> str:
        """What is wrong, in words."""
        lang = lang or current()
        spec = self.spec
        if self.why is not None:
            title = spec.title.in_(lang)
            why = self.why.in_(lang)
            return f"无法判断“{title}”：{why}。" if lang == "zh" else f"Cannot judge '{title}': {why}."
        text = self._filled(spec.message.in_(lang), lang)
        if self.status == "explained":
            by = self.approved_by or "—"
            text += (
                f"（已说明：{self.reason}；批准人：{by}）"
                if lang == "zh"
                else (f" (explained: {self.reason}; approved by {by})")
            )
        if self.status == "waived":
            by = self.approved_by or "—"
            text += (
                f"（已豁免：{self.reason}；批准人：{by}）"
                if lang == "zh"
                else f" (waived: {self.reason}; approved by {by})"
            )
        return text

    def fix(self, lang: Lang | None = None) -> str:
        """How to mend it, in words."""
        lang = lang or current()
        if self.why is not None:
            return (
                "补齐所缺的资料、列或参数后重新校验。"
                if lang == "zh"
                else "Supply what is missing and check again."
            )
        return self._filled(self.spec.fix.in_(lang), lang)

    def document(self) -> dict[str, Any]:
        """The finding as the findings document has it (``schemas/findings.schema.json``)."""
        expected = str(self.expected) if self.expected is not None else None
        out: dict[str, Any] = {
            "rule": self.rule,
            "level": self.level,
            "status": self.status,
            "file": self.file,
            "sheet": self.sheet,
            "cell": self.cell,
            "row": None if self.row is None else self.row + 1,
            "field": self.field,
            "header": self.header,
            "key": self.key,
            "value": self.value,
            "expected": expected,
            "message": self.message(),
            "fix": self.fix(),
            "clause": self.clause,
            "related": list(self.related),
        }
        if self.reason is not None:
            out["reason"] = self.reason
            out["approved_by"] = self.approved_by
        return out
