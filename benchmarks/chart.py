"""A bar chart as SVG, by hand: no library, the same bytes for the same figures."""

from __future__ import annotations

from html import escape
from pathlib import Path

_LEFT, _WIDTH, _ROW, _TOP = 250, 440, 30, 44


def bars(path: Path, title: str, values: dict[str, float], *, highlight: str) -> None:
    """Draw *values* (workbooks a second) as bars, longest first; *highlight* in colour."""
    order = sorted(values.items(), key=lambda v: -v[1])
    most = order[0][1]
    height = _TOP + _ROW * len(order) + 12
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 90}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="24" font-size="15" font-weight="bold">每秒校验（读取）的工作簿：{escape(title)}</text>',
    ]
    for n, (name, value) in enumerate(order):
        y = _TOP + n * _ROW
        colour = "#1f3864" if name == highlight else "#a6b4c8"
        out += [
            f'<text x="{_LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{max(1.0, value / most * _WIDTH):.1f}" height="22" fill="{colour}"/>',
            f'<text x="{_LEFT + max(1.0, value / most * _WIDTH) + 6:.1f}" y="{y + 16}">{value:,.1f}</text>',
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*out, "</svg>", ""]), encoding="utf-8")
