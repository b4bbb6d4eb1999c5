"""The Word templates of the letters, from words to ``schemas/papers/*.docx``."""

from __future__ import annotations

from qq_excel.papers.word_build import (
    SIGNATORIES,
    Col,
    boxes,
    cut,
    letterhead,
    line,
    listing,
    note,
    number,
    receipt,
    seal,
    title,
    when,
)

_ITEMS = [
    Col("序号", "{{ i.no }}", 0.9), Col("合同编号\n债权编号", "{{ i.contract }}\n{{ i.claim_id }}", 3.1),
    Col("发生日期\n约定付款日", "{{ i.occurred_on }}\n{{ i.due_on }}", 2.2),
    Col("原始金额", "{{ i.original }}", 2.8, "right"), Col("已收金额", "{{ i.received }}", 2.7, "right"),
    Col("余额", "{{ i.balance }}", 2.9, "right"), Col("逾期天数", "{{ i.overdue }}", 1.5), Col("备注", "{{ i.remark }}", 1.4),
]  # fmt: skip


def _list() -> str:
    """All items, with their sums in figures and capitals."""
    total = ["", "合计", "", "", "", "{{ total }}", "", ""]
    sums = (
        "合计 {{ count }} 笔，{{ total }} 元（大写：{{ capitals }}）；其中已到期 {{ overdue }} 元，"
        "未到期及未约定付款日的 {{ rest }} 元{% if has_credit %}，贷项 {{ credit }} 元{% endif %}。"
    )
    return (
        line("金额单位：元", font="宋体", size=9, align="right", keep=True)
        + listing("i in items", _ITEMS, total, size=8)
        + line(sums, size=11, before=4, after=4, indent=True)
    )


def _open(name: str, under: str = "") -> list[str]:
    return [
        letterhead(), title(name, after=2),
        *([line(under, size=11, align="center", after=2)] if under else []), number(),
        line("{{ debtor }}：", align="left", font="黑体", after=2),
    ]  # fmt: skip


_PAY_TO = line(
    "收款单位：{{ unit_name }}    开户银行：{{ bank }}    账号：{{ account }}\n联系人：{{ contact }}    电话：{{ phone }}\n"
    "地址：{{ address }}    邮编：{{ postcode }}",
    size=10.5, align="left", before=3,
)  # fmt: skip
_ANSWER = "".join([
    cut("请在核对后将下联寄回"),
    line("对账回执", font="黑体", size=14, align="center", after=3, keep=True),
    line("{{ unit_name }}：贵单位编号为 {{ number }} 的《对账签认函》已收到，核对结论如下。", size=11, align="left", after=4, keep=True),
    boxes([
        ("核对结论", [
            "□ 所列款项核对无误，予以确认。", "□ 不符。截至同日我方账面余额为                  元，差异原因：", "",
        ], 1.8),
        ("签章", ["{{ debtor }}（盖章）", "签字："], 1.3),
        ("签字人身份", [SIGNATORIES], 0.9),
        ("日期", ["        年      月      日"], 0.8),
    ], keep=True),
])  # fmt: skip


def confirmation(*, demand: bool) -> list[str]:
    """对账签认函, with the demand or for the books only."""
    body = _open("对账签认函", "（兼催款）" if demand else "（仅供核对账目）")
    body.append(
        line(
            "为核对往来账目，现将截至{{ as_of_words }}我单位账面记载的与{{ you }}（证件号码：{{ code }}）的全部未清款项列示如下，"
            "请核对，并在“核对结论”处签章后寄回。",
            indent=True, after=3,
        )
    )  # fmt: skip
    body.append(_list())
    if demand:
        body.append(when(
            "demands",
            line(
                "上列款项中已到期未付的，请{{ you }}于收到本函后立即支付。本函同时是我单位就全部到期款项要求{{ you }}履行债务的书面催收。",
                indent=True,
            ) + _PAY_TO,
        ))  # fmt: skip
    proves = (
        "本函的效力：{{ you }}签收本函，证明我单位已就到期款项主张权利，诉讼时效自送达时中断（民法典第195条）；"
        "{{ you }}签章确认，并证明上列债权的存在和金额。"
        if demand
        else "本函的效力：本函仅为复核账目之用，并非催款结算。{{ you }}签章确认，证明截止日双方账面余额相符；本函不作为主张付款的通知。"
    )
    return [*body, note(proves), seal(), _ANSWER]


def dunning() -> list[str]:
    """催款函, in the tone of its step."""
    first = (
        "截至{{ as_of_words }}，{{ you }}有下列到期款项尚未支付，最长已逾期 {{ overdue_days }} 天。可能是{{ you }}一时疏忽，"
        "请于收到本函之日起 {{ pay_within }} 日内付清；已经支付的，请告知付款日期和凭证，以便我单位核对。"
    )
    second = (
        "截至{{ as_of_words }}，{{ you }}下列款项经催收仍未付清，最长已逾期 {{ overdue_days }} 天。请于收到本函之日起 "
        "{{ pay_within }} 日内付清，或在此期限内提出书面还款计划，与我单位签订还款协议并提供担保。"
    )
    final = (
        "截至{{ as_of_words }}，{{ you }}下列款项经多次催收仍未付清，最长已逾期 {{ overdue_days }} 天。现作最后催告：请于收到本函之日起 "
        "{{ pay_within }} 日内付清全部到期款项。逾期不付的，我单位将依法采取诉讼、申请财产保全等措施，由此产生的费用和损失由{{ you }}承担。"
    )
    demanded = line(
        "本函催收的到期款项：{{ overdue }} 元（大写：{{ overdue_capitals }}）。", indent=True, bold=True
    )
    sued = when(
        "has_sued", line("标明“诉讼中”的款项已另案处理，不在本函催收之列，列出以示全貌。", indent=True)
    )
    disputed = when(
        "has_disputed",
        line(
            "标明“有争议”的款项，请在上述期限内书面说明争议的理由和依据；无争议的部分请先行支付。",
            indent=True,
        ),
    )
    return [
        *_open("{{ title }}"),
        when("tone == 'first'", line(first, indent=True, after=3)),
        when("tone == 'second'", line(second, indent=True, after=3)),
        when("tone == 'final'", line(final, indent=True, after=3)),
        _list(), demanded, sued, disputed, _PAY_TO,
        note("本函是我单位要求履行债务的书面通知，自送达时诉讼时效中断（民法典第195条）。"),
        seal(), receipt("{{ title }}"),
    ]  # fmt: skip


def reminder() -> list[str]:
    """分期还款提醒函."""
    columns = [
        Col("期次", "{{ i.no }}", 1.2), Col("应还日期", "{{ i.due_on }}", 2.6), Col("应还金额", "{{ i.due }}", 3.2, "right"),
        Col("已还金额", "{{ i.paid }}", 3.2, "right"), Col("尚欠金额", "{{ i.open }}", 3.2, "right"),
        Col("状态", "{{ i.state }}", 2.6),
    ]  # fmt: skip
    return [
        *_open("分期还款提醒函"),
        line(
            "根据双方 {{ signed_on }} 签订的还款协议（编号 {{ agreement_id }}，协议金额 {{ agreed }} 元，至今已还 {{ paid }} 元，"
            "尚欠 {{ left }} 元），截至{{ as_of_words }}，下列分期款项已经逾期或将于 {{ lead }} 天内到期：",
            indent=True, after=3,
        ),
        line("金额单位：元", font="宋体", size=9, align="right", keep=True),
        listing("i in items", columns, ["", "合计", "", "", "{{ total }}", ""], size=10),
        line("合计 {{ total }} 元（大写：{{ capitals }}）。", indent=True, bold=True, before=4),
        when(
            "has_past",
            line(
                "其中已逾期 {{ past }} 元，请收到本函后立即支付；协议约定逾期一期即可要求一次付清余额的，我单位保留该项权利。",
                indent=True,
            ),
        ),
        line("将到期的款项请按约定日期支付。已经支付的，请告知付款日期和凭证。", indent=True),
        _PAY_TO, seal(), receipt("分期还款提醒函"),
    ]  # fmt: skip


#: File name, title and body of each.
TEMPLATES = {
    "confirmation_demand.docx": ("对账签认函（兼催款）", lambda: confirmation(demand=True)),
    "confirmation_plain.docx": ("对账签认函（仅供核对账目）", lambda: confirmation(demand=False)),
    "dunning.docx": ("催款函", dunning),
    "reminder.docx": ("分期还款提醒函", reminder),
}
