"""The kinds as data: headers, fields and required columns are fixed, and broken YAML is refused by line."""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from qq_excel.errors import SchemaError
from qq_excel.kinds import FieldType, Kind, all_kinds, get_kind
from qq_excel.kinds.model import load_kind
from qq_excel.policy.clauses import all_clauses, all_regulations, get_clause, load_regulations
from qq_excel.resources import schemas_dir
from qq_excel.template.formula import references, work_out

#: Every kind: sheet, key, number of fields, second sheet of.
KINDS = {
    "receivables": ("应收账款明细表", "claim_id", 34, None),
    "credit_terms": ("客户授信及保险账龄表", "debtor contract_id", 11, None),
    "contracts": ("合同台账", "contract_id", 12, None),
    "inventory_count": ("财务存货盘点表", "list_id item", 25, None),
    "disposals": ("抵债物品处置表", "disposal_id", 17, None),
    "write_offs": ("坏账核销申请表", "application_id", 26, None),
    "evidence": ("证据清单", "application_id name", 9, "write_offs"),
    "write_off_register": ("坏账核销备查簿", "write_off_id", 19, None),
    "dossiers": ("清欠档案登记表", "dossier_id", 16, None),
    "dossier_loans": ("借阅与销毁", "dossier_id action requested_by lent_on", 9, "dossiers"),
    "cases": ("清欠台账", "case_id", 23, None),
    "agreements": ("还款协议台账", "agreement_id", 9, None),
    "instalments": ("还款计划", "agreement_id no", 7, "agreements"),
    "collection_log": ("催收记录", "log_id", 16, None),
    "confirmations": ("对账签认表", "confirmation_id", 13, None),
    "project_claims": ("工程款清欠台账", "claim_id", 27, None),
    "claim_intake": ("欠债申报受理登记表", "intake_id", 16, None),
    "litigation": ("诉讼及风险事件登记表", "matter_id", 15, None),
    "assessment": ("清欠考核评分表", "unit period kind", 17, None),
    "staff": ("清欠人员台账", "staff_id", 11, None),
}

#: What other people's files and macros rely on: header, field (* = required), type.
COLUMNS = {
    "receivables": """
        债权编号 claim_id* code; 债权单位 unit* text; 债务人名称 debtor* text; 债务人类型 debtor_type* enum;
        证件号码 debtor_code code; 合同编号 contract_id* code; 业务内容 subject text;
        业务发生日期 occurred_on* date; 约定付款日 due_on* date; 币种 currency enum; 汇率 fx_rate number;
        原始金额 original* amount; 已收金额 received* amount; 账面余额 balance* amount;
        已提坏账准备 provision amount; 账龄段 age_band* enum; 逾期天数 overdue_days int;
        最近付款日 last_paid_on date; 最近签认日期 confirmed_on date; 签认凭证号 confirmation_no code;
        最近书面催收日期 dunned_on date; 诉讼时效到期日 limitation_on date; 担保方式 security enum;
        清欠状态 status* enum; 清欠措施 measure text; 经办人 handler* text; 责任人 responsible* text;
        特殊原因说明 special_reason text; 特殊原因批准人 reason_by text; 是否争议 disputed yesno;
        争议原因 dispute_reason text; 保证期间届满日 guarantee_until date; 是否关联方 related yesno;
        备注 remark text""",
    "credit_terms": """
        债务人名称 debtor* text; 证件号码 debtor_code code; 合同编号 contract_id code;
        授信额度 credit_limit* amount; 保险额度 insured_limit amount; 保险账龄期限(天) insured_days* int;
        授信起始日 valid_from* date; 授信到期日 valid_to* date; 批准文号 approval_no* code;
        信用等级 rating enum; 备注 remark text""",
    "contracts": """
        合同编号 contract_id* code; 债务人名称 debtor* text; 签订日期 signed_on* date;
        生效日期 effective_on date; 到期日期 expires_on* date; 合同金额 amount* amount;
        已结算金额 settled amount; 付款条款 terms text; 经办部门 department text; 经办人 handler text;
        是否续签 renewed yesno; 备注 remark text""",
    "inventory_count": """
        清单编号 list_id* code; 抵债单位 unit* text; 债务人名称 debtor* text; 债权编号 claim_id* code;
        抵债协议编号 agreement_no* code; 抵偿债权金额 settled_debt* amount; 物品名称 item* text;
        规格型号 model text; 计量单位 uom* text; 账面数量 book_qty* qty; 实盘数量 counted_qty* qty;
        盈亏数量 difference_qty* qty; 单价 unit_price* amount; 金额 value* amount; 质量状况 condition* enum;
        存放地点 location* text; 盘点日期 counted_on* date; 鉴定意见书编号 appraisal_no* code;
        鉴定日期 appraised_on* date; 鉴定价值 appraised_value* amount; 总经理批准文号 approval_no* code;
        批准日期 approved_on* date; 入账日期 booked_on date; 入账金额 booked_value amount;
        备注 remark text""",
    "write_offs": """
        申请编号 application_id* code; 申请单位 unit* text; 申请人 applicant* text; 债权编号 claim_id* code;
        债务人名称 debtor* text; 债务人类型 debtor_type* enum; 合同编号 contract_id code;
        业务发生日期 occurred_on* date; 约定付款日 due_on* date; 账面余额 balance* amount;
        已提坏账准备 provision amount; 申请核销金额 amount* amount; 坏账确认条件 condition* enum;
        事实发生日期 event_on date; 追偿经过 history* text; 责任认定 liability text;
        申请日期 applied_on* date; 清欠办审核意见 office_opinion enum; 清欠办审核人 office_by text;
        清欠办审核日期 office_on date; 总经理批示 manager_opinion enum; 总经理批示日期 manager_on date;
        审批机构 body enum; 批准文号 approval_no code; 批准日期 approved_on date; 状态 status* enum""",
    "evidence": """
        申请编号 application_id* code; 证据类型 type* enum; 证据名称 name* text; 文号 doc_no code;
        出具单位 issuer text; 出具日期 issued_on date; 文件路径 path* text; 原件 original yesno;
        页数 pages int""",
    "disposals": """
        处置编号 disposal_id* code; 清单编号 list_id* code; 处置单位 unit* text; 物品名称 item* text;
        处置数量 qty* qty; 抵偿债权金额 settled_debt* amount; 处置方式 method* enum;
        处置价款 proceeds* amount; 处置日期 disposed_on* date; 是否降价 reduced* yesno;
        降价原因 reduction_reason text; 鉴定意见书编号 appraisal_no code; 书面报告编号 report_no code;
        总经理批准文号 approval_no code; 批准日期 approved_on date; 入账凭证号 voucher_no* code;
        备注 remark text""",
    "write_off_register": """
        核销编号 write_off_id* code; 申请编号 application_id* code; 债权编号 claim_id* code;
        债务人名称 debtor* text; 核销金额 amount* amount; 批准文号 approval_no* code; 批准机构 body* enum;
        批准日期 approved_on* date; 核销记账日期 booked_on* date; 记账凭证号 voucher_no* code;
        财务部备案日期 finance_filed_on* date; 清欠办备案日期 office_filed_on* date;
        档案编号 dossier_id* code; 是否继续追索 still_pursued* yesno; 累计收回金额 recovered amount;
        最近收回日期 recovered_on date; 收回入账凭证号 recovery_voucher_no code;
        账外余额 outstanding* amount; 备注 remark text""",
    "dossiers": """
        档案编号 dossier_id* code; 债权编号 claim_id* code; 债务人名称 debtor* text;
        建档日期 opened_on* date; 建档人 opened_by* text; 调查核实日期 investigated_on date;
        凭证收集日期 collected_on date; 结论报告日期 concluded_on date; 处理建议 proposal text;
        结清日期 settled_on date; 封档日期 sealed_on date; 封档人 sealed_by text; 档案状态 status* enum;
        移交日期 handed_over_on date; 接收人 received_by text; 保管期限(年) retention_years int""",
    "dossier_loans": """
        档案编号 dossier_id* code; 事项 action* enum; 申请人 requested_by* text; 审批人 approved_by* text;
        借出日期 lent_on date; 应还日期 return_due_on date; 归还日期 returned_on date;
        销毁日期 destroyed_on date; 批准文号 approval_no code""",
    "cases": """
        案件编号 case_id* code; 债权编号 claim_id* code; 债权单位 unit* text; 债务人名称 debtor* text;
        欠款金额 claimed* amount; 接收日期 received_on* date; 核实日期 verified_on date;
        分析结论 analysis text; 清欠方案编号 plan_no code; 方案日期 planned_on date;
        计划收回金额 planned_amount amount; 计划完成日期 planned_by date; 清欠方式 method* enum;
        当前阶段 stage* enum; 阶段日期 stage_on* date; 已收回金额 recovered* amount;
        剩余金额 remaining* amount; 清欠责任人 responsible* text; 违规责任人 breach_by text;
        最近反馈日期 reported_on date; 总结日期 summarised_on date; 结案日期 closed_on date;
        备注 remark text""",
    "agreements": """
        协议编号 agreement_id* code; 案件编号 case_id code; 债权编号 claim_id* code;
        债务人名称 debtor* text; 协议金额 amount* amount; 签订日期 signed_on* date; 还款方式 method enum;
        期数 terms* int; 担保 security text""",
    "instalments": """
        协议编号 agreement_id* code; 期次 no* int; 应还日期 due_on* date; 应还金额 due* amount;
        实还日期 paid_on date; 实还金额 paid amount; 入账凭证号 voucher_no code""",
    "collection_log": """
        记录编号 log_id* code; 债权编号 claim_id* code; 债务人名称 debtor* text; 催收日期 on* date;
        催收时间 at time; 催收方式 method* enum; 催收人 by* text; 对方接待人 met text;
        催收内容 content* text; 对方答复 reply text; 是否取得签收 receipted* yesno; 凭证号 proof_no code;
        签收人身份 receipted_by enum; 承诺还款日期 promised_on date; 承诺还款金额 promised_amount amount;
        下次跟进日期 next_on date""",
    "confirmations": """
        签认编号 confirmation_id* code; 债权编号 claim_id* code; 债务人名称 debtor* text;
        对账截止日 cut_off* date; 销售部余额 sales_balance* amount; 财务部余额 finance_balance* amount;
        差异 difference* amount; 差异原因 difference_reason text; 债务人确认余额 debtor_balance amount;
        签认日期 signed_on date; 签认人 signed_by text; 签认方式 method* enum; 凭证号 proof_no code""",
    "project_claims": """
        债权编号 claim_id* code; 项目名称 project* text; 合同编号 contract_id* code; 发包人 client* text;
        合同金额 contract_amount* amount; 结算金额 settled_amount amount; 应付工程款 payable* amount;
        已付工程款 paid* amount; 欠付工程款 arrears* amount; 质保金 retention amount;
        质保到期日 retention_due_on date; 合同 has_contract* yesno; 发票 has_invoice* yesno;
        收据 has_receipt* yesno; 结算单 has_statement yesno; 书面通知日期 notified_on date;
        电话催款日期 phoned_on date; 协议编号 agreement_id code; 协议金额 agreed_amount amount;
        协议期限 agreed_by date; 到账日期 received_on date; 结算日期 settled_on date;
        归档日期 archived_on date; 当前环节 stage* enum; 项目经理 manager* text; 责任人 responsible* text; 备注 remark text""",
    "claim_intake": """
        申报编号 intake_id* code; 申报人 applicant* text; 申报人证件号 applicant_code* code;
        债务人名称 debtor* text; 申报金额 amount* amount; 申报日期 declared_on* date;
        受理日期 accepted_on date; 受理结果 decision enum; 不予受理理由 refusal_reason text;
        处理方式 track enum; 承办人 officer text; 强制措施 measure enum; 文书号 warrant_no code;
        办结日期 closed_on date; 办结结果 outcome text; 收回金额 recovered amount""",
    "litigation": """
        事项编号 matter_id* code; 债权编号 claim_id* code; 债务人名称 debtor* text; 类别 kind* enum;
        受理机构 court* text; 案号 docket_no code; 标的额 amount* amount; 立案日期 filed_on date;
        生效日期 effective_on date; 申请执行日期 enforced_on date; 执行到位金额 recovered amount;
        承办律师 counsel text; 风险等级 risk enum; 处理措施 action* text; 状态 status* enum""",
    "assessment": """
        被考核单位 unit* text; 考核期 period* code; 考核类型 kind* enum; 期初欠款 opening* amount;
        本期计划收回 planned* amount; 本期实际收回 recovered* amount; 期末欠款 closing* amount;
        进展得分 progress* number; 质量得分 quality* number; 成果得分 results* number;
        态度得分 attitude* number; 总分 total* number; 等级 grade* enum; 奖惩建议 sanction enum;
        责任人 responsible text; 处分建议 discipline enum; 通报日期 published_on date""",
    "staff": """
        工号 staff_id* code; 姓名 name* text; 所属机构 team* enum; 岗位 post* text;
        上岗日期 started_on* date; 学历/专业资格 qualification text; 最近培训日期 trained_on date;
        培训内容 training text; 保密承诺签署日期 nda_on* date; 在办案件数 open_cases int;
        备注 remark text""",
}

#: Closed lists of the fields that rules and papers name.
VALUES = {
    "receivables.debtor_type": "企业 机关事业单位 个人",
    "receivables.security": "无 保证 抵押 质押 留置 定金",
    "receivables.status": "正常 预警 追讨 协议还款 诉讼 以物抵债 已结清 已核销",
    "credit_terms.rating": "AAA AA A B C D",
    "inventory_count.condition": "完好 轻微瑕疵 毁损 贬值",
    "disposals.method": "出售 拍卖 自用 报废",
    "write_offs.debtor_type": "企业 机关事业单位 个人",
    "write_offs.condition": "债务人死亡 债务人破产 逾期三年以上",
    "write_offs.office_opinion": "同意 不同意 补充材料",
    "write_offs.manager_opinion": "同意 不同意",
    "write_offs.body": "总经理会议 董事会 股东大会",
    "write_offs.status": "草拟 已上报 审核中 已批准 已驳回",
    "evidence.type": "债权凭证 死亡证明 遗产清偿证明 破产宣告裁定 破产清偿证明 邮局存证信函 催收记录 "
    "法院判决书 法院和解笔录 调解裁决书 终结执行裁定 检察机关证明 工商注销证明 其他",
    "write_off_register.body": "总经理会议 董事会 股东大会",
    "dossiers.status": "在办 已结清 已封档 已移交 已销毁",
    "dossier_loans.action": "借阅 销毁",
    "cases.method": "协商 协议还款 以物抵债 调解 诉讼 执行 债权转让 核销",
    "agreements.method": "一次性 分期 以物抵债",
    "collection_log.method": "电话 函件 上门 律师函 邮政存证信函 短信 对账",
    "collection_log.receipted_by": "法定代表人 主要负责人 收发部门 被授权主体 本人 其他",
    "confirmations.method": "函证 当面 电子",
    "claim_intake.decision": "受理 不予受理 补正",
    "claim_intake.track": "调解 追缴 债权转让 执行",
    "claim_intake.measure": "无 查封 冻结 扣押 拍卖",
    "litigation.kind": "诉讼 仲裁 支付令 破产申报 执行 风险事件",
    "litigation.risk": "高 中 低",
    "litigation.status": "进行中 已结 中止 终结",
    "assessment.kind": "定期 不定期",
    "assessment.grade": "优秀 良好 合格 不合格",
    "assessment.sanction": "表彰 奖金 无 限制贷款额度 暂停资金拨款",
    "assessment.discipline": "无 警告 记过 降职",
    "receivables.currency": "CNY USD EUR JPY HKD GBP KRW RUB SGD AUD CAD CHF THB VND MYR IDR INR AED "
    "SAR BRL ZAR TWD MOP NZD",
}

#: Lists that stand in the policy.
LISTS = {
    "receivables.age_band": "age_bands",
    "cases.stage": "stages",
    "project_claims.stage": "stages",
    "staff.team": "teams",
}

SYNONYMS = {
    "receivables": {
        "客户名称": "debtor",
        "欠款单位": "debtor",
        "往来单位": "debtor",
        "对方单位": "debtor",
        "欠款余额": "balance",
        "期末余额": "balance",
        "应收余额": "balance",
        "发票日期": "occurred_on",
        "开票日期": "occurred_on",
        "到期日": "due_on",
        "应收款日期": "due_on",
    },
    "contracts": {"客户名称": "debtor", "合同号": "contract_id", "终止日期": "expires_on"},
    "collection_log": {"催款日期": "on", "催款方式": "method"},
}

each_kind = pytest.mark.parametrize("kind", list(all_kinds().values()), ids=lambda k: k.kind)


def folded(header: str) -> str:
    """A header without spaces, case and width, as a reader compares it."""
    return "".join(unicodedata.normalize("NFKC", header).lower().split())


def test_every_kind_is_there_in_order() -> None:
    found = {k.kind: (k.sheet, " ".join(k.key), len(k.fields), k.sheet_of) for k in all_kinds().values()}
    assert found == KINDS
    assert list(found) == list(KINDS)
    assert get_kind("inventory_count").title.zh == "财务存货盘点表(以物抵债)"


@pytest.mark.parametrize("name", list(COLUMNS))
def test_columns_are_fixed(name: str) -> None:
    wanted = [" ".join(column.split()) for column in COLUMNS[name].split(";")]
    found = [f"{f.header} {f.name}{'*' * f.required} {f.type.value}" for f in get_kind(name).fields]
    assert found == wanted


def test_every_kind_has_its_columns_fixed_here() -> None:
    assert set(COLUMNS) == set(KINDS)


def test_closed_lists() -> None:
    enums = [
        (f"{k.kind}.{f.name}", f) for k in all_kinds().values() for f in k.fields if f.type is FieldType.ENUM
    ]
    assert {name: " ".join(f.values) for name, f in enums if f.values} == VALUES
    assert {name: f.values_from for name, f in enums if f.values_from} == LISTS


def test_special_marks() -> None:
    marked: dict[str, set[str]] = {m: set() for m in ("negative", "personal", "check_digit", "default")}
    for kind in all_kinds().values():
        for field in kind.fields:
            for mark, names in marked.items():
                if getattr(field, mark):
                    names.add(f"{kind.kind}.{field.name}")
    codes = {"receivables.debtor_code", "credit_terms.debtor_code", "claim_intake.applicant_code"}
    assert marked == {
        "negative": {
            "receivables.balance",
            "inventory_count.difference_qty",
            "write_off_register.outstanding",
            "confirmations.sales_balance",
            "confirmations.finance_balance",
            "confirmations.difference",
            "confirmations.debtor_balance",
        },
        "personal": codes,
        "check_digit": codes,
        "default": {"receivables.currency"},
    }
    assert {get_kind(n.split(".")[0])[n.split(".")[1]].check_digit for n in codes} == {"party"}
    assert get_kind("receivables")["currency"].default == "CNY"


def test_blocks_below_the_count() -> None:
    found = [(b.name, b.type, b.entries, b.required, b.clauses) for b in get_kind("inventory_count").blocks]
    assert found == [
        ("signatures", "signature", ("单位经理", "财务主管", "保管人", "验收人"), True, ("F-9",)),
        ("deliveries", "delivery", ("财务部", "技术工程部", "清欠办"), True, ("F-8", "F-9")),
    ]
    assert [k.kind for k in all_kinds().values() if k.blocks] == ["inventory_count"]


@each_kind
def test_no_header_is_claimed_twice(kind: Kind) -> None:
    claimed: dict[str, str] = {}
    for field in kind.fields:
        for header in (field.header, *field.synonyms):
            assert folded(header) not in claimed, f"{header}: {claimed[folded(header)]} and {field.name}"
            claimed[folded(header)] = field.name


@pytest.mark.parametrize("name", list(SYNONYMS))
def test_synonyms_of_other_peoples_files(name: str) -> None:
    owner = {s: f.name for f in get_kind(name).fields for s in f.synonyms}
    assert {s: owner.get(s) for s in SYNONYMS[name]} == SYNONYMS[name]


@each_kind
def test_every_clause_exists(kind: Kind) -> None:
    cited = {*kind.clauses}.union(*(f.clauses for f in kind.fields), *(b.clauses for b in kind.blocks))
    assert cited - set(all_clauses()) == set()
    assert kind.clauses


@each_kind
def test_every_field_helps_the_clerk(kind: Kind) -> None:
    for field in kind.fields:
        assert field.help is not None, field.name
        assert field.help.zh.endswith("。"), field.name
        assert field.help.en.endswith("."), field.name
        shown = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in field.header)
        assert field.width >= shown, f"{field.header} does not fit {field.width}"


@each_kind
def test_yaml_11_reads_the_same_names(kind: Kind) -> None:
    """A reader that takes ``on`` and ``no`` for booleans must not lose a column."""
    content = yaml.safe_load((schemas_dir() / "kinds" / f"{kind.kind}.yaml").read_text(encoding="utf-8"))
    assert [f["name"] for f in content["fields"]] == [f.name for f in kind.fields]


FORMULAS: dict[str, tuple[dict[str, Any], Any]] = {
    "receivables.balance": ({"original": 1000.1, "received": 400.3}, 599.8),
    "receivables.overdue_days": ({"as_of": dt.date(2026, 9, 30), "due_on": dt.date(2026, 9, 29)}, 1),
    "receivables.age_band": (
        {
            "as_of": dt.date(2025, 3, 1),
            "age_basis": "业务发生日",
            "occurred_on": dt.date(2022, 3, 1),
            "due_on": None,
        },
        "2至3年",
    ),
    "inventory_count.difference_qty": ({"counted_qty": 9, "book_qty": 10}, -1),
    "inventory_count.value": ({"counted_qty": 3, "unit_price": 1.1}, 3.3),
    "write_off_register.outstanding": ({"amount": 500, "recovered": None}, 500),
    "cases.remaining": ({"claimed": 500, "recovered": 120.5}, 379.5),
    "confirmations.difference": ({"sales_balance": 100, "finance_balance": 100.01}, -0.01),
    "project_claims.arrears": ({"payable": 500, "paid": 0}, 500),
}


def test_computed_columns() -> None:
    found = {f"{k.kind}.{f.name}" for k in all_kinds().values() for f in k.fields if f.formula}
    assert found == set(FORMULAS)


@pytest.mark.parametrize("name", list(FORMULAS))
def test_formula_computes_and_stays_blank_without_inputs(name: str) -> None:
    kind, field = name.split(".")
    formula = get_kind(kind)[field].formula
    assert formula is not None
    values, expected = FORMULAS[name]
    assert references(formula) == set(values)
    assert work_out(formula, values) == expected
    assert work_out(formula, dict.fromkeys(values)) == ""


@pytest.mark.parametrize(
    ("as_of", "basis", "occurred_on", "due_on", "band"),
    [
        ("2025-03-01", "业务发生日", "2024-03-01", None, "1年以内"),
        ("2025-03-02", "业务发生日", "2024-03-01", None, "1至2年"),
        ("2021-02-28", "业务发生日", "2020-02-29", None, "1年以内"),
        ("2021-03-01", "业务发生日", "2020-02-29", None, "1至2年"),
        ("2025-03-01", "业务发生日", "2020-03-01", None, "4至5年"),
        ("2025-03-02", "业务发生日", "2020-03-01", None, "5年以上"),
        ("2025-03-01", "约定付款日", "2020-03-01", "2025-03-01", "1年以内"),
        ("2025-03-01", "约定付款日", "2020-03-01", "2025-03-02", "1年以内"),
        ("2025-03-01", "约定付款日", "2020-03-01", None, ""),
        ("2025-03-01", "业务发生日", None, "2020-03-01", ""),
        (None, "业务发生日", "2020-03-01", "2020-03-01", ""),
        ("2025-03-01", None, "2023-02-28", "2025-03-01", "2至3年"),
    ],
)
def test_age_band_formula(
    as_of: str | None, basis: str | None, occurred_on: str | None, due_on: str | None, band: str
) -> None:
    formula = get_kind("receivables")["age_band"].formula
    assert formula is not None
    days = {"as_of": as_of, "occurred_on": occurred_on, "due_on": due_on}
    values = {k: dt.date.fromisoformat(v) if v else None for k, v in days.items()}
    assert work_out(formula, {**values, "age_basis": basis}) == band


GOOD = """# a small kind
kind: small
version: 1
title: {zh: 小表, en: Small}
sheet: 小表
clauses: [F-20]
key: [claim_id]
purpose: {zh: 测试。, en: A test.}
fields:
  - name: claim_id
    header: 债权编号
    en: Claim no.
    type: code
    required: true
  - name: debtor
    header: 债务人名称
    en: Debtor
    type: text
    synonyms: [客户名称]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_good_yaml_is_read(tmp_path: Path) -> None:
    kind = load_kind(write(tmp_path, GOOD))
    assert kind.required == ("claim_id",)
    assert kind["debtor"].synonyms == ("客户名称",)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("    required: true", "    requird: true", 14, "“fields[1].requird”，是不是 required？"),
        ("sheet: 小表", "shet: 小表", 5, "“shet”，是不是 sheet？"),
        ("    type: code", "    type: cod", 13, "“fields[1].type”"),
        ("    type: text", "    type: enum", 15, "枚举列须有 values 或 values_from"),
        ("version: 1", "version: 0", 3, "“version”"),
        ("key: [claim_id]", "key: [claim_no]", 7, "“key”：没有列“claim_no”"),
        ("[客户名称]", "[债权编号]", 9, "“fields”：列名“债权编号”在 claim_id 和 debtor 两列中都有"),
        ("  - name: debtor", "  - name: claim_id", 9, "“fields”：列“claim_id”重复"),
        ("    en: Debtor", "    en: Debtor\n    en: Twice", 18, "键“en”重复"),
        (
            "title: {zh: 小表, en: Small}",
            "title: {zh: 小表, en: Small",
            4,
            "不是合法的 YAML：这里开始的括号没有结束",
        ),
    ],
)
def test_broken_yaml_is_refused_with_file_line_and_reason(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert GOOD.count(old) == 1
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(SchemaError) as error:
        load_kind(path)
    message = error.value.text.zh
    assert message.startswith(str(path))
    assert f"第 {line} 行" in message
    assert says in message


def test_kind_must_be_named_as_its_file(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"kind 应写作 small"):
        load_kind(write(tmp_path, GOOD.replace("kind: small", "kind: other")))


def test_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(SchemaError, match="是不是 receivables？"):
        get_kind("receivable")
    with pytest.raises(SchemaError, match="没有名为“应收账款”的表种，是不是 receivables？"):
        get_kind("应收账款")
    with pytest.raises(SchemaError, match=r"。可用：receivables（应收账款明细表）、credit_terms（"):
        get_kind("foo")


def test_eight_regulations_each_with_its_profile() -> None:
    assert {key: (r.profile, len(r.clauses)) for key, r in all_regulations().items()} == {
        "A": ("assessment", 12),
        "B": ("project", 19),
        "C": ("company", 13),
        "D": ("agency", 7),
        "E": ("office", 5),
        "F": ("group", 31),
        "G": ("enterprise", 14),
        "H": ("collections", 15),
    }


def test_organisational_clauses() -> None:
    found = {c.id for c in all_clauses().values() if c.organisational}
    assert found == {"A-8", "B-5-3", "C-5-1", "C-6-1", "F-25", "H-13", "H-14", "H-15"}


def test_citations_in_both_languages() -> None:
    cited = [get_clause(one).citation for one in ("F-26", "A-4-1", "B-4", "F-14-3")]
    assert [c.zh for c in cited] == [
        "F-26 《集团清欠管理制度》第26条",
        "A-4-1 《清欠办考核管理制度》第4章第1项",
        "B-4 《施工项目清欠管理制度》第4部分",
        "F-14-3 《集团清欠管理制度》第14条第3项",
    ]
    assert cited[-1].en == "F-14-3 Group regulation on overdue receivables, art. 14 (3)"


def test_unknown_clause_is_refused() -> None:
    with pytest.raises(SchemaError, match="没有编号为“F-99”的条款"):
        get_clause("F-99")


def test_clause_of_another_regulation_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "clauses.yaml"
    path.write_text(
        "F:\n  title: {zh: 甲, en: A}\n  profile: group\n  numbering: article\n"
        "  clauses:\n    F-1: {zh: 一, en: One}\n    G-1: {zh: 二, en: Two}\n",
        encoding="utf-8",
    )
    with pytest.raises(SchemaError, match=r"第 7 行：F 的条款应写作 F-1 或 F-1-1，而不是 G-1"):
        load_regulations(path)
    path.write_text("F:\n  titel: {zh: 甲, en: A}\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"第 2 行：不认识的键“F.titel”，是不是 title？"):
        load_regulations(path)
