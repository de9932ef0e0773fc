"""Decay of kernel spectra, and the exponents of kernel regression."""

from __future__ import annotations
