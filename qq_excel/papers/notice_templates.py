"""The Word templates of warning slips, pursuit and responsibility notices."""

from __future__ import annotations

from collections.abc import Callable

from qq_excel.language import Text, current, t
from qq_excel.papers.letter_templates import in_yuan
from qq_excel.papers.word_build import (
    Col,
    boxes,
    each,
    facts,
    heading,
    letterhead,
    line,
    listing,
    note,
    number,
    seal,
    when,
)
from qq_excel.papers.word_build import title as titled

_DAY = "      年    月    日"
_TITLES = {
    "slip": Text("预警通知单", "Warning slip"), "pursuit": Text("追讨通知", "Notice of pursuit"),
    "responsibility": Text("清欠责任落实通知", "Notice of responsibility"),
}  # fmt: skip


def _day() -> str:
    return t(_DAY, "      /      /      ")


def _claims() -> str:
    # English words are not broken as Chinese ones are: orange, Responsible
    no, level, days, causes, people = (
        (0.9, 0.9, 1.4, 4.4, 1.6) if current() == "zh" else (1.1, 1.7, 1.4, 4.3, 3.0)
    )
    columns = [
        Col(t("序号", "No."), "{{ i.no }}", no), Col(t("级别", "Level"), "{{ i.level }}", level),
        Col(t("债权编号\n合同编号", "Claim\nContract"), "{{ i.claim_id }}\n{{ i.contract }}", 2.9),
        Col(t("债务人", "Debtor"), "{{ i.debtor }}", 3.1, "left"),
        Col(t("账面余额", "Balance"), "{{ i.balance }}", 3.0, "right"),
        Col(t("逾期\n天数", "Days\npast due"), "{{ i.overdue }}", days),
        Col(t("预警原因", "Warned for"), "{{ i.causes }}", causes, "left"),
        Col(t("经办人\n责任人", "Handler\nResponsible"), "{{ i.handler }}\n{{ i.responsible }}", people),
    ]  # fmt: skip
    total = ["", "", t("合计", "Total"), "", "{{ total }}", "", "", ""]
    return in_yuan() + listing("i in items", columns, total, size=8.5)


def slip() -> list[str]:
    """预警通知单, with fields for delivery, answer and closing."""
    return [
        letterhead(), titled(str(_TITLES["slip"]), after=2), number(),
        line(t("预警级别：{{ level_name }}色", "Level: {{ level_name }}"), font="黑体", size=15, align="center", after=2),
        when("rose", line(t("※ 级别上升：上次为{{ before_name }}色", "※ The level rose: last time it was {{ before_name }}"),
                          font="黑体", size=12, align="center", colour="C00000", after=2)),
        line(t("{{ unit }}：", "To: {{ unit }}"), align="left", font="黑体", after=2),
        line(t("下列债权截至{{ as_of_words }}已触发预警，请按要求处理，并在收到后 {{ answer_days }} 个工作日内书面答复。",
               "The claim below is warned of as of {{ as_of_words }}. Please deal with it and answer in writing within {{ answer_days }} "
               "working days of receiving this slip."), indent=True, after=3),
        facts([
            (t("债权编号", "Claim"), "{{ claim_id }}"), (t("合同编号", "Contract"), "{{ contract }}"),
            (t("债务人", "Debtor"), "{{ debtor }}"), (t("账龄段", "Age"), "{{ age_band }}"),
            (t("账面余额", "Balance"), t("{{ balance }} 元", "RMB {{ balance }}")), (t("逾期天数", "Days past due"), "{{ overdue }}"),
            (t("大写金额", "In capitals"), "{{ capitals }}"), (t("责任部门", "Department"), "{{ department }}"),
            (t("经办人", "Handler"), "{{ handler }}"), (t("责任人", "Responsible"), "{{ responsible }}"),
        ]),
        heading(t("预警原因", "Warned for")),
        listing("c in causes", [Col(t("级别", "Level"), "{{ c.level }}", 1.6), Col(t("原因", "Cause"), "{{ c.text }}", 12.4, "left"),
                              Col(t("条款", "Clause"), "{{ c.clause }}", 2.0)], size=10),
        line(t("建议措施：{{ measure }}", "Measure: {{ measure }}"), before=4, indent=True, keep=True),
        when("reason", line(t("已说明的特殊原因：{{ reason }}", "Special reason given: {{ reason }}"), indent=True, keep=True)),
        seal("{% if level in ('橙', '红') %}{{ office }}{% else %}{{ operations }}{% endif %}", keep=True),
        boxes([
            (t("送达", "Delivery"), [t("签收人（签字）：                              签收日期：",
                                     "Received by (signature):                              Date: ") + _day()], 1.0),
            (t("答复", "Answer"), [
                t("处理情况和期限：", "What is done, and until when:"), "", "",
                t(">答复人（签字）：                    ", ">Answered by (signature):                    ") + _day()], 2.4),
            (t("关闭", "Closing"), [
                t("□ 已收回  □ 已签还款协议  □ 已起诉  □ 批准特殊原因  □ 其他：",
                  "□ recovered  □ repayment agreement  □ suit  □ special reason approved  □ other:"),
                t(">关闭人（签字）：                    ", ">Closed by (signature):                    ") + _day()], 1.4),
        ], keep=True),
        note(t("出处：{{ place }}。制度：{{ policy }}。", "Source: {{ place }}. Policy: {{ policy }}.")),
    ]  # fmt: skip


def pursuit() -> list[str]:
    """追讨通知 to a unit."""
    spared = listing(
        "s in spared",
        [Col(t("序号", "No."), "{{ s.no }}", 1.0), Col(t("债权编号", "Claim"), "{{ s.claim_id }}", 2.8),
         Col(t("债务人", "Debtor"), "{{ s.debtor }}", 4.2, "left"), Col(t("账面余额", "Balance"), "{{ s.balance }}", 2.8, "right"),
         Col(t("特殊原因及批准人", "Special reason, approved by"), "{{ s.reason }}", 5.6, "left")],
    )  # fmt: skip
    return [
        letterhead(), titled(str(_TITLES["pursuit"])), number(),
        line(t("{{ unit }}：", "To: {{ unit }}"), align="left", font="黑体", after=2),
        line(
            t("截至{{ as_of_words }}，你单位下列 {{ count }} 笔债权已超过保险账龄期限、授信额度或合同期限等界限"
              "{% if near %}（其中 {{ near }} 笔尚未超过，但诉讼时效将要届满）{% endif %}，且没有经批准的特殊原因。"
              "根据制度 F-29，现由{{ office }}立即追讨，请指定专人配合，移交合同、发票、对账及催收资料，并按下列要求办理。",
              "As of {{ as_of_words }} the {{ count }} claims below of your unit are past the insured ageing period, the credit limit, "
              "the term of the contract or another bound{% if near %} ({{ near }} not yet, but limitation is about to end){% endif %}, "
              "without an approved special reason. Under clause F-29 {{ office }} now pursues "
              "them. Please name somebody to assist, hand over contracts, invoices, confirmations and records of collection, and do as "
              "follows."),
            indent=True, after=3,
        ),
        _claims(),
        line(t("合计 {{ total }} 元（大写：{{ capitals }}），其中红色 {{ red }} 笔。",
               "In all RMB {{ total }} (in capitals: {{ capitals }}), {{ red }} of them red."), indent=True, bold=True, before=4, after=2),
        heading(t("追讨措施", "Measures")),
        each("m in measures", line(t("{{ m.no }}．{{ m.measure }}（上列序号 {{ m.claims }}）。",
                                     "{{ m.no }}. {{ m.measure }} (no. {{ m.claims }} above)."), size=11, indent=True, keep=True)),
        when("spared", heading(t("已说明特殊原因、暂不追讨的债权", "Not pursued for a special reason")) + spared + line(size=4, keep=True)),
        seal("{{ office }}", keep=True),
        boxes([
            (t("签收", "Receipt"), [t("单位负责人（签字、盖章）：                    签收日期：",
                                    "Head of the unit (signature, seal):                    Date: ") + _day()], 1.1),
            (t("落实情况", "What is done"), [t("追讨责任人：                    计划收回日期：                    ",
                                            "Responsible:                    To be recovered by:                    "),
                                          "", ">" + _day()], 1.7),
        ], keep=True),
    ]  # fmt: skip


def responsibility() -> list[str]:
    """清欠责任落实通知 to a responsible person."""
    signed = t(
        "签字：                                        日期：",
        "Signature:                                        Date: ",
    )
    return [
        letterhead(), titled(str(_TITLES["responsibility"])), number(),
        line(t("{{ person }}（{{ unit }}）：", "To: {{ person }} ({{ unit }})"), align="left", font="黑体", after=2),
        line(
            t("截至{{ as_of_words }}，由你负责的下列 {{ count }} 笔债权超过账龄期限或额度，没有经批准的特殊原因。根据制度 F-30，"
              "由经办人（{{ handlers }}）和责任人承担违规责任，并负责清收，直至款项全部收回；{{ office }}全程跟踪。",
              "As of {{ as_of_words }} the {{ count }} claims below, for which you are responsible, are past the ageing period or the "
              "limit without an approved special reason. Under clause F-30 the handler ({{ handlers }}) and the responsible person answer "
              "for the breach and collect the money until all is recovered; {{ office }} follows it up."),
            indent=True, after=3,
        ),
        _claims(),
        line(t("合计 {{ total }} 元（大写：{{ capitals }}）。", "In all RMB {{ total }} (in capitals: {{ capitals }})."),
             indent=True, bold=True, before=4, after=2),
        line(t("请在签收后填写清收计划，逐笔写明措施和收回日期，按月向{{ office }}报告进展。确有特殊原因的，请写明原因并报有权人批准。",
               "Please sign, fill in the plan (what is done about each claim, and until when) and report to {{ office }} every month. If "
               "there is a special reason, write it down and have it approved by whoever may."), indent=True, keep=True),
        seal("{{ office }}", keep=True),
        boxes([
            (t("责任人签收", "Responsible"), [signed + _day()], 1.0),
            (t("经办人签收", "Handler"), [signed + _day()], 1.0),
            (t("清收计划", "Plan"), [
                t("措施：", "Measures:"), "",
                t("承诺收回日期：", "To be recovered by: ") + _day() + t("        金额：                    元",
                                                                   "        Amount: RMB                    ")], 2.0),
            (t("跟踪记录", "Follow-up"), ["", "", t(">{{ office }}（签字）：                ", ">{{ office }} (signature): "
            "               ") + _day()],
             1.8),
        ], keep=True),
    ]  # fmt: skip


def assessment_notice() -> list[str]:
    """清欠考核通报: the scores of a period, published (A-5-1)."""
    scores = [
        Col("名次", "{{ i.rank }}", 1.0), Col("被考核单位", "{{ i.unit }}", 4.0, "left"), Col("进展", "{{ i.progress }}", 1.4),
        Col("质量", "{{ i.quality }}", 1.4), Col("成果", "{{ i.results }}", 1.4), Col("态度", "{{ i.attitude }}", 1.4),
        Col("总分", "{{ i.total }}", 1.6), Col("等级", "{{ i.grade }}", 1.6),
    ]  # fmt: skip
    amounts = [
        Col("被考核单位", "{{ i.unit }}", 4.0, "left"), Col("期初欠款", "{{ i.opening }}", 3.0, "right"),
        Col("本期计划收回", "{{ i.planned }}", 3.0, "right"), Col("本期实际收回", "{{ i.recovered }}", 3.0, "right"),
        Col("期末欠款", "{{ i.closing }}", 3.0, "right"),
    ]  # fmt: skip
    measures = [
        Col("被考核单位", "{{ m.unit }}", 4.0, "left"), Col("等级", "{{ m.grade }}", 1.8), Col("奖惩建议", "{{ m.sanction }}", 3.2),
        Col("责任人", "{{ m.responsible }}", 2.6), Col("处分建议", "{{ m.discipline }}", 2.6),
    ]  # fmt: skip
    return [
        letterhead(), titled("关于{{ period_words }}清欠工作考核结果的通报", size=18, after=2), number(),
        line("各单位：", align="left", font="黑体", after=2),
        line(
            "根据《清欠办考核管理制度》（{{ clause }}），{{ office }}对 {{ count }} 个单位"
            "{{ period_words }}的清欠工作进行了{{ kind }}考核，"
            "按进展、质量、成果、态度四项指标（权重 {{ weights }}）评分。现将结果通报如下。",
            indent=True, after=3,
        ),
        heading("一、得分和等级"), listing("i in items", scores, size=10),
        note("等级起始分（含本数）：{{ grades }}。"),
        heading("二、欠款和收回"), line("金额单位：元", font="宋体", size=9, align="right", keep=True),
        listing("i in items", amounts, size=9.5),
        note("数据口径：{{ basis }}。"),
        heading("三、奖惩和处分建议（A-6、A-7）"),
        when("measures", listing("m in measures", measures, size=10), line("本次没有奖惩和处分建议。", indent=True)),
        line("处分建议报管理层决定后执行。各单位如有异议，请书面提出。", indent=True, before=4, keep=True),
        seal("{{ office }}", keep=True),
        boxes([
            ("签发", ["签发人（签字）：                              日期：" + _DAY], 1.1),
        ], keep=True),
    ]  # fmt: skip


#: File name, title and body of each that there is in English too, then of all.
ENGLISH: dict[str, tuple[Text, Callable[[], list[str]]]] = {
    "slip.docx": (_TITLES["slip"], slip),
    "pursuit.docx": (_TITLES["pursuit"], pursuit),
    "responsibility.docx": (_TITLES["responsibility"], responsibility),
}
TEMPLATES = {
    **ENGLISH,
    "assessment_notice.docx": (Text("清欠考核通报", "Notice of assessment"), assessment_notice),
}
