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
    #: When it is made, and who signs it.
    use: Text
    clauses: tuple[str, ...]
    formats: tuple[str, ...]
    needs: tuple[str, ...]
    #: ``module:function`` below ``qq_excel.papers``; a paper made of others has ``parts`` instead.
    maker: str = ""
    uses: tuple[str, ...] = ()
    default: int = 2
    parts: tuple[str, ...] = ()
    #: Whether ``--lang en`` makes it in English; a paper of the Chinese files stays Chinese.
    english: bool = True

    @property
    def usual(self) -> tuple[str, ...]:
        """The formats that are made unless others are asked for."""
        return self.formats[: self.default]

    def document(self) -> dict[str, Any]:
        """The entry as plain data (``report list --format json``)."""
        return {
            "name": self.name, "title": str(self.title), "about": str(self.about), "use": str(self.use), "clauses": list(self.clauses),
            "formats": list(self.formats), "usual": list(self.usual), "needs": list(self.needs),
            "uses": list(self.uses), "parts": list(self.parts), "english": self.english,
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
            Text("每期校验后做，交各单位、各责任部门处理；编制人、审核人和签收单位签字",
                 "made after each period's check and handed to units and departments; signed by who prepared, reviewed and received it"),
            ("F-25", "F-26", "F-27", "F-28", "F-29"), ("xlsx", "pdf", "json"), _LEDGER, "standing:warnings",
            uses=("credit_terms", "contracts"), default=1,
        ),
        PaperKind(
            "write-off", Text("核销申请包", "write-off packs"),
            Text("材料齐全的申请各一包，其余列缺失清单；pdf 另出一册有书签和页码的合订本",
                 "a pack per application that is fit, a list of what others lack; pdf adds a bound volume of each"),
            Text("债权确认无法收回、证据齐全时报批；申请单位、清欠办、总经理、审批会议、财务部依次签字",
                 "when a claim is lost and its evidence complete; signed by unit, clearance office, general manager, meeting and "
                 "finance in turn"),
            ("F-13", "F-14", "F-15", "F-16", "F-17"), ("zip", "xlsx", "pdf"), ("write_offs",), "standing:write_off",
            uses=("evidence", "receivables", "collection_log", "confirmations", "agreements", "instalments", "litigation"), english=False,
        ),
        PaperKind(
            "write-off-meeting", Text("核销审议清单", "lists for the meeting on write-offs"),
            Text("每个审批机构一份，列材料齐全、待审议的申请", "one per body: the fit applications that wait for its decision"),
            Text("审批会议召开前做；会上逐项填决议，主持人和记录人签字",
                 "before the meeting; decisions are filled in there, signed by chair and minutes"),
            ("F-16",), ("xlsx", "pdf", "json"), ("write_offs",), "write_off_after:meeting", uses=("evidence", "receivables"), default=1,
        ),
        PaperKind(
            "write-off-filing", Text("核销备案文书", "papers after a write-off is approved"),
            Text("已批准的申请各一份财务备案表和核销档案封面；每个单位一份备查簿新增登记",
                 "filing sheet and dossier cover of each approved application; the new entries of each unit's register"),
            Text("会议批准后做，报财务部备案并归档；经办、财务和档案整理人签字",
                 "after the approval, for finance and the archive; signed by handler, finance and who files the dossier"),
            ("F-17", "F-18", "F-19"), ("docx", "xlsx", "pdf", "json"), ("write_offs",), "write_off_after:filings",
            uses=("evidence", "receivables", "write_off_register"), english=False,
        ),
        PaperKind(
            "confirmations", Text("对账签认函", "balance confirmations"),
            Text("每个债务人一封，列全部未清款项，附回执；附合并登记册",
                 "one letter per debtor with all open items and a reply slip; with a register"),
            Text("定期或对账时寄债务人；债权单位盖章，债务人在回执上签章",
                 "sent to debtors when accounts are checked; sealed by the unit, the reply signed and sealed by the debtor"),
            ("F-26", "C-4-1"), _LETTER, _LEDGER, "letters:confirmations",
        ),
        PaperKind(
            "dunning", Text("催款函", "dunning letters"),
            Text("按逾期天数分步催款，每个债务人一封，附签收回执；附合并登记册",
                 "by steps of days past due, one letter per debtor with a receipt slip; with a register"),
            Text("款项逾期达到各步天数时寄债务人；债权单位盖章，债务人在回执上签收",
                 "sent when a debt is past due by the days of a step; sealed by the unit, receipt signed by the debtor"),
            ("B-4-3", "H-6", "F-26"), _LETTER, _LEDGER, "letters:dunning",
        ),
        PaperKind(
            "reminders", Text("分期还款提醒函", "instalment reminders"),
            Text("还款协议的分期将到期或已逾期的，每份协议一封",
                 "one letter per agreement with an instalment that falls due or is past due"),
            Text("分期款到期前或逾期后寄债务人；债权单位盖章，债务人在回执上签收",
                 "before an instalment falls due or once it is past due; sealed by the unit, receipt signed by the debtor"),
            ("G-12", "B-4-6", "H-9"), _LETTER, ("agreements", "instalments"), "letters:reminders",
        ),
        PaperKind(
            "letters", Text("全部信函", "all letters"),
            Text("对账签认函、催款函、分期还款提醒函，各放一个文件夹",
                 "confirmations, dunning letters and reminders, a folder each"),
            Text("同对账签认函、催款函、分期还款提醒函",
                 "as the letters themselves"),
            ("F-26", "B-4-3", "G-12"), _LETTER, (), parts=("confirmations", "dunning", "reminders"),
        ),
        PaperKind(
            "ageing", Text("账龄分析", "ageing"),
            Text("按单位、债务人和账龄段，贷项、争议、诉讼另列；与明细表核对；坏账准备测算",
                 "by unit, debtor and band; credit notes, disputed and litigated apart; tied to the ledger; provision"),
            Text("每期末做，供财务和管理层分析、测算坏账准备；编制人、审核人签字",
                 "at the end of a period, for finance and management; signed by who prepared and reviewed it"),
            ("F-26", "F-27", "F-4"), ("xlsx", "pdf", "json"), _LEDGER, "ageing:ageing", default=1,
        ),
        PaperKind(
            "slips", Text("预警通知单", "warning slips"),
            Text("每笔预警债权一张，附登记册；--since 读回上次的登记册，级别上升的另发",
                 "one per warned claim, with a register; --since reads back the last one, what rose is sent anew"),
            Text("预警后逐笔发经办人；橙、红由清欠办，蓝、黄由经营管理部盖章，签收人、答复人、关闭人签字",
                 "after a warning, to the handler; sealed by clearance office (orange, red) or operations, signed on delivery, answer "
                 "and closing"),
            ("F-28", "F-29"), _LETTER, _LEDGER, "slips:slips", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "pursuit", Text("追讨通知", "pursuit notices"),
            Text("每个单位一份，列超过界限又无特殊原因的债权", "one per unit: claims past a bound without a special reason"),
            Text("债权超过界限又无特殊原因时发单位；清欠办盖章，单位负责人签收",
                 "when claims are past a bound without a special reason; sealed by the clearance office, signed by the head of the unit"),
            ("F-29",), _LETTER, _LEDGER, "notices:pursuit", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "responsibility", Text("清欠责任落实通知", "responsibility notices"),
            Text("每个责任人一份，列超期超额又无特殊原因的债权",
                 "one per responsible person: claims past ageing or limit without a special reason"),
            Text("超期超额又无特殊原因时发责任人；清欠办盖章，责任人、经办人签收并写清收计划",
                 "when claims are past ageing or limit; sealed by the clearance office, signed by responsible person and handler with "
                 "their plan"),
            ("F-30",), _LETTER, _LEDGER, "notices:responsibility", uses=("credit_terms", "contracts"),
        ),
        PaperKind(
            "counts", Text("以物抵债文书", "settlement in kind"),
            Text("每份清单一套：盘点清单（签字、送达栏）、鉴定申请书、审批报告",
                 "per list: the sheet to count and sign, the appraisal request, the approval report"),
            Text("接收抵债物品时做；经理、财务主管、保管和验收人员在清单上签字，鉴定人签鉴定意见，各部门和总经理签审批报告",
                 "when goods are taken for a debt; the list signed by manager, finance, keeper and inspector, the rest by appraiser, "
                 "departments and general manager"),
            ("F-5", "F-7", "F-8", "F-9", "F-10"), ("docx", "xlsx", "pdf"), ("inventory_count",), "in_kind:counts", english=False,
        ),
        PaperKind(
            "reductions", Text("降价处置报告", "price-reduction reports"),
            Text("每笔低于所抵债权额的处置一份", "one per disposal below the debt that it settled"),
            Text("抵债物品拟低于所抵债权额处置时报批；技术工程部、财务部、清欠办和总经理签字",
                 "before goods are sold below the debt; signed by engineering, finance, clearance office and general manager"),
            ("F-11", "F-12"), ("docx", "pdf"), ("disposals",), "in_kind:reductions", default=1, english=False,
        ),
        PaperKind(
            "dossiers", Text("清欠档案", "dossiers"),
            Text("每份档案的封面、四步记录和卷内目录；借阅单、销毁审批单",
                 "cover, four-step record and contents of each; slips of loans and destructions"),
            Text("清欠结束归档、借阅或到期销毁时做；整理人、报告人、封档人、借阅人、审批人和监销人各签其栏",
                 "on filing, lending or destroying a dossier; signed by whoever files, reports, seals, borrows, approves and witnesses"),
            ("F-20", "F-21", "F-22", "F-23", "F-24", "D-3-3"), ("docx", "pdf"), ("dossiers",), "dossier:dossiers",
            uses=("dossier_loans", "receivables", "collection_log", "confirmations", "write_offs", "evidence"), default=1, english=False,
        ),
        PaperKind(
            "agreements", Text("还款协议", "repayment agreements"),
            Text("每份协议一件，附分期还款计划", "one per agreement with its instalment plan"),
            Text("与债务人谈妥分期还款时签订；双方（和担保人）签字盖章",
                 "when instalments are agreed; signed and sealed by both parties (and the guarantor)"),
            ("B-4-5", "H-9", "C-4-3", "G-13"), ("docx", "pdf"), ("agreements",), "dossier:agreements",
            uses=("instalments", "receivables"), default=1, english=False,
        ),
        PaperKind(
            "reconciliation", Text("销售财务核对表", "reconciliation of sales and finance"),
            Text("逐笔列销售部、财务部余额和差额，双方签字", "both balances of each claim and the difference, to be signed"),
            Text("销售部与财务部定期核对时做；双方签字",
                 "when sales and finance compare their books; signed by both"),
            ("C-5-2", "C-5-3"), ("xlsx", "pdf", "json"), ("confirmations",), "dossier:reconciliation", default=1, english=False,
        ),
        PaperKind(
            "intake", Text("申报受理文书", "intake papers"),
            Text("每件申报的回执和决定（受理、不予受理、补正）", "receipt and decision for each declared debt"),
            Text("收到债权申报时做；接收人、申报人在回执上签字，清欠办在决定上盖章",
                 "when a debt is declared; receipt signed by both sides, decision sealed by the clearance office"),
            ("D-2", "D-3-5"), ("docx", "pdf"), ("claim_intake",), "dossier:intake", default=1, english=False,
        ),
        PaperKind(
            "assessment-notice", Text("清欠考核通报", "assessment notices"),
            Text("每个考核期一份，列名次、得分、等级、奖惩和处分建议",
                 "one per period: rank, scores, grade, proposed sanction and discipline"),
            Text("每个考核期结束后发各单位；清欠办盖章，签发人签字",
                 "after each period of assessment; sealed by the clearance office, signed by who issues it"),
            ("A-3", "A-4", "A-5-1", "A-5-2", "A-6", "A-7", "B-5-6"), ("docx", "pdf", "json"), ("assessment",), "assessment_notice:notices",
            default=1, english=False,
        ),
        PaperKind(
            "management", Text("管理报告", "management report"),
            Text("关键数字、账龄、趋势、债务人、预警、时效、清收和数据质量；每个数字点到明细",
                 "key figures, ageing, trend, debtors, warnings, limitation, recovery, data quality; every figure leads to its rows"),
            Text("每期给管理层看，不须签字",
                 "for management in each period; nobody signs"),
            ("F-26", "F-27", "F-28", "F-29", "A-4-3"), ("html", "xlsx", "json", "pdf"), _LEDGER, "management:management",
            uses=("credit_terms", "contracts", "cases", "write_off_register"), default=3,
        ),
    )
}  # fmt: skip


def get_paper(name: str) -> PaperKind:
    """The paper called *name*; :class:`InputError` with the nearest name when there is none."""
    if name not in PAPERS:
        from qq_excel import yamlfile  # YAML is not loaded to show help

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
