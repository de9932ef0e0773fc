"""The claims of the paper, in the order in which they are reported."""

from __future__ import annotations

from ...claim import Paper

PAPER = Paper(
    id="bahri2021",
    reference="Bahri, Dyer, Kaplan, Lee, Sharma: Explaining Neural Scaling Laws, arXiv:2102.06701",
    claims=(),
)
