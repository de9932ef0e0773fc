from __future__ import annotations

import dataclasses
import re

import pytest
from sympy import Basic, Eq, Rational, Symbol, pi, sin

from scalinglaws.theory import (
    AsymptoticSum,
    Derivation,
    Expansion,
    Notation,
    Rigour,
    Step,
    derivation,
    laws,
    rate_names,
)
from scalinglaws.theory import symbols as S
from scalinglaws.theory.notation import NOTATIONS
from scalinglaws.theory.notation_words import translate_words

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
    letters = Notation.named(notation)
    text = derivation.text(letters)
    assert text.startswith(translate_words(derivation.title, letters) + "\n")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for number, step in enumerate(derivation.steps, start=1):
        rule, label = (translate_words(words, letters) for words in (step.rule, step.label))
        assert f"{number}. {rule} [{label}]:" in text
    assert text.index("Result:") > text.index(f"{len(derivation.steps)}. ")
    # a mathematical object that shows its Python type was not printed
    assert not re.search(r"Expansion|AsymptoticSum|Monomial|DegreesOfFreedom|SignalSum|object at 0x", text)
    assert "checked" not in text


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


def test_only_the_model_is_heuristic_and_it_enters_at_the_beginning():
    given = (Rigour.HEURISTIC, Rigour.DEFINITION)
    for name in laws.names():
        kinds = [step.rigour for step in laws.derive(name).steps]
        first = next((i for i, kind in enumerate(kinds) if kind not in given), len(kinds))
        assert not set(kinds[first:]) & set(given)
        assert all("arXiv" in step.source for step in laws.derive(name).steps[:first] if step.source)


@every_law
def test_rigour_is_shown_with_source_and_regime(name):
    text = laws.derive(name).text(PROJECT)
    for step in laws.derive(name).steps:
        assert step.label.startswith(step.rigour.value)
        if step.rigour is Rigour.HEURISTIC:
            assert f"heuristic, {step.source}" in text
        if step.regime:
            assert step.label.endswith(step.regime)


@every_law
@pytest.mark.parametrize("notation", ["project", "maloney2022"])
def test_every_step_of_leading_order_shows_its_error(name, notation):
    derivation = laws.derive(name)
    letters = Notation.named(notation)
    for step, shown in zip(derivation.steps, derivation.printed(letters).steps, strict=True):
        leading = step.rigour is Rigour.LEADING
        assert (r"O\left(" in shown.formula.latex) == leading, shown.formula.latex
        assert ("O" in shown.formula.text) == leading or not leading


@pytest.mark.parametrize(
    ("options", "naming"),
    [
        ({"rigour": Rigour.LEADING}, "`error` is missing"),
        ({"error": (S.noise,)}, "`rigour` is 'exact'"),
        ({"rigour": Rigour.HEURISTIC}, "`source` is ''"),
        ({"source": "someone"}, "`source` is 'someone'"),
    ],
)
def test_a_step_that_says_too_little_or_too_much_is_refused(options, naming):
    with pytest.raises(ValueError, match=naming):
        Step(statement=Eq(S.risk, S.noise), rule="Somehow", **options)


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


def test_derivations_are_found_by_name_and_passed_through():
    found = laws.derive("duality")
    assert derivation("duality") is found
    assert derivation(found) is found


@pytest.mark.parametrize(
    ("law", "options", "error", "naming"),
    [
        ("dualty", {}, ValueError, "did you mean 'duality'"),
        ("ridge.bais", {}, ValueError, "did you mean 'ridge.bias'"),
        ("duality", {"at": {S.decay: 2}}, ValueError, "`at` does not apply to duality"),
        (3, {}, TypeError, "`law` is a int; give the name"),
        ("kernel.bias", {"at": {S.decay: 2}}, ValueError, "`at` lacks l, b"),
    ],
)
def test_what_cannot_be_derived_is_refused_in_one_line(law, options, error, naming):
    with pytest.raises(error, match=naming) as caught:
        derivation(law, **options)
    assert "\n" not in str(caught.value)


def test_rates_are_listed_beside_the_laws():
    assert "ridge.bias" in rate_names()
    assert not set(rate_names()) & set(laws.names())


@pytest.mark.slow
@every_law
def test_formats_show_the_findings_of_the_checks(name):
    derivation = laws.derive(name)
    checks = derivation.check(seed=0)
    text, markdown, latex = (
        write(PROJECT, checks) for write in (derivation.text, derivation.markdown, derivation.latex)
    )
    for found in checks:
        assert found.remark() in text
        assert found.remark() in markdown
    assert latex.count("Checked at") == markdown.count("*checked at") == len(checks)


def test_a_failed_check_is_shown_in_every_format():
    right = laws.derive("duality")
    wrong = dataclasses.replace(right.steps[0], statement=Eq(S.ridge, S.kappa))
    derivation = dataclasses.replace(right, steps=(wrong, *right.steps[1:]))
    checks = derivation.check()
    assert [check.passed for check in checks] == [False, *[True] * (len(checks) - 1)]
    for write in (derivation.text, derivation.markdown, derivation.latex):
        assert write(PROJECT, checks).count("CHECK FAILED") == 1
    assert derivation.printed(PROJECT, checks).steps[0].failed


def test_a_step_without_check_says_so():
    step = Step(statement=Eq(S.risk, S.noise), rule="By assumption", unchecked="nothing follows from it")
    derivation = dataclasses.replace(laws.derive("duality"), steps=(step,))
    assert derivation.check() == (None,)
    assert "(not checked: nothing follows from it)" in derivation.text(PROJECT, derivation.check())


def test_constants_and_exponents_are_written_as_a_theorist_does():
    latex = laws.derive("degrees-of-freedom-power-law").latex(PROJECT)
    assert r"\frac{\pi / a}{\sin\left(\pi / a\right)}" in latex
    assert r"\kappa^{- 1 / a}" in latex
    assert r"\sqrt{\frac{N \kappa}{\delta}}" in laws.derive("interpolation-peak").latex(PROJECT)
    assert r"\left(\sigma^{2}\right)^" not in laws.derive("noisy-kernel-rate").latex(PROJECT)


def test_notebooks_show_the_results():
    shown = laws.derive("breakdown")._repr_latex_()
    assert shown.startswith(r"$\begin{gathered}")
    assert shown.count(r"\\") >= len(laws.derive("breakdown").results) - 1


def test_derivations_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        laws.derive("duality").title = "other"
