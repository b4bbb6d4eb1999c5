"""Make the pictures of docs/papers anew: the first page of each paper, from the samples.

    python .ci/paper-pictures.py        # needs soffice, pdftoppm and chromium

Not part of `make docs`: the bytes depend on the programs' versions. Look at what comes out before you commit it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PICTURES = ROOT / "docs" / "papers" / "images"
SAMPLES = ROOT / "workbooks" / "samples"
#: Which samples a paper is made of (their profile has the same name); the group's where none is named.
OF = {
    "reminders": "enterprise", "dossiers": "enterprise", "agreements": "enterprise", "reconciliation": "enterprise",
    "reductions": "disposals", "intake": "agency", "assessment-notice": "assessment",
}  # fmt: skip
DOTS, SHOWN, COLOURS, GAP = 60, 2, 48, 8


def main() -> None:
    """Make every paper's first pages and picture them."""
    from qq_excel.check import check_paths
    from qq_excel.inputs import workbooks
    from qq_excel.papers.house import load_house
    from qq_excel.papers.pdf import write_pdfs
    from qq_excel.papers.registry import PAPERS
    from qq_excel.papers.report import _maker
    from qq_excel.papers.report_job import Choices, Job
    from qq_excel.policy import load_policy
    from tests.support.build import build

    PICTURES.mkdir(parents=True, exist_ok=True)
    results = {
        name: check_paths(workbooks([SAMPLES / name]), policy=load_policy(name))
        for name in {"group", *OF.values()} - {"disposals"}
    }
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # no sample has sold anything below the debt
        sold = build(
            folder / "处置.xlsx",
            {
                "disposals": [
                    {"proceeds": 400, "reduced": "是", "reduction_reason": "型号已停产，两次询价均低于抵债价"}
                ]
            },
        )
        results["disposals"] = check_paths([sold], policy=load_policy("group"))
        sources, pdfs = [], {}
        for name, paper in PAPERS.items():
            if paper.parts:
                continue
            pieces = list(_maker(paper)(Job(results[OF.get(name, "group")], load_house(), Choices())))
            page = next((p for p in pieces if p.name.endswith(".html")), None)
            bound = next((p for p in pieces if p.name.endswith(".pdf")), None)
            if page is not None:
                page.write(folder / f"{name}.html")
                _opened(folder, folder / f"{name}.html", PICTURES / f"{name}.png")
            elif bound is not None:
                bound.write(folder / f"{name}.0.pdf")
                pdfs[name] = [(folder / f"{name}.0.pdf", (1, 2))]
            else:
                different = {p.name.rpartition("_")[2]: p for p in reversed(pieces) if p.pdf}
                pdfs[name] = []
                for n, piece in enumerate(list(different.values())[::-1][:SHOWN]):
                    sources.append(folder / f"{name}.{n}{Path(piece.name).suffix}")
                    piece.write(sources[-1])
                    pdfs[name].append((sources[-1].with_suffix(".pdf"), (1,)))
        write_pdfs(sources, [s.with_suffix(".pdf") for s in sources])
        for name, parts in pdfs.items():
            _joined([_page(pdf, n) for pdf, pages in parts for n in pages], PICTURES / f"{name}.png")
    for picture in sorted(PICTURES.glob("*.png")):
        sys.stdout.write(f"{picture.relative_to(ROOT)} {picture.stat().st_size // 1024} KB\n")


def _page(pdf: Path, number: int) -> Image.Image:
    target = pdf.with_suffix(f".{number}")
    command = ["pdftoppm", "-png", "-r", str(DOTS), "-f", str(number), "-l", str(number), "-singlefile"]
    subprocess.run([*command, str(pdf), str(target)], check=True)
    return Image.open(f"{target}.png").convert("RGB")


def _joined(pages: list[Image.Image], target: Path) -> None:
    """Pages side by side on grey, in few colours."""
    wide, high = sum(p.width for p in pages) + GAP * (len(pages) + 1), max(p.height for p in pages) + 2 * GAP
    whole = Image.new("RGB", (wide, high), "#B8BEC6")
    left = GAP
    for page in pages:
        whole.paste(page, (left, GAP))
        left += page.width + GAP
    whole.quantize(COLOURS).save(target, optimize=True)


def _opened(folder: Path, html: Path, target: Path) -> None:
    shot = folder / "shot.png"
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,1250",
         f"--user-data-dir={folder}/chromium", f"--screenshot={shot}", html.as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip
    image = Image.open(shot).convert("RGB")
    image.resize((image.width * 3 // 4, image.height * 3 // 4), Image.Resampling.LANCZOS).quantize(96).save(
        target, optimize=True
    )


if __name__ == "__main__":
    main()
