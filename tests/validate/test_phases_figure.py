"""Figures of phase diagrams: what is drawn lies where the diagram says, and is drawn the same way twice."""

from __future__ import annotations

from functools import cache

import matplotlib.colors
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from sympy import Rational, sqrt
from sympy.abc import x, y

from scalinglaws.theory import Piece, Regions, symbols
from scalinglaws.theory.phase_diagram import phase_diagram
from scalinglaws.theory.phase_laws import growth_latex
from scalinglaws.theory.phase_models import find_model
from scalinglaws.validate.report.files import SUFFIXES
from scalinglaws.validate.report.label_places import Box, along, components, pole
from scalinglaws.validate.report.phases import COLOURS, phase_figure, save_phases

a, b = symbols.decay, symbols.source
ridge_exponent = find_model("kernel").parameters[2]


@cache
def kernel():
    return phase_diagram(find_model("kernel").regions("excess", {a: Rational(2)}), b, ridge_exponent)


@cache
def conics():
    """Curves of degree two and three, irrational points, and a small phase."""
    disc = x**2 + y**2 < 2
    pieces = (
        Piece((disc, y > x), -x),
        Piece((disc,), -y),
        Piece((y > x, y > 2 - x**3), -2 * x),
        Piece((x * y > 1,), -3 * y),
        Piece((), -x - y),
    )
    return phase_diagram(Regions(pieces, frozenset()), x, y)


DIAGRAMS = {"kernel": (kernel, None), "conics": (conics, {x: (-3, 3), y: (-3, 3)})}


def exact(point):
    return {symbol: Rational(float(value)) for symbol, value in point.items()}


@pytest.fixture(params=DIAGRAMS)
def drawn(request):
    made, ranges = DIAGRAMS[request.param]
    return made(), phase_figure(made(), ranges=ranges)


def test_every_area_has_the_colour_of_its_phase(drawn):
    diagram, figure = drawn
    (axes,) = figure.axes
    colours = {
        tuple(np.round(matplotlib.colors.to_rgba(COLOURS[i]), 6)): phase.name
        for i, phase in enumerate(diagram.phases)
    }
    seen = set()
    for collection in axes.collections:
        assert isinstance(collection, PolyCollection)
        name = colours[tuple(np.round(collection.get_facecolor()[0], 6))]
        for path in collection.get_paths():
            # halfway between the lower and the upper edge, at a third of the width
            corners = path.vertices
            place = corners[:, 0].min() + np.ptp(corners[:, 0]) / 3
            nearest = np.unique(np.argsort(np.abs(corners[:, 0] - place))[:2])
            low, high = corners[nearest, 1].min(), corners[nearest, 1].max()
            if high - low < 1e-6:
                continue
            point = exact({diagram.x: corners[nearest, 0].mean(), diagram.y: (low + high) / 2})
            phase = diagram.phase_at(point)
            assert phase is None or phase.name == name
            seen.add(name)
    assert seen == {phase.name for phase in diagram.phases}


def test_every_phase_is_named_inside_or_in_the_legend(drawn):
    diagram, figure = drawn
    (axes,) = figure.axes
    legend = axes.get_legend()
    explained = [text.get_text() for text in legend.get_texts()] if legend else []
    for phase in diagram.phases:
        law = "\n".join(f"${line}$" for line in growth_latex(phase.value, {}))
        inside = [text for text in axes.texts if text.get_text() in (law, phase.name)]
        inside = [
            text
            for text in inside
            if diagram.phase_at(exact(dict(zip((diagram.x, diagram.y), text.get_position(), strict=True))))
            == phase
        ]
        assert inside
        assert any(text.get_text() == law for text in inside) or any(law in text for text in explained)


def test_every_boundary_is_drawn_and_named_by_its_equation(drawn):
    diagram, figure = drawn
    (axes,) = figure.axes
    lines = [line for line in axes.lines if line.get_marker() == "None"]
    for line in lines:
        for place, height in list(zip(*line.get_data(), strict=True))[::40]:
            values = {diagram.x: float(place), diagram.y: float(height)}
            residues = [abs(float(w.polynomial.subs(values))) for w in diagram.boundaries]
            assert min(residues) < 1e-6
    words = [
        text.get_text()
        for text in (*axes.texts, *(axes.get_legend().get_texts() if axes.get_legend() else ()))
    ]
    named = {w.equation for w in diagram.boundaries}
    assert sum("=" in word and "sim" not in word for word in words) == len(named)


def test_meeting_points_are_marked(drawn):
    diagram, figure = drawn
    (axes,) = figure.axes
    marked = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in axes.lines
        if line.get_marker() == "o"
    }
    expected = {
        tuple(float(point.coordinates[s]) for s in (diagram.x, diagram.y)) for point in diagram.points
    }
    assert np.array(sorted(marked)) == pytest.approx(np.array(sorted(expected)))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_diagram_gives_the_same_bytes(tmp_path, suffix):
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        save_phases(kernel(), file, title="kernel, $a = 2$")
    first, second = (file.read_bytes() for file in files)
    assert first == second
    start = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}[suffix]
    assert first.startswith(start)


def test_ranges_are_the_ends_of_the_axes():
    figure = phase_figure(kernel(), ranges={b: (2, 9), ridge_exponent: (-3, 4)})
    (axes,) = figure.axes
    assert (axes.get_xlim(), axes.get_ylim()) == ((2, 9), (-3, 4))
    # by default the domain's own ends, and all points
    (axes,) = phase_figure(kernel()).axes
    assert axes.get_xlim()[0] == 1
    assert axes.get_xlim()[1] > 5
    assert axes.get_ylim()[0] < -1
    assert axes.get_ylim()[1] > 1


def test_a_diagram_without_boundaries_is_drawn():
    diagram = phase_diagram(Regions((Piece((), x),), frozenset()), x, y)
    (axes,) = phase_figure(diagram).axes
    assert [text.get_text() for text in axes.texts] == ["$x$"]


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({a: (1, 2)}, "`ranges` names a, but the axes are b and l"),
        ({b: (3, 2)}, "`ranges` gives b from 3 to 2; give two growing numbers"),
        ({b: (float("nan"), 2)}, "give two growing numbers"),
        ({b: (-5, 0)}, "where the diagram has no phase"),
    ],
)
def test_windows_that_make_no_sense_are_refused(ranges, message):
    with pytest.raises(ValueError, match=message):
        phase_figure(kernel(), ranges=ranges)


def test_other_endings_and_unwritable_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.svg, \.png, \.pdf"):
        save_phases(kernel(), tmp_path / "phases.gif")
    with pytest.raises(ValueError, match="there is no folder"):
        save_phases(kernel(), tmp_path / "nowhere" / "phases.svg")
    (tmp_path / "taken.svg").mkdir()
    with pytest.raises(ValueError, match="which is a folder; give a file"):
        save_phases(kernel(), tmp_path / "taken.svg")


def test_a_label_lies_as_deep_as_possible():
    area = np.zeros((41, 61), dtype=bool)
    area[5:36, 10:41] = True
    area[18:22, 41:60] = True
    assert pole(area, 11, 5) == (25.0, 20.0)
    assert pole(area, 40, 40) is None
    big, small = components(area | np.pad(np.ones((2, 2), dtype=bool), ((0, 39), (0, 59))))
    assert (big.sum(), small.sum()) == (area.sum(), 4)


def test_a_label_on_a_curve_keeps_clear_of_others():
    curve = np.column_stack([np.linspace(0, 100, 200), np.linspace(0, 50, 200)])
    frame = Box(50, 50, 100, 100)
    nothing = np.empty((0, 2))
    free = along(curve, 20, 8, [], nothing, frame)
    assert (free.x, free.y) == pytest.approx((50, 25))
    assert free.angle == pytest.approx(np.degrees(np.arctan(1 / 2)))
    taken = Box(50, 25, 10, 10)
    moved = along(curve, 20, 8, [taken], nothing, frame)
    assert not moved.overlaps(taken)
    crossing = np.column_stack([np.full(50, 50.0), np.linspace(0, 100, 50)])
    assert not along(curve, 20, 8, [], crossing, frame).covers(crossing)
    assert along(curve, 200, 8, [], nothing, frame) is None
    circle = 6 * np.column_stack([np.cos(np.linspace(0, 6, 99)), np.sin(np.linspace(0, 6, 99))]) + 50
    assert along(circle, 20, 8, [], nothing, frame) is None


def test_turned_rectangles_overlap_or_not():
    flat = Box(0, 0, 4, 2)
    assert flat.overlaps(Box(3, 0, 4, 2))
    assert not flat.overlaps(Box(3, 0, 2 * sqrt(2).evalf() - 1, 0.5, 90))
    assert not flat.overlaps(Box(2.8, 1.8, 4, 0.2, -45))
    assert flat.overlaps(Box(1.2, 0.8, 4, 0.2, -45))
