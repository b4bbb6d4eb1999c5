"""The Word templates of settlement in kind, dossiers, agreements and intake."""

from __future__ import annotations

from qq_excel.papers.word_build import (
    Col,
    boxes,
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
_SIGN = ">负责人（签字）：                    " + _DAY
_GOODS = [
    Col("序号", "{{ i.no }}", 0.9),
    Col("物品名称\n规格型号", "{{ i.item }}\n{{ i.model }}", 3.6, "left"),
    Col("单位", "{{ i.uom }}", 1.0),
    Col("数量", "{{ i.qty }}", 1.4, "right"),
    Col("单价", "{{ i.price }}", 2.1, "right"),
    Col("金额", "{{ i.value }}", 2.5, "right"),
    Col("质量状况", "{{ i.condition }}", 1.6),
    Col("鉴定价值", "{{ i.appraised }}", 2.5, "right"),
]


def _unit_line() -> str:
    return line("金额单位：元", font="宋体", size=9, align="right", keep=True)


# --- in kind --------------------------------------------------------------------------------------------


def appraisal_request() -> list[str]:
    """鉴定申请书 to engineering (F-5, F-8)."""
    return [
        letterhead(),
        titled("抵债物品鉴定申请书"),
        number("清单编号：{{ list_id }}"),
        line("技术工程部：", align="left", font="黑体", after=2),
        line(
            "债务人{{ debtor }}拟以下列 {{ count }} 项非货币资产抵偿我单位债权（债权编号 {{ claim_ids }}，抵偿金额 {{ settled }} 元，"
            "大写：{{ settled_capitals }}；抵债协议编号 {{ agreement_no }}）。根据制度 F-5、F-8，"
            "请组织鉴定小组或聘请专业机构鉴定其数量、质量和价值。",
            indent=True,
            after=3,
        ),
        _unit_line(),
        listing("i in items", _GOODS, ["", "合计", "", "", "", "{{ value }}", "", "{{ appraised }}"]),
        line("存放地点：{{ location }}", before=4, align="left", keep=True),
        seal(keep=True),
        boxes(
            [
                (
                    "鉴定意见",
                    [
                        "鉴定方式：□ 鉴定小组  □ 外聘机构：",
                        "数量、质量：",
                        "",
                        "鉴定价值：                    元（大写：                              ）",
                        "",
                        ">鉴定人（签字）：                    " + _DAY,
                    ],
                    3.6,
                ),
                ("意见书编号", ["{{ appraisal_no }}                鉴定日期：{{ appraised_on }}"], 0.9),
            ],
            keep=True,
        ),
        note("清单一式三份，报清欠办、技术工程部、财务部各一份（F-8）。未经鉴定和总经理批准，不得实施抵债。"),
    ]


def in_kind_approval() -> list[str]:
    """以物抵债审批报告 (F-8, F-10)."""
    return [
        letterhead(),
        titled("以物抵债审批报告"),
        number("清单编号：{{ list_id }}"),
        line("总经理：", align="left", font="黑体", after=2),
        line(
            "{{ unit_name }}拟接受债务人{{ debtor }}以非货币资产抵偿债务，情况如下，请审批。",
            indent=True,
            after=3,
        ),
        facts(
            [
                ("债务人", "{{ debtor }}"),
                ("债权编号", "{{ claim_ids }}"),
                ("抵债协议编号", "{{ agreement_no }}"),
                ("物品项数", "{{ count }}"),
                ("抵偿债权金额", "{{ settled }} 元"),
                ("大写", "{{ settled_capitals }}"),
                ("鉴定价值", "{{ appraised }} 元"),
                ("大写", "{{ appraised_capitals }}"),
                ("债权减鉴定价值", "{{ gap }} 元"),
                ("鉴定意见书", "{{ appraisal_no }}（{{ appraised_on }}）"),
            ]
        ),
        when(
            "short", note("鉴定价值低于抵偿债权金额，差额 {{ gap }} 元须说明处理办法（继续追偿或申请核销）。")
        ),
        heading("物品清单"),
        _unit_line(),
        listing(
            "i in items", _GOODS, ["", "合计", "", "", "", "{{ value }}", "", "{{ appraised }}"], size=8.5
        ),
        # on a page of its own the form still says what is signed for
        line(
            "审批意见（抵偿债权 {{ settled }} 元，鉴定价值 {{ appraised }} 元）",
            font="黑体",
            size=12.5,
            align="left",
            before=8,
            after=3,
            keep=True,
        ),
        boxes(
            [
                ("申请单位意见", ["", _SIGN], 1.5),
                ("清欠办意见", ["", _SIGN], 1.5),
                ("技术工程部意见", ["", _SIGN], 1.5),
                ("财务部意见", ["", _SIGN], 1.5),
                (
                    "总经理批准",
                    [
                        "批准文号：{{ approval_no }}        批准日期：{{ approved_on }}",
                        ">签字：                    " + _DAY,
                    ],
                    1.6,
                ),
            ],
            keep=True,
        ),
        note("财务部凭批准的鉴定报告入账，入账金额以鉴定价值为准（F-10）。"),
    ]


def price_reduction() -> list[str]:
    """降价处置报告 (F-11, F-12)."""
    return [
        letterhead(),
        titled("抵债物品降价处置报告"),
        number("报告编号：{{ number }}"),
        line("总经理：", align="left", font="黑体", after=2),
        line(
            "我单位接收的抵债物品拟以低于所抵债权额的价格处置，根据制度 F-11，经鉴定并说明原因理由如下，请审批。",
            indent=True,
            after=3,
        ),
        facts(
            [
                ("处置编号", "{{ disposal_id }}"),
                ("清单编号", "{{ list_id }}"),
                ("物品名称", "{{ item }}"),
                ("处置数量", "{{ qty }}"),
                ("处置方式", "{{ method }}"),
                ("处置日期", "{{ disposed_on }}"),
                ("所抵债权额", "{{ debt }} 元"),
                ("处置价款", "{{ proceeds }} 元"),
                ("降价金额", "{{ gap }} 元（{{ share }}）"),
                ("大写", "{{ capitals }}"),
                ("鉴定意见书编号", "{{ appraisal_no }}"),
                ("批准", "{{ approval_no }}（{{ approved_on }}）"),
            ]
        ),
        heading("降价原因和理由"),
        line("{{ reason }}", indent=True, after=6, keep=True),
        seal(keep=True),
        boxes(
            [
                ("技术工程部\n鉴定意见", ["", "", _SIGN], 2.0),
                ("财务部意见", ["", _SIGN], 1.6),
                ("清欠办意见", ["", _SIGN], 1.6),
                ("总经理批准", ["", ">签字：                    " + _DAY], 1.8),
            ],
            keep=True,
        ),
        note("按批准的报告处置并入账（F-12）。"),
    ]


# --- dossiers -------------------------------------------------------------------------------------------


def dossier() -> list[str]:
    """Cover, four-step record and contents, a page each."""
    steps = [
        Col("步骤", "{{ s.no }}", 1.1),
        Col("内容（F-22）", "{{ s.what }}", 6.5, "left"),
        Col("完成日期", "{{ s.on }}", 2.6),
        Col("状态", "{{ s.done }}", 1.8),
        Col("经办人签字", "", 3.4),
    ]
    papers = [
        Col("序号", "{{ p.no }}", 1.1),
        Col("材料名称", "{{ p.name }}", 7.0, "left"),
        Col("文号、凭证号", "{{ p.doc_no }}", 3.6),
        Col("日期", "{{ p.on }}", 2.4),
        Col("页数", "{{ p.pages }}", 1.2),
        Col("原件", "", 1.1),
    ]
    return [
        letterhead(),
        line(size=40),
        titled("清 欠 档 案", size=34, after=24),
        line("档案编号：{{ dossier_id }}", font="黑体", size=16, align="center", after=30),
        facts(
            [
                ("债务人", "{{ debtor }}"),
                ("证件号码", "{{ code }}"),
                ("债权编号", "{{ claim_id }}"),
                ("合同编号", "{{ contract }}"),
                ("债权单位", "{{ unit }}"),
                ("账面余额", "{{ balance }}"),
                ("建档日期", "{{ opened_on }}"),
                ("建档人", "{{ opened_by }}"),
                ("档案状态", "{{ status }}"),
                ("保管期限", "{{ years }}"),
                ("封档日期", "{{ sealed_on }}"),
                ("封档人", "{{ sealed_by }}"),
                ("移交日期", "{{ handed_over_on }}"),
                ("接收人", "{{ received_by }}"),
            ]
        ),
        line("{{ office }}", font="黑体", size=16, align="center", before=60),
        line("建档四步记录", font="黑体", size=20, align="center", page=True, after=4),
        line("档案编号：{{ dossier_id }}    债务人：{{ debtor }}", size=10.5, align="center", after=6),
        listing("s in steps", steps, size=10.5),
        heading("处理建议"),
        line("{{ proposal }}", indent=True, after=4),
        line("结清日期：{{ settled_on }}", align="left", after=8),
        boxes(
            [
                ("调查核实", ["原因：", "", "状况：", "", "有关人员：", ""], 3.2),
                ("凭证收集", ["已收集：", "", "尚缺：", ""], 2.2),
                ("结论报告", ["", "", ">报告人（签字）：                    " + _DAY], 2.0),
                ("封档", ["", ">封档人（签字）：                    " + _DAY], 1.4),
            ]
        ),
        line("卷内目录", font="黑体", size=20, align="center", page=True, after=4),
        line("档案编号：{{ dossier_id }}    债务人：{{ debtor }}", size=10.5, align="center", after=6),
        listing("p in papers", papers, size=10.5),
        line(
            "已列的材料取自催收记录、对账签认表和证据清单；空行供补登。",
            font="宋体",
            size=9,
            align="left",
            colour="5B6470",
            before=4,
        ),
        line("整理人（签字）：                    日期：" + _DAY, size=11, align="right", before=12),
    ]


def dossier_slip() -> list[str]:
    """档案借阅单, or the approval of a destruction (D-3-3)."""
    lent = (
        titled("档案借阅单")
        + number("档案编号：{{ dossier_id }}")
        + facts(
            [
                ("债务人", "{{ debtor }}"),
                ("债权编号", "{{ claim_id }}"),
                ("借阅人", "{{ requested_by }}"),
                ("审批人", "{{ approved_by }}"),
                ("借出日期", "{{ lent_on }}"),
                ("应还日期", "{{ return_due_on }}"),
                ("归还日期", "{{ returned_on }}"),
            ]
        )
        + line(size=6)
        + boxes(
            [
                ("借阅事由", ["", ""], 1.6),
                ("借阅人", [">签字：                    " + _DAY], 1.0),
                ("审批人", [">签字：                    " + _DAY], 1.0),
                ("归还验收", ["□ 完整  □ 缺损，说明：", ">保管人（签字）：                    " + _DAY], 1.4),
            ],
            keep=True,
        )
        + note("借阅人应保守秘密，不得涂改、抽换、转借，按期归还（D-3-3、E-3）。")
    )
    gone = (
        titled("档案销毁审批单")
        + number("档案编号：{{ dossier_id }}")
        + facts(
            [
                ("债务人", "{{ debtor }}"),
                ("债权编号", "{{ claim_id }}"),
                ("申请人", "{{ requested_by }}"),
                ("审批人", "{{ approved_by }}"),
                ("保管期限", "{{ retention }} 年"),
                ("批准文号", "{{ approval_no }}"),
                ("销毁日期", "{{ destroyed_on }}"),
            ]
        )
        + line(size=6)
        + boxes(
            [
                ("销毁理由", ["□ 保管期限届满  □ 其他：", ""], 1.6),
                ("档案部门鉴定", ["", _SIGN], 1.6),
                ("审批", ["", ">审批人（签字）：                    " + _DAY], 1.6),
                ("监销", ["监销人一（签字）：                    监销人二（签字）：", ">" + _DAY], 1.6),
            ],
            keep=True,
        )
        + note("未满保管期限或债权仍在追索的档案不得销毁（D-3-3、F-18、F-23）。")
    )
    return [letterhead(), when("lent", lent, gone)]


# --- agreement, intake ------------------------------------------------------------------------------------


def agreement() -> list[str]:
    """还款协议 with its instalment plan."""
    plan = [
        Col("期次", "{{ i.no }}", 1.4),
        Col("还款日期", "{{ i.due_on }}", 3.2),
        Col("还款金额（元）", "{{ i.due }}", 3.6, "right"),
        Col("大写", "{{ i.capitals }}", 8.2, "left"),
    ]
    return [
        letterhead(),
        titled("还款协议"),
        number("协议编号：{{ number }}"),
        line("甲方（债权人）：{{ unit_name }}", align="left"),
        line("乙方（债务人）：{{ debtor }}（证件号码：{{ code }}）", align="left", after=4),
        line(
            "双方就债权编号 {{ claim_id }}{% if has_contract %}、合同编号 {{ contract }}{% endif %} 项下的欠款，经协商一致，达成如下协议：",
            indent=True,
        ),
        line("一、乙方确认欠甲方人民币 {{ amount }} 元（大写：{{ capitals }}）。", indent=True),
        line(
            "二、还款方式：{{ method }}。乙方按下列期次和金额还款，款项付至甲方账户（开户银行：{{ bank }}，账号：{{ account }}）：",
            indent=True,
            after=3,
        ),
        listing("i in plan", plan, ["", "合计", "{{ plan_total }}", ""], size=10),
        when("differs", note("注意：各期合计与协议金额相差 {{ gap }} 元，签订前须改正。")),
        line("三、担保：{{ security }}。担保人和担保范围另行签订担保合同。", indent=True, before=4),
        line(
            "四、乙方任何一期未按期足额支付的，甲方有权要求乙方一次付清全部余额，并承担逾期利息和实现债权的费用。",
            indent=True,
        ),
        line(
            "五、乙方签署本协议即承认全部债务并同意履行，诉讼时效因此中断（民法典第195条）；"
            "分期履行的，自最后一期履行期限届满之日起计算（民法典第189条）。",
            indent=True,
        ),
        line("六、因本协议发生的争议，协商不成的，由甲方所在地人民法院管辖。", indent=True, keep=True),
        line("七、本协议一式    份，自双方签字盖章之日起生效。", indent=True, after=6, keep=True),
        boxes(
            [
                ("甲方", ["{{ unit_name }}（盖章）", "代表人（签字）：", ">" + _DAY], 2.2),
                ("乙方", ["{{ debtor }}（盖章）", "代表人（签字）：", ">" + _DAY], 2.2),
                ("担保人", ["（盖章）", "代表人（签字）：", ">" + _DAY], 2.0),
            ],
            keep=True,
        ),
    ]


def intake() -> list[str]:
    """申报受理回执, then the decision on a page of its own (D-2, D-3-5)."""
    who = facts(
        [
            ("申报人", "{{ applicant }}"),
            ("证件号码", "{{ applicant_code }}"),
            ("债务人", "{{ debtor }}"),
            ("申报金额", "{{ amount }} 元"),
            ("大写", "{{ capitals }}"),
            ("申报日期", "{{ declared_on }}"),
        ]
    )

    def decided(name: str, words: str) -> str:
        return (
            line(name, font="黑体", size=20, align="center", page=True, before=6, after=6)
            + number()
            + line("{{ applicant }}：", align="left", font="黑体", after=2)
            + line(words, indent=True, after=4)
            + who
            + seal("{{ unit_name }}", "{{ accepted_on }}")
            + line("承办人：{{ officer }}", align="right")
        )

    return [
        letterhead(),
        titled("欠债申报受理回执"),
        number(),
        line("{{ applicant }}：", align="left", font="黑体", after=2),
        line(
            "你（单位）于{{ declared_on }}提交的欠债申报材料已收到，编号 {{ number }}。", indent=True, after=4
        ),
        who,
        line(size=6),
        boxes(
            [
                (
                    "收到材料",
                    [
                        "□ 申报书  □ 身份证明  □ 合同  □ 发票、收据  □ 对账或结算单  □ 催收记录",
                        "□ 其他：                              共      份      页",
                    ],
                    1.6,
                ),
                ("接收人", [">签字：                    " + _DAY], 1.0),
                ("申报人", [">签字：                    " + _DAY], 1.0),
            ],
            keep=True,
        ),
        seal(),
        when(
            "decision == '受理'",
            decided(
                "受理通知书",
                "你（单位）的申报符合受理条件，决定受理，处理方式：{{ track }}。承办人将与你（单位）联系，请保持通讯畅通。",
            ),
        ),
        when(
            "decision == '不予受理'",
            decided(
                "不予受理通知书",
                "你（单位）的申报不符合受理条件，决定不予受理。理由：{{ refusal_reason }}。你（单位）可依法通过诉讼、仲裁等途径主张权利。",
            ),
        ),
        when(
            "decision == '补正'",
            decided(
                "补正通知书",
                "你（单位）的申报材料尚不齐全，需补正：{{ refusal_reason }}。请在        日内补正，逾期视为撤回申报。",
            ),
        ),
    ]


#: File name, title and body of each.
TEMPLATES = {
    "appraisal_request.docx": ("抵债物品鉴定申请书", appraisal_request),
    "in_kind_approval.docx": ("以物抵债审批报告", in_kind_approval),
    "price_reduction.docx": ("抵债物品降价处置报告", price_reduction),
    "dossier.docx": ("清欠档案", dossier),
    "dossier_slip.docx": ("档案借阅、销毁单", dossier_slip),
    "agreement.docx": ("还款协议", agreement),
    "intake.docx": ("申报受理文书", intake),
}
