"""Words with formulas, in the letters of a paper."""

from __future__ import annotations

import re

import pytest
from sympy import Rational

from scalinglaws.theory import Notation, laws
from scalinglaws.theory import symbols as S
from scalinglaws.theory.notation import NOTATIONS
from scalinglaws.theory.notation_words import translate_equation, translate_words

PAPER, SKETCH = Notation.named("maloney2022"), Notation.named("lin2024")


@pytest.mark.parametrize(
    ("words", "translated"),
    [
        ("$a>1$", r"$\alpha>0$"),
        ("$a=2$", r"$\alpha=1$"),
        (r"$\delta\to0$", r"$\gamma\to0$"),
        (r"$(\rho/N)^a$", r"$(\rho/N)^{1+\alpha}$"),
        (r"$k^{-a}$", r"$k^{-(1+\alpha)}$"),
        (r"$\lambda_k=k^{-a}$", r"$\lambda_k=\lambda_+k^{-(1+\alpha)}$"),
        (r"$z=\sum_k\lambda_k/(\lambda_k+\kappa)$", r"$z=\sum_k\lambda_k/(\lambda_k+\Delta/N)$"),
        (r"$dR/d\kappa$", r"$dL/d\Delta$"),
        (r"$\kappa^2$", r"$\left(\frac{\Delta}{N \lambda_{+}}\right)^2$"),
        ("a feature and $N<T$", "a feature and $N<T$"),
    ],
)
def test_formulas_in_words_take_the_letters_of_the_paper(words, translated):
    assert translate_words(words, PAPER) == translated


def test_letters_that_change_places_do_not_meet():
    assert translate_words("$N<T\\ll M$, $e_N$", SKETCH) == "$M<N\\ll d$, $e_N$"


def test_values_are_those_of_the_papers_quantities():
    assert translate_equation(S.decay, Rational(5, 2), PAPER) == r"\alpha=1.5"
    assert translate_equation(S.features / S.samples, Rational(1, 2), SKETCH) == "M / N=0.5"


@pytest.mark.parametrize("name", laws.names())
@pytest.mark.parametrize("notation", NOTATIONS)
def test_words_stay_words(name, notation):
    """Nothing outside of formulas changes, and braces stay balanced."""
    letters, derivation = Notation.named(notation), laws.derive(name)
    for words in (derivation.title, derivation.regime, *(step.rule for step in derivation.steps)):
        translated = translate_words(words, letters)
        assert translated.split("$")[::2] == words.split("$")[::2]
        for formula in translated.split("$")[1::2]:
            assert formula.count("{") == formula.count("}")
            assert len(re.findall(r"\\left\b", formula)) == len(re.findall(r"\\right\b", formula))


@pytest.mark.slow
@pytest.mark.tex
def test_words_of_every_law_compile_in_every_notation(compile_latex):
    """With the findings of all checks, in one document."""
    bodies = []
    for name in laws.names():
        checks = laws.derive(name).check()
        for notation in NOTATIONS.values():
            document = laws.derive(name).latex(notation, checks)
            bodies.append(document.split("\\begin{document}")[1].split("\\end{document}")[0])
    compile_latex(bodies)
