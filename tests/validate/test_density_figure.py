"""The figure of a spectrum: the curve carries the mass, and the histogram lies under it."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from scalinglaws.numerics import Degenerate, PowerLaw, spectral_edges
from scalinglaws.validate.report.curves import CurveKind
from scalinglaws.validate.report.density import density_figure
from scalinglaws.validate.report.figures import to_svg
from scalinglaws.validate.simulate import kernel_spectrum

SPECTRUM = PowerLaw("1.5", 500)
SIZES = {"features": 90, "samples": 60}


def figure(spectrum=SPECTRUM, *, replicates=20, **options):
    arguments = {**SIZES, **options}
    drawn = kernel_spectrum(spectrum, **arguments, replicates=replicates, seed=3) if replicates else None
    return density_figure(
        spectrum, spectral_edges(spectrum, **arguments), **arguments, drawn=drawn, points=150
    )


def mass(x, y):
    """Integrate over log(x), an interrupted curve piece by piece."""
    total = 0.0
    for (left, low), (right, high) in pairwise(zip(x, y, strict=True)):
        low, high = (0.0 if math.isnan(value) else value for value in (low, high))
        total += (low + high) / 2 * math.log(right / left) if right > left else 0.0
    return total


def test_the_curve_and_the_histogram_carry_the_mass():
    (panel,) = figure().panels
    histogram, curve = panel.curves
    assert (histogram.kind, curve.kind) == (CurveKind.HISTOGRAM, CurveKind.THEORY)
    assert len(histogram.x) == len(histogram.y) + 1
    assert mass(curve.x, curve.y) == pytest.approx(1, abs=5e-3)
    assert (np.array(histogram.y) * np.diff(np.log(histogram.x))).sum() == pytest.approx(1)
    assert all(one <= other for one, other in pairwise(curve.x))


def test_the_histogram_follows_the_curve():
    (panel,) = figure(replicates=60).panels
    histogram, curve = panel.curves
    middles = np.sqrt(np.array(histogram.x[1:]) * np.array(histogram.x[:-1]))
    heights = np.array(histogram.y)
    known = np.interp(np.log(middles), np.log(curve.x), np.nan_to_num(curve.y))
    large = known > 0.5 * np.nanmax(curve.y)
    assert large.sum() > 5
    # 3600 eigenvalues: some hundred in each bin
    np.testing.assert_allclose(heights[large], known[large], rtol=0.2)


@pytest.mark.parametrize("options", [{}, {"matrix": "covariance"}, {"features": "inf"}], ids=str)
def test_the_figure_is_drawn(options):
    svg = to_svg(figure(**options))
    assert svg.startswith("<svg")
    assert "Spectral density of random features" in svg
    assert svg == to_svg(figure(**options))


def test_without_matrices_the_curve_stands_alone():
    (panel,) = figure(PowerLaw("1.5"), replicates=0).panels
    assert [curve.kind for curve in panel.curves] == [CurveKind.THEORY]


def test_a_density_that_is_infinite_at_zero_is_cut_off():
    spectrum = Degenerate([1], [60])
    support = spectral_edges(spectrum, features="inf", samples=60)
    (panel,) = density_figure(spectrum, support, features="inf", samples=60).panels
    assert min(panel.curves[0].x) == pytest.approx(4e-6)
