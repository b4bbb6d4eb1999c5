"""The Word templates of a write-off's further papers: history, verdicts, the volume's covers, filing, dossier.

``python -m qq_excel.papers.word_templates`` writes them to ``schemas/papers``.
"""

from __future__ import annotations

from collections.abc import Callable

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
    seal,
    title,
    when,
)

_DAY = "      年    月    日"
_WHO = "申请编号：{{ application_id }}    债权编号：{{ claim_id }}    债务人：{{ debtor }}"


def _under(words: str = _WHO) -> str:
    return line(words, font="宋体", size=10.5, align="center", after=6)


def history() -> list[str]:
    """债权履历: what happened to the claim, day by day, each with its proof and place."""
    columns = [
        Col("日期", "{{ e.on }}", 2.3), Col("事项", "{{ e.what }}", 2.6), Col("内容", "{{ e.detail }}", 5.4, "left"),
        Col("凭证", "{{ e.proof }}", 2.6), Col("出处", "{{ e.place }}", 3.5, "left"),
    ]  # fmt: skip
    return [
        letterhead(), title("债权履历"), _under(),
        facts([("债权形成日", "{{ occurred_on }}"), ("约定付款日", "{{ due_on }}"), ("账面余额", "{{ balance }} 元"),
               ("申请核销金额", "{{ amount }} 元")]),
        heading("经过"), listing("e in events", columns, size=9),
        heading("追偿经过（申请单位填写）"), line("{{ history }}", indent=True, after=4),
        note("按日期排列，取自应收账款明细表、催收记录、对账签认表、还款协议和还款计划、诉讼登记表、坏账核销申请表；"
             "没有交来的表不在内：{{ absent }}。"),
        boxes([("经办人", [">签字：                    日期：" + _DAY], 1.1),
               ("责任人", [">签字：                    日期：" + _DAY], 1.1)], keep=True),
    ]  # fmt: skip


def verdicts() -> list[str]:
    """认定意见书: the three verdicts, each with its grounds and what is missing, to be signed by who answers for it."""
    return [
        letterhead(), title("坏账认定意见书"), _under(),
        facts([("坏账确认条件", "{{ condition }}（{{ condition_clause }}）"), ("申请核销金额", "{{ amount }} 元"),
               ("金额大写", "{{ amount_capitals }}"), ("审批权限", "{{ authority_words }}")], across=1),
        each("v in verdicts", heading("{{ v.title }}：{{ v.outcome }}") + line("依据：{{ v.grounds }}", indent=True)
             + line("尚缺：{{ v.missing }}", indent=True, after=4)),
        note("{{ verdict_note }}"),
        boxes([("清欠办", [">签字：                    日期：" + _DAY], 1.2), ("财务部", [">签字：                    日期：" + _DAY], 1.2),
               ("税务岗", [">签字：                    日期：" + _DAY], 1.2)], keep=True),
    ]  # fmt: skip


def volume() -> list[str]:
    """The bound volume's cover and contents."""
    columns = [Col("序号", "{{ p.no }}", 1.4), Col("材料", "{{ p.title }}", 10.6, "left"), Col("页码", "{{ p.first }}", 2.0),
               Col("页数", "{{ p.pages }}", 2.0)]  # fmt: skip
    return [
        letterhead(), line(size=16), title("坏账核销申请材料", size=28, after=10),
        when("draft", line("草稿，不作审批依据", font="黑体", size=16, align="center", colour="A31515", after=6)),
        facts([("申请编号", "{{ application_id }}"), ("申请单位", "{{ unit }}"), ("债务人", "{{ debtor }}"), ("债权编号", "{{ claim_id }}"),
               ("申请核销金额", "{{ amount }} 元"), ("申请日期", "{{ applied_on }}"), ("坏账确认条件", "{{ condition }}"),
               ("审批权限", "{{ body }}"), ("截止日期", "{{ as_of }}"), ("总页数", "{{ total }}")]),
        heading("目录"), listing("p in parts", columns, size=10.5),
        note("页码为本册每页右下角的编号。各证据原件的 SHA-256 见证据索引；电子申请包（zip）可用 qq-excel verify 核对。"),
    ]  # fmt: skip


def evidence() -> list[str]:
    """A sheet before each piece of evidence, a page each."""
    page = (
        line("证据 {{ e.no }}", font="黑体", size=26, align="center", page=True, before=120, after=20)
        + facts([("证据名称", "{{ e.name }}"), ("证据类型", "{{ e.type }}"), ("文号", "{{ e.doc_no }}"), ("出具单位", "{{ e.issuer }}"),
                 ("出具日期", "{{ e.issued_on }}"), ("原件", "{{ e.original }}"), ("填报页数", "{{ e.pages }}"),
                 ("文件", "{{ e.written }}"),
                 ("SHA-256", "{{ e.sha256 }}")], across=1)
        + line("{{ e.remark }}", size=11, align="center", before=10, colour="A31515")
    )  # fmt: skip
    return [each("e in evidence", page)]


def filing() -> list[str]:
    """财务备案表 (F-17): what finance needs to book the write-off and to file it."""
    entries = [Col("借 / 贷", "{{ x.side }}", 2.0), Col("科目", "{{ x.account }}", 8.4, "left"),
               Col("金额（元）", "{{ x.amount }}", 4.0, "right"), Col("凭证号", "", 2.0)]  # fmt: skip
    return [
        letterhead(), title("坏账核销财务备案表"), _under(),
        facts([("核销单位", "{{ unit }}"), ("债务人", "{{ debtor }}"), ("证件号码", "{{ code }}"), ("合同编号", "{{ contract_id }}"),
               ("坏账确认条件", "{{ condition }}"), ("批准机构", "{{ body }}"), ("批准文号", "{{ approval_no }}"),
               ("批准日期", "{{ approved_on }}"), ("核销金额", "{{ amount }} 元"),
               ("已提坏账准备", "{{ provision }} 元"), ("计入当期损益", "{{ charge }} 元"),
               ("核销后余额", "{{ remaining }} 元")]),
        facts([("核销金额大写", "{{ amount_capitals }}")], across=1),
        heading("账务处理建议"), listing("x in entries", entries, size=10.5),
        note("科目名称按企业会计准则的通行写法，以本单位会计政策为准；税前扣除另按税务规定办理。"),
        heading("附件"), line("会议批准文件一份（{{ approval_no }}），核销申请材料一册。", indent=True, after=6),
        boxes([("清欠办报送", [">经办人：                    日期：" + _DAY], 1.2),
               ("集团财务部备案", ["备案编号：", ">经办人：                    日期：" + _DAY], 1.8),
               ("记账", ["记账凭证号：", ">记账人：                    日期：" + _DAY], 1.8)], keep=True),
        seal("{{ unit_name }}"),
    ]  # fmt: skip


def dossier() -> list[str]:
    """核销档案 (F-18): cover and contents."""
    columns = [Col("序号", "{{ p.no }}", 1.2), Col("材料名称", "{{ p.name }}", 7.6, "left"), Col("文号", "{{ p.doc_no }}", 3.4),
               Col("日期", "{{ p.on }}", 2.4), Col("页数", "{{ p.pages }}", 1.4)]  # fmt: skip
    return [
        letterhead(), line(size=30), title("核 销 档 案", size=34, after=24),
        line("档案编号：____________________", font="黑体", size=16, align="center", after=24),
        facts([("债务人", "{{ debtor }}"), ("证件号码", "{{ code }}"), ("债权编号", "{{ claim_id }}"), ("申请编号", "{{ application_id }}"),
               ("债权单位", "{{ unit }}"), ("核销金额", "{{ amount }} 元"), ("批准机构", "{{ body }}"), ("批准文号", "{{ approval_no }}"),
               ("批准日期", "{{ approved_on }}"), ("保管期限", "{{ years }}"), ("建档日期", _DAY), ("建档人", "")]),
        line("核销后继续追索（F-18）；收回的款项要入账（F-19）。", font="黑体", size=12, align="center", before=30),
        line("{{ office }}", font="黑体", size=16, align="center", before=30),
        line("卷内目录", font="黑体", size=20, align="center", page=True, after=4), _under(),
        listing("p in papers", columns, size=10.5),
        line("整理人（签字）：                    日期：" + _DAY, size=11, align="right", before=12),
    ]  # fmt: skip


TEMPLATES: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "write_off_history.docx": ("债权履历", history),
    "write_off_verdicts.docx": ("坏账认定意见书", verdicts),
    "write_off_volume.docx": ("坏账核销申请材料", volume),
    "write_off_evidence.docx": ("证据封页", evidence),
    "write_off_filing.docx": ("坏账核销财务备案表", filing),
    "write_off_dossier.docx": ("核销档案", dossier),
}
