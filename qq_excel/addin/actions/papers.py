"""核销申请包, 签认函/催收函 and 新建模板."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qq_excel.addin.actions.analysis import need
from qq_excel.addin.checked import Steps, checked
from qq_excel.addin.host import host_of
from qq_excel.addin.settings import load_settings
from qq_excel.errors import InputError
from qq_excel.findings import from_a1
from qq_excel.language import Text, many, t

if TYPE_CHECKING:
    import xlwings as xw

    from qq_excel.papers.write_off_facts import Application
    from qq_excel.papers.write_off_pack import Outcome

#: Gaps, and files, that a message names before it says how many more there are.
_MOST_SAID = 6
_LETTERS = (
    ("confirmations", Text("对账签认函（兼催款）", "balance confirmations with a demand")),
    ("confirmations-plain", Text("对账签认函（仅核对账目）", "balance confirmations, books only")),
    ("dunning", Text("催款函", "dunning letters")),
)


def write_off(book: xw.Book) -> Outcome | None:
    """Packs for the selected applications that are fit, or all; says what the others lack. None without a folder."""
    from qq_excel.output import must_be_writable
    from qq_excel.papers.write_off_pack import Kit, plan, write_packs

    host = host_of(book)
    selected = host.selected()
    steps = Steps(host)
    with checked(book, steps) as found:
        need(found, "write_offs")
        outcome = plan(found.result)
        chosen = [a for a in (*outcome.fit, *outcome.unfit) if a.line - 1 in selected.get(a.sheet, ())]
        if chosen:
            outcome.fit = [a for a in outcome.fit if a in chosen]
            outcome.unfit = [a for a in outcome.unfit if a in chosen]
            outcome.planned = [(name, a) for name, a in outcome.planned if a in chosen]
        folder = host.folder(t("申请包放到哪个文件夹？", "Folder for the packs?"))
        if folder is None:
            return None
        must_be_writable(folder)
        write_packs(outcome, folder, Kit.of(found.result), steps)
    host.tell(_told(outcome, folder, whole=not chosen))
    return outcome


def _told(outcome: Outcome, folder: Path, *, whole: bool) -> str:
    scope = t("全部申请", "all applications") if whole else t("所选申请", "the selected applications")
    lines = [
        t(
            f"{scope}：{len(outcome.packs)} 份申请包已生成，{len(outcome.unfit)} 份申请材料不全。\n{folder}",
            f"{scope}: {many(len(outcome.packs), 'pack')} made, {many(len(outcome.unfit), 'is', 'are')} not fit.\n{folder}",
        )
    ]
    lines += [_gaps(app) for app in outcome.unfit[:_MOST_SAID]]
    if len(outcome.unfit) > _MOST_SAID:
        lines.append(t(f"……共 {len(outcome.unfit)} 份", f"… {len(outcome.unfit)} in all"))
    if outcome.unfit:
        lines.append(t("逐项见 缺失清单.xlsx。", "See 缺失清单.xlsx."))
    return "\n".join(lines)


def _gaps(app: Application) -> str:
    first = app.gaps[0].what if app.gaps else ""
    more = (
        t(f"（另 {len(app.gaps) - 1} 项）", f" (and {len(app.gaps) - 1} more)") if len(app.gaps) > 1 else ""
    )
    return f"✗ {app.id or '—'}：{first}{more}"


def letters(book: xw.Book) -> list[Path]:
    """Letters to the debtors of the selected rows, with all that each owes; the files that were written."""
    from qq_excel.papers.claims import claims_of
    from qq_excel.papers.report import make
    from qq_excel.papers.report_job import Choices

    host = host_of(book)
    selected = host.selected()
    with checked(book) as found:
        need(found, "receivables")
        accounts = frozenset(
            (c.unit, c.debtor)
            for c in claims_of(found.result)
            if c.cell and from_a1(c.cell)[0] in selected.get(c.sheet, ())
        )
        if not accounts:
            raise InputError(
                Text(
                    "请先选中要发函的债权所在的行（可以多选）。",
                    "Select the rows of the claims that letters should go out for (several if you like).",
                )
            )
        which = host.one_of(t("生成哪种信函？", "Which letters?"), [str(text) for _, text in _LETTERS])
        folder = None if which is None else host.folder(t("信函放到哪个文件夹？", "Folder for the letters?"))
        if which is None or folder is None:
            return []
        paper, _, plain = _LETTERS[which][0].partition("-")
        choices = Choices(wording="plain" if plain else "demand", accounts=accounts)
        made = make(
            paper, found.result, folder, formats=["docx", "xlsx"], choices=choices, progress=Steps(host)
        )
    written = [*made.kept, *made.written]
    notes = "".join(f"\n{note}" for note in made.notes)
    count = sum(p.suffix == ".docx" for p in written)
    host.tell(
        t(
            f"所选的 {len(accounts)} 个债务人，生成 {count} 封信函和登记册。\n{folder}{notes}",
            f"{many(len(accounts), 'debtor')} selected, {many(count, 'letter')} and a register made.\n{folder}{notes}",
        )
    )
    return written


def template(book: xw.Book) -> xw.Book | None:
    """A blank template of a kind that the user chooses, as a new workbook; None when he changed his mind."""
    from qq_excel.kinds import get_kind
    from qq_excel.template import write_template

    host = host_of(book)
    policy = load_settings().policy_()
    kinds = [k for k in map(get_kind, policy.kinds) if k.sheet_of is None]
    which = host.one_of(t("新建哪种模板？", "Which template?"), [str(k.title) for k in kinds])
    if which is None:
        return None
    with TemporaryDirectory(prefix="qq-", ignore_cleanup_errors=True) as folder:
        kind = kinds[which]
        return host.open_new(write_template(kind.kind, Path(folder) / f"{kind.sheet}.xlsx", policy=policy))
