"""The main job from end to end on the samples: what ``make demo`` shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel import inputs, resources
from qq_excel.errors import InputError
from qq_excel.language import Text

if TYPE_CHECKING:
    from qq_excel.check import Result


@dataclass(slots=True)
class Demonstration:
    """What a demonstration did and left behind."""

    result: Result
    warned: list[tuple[str, int, str]] = field(default_factory=list)
    packs: list[Path] = field(default_factory=list)
    unfit: int = 0
    index: Path | None = None
    written: list[Path] = field(default_factory=list)


def demonstrate(
    target: Path, profile: str = "group", tell: Callable[[Text], None] | None = None
) -> Demonstration:
    """Check the profile's samples, annotate, warn and build packs; leave it all in *target*.

    Raises :class:`InputError` when the profile has no samples.
    """
    from qq_excel.check import check_paths  # noqa: PLC0415
    from qq_excel.papers.checking import write_check  # noqa: PLC0415
    from qq_excel.papers.html_index import write_index  # noqa: PLC0415
    from qq_excel.papers.warning_sheet import write_warning_sheets  # noqa: PLC0415
    from qq_excel.papers.write_off_pack import verify_pack, write_packs  # noqa: PLC0415
    from qq_excel.policy import load_policy  # noqa: PLC0415
    from qq_excel.warnings import warnings_of  # noqa: PLC0415

    samples = resources.workbooks_dir() / "samples" / profile
    if not samples.is_dir():
        raise InputError(
            Text(f"制度 {profile} 没有样例（{samples}）。", f"profile {profile} has no samples ({samples}).")
        )
    say = tell or (lambda _: None)
    say(Text("校验样例工作簿……", "checking the sample workbooks …"))
    result = check_paths(inputs.workbooks([samples]), policy=load_policy(profile))
    shown = Demonstration(result)
    say(Text("写出校验结果和标注件……", "writing findings books and annotated copies …"))
    shown.written += write_check(result, target / "校验结果")
    say(Text("生成预警表……", "making warning sheets …"))
    warnings = warnings_of(result)
    shown.warned = list(warnings.by_level())
    shown.written += write_warning_sheets(warnings, target / "预警表")
    say(Text("生成核销申请包……", "building write-off packs …"))
    outcome = write_packs(result, target / "核销申请包")
    shown.packs = outcome.packs
    shown.unfit = len(outcome.unfit)
    shown.written += outcome.written
    for pack in outcome.packs:
        problems = verify_pack(pack)
        if problems:
            raise InputError(Text(f"{pack}：{problems[0]}", f"{pack}: {problems[0]}"))
    shown.index = write_index(result, warnings, shown.written, target / "index.html")
    return shown
