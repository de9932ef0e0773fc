"""Kernels on the circle, the torus and the sphere: values, exact eigenvalues, spectra."""

from __future__ import annotations
