"""The Word templates of warning slips, pursuit and responsibility notices."""

from __future__ import annotations

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

_CLAIMS = [
    Col("序号", "{{ i.no }}", 0.9), Col("级别", "{{ i.level }}", 0.9), Col("债权编号\n合同编号", "{{ i.claim_id }}\n{{ i.contract }}", 2.9),
    Col("债务人", "{{ i.debtor }}", 3.2, "left"), Col("账面余额", "{{ i.balance }}", 2.7, "right"),
    Col("逾期\n天数", "{{ i.overdue }}", 1.2), Col("超过事项", "{{ i.causes }}", 4.6, "left"),
    Col("经办人\n责任人", "{{ i.handler }}\n{{ i.responsible }}", 1.6),
]  # fmt: skip
_TOTAL = ["", "", "合计", "", "{{ total }}", "", "", ""]
_DAY = "      年    月    日"


def slip() -> list[str]:
    """预警通知单, with fields for delivery, answer and closing."""
    return [
        letterhead(), titled("预警通知单", after=2), number(),
        line("预警级别：{{ level }}色", font="黑体", size=15, align="center", after=2),
        when("rose", line("※ 级别上升：上次为{{ before }}色", font="黑体", size=12, align="center", colour="C00000", after=2)),
        line("{{ unit }}：", align="left", font="黑体", after=2),
        line("下列债权截至{{ as_of_words }}已触发预警，请按要求处理，"
            "并在收到后 {{ answer_days }} 个工作日内书面答复。", indent=True, after=3),
        facts([
            ("债权编号", "{{ claim_id }}"), ("合同编号", "{{ contract }}"), ("债务人", "{{ debtor }}"), ("账龄段", "{{ age_band }}"),
            ("账面余额", "{{ balance }} 元"), ("逾期天数", "{{ overdue }}"), ("大写金额", "{{ capitals }}"),
            ("责任部门", "{{ department }}"),
            ("经办人", "{{ handler }}"), ("责任人", "{{ responsible }}"),
        ]),
        heading("预警原因"),
        listing("c in causes", [Col("级别", "{{ c.level }}", 1.2), Col("原因", "{{ c.text }}", 12.4, "left"),
                              Col("条款", "{{ c.clause }}", 2.0)], size=10),
        line("建议措施：{{ measure }}", before=4, indent=True),
        when("reason", line("已说明的特殊原因：{{ reason }}", indent=True)),
        seal("{% if level in ('橙', '红') %}{{ office }}{% else %}{{ operations }}{% endif %}"),
        boxes([
            ("送达", ["签收人（签字）：                              签收日期：" + _DAY], 1.0),
            ("答复", ["处理情况和期限：", "", "", ">答复人（签字）：                    " + _DAY], 2.4),
            ("关闭", ["□ 已收回  □ 已签还款协议  □ 已起诉  □ 批准特殊原因  □ 其他：", ">关闭人（签字）：                    " + _DAY], 1.4),
        ], keep=True),
        note("出处：{{ place }}。制度：{{ policy }}。"),
    ]  # fmt: skip


def pursuit() -> list[str]:
    """追讨通知 to a unit."""
    spared = listing(
        "s in spared",
        [Col("序号", "{{ s.no }}", 1.0), Col("债权编号", "{{ s.claim_id }}", 2.8), Col("债务人", "{{ s.debtor }}", 4.2, "left"),
         Col("账面余额", "{{ s.balance }}", 2.8, "right"), Col("特殊原因及批准人", "{{ s.reason }}", 5.6, "left")],
    )  # fmt: skip
    return [
        letterhead(), titled("追讨通知"), number(), line("{{ unit }}：", align="left", font="黑体", after=2),
        line(
            "截至{{ as_of_words }}，你单位下列 {{ count }} 笔债权已超过保险账龄期限、授信额度或合同期限等界限，且没有经批准的特殊原因。"
            "根据制度 F-29，现由{{ office }}立即追讨，请指定专人配合，移交合同、发票、对账及催收资料，并按下列要求办理。",
            indent=True, after=3,
        ),
        line("金额单位：元", font="宋体", size=9, align="right", keep=True),
        listing("i in items", _CLAIMS, _TOTAL, size=8.5),
        line("合计 {{ total }} 元（大写：{{ capitals }}），其中红色 {{ red }} 笔。", indent=True, bold=True, before=4, after=2),
        heading("追讨措施"),
        each("i in items", line("{{ i.no }}．{{ i.claim_id }}：{{ i.measure }}。", size=11, indent=True)),
        when("spared", heading("已说明特殊原因、暂不追讨的债权") + spared + line(size=4)),
        seal("{{ office }}"),
        boxes([
            ("签收", ["单位负责人（签字、盖章）：                    签收日期：" + _DAY], 1.1),
            ("落实情况", ["追讨责任人：                    计划收回日期：                    ", "", ">" + _DAY], 1.7),
        ], keep=True),
    ]  # fmt: skip


def responsibility() -> list[str]:
    """清欠责任落实通知 to a responsible person."""
    return [
        letterhead(), titled("清欠责任落实通知"), number(),
        line("{{ person }}（{{ unit }}）：", align="left", font="黑体", after=2),
        line(
            "截至{{ as_of_words }}，由你负责的下列 {{ count }} 笔债权超过账龄期限或额度，没有经批准的特殊原因。根据制度 F-30，"
            "由经办人（{{ handlers }}）和责任人承担违规责任，并负责清收，直至款项全部收回；{{ office }}全程跟踪。",
            indent=True, after=3,
        ),
        line("金额单位：元", font="宋体", size=9, align="right", keep=True),
        listing("i in items", _CLAIMS, _TOTAL, size=8.5),
        line("合计 {{ total }} 元（大写：{{ capitals }}）。", indent=True, bold=True, before=4, after=2),
        line("请在签收后填写清收计划，逐笔写明措施和收回日期，按月向{{ office }}报告进展。"
             "确有特殊原因的，请写明原因并报有权人批准。", indent=True),
        seal("{{ office }}"),
        boxes([
            ("责任人签收", ["签字：                                        日期：" + _DAY], 1.0),
            ("经办人签收", ["签字：                                        日期：" + _DAY], 1.0),
            ("清收计划", ["措施：", "", "承诺收回日期：" + _DAY + "        金额：                    元"], 2.0),
            ("跟踪记录", ["", "", ">{{ office }}（签字）：                " + _DAY], 1.8),
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
        line("处分建议报管理层决定后执行。各单位如有异议，请书面提出。", indent=True, before=4),
        seal("{{ office }}"),
        boxes([
            ("签发", ["签发人（签字）：                              日期：" + _DAY], 1.1),
        ], keep=True),
    ]  # fmt: skip


#: File name, title and body of each.
TEMPLATES = {
    "slip.docx": ("预警通知单", slip),
    "pursuit.docx": ("追讨通知", pursuit),
    "responsibility.docx": ("清欠责任落实通知", responsibility),
    "assessment_notice.docx": ("清欠考核通报", assessment_notice),
}
