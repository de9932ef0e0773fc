"""The page is whole, stands alone, and shows what was found; the figures show the model."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from scalinglaws.validate import (
    Case,
    Claim,
    Evidence,
    Leg,
    LegKind,
    Outcome,
    default_registry,
    run,
)
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.report import check_writable, render, write_report
from scalinglaws.validate.report import experiments as experiments
from scalinglaws.validate.report.curves import CurveKind, FigureData, Panel, around, law, simulation, theory
from scalinglaws.validate.report.figures import to_svg
from scalinglaws.validate.report.folder import write_whole
from scalinglaws.validate.report.mathml import formula, number, rich_text

PAPERS = {"fake2020": "Fake & Sons, <Made up>, 2020"}


def leg(outcome, **changes):
    def examine(context):
        values = {
            "kind": LegKind.NUMERIC,
            "outcome": outcome,
            "summary": r"ratio < 0.5 & $\alpha\to1$",
            "points": 3,
            "formulas": (("derived", r"\frac{\pi}{1+\alpha}"),),
            "table": ({"features": 10**9, "$z$": -1.25e-7, "label": "<b>"},),
            **changes,
        }
        return Evidence(**values)

    return Leg(kind=LegKind.NUMERIC, run=examine)


def claim(name, *cases, **changes):
    values = {"title": f"Claim {name}", "statement": r"$N^{-\alpha} < T$", "source": "eq. (1)", **changes}
    return Claim(id=f"fake2020.{name}", cases=cases, **values)


TRUE = Case(regime=r"$\alpha<1$", legs=(leg(Outcome.SUPPORTS),))
FALSE = Case(regime=r"$\alpha>1$", legs=(leg(Outcome.CONTRADICTS),))


@pytest.fixture(scope="module")
def validation():
    claims = [
        claim("a", TRUE, note="see `derive`", assumptions=("$N>1$", "a < b")),
        claim("b", FALSE),
        claim("c", TRUE, FALSE),
        claim("d", Case(legs=(leg(Outcome.SUPPORTS), leg(Outcome.CONTRADICTS)))),
    ]
    return run(claims, executor=InlineExecutor())


def figure_data(name="one"):
    grid = [1.0, 10.0, 100.0]
    panel = Panel(
        title="title",
        x_label="$N$",
        y_label="risk",
        curves=(
            theory(lambda n: 1 / n, grid, label="theory"),
            law(lambda n: 2 / n, grid),
            simulation([(1.0, 1.0, 0.1), (10.0, 0.1, 0.5)]),
        ),
        marks=((10.0, "$T$"),),
    )
    return FigureData(name=name, title="A <figure>", caption="of $N$", panels=(panel,))


@pytest.fixture(scope="module")
def page(validation):
    return render(validation, papers=PAPERS, figures=[figure_data("one"), figure_data("two")])


class Structure(HTMLParser):
    """Checks that elements are closed in their order, and collects what matters."""

    VOID = ("meta", "link", "br", "img", "hr", "input")

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.ids, self.links, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for key, value in attributes:
            if key == "id":
                self.ids.append(value)
            if key in {"src", "href", "xlink:href", "action", "data", "srcset"}:
                self.links.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def structure(page):
    parser = Structure()
    parser.feed(page)
    parser.close()
    return parser


def test_page_is_well_formed(structure):
    assert structure.open == []
    assert structure.tags.count("svg") == 2
    assert structure.tags.count("details") == 4


def test_identifiers_are_unique(structure):
    assert len(set(structure.ids)) == len(structure.ids)


def test_page_loads_nothing_from_outside(page, structure):
    assert not {"script", "link", "iframe", "object", "img", "base"} & set(structure.tags)
    assert all(link.startswith("#") for link in structure.links)
    assert {link[1:] for link in structure.links} <= set(structure.ids)
    assert not re.search(r"url\((?!#)|@import|<!ENTITY|\.dtd", page)
    namespaces = {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
        "http://www.w3.org/1998/Math/MathML",
    }
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) <= namespaces


def test_page_shows_verdicts_regimes_and_evidence(structure):
    text = re.sub(r"\s+", " ", "".join(structure.text))
    assert "1 holds 1 holds only in a regime 1 fails 1 undecided" in text
    for name in "abcd":
        assert f"fake2020.{name}" in structure.ids
    assert "its legs contradict each other" in text
    assert "(3 comparisons)" in text
    assert "ratio < 0.5 & " in text
    assert "a < b" in text
    assert "Fake & Sons, <Made up>, 2020" in text


def test_text_from_outside_is_escaped(page):
    assert "<Made up>" not in page
    assert "<b>" not in re.sub(r"<b>(\d|[A-Z])", "", page)


def test_formulas_are_mathml_without_leftovers(page, structure):
    assert structure.tags.count("math") >= 10
    assert "\\alpha" not in page
    assert "\\frac" not in page


def test_equal_runs_give_equal_pages(validation):
    first, second = (render(validation, papers=PAPERS, figures=[figure_data()]) for _ in range(2))
    assert first == second


def test_every_claim_of_every_paper_converts_to_mathml():
    for item in default_registry().claims():
        texts = [item.title, item.statement, item.source, item.note, *item.assumptions]
        for text in [*texts, *(case.regime for case in item.cases)]:
            assert "\\" not in rich_text(text), f"{item.id}: {text}"


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{C\sigma_w^2}{2M}\frac{\Delta_N}{1-N/T}",
        r"\left(\frac{\pi/(1+\alpha)}{\sin(\pi/(1+\alpha))}\right)^{1+\alpha}",
        r"\sum_{k=1}^{M}\frac{k^{-s}}{(1+\kappa k^a)^m}",
        r"\begin{cases}1 & x<0\\ 2 & x\ge0\end{cases}",
        r"{}_2F_1\left(1,\tfrac1{1+\alpha};\tfrac{2+\alpha}{1+\alpha};-\kappa\right)",
        r"\mathcal{O}\left(N^{-2}\right)",
    ],
)
def test_formulas_become_well_formed_mathml(latex):
    converted = str(formula(latex, block=True))
    assert "\\" not in converted
    root = ElementTree.fromstring(converted)
    assert root.tag.endswith("math")
    assert root.attrib["display"] == "block"


def test_formula_that_cannot_be_converted_is_shown_as_it_is():
    assert formula(r"\nosuchmacro<x") == r"<code>\nosuchmacro&lt;x</code>"


@pytest.mark.parametrize("latex", ["1/T", r"(N,\infty)", r"\partial_N L", r"\min(N,T)", r"\sin x"])
def test_ordinary_symbols_and_functions_are_not_spaced_as_operators(latex):
    assert not re.search(r"<mo>(/|&#x0002F;|&#x0221E;|&#x02202;|min|sin)</mo>", formula(latex))


def test_tilde_is_a_relation():
    assert "<mo>&#x0223C;</mo>" in formula(r"N\sim T")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1234567, "0.123457"),
        (-0.5, "−0.5"),
        (123456, "123456"),
        (1000001, "1000001"),
        (10**9, "10<sup>9</sup>"),
        (-(10**9), "−10<sup>9</sup>"),
        (1e-7, "10<sup>−7</sup>"),
        (-1.25e-7, "−1.25·10<sup>−7</sup>"),
        (2.5e20, "2.5·10<sup>20</sup>"),
        ("-0.250", "−0.250"),
        ("6.50e-17", "6.50·10<sup>−17</sup>"),
        ("<b>", "&lt;b&gt;"),
        ("1e5 at most", "1e5 at most"),
    ],
)
def test_figures_of_a_table_keep_their_digits(value, shown):
    assert number(value) == shown


def test_words_of_a_table_stand_left_and_figures_right(page):
    row = re.findall(r"<tr><td>.*?</tr>", page)[0]
    assert re.findall(r"<td( class=\"text\")?>", row) == ["", "", ' class="text"']


def test_svg_takes_the_colour_of_the_text_and_keeps_its_proportions():
    svg = to_svg(figure_data())
    root = ElementTree.fromstring(svg)
    assert "currentColor" in svg
    assert "metadata" not in svg
    assert root.attrib["viewBox"]
    assert "width" not in root.attrib
    assert root.attrib["aria-label"] == "A <figure>"


def test_curves_are_interrupted_where_the_theory_diverges():
    def diverges(place):
        if place == 10:
            raise ValueError("interpolation threshold")
        return place

    curve = theory(diverges, around(10, 1, 100, 5))
    assert [math.isnan(y) for y in curve.y].count(True) == 1
    assert list(curve.x) == sorted(curve.x)
    assert curve.x[0] == pytest.approx(1)
    assert curve.x[-1] == pytest.approx(100)


def test_constant_along_equal_resources_has_its_known_value():
    # At alpha = 1 the optimally regularized risk is (pi^2/4)(1/N + 1/T).
    assert experiments.equal_resources_constant(1.0) == pytest.approx(math.pi**2 / 2, rel=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("experiment", experiments.EXPERIMENTS, ids=lambda experiment: experiment.__name__)
def test_simulated_points_lie_on_the_curves_of_the_theory(experiment):
    data = experiment(replicates=20, seed=1, executor=InlineExecutor())
    ElementTree.fromstring(to_svg(data))
    assert "\\" not in rich_text(data.caption)
    compared = 0
    # where the laws have their constants there is nothing else to compare with
    kind = CurveKind.LAW if data.name == "exponents-by-dimension" else CurveKind.THEORY
    for panel in data.panels:
        for points in panel.curves:
            assert any(math.isfinite(y) for y in points.y)
            lines = [c for c in panel.curves if c.kind is kind and c.family == points.family]
            if points.kind is not CurveKind.SIMULATION or not lines:
                continue
            for x, y, error in zip(points.x, points.y, points.error, strict=True):
                predicted = math.exp(interpolated(lines[0], math.log(x)))
                compared += 1
                # 25% is the finite-size error at ten samples; elsewhere the points lie much nearer.
                assert abs(y - predicted) < 5 * error + (0.25 if x < 30 else 0.1) * predicted, (data.name, x)
    assert compared >= 10 or data.name in ("feature-spectra", "kernel-spectra")


def interpolated(line, log_x):
    import numpy as np

    points = [(math.log(x), math.log(y)) for x, y in zip(line.x, line.y, strict=True) if math.isfinite(y)]
    return float(np.interp(log_x, *zip(*points, strict=True)))


@pytest.mark.slow
def test_rectified_spectrum_goes_on_where_the_linear_one_ends():
    data = experiments.feature_spectra(replicates=20, seed=1, executor=InlineExecutor())
    linear, relu = (c for c in data.panels[0].curves if c.kind is CurveKind.SIMULATION)
    ((size, _),) = data.panels[0].marks
    assert linear.x[-1] == size
    assert relu.x[-1] > 4 * size


def test_report_is_one_file_of_ordinary_permissions(validation, tmp_path, monkeypatch):
    import scalinglaws.validate.report.page as module

    monkeypatch.setattr(module, "EXPERIMENTS", (lambda **_: figure_data(),))
    calls = []
    (tmp_path / "other").touch()
    path = write_report(
        validation, tmp_path, papers=PAPERS, jobs=1, progress=lambda *call: calls.append(call)
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "other"]
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode
    assert [call[:2] for call in calls] == [(0, 1), (1, 1)]


def test_interrupted_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "index.html"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \udc00")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["index.html"]


def test_check_of_a_folder_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "a" / "b")
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["/proc/nowhere", "/dev/null/x"])
def test_folder_that_cannot_be_written_is_refused(folder):
    from pathlib import Path

    with pytest.raises(ValueError, match=rf"`report` is '{folder}'.*give another folder"):
        check_writable(Path(folder))
