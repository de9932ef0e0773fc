"""The claims of the paper, in the order in which they are reported."""

from __future__ import annotations

from ...claim import Paper

PAPER = Paper(
    id="maloney2022",
    reference="Maloney, Roberts, Sully: A Solvable Model of Neural Scaling Laws, arXiv:2210.16859",
    claims=(),
)
