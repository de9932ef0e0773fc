"""Draw the picture of the README, `double_descent.svg`, beside this file."""

from __future__ import annotations

import re
from pathlib import Path

from scalinglaws.validate.executors import process_pool
from scalinglaws.validate.report.experiments import double_descent
from scalinglaws.validate.report.figures import to_svg
from scalinglaws.validate.report.folder import write_whole

COLOURS = """<style>
svg { color: #1d1f21 }
@media (prefers-color-scheme: dark) { svg { color: #e6e4df } }
</style>"""


def main() -> None:
    """Simulate, draw and write."""
    with process_pool() as pool:
        svg = to_svg(double_descent(replicates=100, seed=0, executor=pool))
    # A picture of its own has no page to take its size and colours from.
    width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0]
    svg = re.sub(r'style="max-width: \d+rem"', f'width="{width}" height="{height}"', svg, count=1)
    head, _, tail = svg.partition(">")
    write_whole(Path(__file__).parent / "double_descent.svg", f"{head}>{COLOURS}{tail}")


if __name__ == "__main__":
    main()
