"""The guide: its example of a claim runs, and its pages are all reachable."""

from __future__ import annotations

import re
from pathlib import Path

from scalinglaws.validate import Verdict, run
from scalinglaws.validate.executors import InlineExecutor

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_example_of_a_claim_runs_and_holds():
    (block,) = re.findall(
        r"^```python\n(.*?)^```", (DOCS / "claims.md").read_text(encoding="utf-8"), re.M | re.S
    )
    names: dict = {"__name__": "example"}
    exec(compile(block, "docs/claims.md", "exec"), names)
    validation = run([names["PLATEAU"]], executor=InlineExecutor())
    assert validation.results[0].verdict is Verdict.HOLDS
    assert "changes by" in validation.results[0].legs[0].summary


def test_every_page_stands_in_a_table_of_contents():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        name = page.relative_to(DOCS).with_suffix("").as_posix()
        assert name == "index" or f"\n{name}\n" in index, name


def test_the_picture_is_one_svg_that_loads_nothing():
    svg = (DOCS / "double_descent.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert set(re.findall(r"https?://[^\s\"]+", svg)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
