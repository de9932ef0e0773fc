"""One self-contained HTML page with verdicts, evidence and figures."""

from __future__ import annotations

from .folder import check_writable as check_writable
from .page import render as render
from .page import write_report as write_report
