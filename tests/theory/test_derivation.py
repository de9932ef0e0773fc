from __future__ import annotations

import dataclasses
import re

import pytest
from sympy import Basic, Eq, Rational, Symbol, pi, sin

from scalinglaws.theory import AsymptoticSum, Derivation, Expansion, Notation, Rigour, Step, laws
from scalinglaws.theory import symbols as S
from scalinglaws.theory.notation import NOTATIONS

PROJECT = Notation.named("project")
PAPER = Notation.named("maloney2022")
rho = Symbol("rho", positive=True)
every_law = pytest.mark.parametrize("name", laws.names())


@every_law
def test_words_are_complete(name):
    derivation = laws.derive(name)
    assert derivation.title
    assert derivation.title[0].isupper()
    assert derivation.regime
    assert "arXiv" in derivation.source or derivation.source.startswith("derived here")
    assert not derivation.regime.endswith(".")
    for step in derivation.steps:
        assert step.rule.strip() == step.rule
        assert not step.rule.endswith(".")
        assert step.rule.count("$") % 2 == 0


@every_law
@pytest.mark.parametrize("notation", NOTATIONS)
def test_text_shows_every_step_and_result(name, notation):
    derivation = laws.derive(name)
    text = derivation.text(Notation.named(notation))
    assert text.startswith(derivation.title + "\n")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for number, step in enumerate(derivation.steps, start=1):
        assert f"{number}. {step.rule} [{step.rigour.value}]:" in text
    assert text.index("Result:") > text.index(f"{len(derivation.steps)}. ")
    # a mathematical object that shows its Python type was not printed
    assert not re.search(r"Expansion|AsymptoticSum|Monomial|DegreesOfFreedom|SignalSum|object at 0x", text)


@every_law
def test_markdown_has_one_formula_a_step(name):
    derivation = laws.derive(name)
    markdown = derivation.markdown(PAPER)
    assert markdown.startswith(f"# {derivation.title}\n")
    assert PAPER.remark in markdown
    displayed = re.findall(r"\$\$(.+?)\$\$", markdown, flags=re.DOTALL)
    assert len(displayed) == len(derivation.steps) + len(derivation.results) + len(derivation.constants)
    assert all(formula.strip() for formula in displayed)
    assert markdown.count("$$") == 2 * len(displayed)


@every_law
def test_latex_is_a_complete_document(name):
    document = laws.derive(name).latex(PAPER)
    begun = re.findall(r"\\begin\{(\w+\*?)\}", document)
    ended = re.findall(r"\\end\{(\w+\*?)\}", document)
    assert sorted(begun) == sorted(ended)
    assert document.count(r"\item ") == len(laws.derive(name).steps)
    assert document.rstrip().endswith(r"\end{document}")


def test_names_outside_of_formulas_are_escaped():
    step = Step(statement=Eq(S.risk, S.noise), rule="100% of $x_1$ & law_one", rigour=Rigour.EXACT)
    derivation = Derivation(
        name="x", title="A & B", regime="50% of $N_0$", source="s", steps=(step,), results={}, constants={}
    )
    document = derivation.latex(PROJECT)
    assert r"\section*{A \& B}" in document
    assert r"100\% of $x_1$ \& law\_one" in document


def test_rigour_is_shown_and_starts_with_what_is_not_derived():
    for name in laws.names():
        derivation = laws.derive(name)
        kinds = [step.rigour for step in derivation.steps]
        assert all(isinstance(kind, Rigour) for kind in kinds)
        # the model enters at the beginning only
        for position, kind in enumerate(kinds):
            if kind in (Rigour.EQUIVALENT, Rigour.DEFINITION):
                assert all(k in (Rigour.EQUIVALENT, Rigour.DEFINITION) for k in kinds[:position])


def test_expansions_are_never_called_exact():
    """A statement with an error of its own is marked as leading order."""
    for name in laws.names():
        for step in laws.derive(name).steps:
            if isinstance(step.statement, Expansion | AsymptoticSum):
                assert step.rigour is Rigour.LEADING, (name, step.rule)
                errors = step.statement.ordered_errors()
                assert errors, (name, step.rule)


@every_law
def test_expansions_have_a_left_side(name):
    for step in laws.derive(name).steps:
        assert isinstance(step.statement, Basic | Expansion | AsymptoticSum)
        if not isinstance(step.statement, Basic):
            assert step.name is not None


@every_law
def test_explicit_results_contain_no_abbreviation(name):
    derivation = laws.derive(name)
    for result in derivation.results:
        explicit = derivation.explicit(result)
        assert not explicit.free_symbols & set(derivation.constants)
        if not derivation.constants:
            assert explicit == derivation.results[result]


def test_explicit_constant_of_the_power_law():
    value = laws.derive("one-exponent").explicit("risk_in_features").rhs
    a, N = S.decay, S.features
    written = N * (pi / (a * sin(pi / a)) / N) ** a
    assert abs((value / written).subs({a: Rational(7, 3), N: 11}).evalf(30) - 1) < 1e-28


def test_every_symbol_of_a_result_is_explained():
    """Letters beyond the project's and the constants stand alone on the left side."""
    known = set(S.BY_WORD.values())
    for name in laws.names():
        derivation = laws.derive(name)
        for result in derivation.results.values():
            unexplained = result.rhs.free_symbols - known - set(derivation.constants)
            defined = {
                symbol for step in derivation.steps if isinstance(step.statement, Basic)
                for symbol in step.statement.free_symbols
            }  # fmt: skip
            assert unexplained <= defined, (name, unexplained)


def test_notebooks_show_the_results():
    shown = laws.derive("breakdown")._repr_latex_()
    assert shown.startswith(r"$\begin{gathered}")
    assert shown.count(r"\\") >= len(laws.derive("breakdown").results) - 1


def test_derivations_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        laws.derive("duality").title = "other"
