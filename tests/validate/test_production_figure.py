"""The figure of a production function: its curves touch where they should."""

from __future__ import annotations

import math

import pytest

from scalinglaws.theory import hoffmann2022, kaplan2020
from scalinglaws.theory.parametric_forms import parameters, tokens
from scalinglaws.validate.report.curves import CurveKind
from scalinglaws.validate.report.figures import to_svg
from scalinglaws.validate.report.production import production_figure

BUDGETS = [1e19, 1e21, 1e23]


def figure(form, fit, **options):
    values = form.fit(fit).values
    arguments = {"horizontal": parameters, "vertical": tokens, **options}
    return production_figure(form.production(), values, BUDGETS, **arguments)


@pytest.mark.parametrize(("form", "fit"), [(hoffmann2022(), "approach 3"), (kaplan2020(), "joint")])
def test_isoquants_touch_the_lines_of_cost_at_the_best_allocations(form, fit):
    (panel,) = figure(form, fit).panels
    *pairs, path = panel.curves
    assert path.label == "expansion path"
    for position, budget in enumerate(BUDGETS):
        isoquant, cost = pairs[2 * position : 2 * position + 2]
        assert (isoquant.kind, cost.kind) == (CurveKind.THEORY, CurveKind.LAW)
        # no point of the isoquant costs less than the budget, and one costs just that
        spent = [6 * n * d / budget for n, d in zip(isoquant.x, isoquant.y, strict=True)]
        assert min(spent) == pytest.approx(1, abs=1e-9)
        best = form.at(fit).amounts_at(budget)
        nearest = isoquant.x[spent.index(min(spent))]
        assert nearest == pytest.approx(float(best[parameters]), rel=1e-6)
        assert all(6 * n * d == pytest.approx(budget) for n, d in zip(cost.x, cost.y, strict=True))
        place = min(range(len(path.x)), key=lambda i: abs(math.log(path.x[i] / nearest)))
        assert abs(math.log(path.x[place] / nearest)) < 1


def test_the_figure_is_drawn():
    svg = to_svg(figure(hoffmann2022(), "approach 3", labels=("parameters $N$", "tokens $D$")))
    assert svg.startswith("<svg")
    assert "Isoquants" in svg


def test_bad_input_is_refused():
    law = hoffmann2022().production()
    with pytest.raises(ValueError, match="`values` gives no number to A, B, E, alpha, beta"):
        production_figure(law, {}, BUDGETS, horizontal=parameters, vertical=tokens)
    with pytest.raises(ValueError, match="`budgets` is"):
        production_figure(law, hoffmann2022().fits[0].values, [], horizontal=parameters, vertical=tokens)
