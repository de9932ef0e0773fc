"""Claims of Bahri, Dyer, Kaplan, Lee and Sharma, arXiv:2102.06701."""

from __future__ import annotations

from .catalogue import PAPER as PAPER
