"""Claims of Maloney, Roberts and Sully, arXiv:2210.16859."""

from __future__ import annotations

from .catalogue import PAPER as PAPER
