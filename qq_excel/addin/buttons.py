"""The table of buttons: everything that Excel's ribbon, LibreOffice's toolbar and the tests know of them.

An id is a promise: it names the button, its action and its icon, and never changes its meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from qq_excel.language import Text

#: What an id may look like; nothing else ever reaches a command line.
ACTION_ID: Final = re.compile(r"qq_[a-z0-9_]{1,36}")

TAB_ID: Final = "qq_tab"
TAB_LABEL: Final = Text("清欠", "Receivables")
TAB_KEY: Final = "Q"


@dataclass(frozen=True, slots=True)
class Group:
    """Buttons that stand together."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Button:
    """One button.

    Attributes:
        id: Also the action's name; matches :data:`ACTION_ID`.
        label: What stands on it.
        tip: One line of what it does.
        more: What a first-time user should know: what is written where, and what is not touched.
        icon: An image of Microsoft Office (imageMso), one that Excel 2013 already has.
        key: Key tip within the tab.
        group: The group's id.
        large: Whether it is a large button; the small ones stack in threes.
        needs_book: Whether it works on an open workbook; else it works without one too.
    """

    id: str
    label: Text
    tip: Text
    more: Text
    icon: str
    key: str
    group: str
    large: bool = False
    needs_book: bool = True


GROUPS: Final = (
    Group("qq_group_check", Text("校验", "Check")),
    Group("qq_group_analysis", Text("分析", "Analysis")),
    Group("qq_group_papers", Text("文书", "Papers")),
    Group("qq_group_submit", Text("报送", "Submission")),
    Group("qq_group_help", Text("帮助", "Help")),
)

BUTTONS: Final = (
    Button(
        "qq_check",
        Text("校验", "Check"),
        Text("按制度逐格校验本工作簿", "Check this workbook against the policy, cell by cell"),
        Text(
            "有问题的单元格加底色和批注，另建工作表“校验结果”，逐条链接到单元格。数据本身不改。",
            "Marks cells with a fill and a note and writes a sheet 校验结果 with links. Your data stays as it is.",
        ),
        icon="DataValidation", key="C", group="qq_group_check", large=True,
    ),
    Button(
        "qq_prev",
        Text("上一条", "Previous"),
        Text("到上一条问题", "Go to the previous finding"),
        Text("选中上一条问题的单元格并显示说明。", "Selects the cell of the previous finding and shows it."),
        icon="ReviewPreviousComment", key="P", group="qq_group_check",
    ),
    Button(
        "qq_next",
        Text("下一条", "Next"),
        Text("到下一条问题", "Go to the next finding"),
        Text("选中下一条问题的单元格并显示说明。", "Selects the cell of the next finding and shows it."),
        icon="ReviewNextComment", key="N", group="qq_group_check",
    ),
    Button(
        "qq_rule",
        Text("规则说明", "Rule"),
        Text("所选单元格违反了哪条规则", "Which rule the selected cell breaks"),
        Text(
            "说明规则的内容、理由、制度条款、错例和正例。",
            "What the rule says, why, its clause, a wrong and a right example.",
        ),
        icon="FunctionsInformationInsertGallery", key="R", group="qq_group_check",
    ),
    Button(
        "qq_fix",
        Text("自动修正", "Fix"),
        Text("修正写法（空格、文本型数字和日期、列名）", "Mend how things are written (blanks, numbers and dates as text)"),
        Text(
            "只做不改变含义的修正，列出每一处修改，可以撤回。金额和日期的值不变。",
            "Only changes that keep the meaning; lists each of them; can be undone.",
        ),
        icon="AutoCorrect", key="F", group="qq_group_check", large=True,
    ),
    Button(
        "qq_clear",
        Text("清除标注", "Clear marks"),
        Text("去掉本程序的标注", "Take our marks away"),
        Text(
            "恢复校验前的底色和批注；您自己的批注和格式不受影响。",
            "Brings back the fills and notes from before; your own notes and formats stay.",
        ),
        icon="ClearFormats", key="X", group="qq_group_check",
    ),
    Button(
        "qq_ageing",
        Text("账龄分析", "Ageing"),
        Text("生成账龄分析表和图", "Make an ageing sheet with a chart"),
        Text(
            "按单位和账龄段汇总账面余额，合计与明细表核对一致。",
            "Balances by unit and age band; the total ties to the ledger.",
        ),
        icon="ChartTypeColumnInsertGallery", key="A", group="qq_group_analysis", large=True,
    ),
    Button(
        "qq_warnings",
        Text("生成预警表", "Warnings"),
        Text("在新工作簿中生成清欠预警表", "Make the warning sheets in a new workbook"),
        Text(
            "列出临近或超过保险账龄、额度、合同期限、诉讼时效的债权和应采取的措施。",
            "Claims near or past their insured age, limit, contract term or limitation, and what to do.",
        ),
        icon="ErrorChecking", key="W", group="qq_group_analysis", large=True,
    ),
    Button(
        "qq_write_off",
        Text("核销申请包", "Write-off pack"),
        Text("为选中的或全部合格的申请生成申请包", "Make packs for the selected or all fit applications"),
        Text(
            "先问保存到哪个文件夹；不合格的申请逐项说明缺什么。",
            "Asks for a folder first; says what the others lack.",
        ),
        icon="SignatureLineInsert", key="O", group="qq_group_papers", large=True,
    ),
    Button(
        "qq_letters",
        Text("签认函/催收函", "Letters"),
        Text("为选中的行生成签认函、催收函", "Make confirmation and demand letters for the selected rows"),
        Text("先问保存到哪个文件夹，每个债务人一份 Word 文件。", "Asks for a folder first; one Word file per debtor."),
        icon="FileSendAsAttachment", key="L", group="qq_group_papers",
    ),
    Button(
        "qq_template",
        Text("新建模板", "New template"),
        Text("从清单中选表种，新建空白模板", "Choose a kind from the list; get a blank template"),
        Text("模板是不含宏的普通工作簿。", "A template is a plain workbook without macros."),
        icon="FileNew", key="T", group="qq_group_papers", needs_book=False,
    ),
    Button(
        "qq_submit",
        Text("提交", "Submit"),
        Text("校验通过后另存一份封存件并报送", "Check, and if accepted hand in a sealed copy"),
        Text(
            "封存件附有时间、制度和校验值，存到所设的文件夹或服务器；有错误级问题时不提交。",
            "The copy bears time, policy and hash and goes to the folder or server set; not while there are errors.",
        ),
        icon="FileAddDigitalSignature", key="S", group="qq_group_submit", large=True,
    ),
    Button(
        "qq_policy",
        Text("制度参数", "Policy"),
        Text("本工作簿适用哪个制度、哪些数值", "Which policy and values apply to this workbook"),
        Text("每个参数的数值、起始日期和来源。", "The value of each parameter, since when, and its source."),
        icon="PropertySheet", key="Y", group="qq_group_submit",
    ),
    Button(
        "qq_restart",
        Text("重启", "Restart"),
        Text("重启后台程序", "Restart the program behind the buttons"),
        Text("更新本程序后，或按钮没有反应时使用。", "After an update, or when the buttons do not answer."),
        icon="Refresh", key="Z", group="qq_group_help", needs_book=False,
    ),
    Button(
        "qq_help",
        Text("帮助", "Help"),
        Text("使用说明、版本和日志的位置", "User guide, version, and where the log is"),
        Text("向管理员报告故障时请附上故障编号。", "Tell your administrator the fault id when something fails."),
        icon="Help", key="H", group="qq_group_help", needs_book=False,
    ),
)  # fmt: skip

BY_ID: Final = {button.id: button for button in BUTTONS}
