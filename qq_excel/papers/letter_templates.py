"""The Word templates of the letters, from words to ``schemas/papers/*.docx``, in Chinese and (``en/``) in English.

Both have the same fields and the same parts: each text stands here once in either language.
"""

from __future__ import annotations

from collections.abc import Callable

from qq_excel.language import Text, current, t
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

_CONFIRMATION = Text("对账签认函", "Confirmation of balance")
_REMINDER = Text("分期还款提醒函", "Instalment reminder")


def in_yuan() -> str:
    """The unit of the amounts in the table below."""
    return line(t("金额单位：元", "In yuan"), font="宋体", size=9, align="right", keep=True)


def _items() -> list[Col]:
    remark = 1.4 if current() == "zh" else 2.0  # English headers need more room than figures
    return [
        Col(t("序号", "No."), "{{ i.no }}", 0.9),
        Col(t("合同编号\n债权编号", "Contract\nClaim"), "{{ i.contract }}\n{{ i.claim_id }}", 3.1),
        Col(t("发生日期\n约定付款日", "Date\nDue on"), "{{ i.occurred_on }}\n{{ i.due_on }}", 2.2),
        Col(t("原始金额", "Amount"), "{{ i.original }}", 2.8, "right"),
        Col(t("已收金额", "Received"), "{{ i.received }}", 2.7, "right"),
        Col(t("余额", "Balance"), "{{ i.balance }}", 2.9, "right"),
        Col(t("逾期天数", "Days past due"), "{{ i.overdue }}", 1.5), Col(t("备注", "Remark"), "{{ i.remark }}", remark),
    ]  # fmt: skip


def _list() -> str:
    """All items, with their sums in figures and capitals."""
    total = ["", t("合计", "Total"), "", "", "", "{{ total }}", "", ""]
    sums = t(
        "合计 {{ count }} 笔，{{ total }} 元（大写：{{ capitals }}）；其中已到期 {{ overdue }} 元，"
        "{% if has_court %}已到期并在诉讼中 {{ court }} 元，{% endif %}未到期及未约定付款日的 {{ rest }} 元"
        "{% if has_credit %}，贷项 {{ credit }} 元{% endif %}。",
        "Items: {{ count }}; in all RMB {{ total }} (in capitals: {{ capitals }}): RMB {{ overdue }} due, "
        "{% if has_court %}RMB {{ court }} due and in court, {% endif %}RMB {{ rest }} not due or without a due date"
        "{% if has_credit %}, credit notes of RMB {{ credit }}{% endif %}.",
    )
    return (
        in_yuan()
        + listing("i in items", _items(), total, size=8)
        + line(sums, size=11, before=4, after=4, indent=True)
    )


def _open(name: str, under: str = "") -> list[str]:
    return [
        letterhead(), title(name, after=2),
        *([line(under, size=11, align="center", after=2)] if under else []), number(),
        line(t("{{ debtor }}：", "To: {{ debtor }}"), align="left", font="黑体", after=2),
    ]  # fmt: skip


def _pay_to() -> str:
    return line(
        t("收款单位：{{ unit_name }}    开户银行：{{ bank }}    账号：{{ account }}\n联系人：{{ contact }}    电话：{{ phone }}\n"
          "地址：{{ address }}    邮编：{{ postcode }}",
          "Payee: {{ unit_name }}    Bank: {{ bank }}    Account: {{ account }}\nContact: {{ contact }}    Phone: {{ phone }}\nAddress: "
          "{{ address }}    Postcode: {{ postcode }}"),
        size=10.5, align="left", before=3,
    )  # fmt: skip


def _answer() -> str:
    return "".join([
        cut(t("请在核对后将下联寄回", "please check and send back the part below")),
        line(t("对账回执", "Reply"), font="黑体", size=14, align="center", after=3, keep=True),
        line(t("{{ unit_name }}：贵单位编号为 {{ number }} 的《对账签认函》已收到，核对结论如下。",
               "To {{ unit_name }}: we have received your confirmation of balance no. {{ number }} and answer as follows."),
             size=11, align="left", after=4, keep=True),
        boxes([
            (t("核对结论", "Result"), [
                t("□ 所列款项核对无误，予以确认。", "□ The items listed are right and are confirmed."),
                t("□ 不符。截至同日我方账面余额为                  元，差异原因：",
                  "□ They differ. Our balance on that day is RMB                  , because:"), "",
            ], 1.8),
            (t("签章", "Signature and seal"), [t("{{ debtor }}（盖章）", "{{ debtor }} (seal)"), t("签字：", "Signature:")], 1.3),
            (t("签字人身份", "Signed as"), [str(SIGNATORIES)], 0.9),
            (t("日期", "Date"), [t("        年      月      日", "        /        /")], 0.8),
        ], keep=True),
    ])  # fmt: skip


def confirmation(*, demand: bool) -> list[str]:
    """对账签认函, with the demand or for the books only."""
    kinds = (
        Text("（兼催款）", "(with a demand for payment)"),
        Text("（仅供核对账目）", "(for checking the books only)"),
    )
    body = _open(str(_CONFIRMATION), str(kinds[0] if demand else kinds[1]))
    body.append(
        line(
            t("为核对往来账目，现将截至{{ as_of_words }}我单位账面记载的与{{ you }}（证件号码：{{ code }}）的全部未清款项列示如下，"
              "请核对，并在“核对结论”处签章后寄回。",
              "To check our accounts, we list below all items between us and {{ you }} (registration no. {{ code }}) that are open in our "
              "books as of {{ as_of_words }}. Please check them, sign and seal the reply and send it back."),
            indent=True, after=3,
        )
    )  # fmt: skip
    body.append(_list())
    if demand:
        body.append(when(
            "demands",
            line(
                t("上列款项中已到期未付的，请{{ you }}于收到本函后立即支付。"
                  "本函同时是我单位就全部到期款项要求{{ you }}履行债务的书面催收。",
                  "Please pay all items above that are due as soon as you receive this letter. It is at the same time our written demand "
                  "that {{ you }} perform the debt for all items that are due."),
                indent=True,
            ) + _pay_to(),
        ))  # fmt: skip
    proves = (
        t("本函的效力：{% if demands %}{{ you }}签收本函，证明我单位已就到期款项主张权利"
          "{% if interrupts %}，诉讼时效自送达时中断（民法典第195条）{% endif %}；{% endif %}"
          "{{ you }}签章确认，{% if demands %}并{% endif %}证明上列债权的存在和金额。",
          "Effect: {% if demands %}receipt of this letter proves that we have claimed the items that are due"
          "{% if interrupts %} and interrupts limitation from delivery (Civil Code of the PRC, art. 195){% endif %}; {% endif %}"
          "the signature and seal prove the debts listed and their amounts{% if demands %} as well{% endif %}.")
        if demand
        else t("本函的效力：本函仅为复核账目之用，并非催款结算。{{ you }}签章确认，证明截止日双方账面余额相符；本函不作为主张付款的通知。",
               "Effect: this letter is for checking the books only and is no demand. The signature and seal prove that the balances agree "
               "on that day; the letter does not claim payment.")
    )  # fmt: skip
    return [*body, note(proves), seal(), _answer()]


def _dunned() -> dict[str, str]:
    """What a letter says, by the tone of its step."""
    return {
        "first": t(
            "截至{{ as_of_words }}，{{ you }}有下列到期款项尚未支付，最长已逾期 {{ overdue_days }} 天。可能是{{ you }}一时疏忽，"
            "请于收到本函之日起 {{ pay_within }} 日内付清；已经支付的，请告知付款日期和凭证，以便我单位核对。",
            "As of {{ as_of_words }} the items below are due and have not been paid, the oldest for {{ overdue_days }} days. This may be "
            "an oversight; please pay within {{ pay_within }} days of receiving this letter. If you have paid already, please let us know "
            "the date and the voucher.",
        ),
        "second": t(
            "截至{{ as_of_words }}，{{ you }}下列款项经催收仍未付清，最长已逾期 {{ overdue_days }} 天。请于收到本函之日起 "
            "{{ pay_within }} 日内付清，或在此期限内提出书面还款计划，与我单位签订还款协议并提供担保。",
            "As of {{ as_of_words }} the items below have not been paid in spite of our demands, the oldest for {{ overdue_days }} days. "
            "Please pay within {{ pay_within }} days of receiving this letter, or propose a repayment plan in writing within that time, "
            "to be agreed and secured.",
        ),
        "final": t(
            "截至{{ as_of_words }}，{{ you }}下列款项经多次催收仍未付清，最长已逾期 {{ overdue_days }} 天。"
            "现作最后催告：请于收到本函之日起 {{ pay_within }} 日内付清全部到期款项。"
            "逾期不付的，我单位将依法采取诉讼、申请财产保全等措施，由此产生的费用和损失由{{ you }}承担。",
            "As of {{ as_of_words }} the items below have not been paid in spite of repeated demands, the oldest for {{ overdue_days }} "
            "days. This is our last demand: please pay all that is due within {{ pay_within }} days of receiving this letter. Otherwise "
            "we shall sue and apply for preservation of property; {{ you }} will bear the costs and losses.",
        ),
    }


def dunning() -> list[str]:
    """催款函, in the tone of its step."""
    demanded = line(
        t("本函催收的到期款项：{{ overdue }} 元（大写：{{ overdue_capitals }}）。",
          "Demanded by this letter: RMB {{ overdue }} (in capitals: {{ overdue_capitals }})."), indent=True, bold=True,
    )  # fmt: skip
    sued = t("标明“诉讼中”的款项已另案处理，不在本函催收之列，列出以示全貌。",
             "Items marked “in court” are dealt with there and are not demanded here; they are listed for completeness.")  # fmt: skip
    disputed = t("标明“有争议”的款项，请在上述期限内书面说明争议的理由和依据；无争议的部分请先行支付。",
                 "For items marked “disputed”, please give your reasons in writing within the same time, and pay what is not "
                 "disputed.")  # fmt: skip
    said = [when(f"tone == '{tone}'", line(words, indent=True, after=3)) for tone, words in _dunned().items()]
    return [
        *_open("{{ title }}"), *said, _list(), demanded, when("has_sued", line(sued, indent=True)),
        when("has_disputed", line(disputed, indent=True)), _pay_to(),
        note(t("本函是我单位要求履行债务的书面通知{% if interrupts %}，自送达时诉讼时效中断（民法典第195条）{% endif %}。",
               "This letter is our written demand for performance{% if interrupts %}; limitation is interrupted from its delivery (Civil "
               "Code of the PRC, art. 195){% endif %}.")),
        seal(), receipt("{{ title }}"),
    ]  # fmt: skip


def reminder() -> list[str]:
    """分期还款提醒函."""
    columns = [
        Col(t("期次", "No."), "{{ i.no }}", 1.2), Col(t("应还日期", "Due on"), "{{ i.due_on }}", 2.6),
        Col(t("应还金额", "Due"), "{{ i.due }}", 3.2, "right"), Col(t("已还金额", "Paid"), "{{ i.paid }}", 3.2, "right"),
        Col(t("尚欠金额", "Open"), "{{ i.open }}", 3.2, "right"), Col(t("状态", "State"), "{{ i.state }}", 2.6),
    ]  # fmt: skip
    return [
        *_open(str(_REMINDER)),
        line(
            t("根据双方 {{ signed_on }} 签订的还款协议（编号 {{ agreement_id }}，协议金额 {{ agreed }} 元，至今已还 {{ paid }} 元，"
              "尚欠 {{ left }} 元），截至{{ as_of_words }}，下列分期款项已经逾期或将于 {{ lead }} 天内到期：",
              "Under our repayment agreement of {{ signed_on }} (no. {{ agreement_id }}, RMB {{ agreed }}, of which RMB {{ paid }} has "
              "been paid and RMB {{ left }} is open), the instalments below are past due or fall due within {{ lead }} days, as of "
              "{{ as_of_words }}:"),
            indent=True, after=3,
        ),
        in_yuan(),
        listing("i in items", columns, ["", t("合计", "Total"), "", "", "{{ total }}", ""], size=10),
        line(t("合计 {{ total }} 元（大写：{{ capitals }}）。", "In all RMB {{ total }} (in capitals: {{ capitals }})."),
             indent=True, bold=True, before=4),
        when(
            "has_past",
            line(
                t("其中已逾期 {{ past }} 元，请收到本函后立即支付；协议约定逾期一期即可要求一次付清余额的，我单位保留该项权利。",
                  "RMB {{ past }} of this is past due: please pay it as soon as you receive this letter. Where the agreement lets us "
                  "claim the whole balance once an instalment is missed, we reserve that right."),
                indent=True,
            ),
        ),
        line(t("将到期的款项请按约定日期支付。已经支付的，请告知付款日期和凭证。",
               "Please pay what falls due on the agreed days. If you have paid already, please let us know the date and the voucher."),
             indent=True),
        _pay_to(), seal(), receipt(str(_REMINDER)),
    ]  # fmt: skip


#: File name, title and body of each.
TEMPLATES: dict[str, tuple[Text, Callable[[], list[str]]]] = {
    "confirmation_demand.docx": (
        Text("对账签认函（兼催款）", "Confirmation of balance (with a demand)"), lambda: confirmation(demand=True),
    ),
    "confirmation_plain.docx": (
        Text("对账签认函（仅供核对账目）", "Confirmation of balance (plain)"), lambda: confirmation(demand=False),
    ),
    "dunning.docx": (Text("催款函", "Dunning letter"), dunning),
    "reminder.docx": (_REMINDER, reminder),
}  # fmt: skip
