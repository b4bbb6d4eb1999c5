"""The papers that can be made: name, clauses, formats and the tables that each needs.

Listing them costs nothing: a paper's maker is named here and loaded when it is called (:mod:`qq_excel.papers.report`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qq_excel.errors import InputError
from qq_excel.language import Text


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One paper that can be asked for.

    ``needs`` are the kinds without which there is nothing to write, ``uses`` those that it can use besides;
    ``formats`` are all that it comes in, the first ones (``default`` many) unless others are asked for.
    """

    name: str
    title: Text
    about: Text
    clauses: tuple[str, ...]
    formats: tuple[str, ...]
    needs: tuple[str, ...]
    #: ``module:function`` below ``qq_excel.papers``; a paper made of others has ``parts`` instead.
    maker: str = ""
    uses: tuple[str, ...] = ()
    default: int = 2
    parts: tuple[str, ...] = ()

    @property
    def usual(self) -> tuple[str, ...]:
        """The formats that are made unless others are asked for."""
        return self.formats[: self.default]

    def document(self) -> dict[str, Any]:
        """The entry as plain data (``report list --format json``)."""
        return {
            "name": self.name, "title": str(self.title), "about": str(self.about), "clauses": list(self.clauses),
            "formats": list(self.formats), "usual": list(self.usual), "needs": list(self.needs),
            "uses": list(self.uses), "parts": list(self.parts),
        }  # fmt: skip


_LETTER = ("docx", "xlsx", "pdf", "json")
_LEDGER = ("receivables",)

PAPERS: dict[str, PaperKind] = {
    p.name: p
    for p in (
        PaperKind(
            "warnings", Text("清欠预警表", "warning sheets"),
            Text("集团一份，各单位、各责任部门各一份；--since 记得上次的级别和答复",
                 "one for the group, one per unit and per department; --since remembers the last levels and answers"),
            ("F-25", "F-26", "F-27", "F-28", "F-29"), ("xlsx", "pdf", "json"), _LEDGER, "standing:warnings",
            uses=("credit_terms", "contracts"), default=1,
        ),
        PaperKind(
            "write-off", Text("核销申请包", "write-off packs"),
            Text("材料齐全的申请各一包，其余列缺失清单；pdf 另出一册有书签和页码的合订本",
                 "a pack per application that is fit, a list of what others lack; pdf adds a bound volume of each"),
            ("F-13", "F-14", "F-15", "F-16", "F-17"), ("zip", "xlsx", "pdf"), ("write_offs",), "standing:write_off",
            uses=("evidence", "receivables", "collection_log", "confirmations", "agreements", "instalments", "litigation"),
        ),
        PaperKind(
            "write-off-meeting", Text("核销审议清单", "lists for the meeting on write-offs"),
            Text("每个审批机构一份，列材料齐全、待审议的申请", "one per body: the fit applications that wait for its decision"),
            ("F-16",), ("xlsx", "pdf", "json"), ("write_offs",), "write_off_after:meeting", uses=("evidence", "receivables"), default=1,
        ),
        PaperKind(
            "write-off-filing", Text("核销备案文书", "papers after a write-off is approved"),
            Text("已批准的申请各一份财务备案表和核销档案封面；每个单位一份备查簿新增登记",
                 "filing sheet and dossier cover of each approved application; the new entries of each unit's register"),
            ("F-17", "F-18", "F-19"), ("docx", "xlsx", "pdf", "json"), ("write_offs",), "write_off_after:filings",
            uses=("evidence", "receivables", "write_off_register"),
        ),
        PaperKind(
            "confirmations", Text("对账签认函", "balance confirmations"),
            Text("每个债务人一封，列全部未清款项，附回执；附合并登记册",
                 "one letter per debtor with all open items and a reply slip; with a register"),
            ("F-26", "C-4-1"), _LETTER, _LEDGER, "letters:confirmations",
        ),
        PaperKind(
            "dunning", Text("催款函", "dunning letters"),
            Text("按逾期天数分步催款，每个债务人一封，附签收回执；附合并登记册",
                 "by steps of days past due, one letter per debtor with a receipt slip; with a register"),
            ("B-4-3", "H-6", "F-26"), _LETTER, _LEDGER, "letters:dunning",
        ),
        PaperKind(
            "reminders", Text("分期还款提醒函", "instalment reminders"),
            Text("还款协议的分期将到期或已逾期的，每份协议一封",
                 "one letter per agreement with an instalment that falls due or is past due"),
            ("G-12", "B-4-6", "H-9"), _LETTER, ("agreements", "instalments"), "letters:reminders",
        ),
        PaperKind(
            "letters", Text("全部信函", "all letters"),
            Text("对账签认函、催款函、分期还款提醒函，各放一个文件夹",
                 "confirmations, dunning letters and reminders, a folder each"),
            ("F-26", "B-4-3", "G-12"), _LETTER, (), parts=("confirmations", "dunning", "reminders"),
        ),
        PaperKind(
            "ageing", Text("账龄分析", "ageing"),
            Text("按单位、债务人和账龄段，贷项、争议、诉讼另列；与明细表核对；坏账准备测算",
                 "by unit, debtor and band; credit notes, disputed and litigated apart; tied to the ledger; provision"),
            ("F-26", "F-27", "F-4"), ("xlsx", "pdf", "json"), _LEDGER, "ageing:ageing", default=1,
        ),
        PaperKind(
            "slips", Text("预警通知单", "warning slips"),
            Text("每笔预警债权一张，附登记册；--since 读回上次的登记册，级别上升的另发",
                 "one per warned claim, with a register; --since reads back the last one, what rose is sent anew"),
            ("F-28", "F-29"), _LETTER, _LEDGER, "slips:slips", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "pursuit", Text("追讨通知", "pursuit notices"),
            Text("每个单位一份，列超过界限又无特殊原因的债权", "one per unit: claims past a bound without a special reason"),
            ("F-29",), _LETTER, _LEDGER, "notices:pursuit", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "responsibility", Text("清欠责任落实通知", "responsibility notices"),
            Text("每个责任人一份，列超期超额又无特殊原因的债权",
                 "one per responsible person: claims past ageing or limit without a special reason"),
            ("F-30",), _LETTER, _LEDGER, "notices:responsibility", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "counts", Text("以物抵债文书", "settlement in kind"),
            Text("每份清单一套：盘点清单（签字、送达栏）、鉴定申请书、审批报告",
                 "per list: the sheet to count and sign, the appraisal request, the approval report"),
            ("F-5", "F-7", "F-8", "F-9", "F-10"), ("docx", "xlsx", "pdf"), ("inventory_count",), "in_kind:counts",
        ),
        PaperKind(
            "reductions", Text("降价处置报告", "price-reduction reports"),
            Text("每笔低于所抵债权额的处置一份", "one per disposal below the debt that it settled"),
            ("F-11", "F-12"), ("docx", "pdf"), ("disposals",), "in_kind:reductions", default=1,
        ),
        PaperKind(
            "dossiers", Text("清欠档案", "dossiers"),
            Text("每份档案的封面、四步记录和卷内目录；借阅单、销毁审批单",
                 "cover, four-step record and contents of each; slips of loans and destructions"),
            ("F-20", "F-21", "F-22", "F-23", "F-24", "D-3-3"), ("docx", "pdf"), ("dossiers",), "dossier:dossiers",
            uses=("dossier_loans", "receivables", "collection_log", "confirmations", "write_offs", "evidence"), default=1,
        ),
        PaperKind(
            "agreements", Text("还款协议", "repayment agreements"),
            Text("每份协议一件，附分期还款计划", "one per agreement with its instalment plan"),
            ("B-4-5", "H-9", "C-4-3", "G-13"), ("docx", "pdf"), ("agreements",), "dossier:agreements",
            uses=("instalments", "receivables"), default=1,
        ),
        PaperKind(
            "reconciliation", Text("销售财务核对表", "reconciliation of sales and finance"),
            Text("逐笔列销售部、财务部余额和差额，双方签字", "both balances of each claim and the difference, to be signed"),
            ("C-5-2", "C-5-3"), ("xlsx", "pdf", "json"), ("confirmations",), "dossier:reconciliation", default=1,
        ),
        PaperKind(
            "intake", Text("申报受理文书", "intake papers"),
            Text("每件申报的回执和决定（受理、不予受理、补正）", "receipt and decision for each declared debt"),
            ("D-2", "D-3-5"), ("docx", "pdf"), ("claim_intake",), "dossier:intake", default=1,
        ),
        PaperKind(
            "assessment-notice", Text("清欠考核通报", "assessment notices"),
            Text("每个考核期一份，列名次、得分、等级、奖惩和处分建议",
                 "one per period: rank, scores, grade, proposed sanction and discipline"),
            ("A-3", "A-4", "A-5-1", "A-5-2", "A-6", "A-7", "B-5-6"), ("docx", "pdf", "json"), ("assessment",), "assessment_notice:notices",
            default=1,
        ),
        PaperKind(
            "management", Text("管理报告", "management report"),
            Text("关键数字、账龄、趋势、债务人、预警、时效、清收和数据质量；每个数字点到明细",
                 "key figures, ageing, trend, debtors, warnings, limitation, recovery, data quality; every figure leads to its rows"),
            ("F-26", "F-27", "F-28", "F-29", "A-4-3"), ("html", "xlsx", "json", "pdf"), _LEDGER, "management:management",
            uses=("credit_terms", "contracts", "cases", "write_off_register"), default=3,
        ),
    )
}  # fmt: skip


def get_paper(name: str) -> PaperKind:
    """The paper called *name*; :class:`InputError` with the nearest name when there is none."""
    if name not in PAPERS:
        from qq_excel import yamlfile  # noqa: PLC0415 - YAML is not loaded to show help

        near = yamlfile.nearest(name, list(PAPERS))
        raise InputError(
            Text(
                f"没有名为“{name}”的文书"
                + (f"，是不是 {near}？" if near else "。用 qq-excel report list 查看。"),
                f"there is no paper '{name}'"
                + (f"; did you mean {near}?" if near else "; see qq-excel report list."),
            )
        )
    return PAPERS[name]


__all__ = ["PAPERS", "PaperKind", "get_paper"]
