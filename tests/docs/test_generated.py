"""Generated pages are the ones that the program makes; the guide sheets of the templates say the same."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from qq_excel.catalogue import all_rules, as_documented
from qq_excel.docs import generated_pages, on_disk, write_docs
from qq_excel.docs.__main__ import main
from qq_excel.docs.applied import profiles
from qq_excel.docs.markdown import GENERATED, plain
from qq_excel.kinds import all_kinds, get_kind
from qq_excel.language import Lang, using
from qq_excel.papers.registry import PAPERS
from qq_excel.policy import load_policy
from qq_excel.policy.clauses import all_clauses
from qq_excel.template.writer import main_kinds, workbook_kinds, write_template

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return generated_pages(ROOT)


def test_the_tracked_pages_are_the_generated_ones(pages: dict[str, str]) -> None:
    there = on_disk(ROOT)
    stale = sorted(path for path in pages.keys() | there.keys() if pages.get(path) != there.get(path))
    assert not stale, f"run `make docs`: {', '.join(stale[:10])}"


def test_the_language_of_the_run_changes_nothing(pages: dict[str, str]) -> None:
    with using("en"):
        assert generated_pages(ROOT) == pages


def test_every_rule_and_kind_has_its_page(pages: dict[str, str]) -> None:
    named = {Path(p).stem for p in pages if p.startswith("docs/rules/")}
    assert named == {"README", *all_rules()}
    assert {Path(p).stem for p in pages if p.startswith("docs/kinds/")} == {"README", *all_kinds()}


def test_every_paper_has_its_place_and_its_picture(pages: dict[str, str]) -> None:
    text = pages["docs/papers/README.md"]
    folder = ROOT / "docs" / "papers" / "images"
    made = {p.name for p in PAPERS.values() if not p.parts}
    assert set(re.findall(r"\(images/(.+)\.png\)", text)) == made
    assert {p.stem for p in folder.iterdir()} == made, "python .ci/paper-pictures.py"
    assert sum(p.stat().st_size for p in folder.iterdir()) < 3_000_000


def test_a_rule_page_says_all_that_there_is_to_say(pages: dict[str, str]) -> None:
    text = pages["docs/rules/REC009.md"]
    spec = all_rules()["REC009"]
    for said in (
        "错误 error", "[应收账款明细表](../kinds/receivables.md) `receivables`", "[F-26](../clauses.md#f-26)",
        all_clauses()["F-26"].text.zh, all_clauses()["F-26"].text.en, plain(spec.message.zh), plain(as_documented(spec.message.en)),
        plain(spec.fix.zh), plain(as_documented(spec.fix.en)), "## 错例 Wrong", "## 正例 Right", "## 局限 Limits", "0.1.0",
        "| `limitation_years`<br>诉讼时效（年）<br>Limitation period (years) | 全部 all | 2000-01-01 | 2年 |",
        "| 全部 all | 2017-10-01 | 3年 | 民法总则、民法典第188条<br>Civil Code 188 |",
        "`assessment`、`company`、`office`、`group`、`enterprise`、`collections`",
    ):  # fmt: skip
        assert said in text, said


def test_values_that_differ_are_told_by_profile(pages: dict[str, str]) -> None:
    text = pages["docs/rules/CLM003.md"]
    row = "| `coercive_powers`<br>有权采取强制措施<br>May take coercive measures | "
    assert f"{row}`agency` | 2000-01-01 | 是 |" in text
    others = "`assessment`、`project`、`company`、`office`、`group`、`enterprise`、`collections`"
    assert f"{row}{others} | 2000-01-01 | 否 |" in text


def test_rules_that_a_profile_switches_off_say_why(pages: dict[str, str]) -> None:
    every = "、".join(f"`{name}`" for name in profiles())
    reason = "计提比例由企业自定，设定 provision_rates 后启用 / Rates are the company's own;"
    assert f"| 不启用 Off in | {every}：{reason}" in pages["docs/rules/REC018.md"]
    assert "适用制度 Profiles" not in pages["docs/rules/REC018.md"]


def test_index_by_clause_kind_and_profile(pages: dict[str, str]) -> None:
    index = pages["docs/rules/README.md"]
    by_clause = index[index.index("## 按条款") : index.index("## 按制度")]
    row = next(line for line in by_clause.splitlines() if line.startswith("| [F-11]"))
    assert re.findall(r"\[(\w{6})\]", row) == ["DSP001", "DSP002", "DSP003", "DSP004", "DSP008", "INV008"]
    by_kind = index[index.index("## 按表种 By kind") : index.index("## 按条款 By clause")]
    row = next(line for line in by_kind.splitlines() if "`litigation`" in line)
    assert re.findall(r"\[(\w{6})\]", row) == ["LIT001", "LIT002", "LIT003", "LIT004"]
    by_profile = index[index.index("## 按制度 By profile") :]
    row = next(line for line in by_profile.splitlines() if line.startswith("- `agency`"))
    assert {i[:3] for i in re.findall(r"\[(\w{6})\]", row)} == {
        r.id[:3] for r in all_rules().values() if {*r.kinds} & {*load_policy("agency").kinds}
    }


def test_links_lead_somewhere(pages: dict[str, str]) -> None:
    """Relative links of every page of docs and of the README; anchors of the generated pages too."""
    texts = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in ROOT.glob("*.md")}
    for path in (ROOT / "docs").rglob("*.md"):
        texts[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    texts |= pages
    anchors = {path: {_slug(h) for h in re.findall(r"^#+ (.*)$", text, re.M)} for path, text in texts.items()}
    broken = []
    for path, text in texts.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", _outside_code(text)):
            if "://" in target:
                continue
            file, _, anchor = target.partition("#")
            aim = (ROOT / path).parent.joinpath(file).resolve() if file else ROOT / path
            name = aim.relative_to(ROOT).as_posix() if aim.is_relative_to(ROOT) else ""
            if not (name in texts or aim.exists()) or (
                anchor and name in anchors and anchor not in anchors[name]
            ):
                broken.append(f"{path}: {target}")
    assert not broken


def _outside_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)


def _slug(heading: str) -> str:
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("main", [k.kind for k in main_kinds()])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_guide_sheet_says_what_the_page_says(
    main: str, lang: Lang, tmp_path: Path, pages: dict[str, str]
) -> None:
    book = openpyxl.load_workbook(write_template(main, tmp_path / "x.xlsx", lang=lang), read_only=True)
    rows = [
        ["" if c is None else str(c) for c in row[:7]] for row in book["填表说明"].iter_rows(values_only=True)
    ]
    numbered = [row for row in rows if row[0].isdigit() and row[1]]
    told = [row for row in rows if row[1] in all_rules()]
    kinds = workbook_kinds(main)
    columns, rules = [], []
    for kind in kinds:
        page = pages[f"docs/kinds/{kind.kind}.md"]
        head = "| No. | Header |" if lang == "en" else "| 序号 | 列标题 |"
        columns += _table(page, head)
        rules += _table(page, "| 级别 | 编号 |")
        for block in kind.blocks:
            line = next(row[0] for row in rows if block.title.zh in row[0] and block.entries[0] in row[0])
            assert f"- {plain(line)}" in page
    assert [[plain(c) for c in row] for row in numbered] == columns
    assert len(numbered) == sum(len(get_kind(k.kind).fields) for k in kinds)
    finding = 4 if lang == "en" else 3
    page_rules = {(r[1].partition("]")[0].strip("["), r[2], r[finding]) for r in rules}
    assert {(row[1], row[2], plain(row[4])) for row in told} == page_rules


def _table(page: str, head: str) -> list[list[str]]:
    """The rows below *head* (and its ruler)."""
    if head not in page:
        return []
    lines = page[page.index(head) :].splitlines()[2:]
    out = []
    for line in lines:
        if not line.startswith("|"):
            break
        out.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return out


def test_writing_removes_the_pages_of_what_is_no_more(tmp_path: Path, pages: dict[str, str]) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    old = tmp_path / "docs/rules/OLD001.md"
    old.parent.mkdir(parents=True)
    old.write_text(f"{GENERATED}\n\n# gone\n", encoding="utf-8")
    own = tmp_path / "docs/own.md"
    own.write_text("# written by hand\n", encoding="utf-8")
    changed = write_docs(tmp_path)
    assert not old.exists()
    assert own.exists()
    assert "docs/rules/OLD001.md" in changed
    assert len(changed) == len(pages) + 1
    assert write_docs(tmp_path) == []


def test_it_writes_into_checkouts_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "docs")]) == 2
    assert "not the docs of a checkout" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
