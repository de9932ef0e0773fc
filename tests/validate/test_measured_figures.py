"""Figures of measured spectra and learning curves: what they show is what was measured."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from scalinglaws.numerics import Laplace, Sphere
from scalinglaws.validate.measure import measure_spectrum, measured_modes
from scalinglaws.validate.report import kernel_spectra
from scalinglaws.validate.report.curves import CurveKind
from scalinglaws.validate.report.figures import to_svg
from scalinglaws.validate.report.measured import curves_figure, spectrum_figure

INDEX = np.arange(1, 401.0)


def test_a_spectrum_is_shown_with_its_law():
    modes = measured_modes(INDEX**-1.5, signal=2 * INDEX**-2.0)
    found = measure_spectrum(modes)
    figure = spectrum_figure(modes, found)
    (panel,) = figure.panels
    points = [curve for curve in panel.curves if curve.kind is CurveKind.SIMULATION]
    laws = [curve for curve in panel.curves if curve.kind is CurveKind.LAW]
    assert [curve.x[0] for curve in points] == [1.0, 1.0]
    for curve, (first, exponent) in zip(laws, ((1.0, -1.5), (2.0, -2.0)), strict=True):
        assert curve.x == (1.0, 400.0)
        assert curve.y == pytest.approx((first, first * 400.0**exponent), rel=1e-6)
    assert [label for _, label in panel.marks] == ["", ""]
    ElementTree.fromstring(to_svg(figure))
    assert len(spectrum_figure(modes).panels[0].curves) == 2


def test_curves_are_shown_in_the_order_of_their_samples():
    risk = np.array([[3.0, 1.0, 2.0, 0.5]])
    figure = curves_figure(risk, [1, 100, 10, math.inf], [math.inf])
    (curve,) = figure.panels[0].curves
    assert (curve.x, curve.y) == ((1, 10, 100), (3.0, 2.0, 1.0))
    with pytest.raises(ValueError, match="fewer than two finite numbers"):
        curves_figure(risk[:, :1], [5], [3])


def test_exact_eigenvalues_are_sorted_and_counted():
    values = kernel_spectra.ordered_eigenvalues(Laplace(1), Sphere(2), 12)
    assert values.size == 144
    assert (np.diff(values) <= 0).all()
    # the kernel at coinciding points, but for the tail of the levels beyond
    assert 0.9 < values.sum() < 1


def test_fitted_decays_of_exact_spectra_are_the_derived_ones(monkeypatch):
    monkeypatch.setattr(kernel_spectra, "digits_available", lambda: False)
    figure = kernel_spectra.kernel_spectra(replicates=2, seed=0, executor=None)
    (panel,) = figure.panels
    shown = [curve.label for curve in panel.curves if curve.label]
    assert len(shown) == 4
    for label in shown:
        fitted, derived = (float(text.strip("()")) for text in label.rpartition(": ")[2].split())
        assert fitted == pytest.approx(derived, rel=0.025)
    points = [curve for curve in panel.curves if curve.kind is CurveKind.SIMULATION]
    laws = [curve for curve in panel.curves if curve.kind is CurveKind.LAW]
    for curve, line in zip(points, laws, strict=True):
        slope = math.log(line.y[1] / line.y[0]) / math.log(line.x[1] / line.x[0])
        end = line.y[0] * (curve.x[-1] / line.x[0]) ** slope
        assert curve.y[-1] == pytest.approx(end, rel=0.1)
    assert "\\" not in figure.caption.replace("\\alpha", "")
