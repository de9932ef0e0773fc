"""The resolution-limited regime: interpolation between points of a manifold."""

from __future__ import annotations
