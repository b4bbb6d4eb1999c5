"""The command line as a clerk runs it: a process, its exit code and what it prints."""

from __future__ import annotations

import errno
import json
import re
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest
import xlsxwriter

from qq_excel import output, resources
from qq_excel.errors import OutputError
from tests.cli.support import qq, refused
from tests.support.build import build, cell
from tests.support.digests import digests

GROUP = resources.schemas_dir() / "policies" / "group.yaml"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with a workbook that has one error (and lacks partners), and a clean one apart."""
    build(tmp_path / "错.xlsx", {"receivables": [{}, {"balance": 700}]})
    build(tmp_path / "clean.xlsx", {"receivables": [{}], "credit_terms": [{}], "contracts": [{}]})
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_and_texts_are_printed_as_they_stand(tmp_path: Path) -> None:
    """Neither markup nor the name of an emoji is taken for one."""
    name, debtor = "a:cat:[bold]b.xlsx", "[red]甲:dog:公司[/red]"
    build(tmp_path / name, {"receivables": [{"balance": 700, "debtor": f"{debtor}　"}]})
    assert f"■ {name}  [不通过]" in qq(tmp_path, "check", name).stdout
    assert debtor in qq(tmp_path, "fix", name, "-o", "b.xlsx").stdout


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["check", "--help"], ["--lang", "en", "--help"]]
)
def test_help_and_version_load_no_pandas(tmp_path: Path, arguments: list[str]) -> None:
    done = qq(tmp_path, *arguments, python=("-X", "importtime"))
    assert done.returncode == 0
    loaded = {x.rpartition("|")[2].strip() for x in done.stderr.splitlines() if x.startswith("import time:")}
    assert "qq_excel.cli" in loaded
    heavy = {
        "pandas",
        "pandera",
        "pandera.pandas",
        "numpy",
        "pyarrow",
        "openpyxl",
        "lxml",
        "fastexcel",
        "yaml",
    }
    assert not loaded & heavy
    assert done.stdout.startswith("qq-excel ") or re.match("用法：|Usage: ", done.stdout)


def test_what_lies_beside_and_cannot_be_read_is_named(work: Path) -> None:
    for name in ("华南.et", "~$华南.et", ".隐藏.rar", "来信.rar", "说明.docx"):
        (work / name).write_bytes(b"x")
    done = qq(work, "check", ".")
    assert done.stderr.splitlines() == [
        f"{name}：没有校验。这种格式读不了：表请另存为 .xlsx，压缩包请解压（.zip 可用 qq-excel batch）。"
        for name in ("华南.et", "来信.rar")
    ]
    assert qq(work, "check", "clean.xlsx").stderr == ""


def test_a_workbook_that_another_names_as_evidence_is_named_and_not_checked(work: Path) -> None:
    (work / "in").mkdir()
    book = xlsxwriter.Workbook(str(work / "in" / "对账单.xlsx"))
    book.add_worksheet().write_string(0, 0, "客户盖章的对账单")
    book.close()
    build(work / "in" / "证据.xlsx", {"evidence": [{"path": "对账单.xlsx"}]})
    done = qq(work, "check", "in")
    assert (done.returncode, done.stderr) == (
        0,
        "对账单.xlsx：证据.xlsx 引用它作证据附件，里面没有可识别的登记表，未作为报送校验；如应报送，请用模板填写。\n",
    )
    assert "对账单.xlsx  [" not in done.stdout
    assert qq(work, "check", "in/对账单.xlsx").returncode == 1
    done = qq(work, "batch", "in", "-o", "out")
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "2 个文件：通过 1  退回修改 0  已被重报取代 0  隔离 0  证据附件 1",
    )


def test_exit_codes(work: Path) -> None:
    assert qq(work, "check", "clean.xlsx").returncode == 0
    assert qq(work, "check", "错.xlsx").returncode == 1
    assert qq(work, "check", "none.xlsx").returncode == 2
    assert qq(work, "nope").returncode == 2


def test_check_text(work: Path) -> None:
    done = qq(work, "check", "错.xlsx")
    assert done.stderr == ""
    assert "■ 错.xlsx  [不通过]  华东分公司 · 2026Q3 · 2 行" in done.stdout
    assert f" 错误      REC001  {cell('receivables', 'balance', 1)}" in done.stdout
    assert "账面余额 700.00 不等于原始金额 1,000.00 减已收金额 400.00，应为 600.00" in done.stdout
    assert "没有交来《合同台账》，请一并提交：CON001、CON002、CON003、CON005" in done.stdout
    assert "合计：错误 1  警告 0  提示 0  无法判断 11" in done.stdout
    assert "1 个工作簿，0 个通过，1 个需修改。" in done.stdout
    assert "没有问题。" in qq(work, "check", "clean.xlsx").stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_check_json(work: Path, lang: str) -> None:
    done = qq(work, "check", "错.xlsx", "--format", "json", "--lang", lang)
    document = json.loads(done.stdout)
    schema = json.loads((resources.schemas_dir() / "findings.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())
    found = [
        (f["rule"], f["cell"], f["value"], f["expected"]) for f in document["findings"] if f["level"] != "?"
    ]
    assert found == [("REC001", cell("receivables", "balance", 1), "700.00", "600.00")]
    (one,) = (f for f in document["findings"] if f["rule"] == "REC001")
    assert one["row"] == 7
    assert one["related"] == [cell("receivables", "original", 1), cell("receivables", "received", 1)]
    assert one["message"].startswith("账面余额 700.00" if lang == "zh" else "The balance 700.00")


def test_same_bytes_twice_and_from_another_folder(work: Path) -> None:
    first = qq(work, "check", "错.xlsx", "clean.xlsx", "--format", "json").stdout
    assert qq(work, "check", "错.xlsx", "clean.xlsx", "--format", "json").stdout == first
    elsewhere = qq(work.parent, "check", str(work / "错.xlsx"), str(work / "clean.xlsx"), "--format", "json")
    assert elsewhere.stdout == first


def test_written_papers_are_the_same_bytes_and_not_handed_in_again(work: Path) -> None:
    first = qq(work, "check", ".", "-o", "out")
    assert first.returncode == 1
    written = digests(work / "out")
    assert written
    again = qq(work, "check", "clean.xlsx", "错.xlsx", "-o", "out")
    assert digests(work / "out") == written
    assert "2 个工作簿" in again.stdout
    assert "2 个工作簿" in qq(work, "check", ".").stdout  # ours in out/ are passed over


def test_english(work: Path) -> None:
    for arguments in (
        ["check", "错.xlsx", "--lang", "en"],
        ["--lang", "en", "check", "错.xlsx"],
        ["--lang=en", "check", "错.xlsx"],
    ):
        done = qq(work, *arguments)
        assert done.returncode == 1
        assert "The balance 700.00 is not the original amount 1,000.00" in done.stdout
        assert "In all: error 1" in done.stdout
    assert (
        refused(work, "check", "none.xlsx", "--lang", "en")
        == "none.xlsx: no such file or folder. Check the path."
    )


def test_missing_path_and_empty_folder(tmp_path: Path) -> None:
    assert refused(tmp_path, "check", "无.xlsx") == "无.xlsx：找不到这个文件或文件夹。请检查路径。"
    (tmp_path / "空").mkdir()
    (tmp_path / "空" / "~$锁.xlsx").write_bytes(b"x")
    (tmp_path / "空" / "甲_校验结果.xlsx").write_bytes(b"x")
    assert refused(tmp_path, "check", "空").startswith("空：文件夹里没有工作簿（")


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "文件是空的（0 字节）"), ("不是表".encode(), "内容不是 Excel")]
)
def test_a_file_that_is_no_workbook_is_a_finding(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    build(tmp_path / "b.xlsx", {"receivables": [{}]})
    done = qq(tmp_path, "check", "a.xlsx", "b.xlsx")
    assert done.returncode == 1
    assert done.stderr == ""
    assert "FIL001" in done.stdout
    assert f"不是合格的工作簿：{says}" in done.stdout
    assert "■ b.xlsx  [通过]" in done.stdout  # the other one is checked all the same


def test_wrong_policy(work: Path) -> None:
    text = GROUP.read_text(encoding="utf-8")
    (work / "p.yaml").write_text(
        text.replace("regulation: F\n", "regulation: F\nstagess: []\n"), encoding="utf-8"
    )
    line = text[: text.index("regulation: F")].count("\n") + 2
    assert (
        refused(work, "check", "错.xlsx", "--policy", "p.yaml")
        == f"p.yaml 第 {line} 行：不认识的键“stagess”，是不是 stages？"
    )
    (work / "p.yaml").write_text("profile: group\nversion: [1\n", encoding="utf-8")
    assert refused(work, "check", "错.xlsx", "--policy", "p.yaml") == (
        "p.yaml 第 2 行：不是合法的 YAML：这里开始的括号没有结束，或缺少逗号。"
    )
    assert refused(work, "policy", "show", "grop") == "没有名为“grop”的制度，是不是 group？"
    assert refused(work, "check", "错.xlsx", "--policy", "none.yaml").startswith("none.yaml：读不到文件")


def test_unknown_names_get_the_nearest(tmp_path: Path) -> None:
    assert refused(tmp_path, "rules", "REC0001") == "没有编号为“REC0001”的规则，是不是 REC001？"
    assert (
        refused(tmp_path, "template", "receivbles", "-o", "t.xlsx")
        == "没有名为“receivbles”的表种，是不是 receivables？"
    )
    assert list(tmp_path.glob("*.xlsx")) == []


def test_wrong_dates(work: Path) -> None:
    for wrong in ("2026-13-01", "2026-02-29", "yesterday"):
        says = f"日期“{wrong}”不对，请写成 2026-09-30 这样的形式。"
        assert refused(work, "check", "错.xlsx", "--as-of", wrong) == says


def test_no_arguments_shows_help(tmp_path: Path) -> None:
    done = qq(tmp_path)
    assert done.returncode == 2
    assert (done.stdout.count("用法：qq-excel [选项] 命令 …\n"), done.stderr) == (1, "")


def test_a_folder_that_cannot_be_written(work: Path) -> None:
    (work / "file").write_text("x", encoding="utf-8")
    assert refused(work, "check", "错.xlsx", "-o", "file/out").endswith(
        "：无法写入，路径中有一段不是文件夹。"
    )
    why = "file/x.xlsx：无法写入，路径中有一段不是文件夹。"
    assert refused(work, "template", "receivables", "-o", "file/x.xlsx") == why
    (work / "folder").mkdir()
    assert refused(work, "template", "receivables", "-o", "folder") == (
        "folder：无法写入，同名的文件夹已存在，请换一个名称。"
    )
    assert (work / "file").read_text(encoding="utf-8") == "x"


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(output.os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        output.write_bytes(target, b"new")
    assert str(caught.value) == f"{target}：无法写入，磁盘已满，请清理后重试。"
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]  # nothing half-written is left


def test_rules(tmp_path: Path) -> None:
    done = qq(tmp_path, "rules", "REC001")
    assert done.returncode == 0
    assert done.stdout.startswith("REC001  账面余额计算不符  [错误]\n账面余额不等于")
    for section in ("依据：", "错例：", "正例：", "参数：", "局限："):
        assert section in done.stdout
    for said in (
        "依据：",
        "F-26 《集团清欠管理制度》第26条",
        "错例：",
        "正例：",
        "参数：",
        "改法：",
        "局限：",
    ):
        assert said in qq(tmp_path, "rules", "REC004").stdout
    # the figures of a message have English names: a clerk sees gaps
    assert "提示：账龄段填为“…”，按… … 算到 … 应为“…”" in re.sub(
        r"\n", "", qq(tmp_path, "rules", "REC004").stdout
    )
    english = qq(tmp_path, "rules", "WOF003", "--lang", "en").stdout
    for said in (
        "Evidence lacking  [error]",
        "Wrong:",
        "债务人死亡",
        "Right:",
        "evidence_required (Papers needed",
    ):
        assert said in english
    document = json.loads(qq(tmp_path, "rules", "REC001", "--format", "json").stdout)
    assert document["sections"]["bad"][0]["rows"] == [["1,000.00", "400.00", "650.00"]]
    listed = json.loads(qq(tmp_path, "rules", "--format", "json").stdout)
    assert len(listed) >= 96
    assert {"FIL001", "REC001"} <= {r["id"] for r in listed}
    assert "REC022" in qq(tmp_path, "rules").stdout


def test_policy_show(tmp_path: Path) -> None:
    new = qq(tmp_path, "policy", "show", "group", "--as-of", "2026-09-30").stdout
    old = qq(tmp_path, "policy", "show", "group", "--as-of", "2017-09-30").stdout
    assert "limitation_years" in new
    assert "民法典第188条" in new
    assert "民法通则第135条（2017-10-01 前）" in old
    assert "民法通则第135条" not in new
    shown = json.loads(qq(tmp_path, "policy", "show", "--format", "json").stdout)
    assert shown["profile"] == "group"


def test_template_is_written(tmp_path: Path) -> None:
    done = qq(tmp_path, "template", "receivables", "-o", "new/t.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "new" / "t.xlsx").read_bytes()[:2] == b"PK"


def test_verify_of_what_is_no_pack(work: Path) -> None:
    assert refused(work, "verify", "none.zip") == "none.zip：找不到这个文件。请检查路径。"
    (work / "empty").mkdir()
    assert refused(work, "verify", "empty") == (
        "empty：文件夹里没有申请包（zip）、签名的合订本（pdf）或封存件（xlsx）。请检查路径。"
    )
    why = (
        "错.xlsx：既没有封存，也不是核销申请包，无从核对。"
        "封存件由“提交”按钮生成，申请包由 qq-excel write-off 生成。"
    )
    assert refused(work, "verify", "错.xlsx") == why
    (work / "a.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert refused(work, "verify", "a.xls", "--lang", "en").startswith(
        "a.xls: neither sealed nor a write-off pack"
    )
    with zipfile.ZipFile(work / "b.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    done = qq(work, "verify", "b.zip")
    assert (done.returncode, done.stdout.strip()) == (1, "✗ 缺少清单 manifest.json。")
    (work / "a.zip").write_text("x", encoding="utf-8")
    done = qq(work, "verify", "a.zip", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["whole"] is False
    done = qq(work, "verify", "a.zip", "b.zip", "a.zip", "--format", "json")
    assert [(p["pack"], p["whole"]) for p in json.loads(done.stdout)] == [("a.zip", False), ("b.zip", False)]
    done = qq(work, "verify", "b.zip", "a.zip")
    assert done.stdout.splitlines()[:3] == ["b.zip", "✗ 缺少清单 manifest.json。", "a.zip"]


def test_import(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "title: {zh: 试, en: try}\nunit: 华东分公司\ncolumns:\n  claim_id: {from: id}\n  occurred_on: {from: on}\n"
        "  original: {from: amount}\n",
        encoding="utf-8",
    )
    (tmp_path / "e.csv").write_text("id,on,amount\n1,2026-03-04,12.50\n2,x,7\n", encoding="utf-8")
    done = qq(tmp_path, "import", "e.csv", "--map", "m.yaml", "-o", "l.xlsx", "--as-of", "2026-09-30")
    assert done.returncode == 1
    assert "读入 2 行，写入 2 行，截止日之后 0 行。" in done.stdout
    assert "账面余额合计 19.50" in done.stdout
    assert "第 3 行“on”列：“x”不是日期（年在前）" in done.stdout
    assert (tmp_path / "l_导入说明.xlsx").exists()
    assert refused(tmp_path, "import", "e.csv", "--map", "nope", "-o", "l.xlsx").startswith(
        "找不到对应关系文件“nope”"
    )
