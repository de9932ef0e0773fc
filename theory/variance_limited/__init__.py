"""The variance-limited regime: what fluctuations of an estimator cost in a smooth loss."""

from __future__ import annotations
