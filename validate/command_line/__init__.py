"""The command `scalinglaws`."""

from __future__ import annotations

from .main import main as main
