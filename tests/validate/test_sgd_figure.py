"""The figure of SGD: simulated points lie on the exact curves, and the fitted law near both."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglaws.numerics import PowerLaw, solve_sgd
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.report.curves import CurveKind
from scalinglaws.validate.report.figures import to_svg
from scalinglaws.validate.report.sgd import SGDExperiment, sgd_figure


@pytest.fixture(
    scope="module", params=[False, pytest.param(True, marks=pytest.mark.slow)], ids=["last", "average"]
)
def drawn(request):
    experiment = SGDExperiment(decay="2", size=60, average=request.param)
    patch = pytest.MonkeyPatch()
    with patch.context() as one:
        one.setattr("scalinglaws.validate.fit._LOG_CONSTANT", (0.0,))
        one.setattr("scalinglaws.validate.fit._EXPONENT", (0.5, 1.0))
        figure = sgd_figure(
            experiment,
            features=(8, 16),
            samples=(32, 64, 256),
            replicates=60,
            resamples=20,
            seed=0,
            executor=InlineExecutor(),
            name="sgd",
        )
    return experiment, figure


def test_points_lie_on_the_exact_curves(drawn):
    _, figure = drawn
    distances = []
    for panel in figure.panels:
        families = [panel.curves[index : index + 3] for index in range(0, len(panel.curves), 3)]
        for exact, points, fitted in families:
            assert (exact.kind, points.kind, fitted.kind) == (
                CurveKind.THEORY,
                CurveKind.SIMULATION,
                CurveKind.LAW,
            )
            assert len({exact.family, points.family, fitted.family}) == 1
            curve = np.exp(np.interp(np.log(points.x), np.log(exact.x), np.log(exact.y)))
            allowed = curve / 8
            distances += list((abs(np.array(points.y) - curve) - allowed) / np.array(points.error))
    assert max(distances) < 4


def test_risks_are_in_units_of_the_label_noise(drawn):
    experiment, figure = drawn
    trace = float(PowerLaw(2, 60).total())
    point = solve_sgd(
        PowerLaw(2, 60),
        features=16,
        samples=256,
        step_size=0.1 / trace,
        schedule="constant" if experiment.average else "geometric",
        noise=trace,
        average=experiment.average,
    )
    left = figure.panels[0]
    (curve,) = [curve for curve in left.curves if curve.label == "$N=16$"]
    assert curve.y[-1] == pytest.approx(point.excess / trace, rel=1e-9)
    assert curve.x[-1] == pytest.approx(256 if experiment.average else 32)


def test_the_figure_names_its_exponents_and_is_drawn(drawn):
    _, figure = drawn
    assert figure.panels[0].title.startswith("fitted $a_2=")
    assert figure.panels[1].title.startswith("fitted $a_1=")
    assert "60 runs" in figure.caption
    svg = to_svg(figure)
    assert svg.startswith("<svg")
    assert svg == to_svg(figure)
