"""The figure of interpolation: simulated points lie on the laws, and fitted exponents on their lines."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.report.curves import CurveKind
from scalinglaws.validate.report.experiments import EXPERIMENTS
from scalinglaws.validate.report.figures import to_svg
from scalinglaws.validate.report.interpolation import (
    exponents_by_dimension,
    interpolation_figure,
    simulated_losses,
)


@pytest.fixture(scope="module")
def figure():
    found = simulated_losses(
        nearest=(500, 2000, 8000),
        linear={1: (100, 200, 400), 2: (200, 400, 800), 3: (100, 200, 400)},
        replicates=20,
        seed=0,
        executor=InlineExecutor(),
    )
    return interpolation_figure(found, 20)


def pairs(panel):
    laws = [curve for curve in panel.curves if curve.kind is CurveKind.LAW]
    points = [curve for curve in panel.curves if curve.kind is CurveKind.SIMULATION]
    assert [curve.family for curve in laws] == [curve.family for curve in points]
    return zip(laws, points, strict=True)


@pytest.mark.slow
def test_losses_lie_on_the_laws_with_their_constants(figure):
    for law, points in pairs(figure.panels[0]):
        expected = np.exp(np.interp(np.log(points.x), np.log(law.x), np.log(law.y)))
        assert (abs(np.array(points.y) / expected - 1) < 0.1 + 4 * np.array(points.error) / expected).all()


@pytest.mark.slow
def test_fitted_exponents_lie_on_the_lines_of_the_theory(figure):
    slopes = []
    for law, points in pairs(figure.panels[1]):
        slopes.append(law.y[0] / law.x[0])
        expected = slopes[-1] * np.array(points.x)
        assert (abs(np.array(points.y) - expected) < 0.08 * expected + 4 * np.array(points.error)).all()
    assert slopes == pytest.approx([4, 2, 1])


@pytest.mark.slow
def test_the_figure_is_drawn(figure):
    svg = to_svg(figure)
    assert svg.startswith("<svg")
    assert "20 draws" in figure.caption


def test_the_figure_stands_in_the_report():
    assert exponents_by_dimension in EXPERIMENTS
