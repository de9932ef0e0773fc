"""What data and estimators of a user show: exponents, spectra, dimensions."""

from __future__ import annotations
