"""Claims of Lin, Wu, Kakade, Bartlett and Lee, arXiv:2406.08466."""

from __future__ import annotations

from .catalogue import PAPER as PAPER
