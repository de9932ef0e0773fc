from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import mpmath
import pytest
from latex2mathml.converter import convert
from sympy import Eq, Expr, Rational, Symbol, oo, pi, sin

from scalinglaws import numerics
from scalinglaws.theory import DegreesOfFreedom, Notation, laws
from scalinglaws.theory import symbols as S
from scalinglaws.theory.notation import NOTATIONS
from scalinglaws.theory.ridge import ANY_SPECTRUM

PAPER = Notation.named("maloney2022")
N, T, M, rho = S.features, S.samples, S.size, Symbol("rho", positive=True)
alpha, gamma, C, lambda_plus, Delta = (
    Symbol(name, positive=True) for name in ("alpha", "gamma", "C", "lambda_+", "Delta")
)
teacher, maps, noise = (Symbol(name, positive=True) for name in ("sigma_w^2", "sigma_u^2", "sigma_epsilon^2"))
z, q, s = (DegreesOfFreedom(order, S.kappa) for order in (1, 2, 3))
#: Numbers without a relation that could hide a wrong unit.
VALUES = {
    N: Rational(310, 7), T: Rational(1210, 13), M: Rational(907, 3), rho: Rational(19, 11),
    alpha: Rational(17, 23), gamma: Rational(3, 1009), C: Rational(29, 3), lambda_plus: Rational(53, 17),
    Delta: Rational(37, 41), teacher: Rational(7, 5), maps: Rational(13, 6), noise: Rational(11, 47),
}  # fmt: skip
kappa_of_paper = Delta / N
traces = {PAPER.apply(z): Rational(97, 4), PAPER.apply(q): Rational(53, 4), PAPER.apply(s): Rational(36, 4)}
z_, q_, s_ = (Symbol(name, positive=True) for name in ("zz", "qq", "ss"))
signal = C * teacher / (2 * M)
level = Symbol("z", positive=True)

#: Formulas in the letters of the paper: law, result, the quantity, the formula.
FORMULAS = [
    ("ridgeless-underparameterized", "risk", "L", C / 2 * (teacher / M * Delta + noise) / (1 - N / T)),
    # Delta = N kappa in this notation, and Delta_T = T kappa
    ("ridgeless-overparameterized", "bias", "L_w", signal * (T * Delta / N) / (1 - T / N)),
    ("ridgeless-kappa-near-size", "kappa_large_size", "Delta",
     N * (2 + alpha) * lambda_plus * M ** -(1 + alpha) * (1 - N / M)),
    ("ridgeless-kappa-finite-size", "kappa", "Delta",
     lambda_plus * rho ** (1 + alpha) * N**-alpha
     * (1 - (1 + alpha) * (1 / (2 * N) + (N / M) ** alpha / (alpha * rho ** (1 + alpha))))),
    ("one-exponent", "risk_in_features", "L", signal * lambda_plus * rho ** (1 + alpha) * N**-alpha),
    ("one-exponent", "risk_in_samples", "L", signal * lambda_plus * rho ** (1 + alpha) * T**-alpha),
    ("power-law-risk", "bias", "L_w",
     signal * lambda_plus * rho ** (1 + alpha) * z_**-alpha * N * T
     / ((1 + alpha) * N * T - alpha * (N + T) * z_ + (alpha - 1) * z_**2)),
    ("interpolation-peak", "risk", "L",
     (signal * Delta + C / 2 * noise) * N / 2 * (maps * kappa_of_paper / (gamma * M)) ** Rational(1, 2)),
    ("optimal-ridge", "ridge", "gamma", maps / M * kappa_of_paper * (z_ - q_) ** 3 / (q_ - s_)),
    ("optimal-ridge", "risk", "L",
     signal * kappa_of_paper * N * T / ((z_ - q_) ** 2 / (q_ - s_) + N + T - 2 * z_)),
    ("optimal-ridge-power-law", "ridge", "gamma",
     2 * maps * lambda_plus * rho ** (1 + alpha) / (alpha * (1 + alpha) * M) * level ** (1 - alpha)),
    ("optimal-ridge-power-law", "risk", "L",
     signal * lambda_plus * rho ** (1 + alpha) * N * T * level ** -(1 + alpha)
     / (N + T - 2 * (1 - 1 / alpha) * level)),
    ("optimal-ridge-power-law", "ridge_at_two", "gamma", rho**2 * maps * lambda_plus / M),
    ("optimal-ridge-power-law", "risk_at_two", "L", signal * lambda_plus * rho**2 * (1 / N + 1 / T)),
    ("noisy-kernel-rate", "ridge", "gamma", N * maps * noise / teacher),
    ("noisy-kernel-rate", "excess", "L_E", C / 2 * noise * z_ / (T - z_)),
    ("noisy-kernel-rate", "rate", "L_E",
     C / 2 * noise * rho * (lambda_plus * teacher / (M * noise)) ** (1 / (1 + alpha))
     * T ** (-alpha / (1 + alpha))),
    ("breakdown", "risk", "L", C / 2 * noise * T / (T - M)),
    ("breakdown", "variance", "L_epsilon", C / 2 * noise * M / (T - M)),
]  # fmt: skip


def evaluate(number, expression: Expr) -> mpmath.mpf:
    named = dict(zip((z_, q_, s_), traces.values(), strict=True))
    values = {key: value for key, value in {**VALUES, **named, level: Rational(19, 2)}.items()}
    return number(expression.xreplace(dict(zip(traces, (z_, q_, s_), strict=True))), values, 40)


@pytest.mark.parametrize(
    ("name", "result", "quantity", "formula"), FORMULAS, ids=lambda x: x if isinstance(x, str) else ""
)
def test_laws_in_the_letters_and_units_of_the_paper(number, name, result, quantity, formula):
    """A formula in the letters of the paper and the translated law agree at numbers: every unit is right."""
    translated = PAPER.apply(laws.derive(name).results[result])
    assert str(translated.lhs) == quantity
    with mpmath.workdps(40):
        ratio = evaluate(number, translated.rhs) / evaluate(number, formula)
        assert abs(ratio - 1) < mpmath.mpf("1e-33")


def test_constant_in_the_letters_of_the_paper(number):
    """rho = (pi/(1+alpha))/sin(pi/(1+alpha))"""
    constant = PAPER.apply(laws.derive("ridgeless-kappa").constants[rho])
    written = pi / (1 + alpha) / sin(pi / (1 + alpha))
    assert abs((constant / written).subs(alpha, Rational(3, 7)).evalf(30) - 1) < 1e-28


@pytest.mark.parametrize("label_noise", [0, Rational(1, 300)])
def test_the_paper_s_own_model_gives_the_translated_loss(number, label_noise):
    """Fixed point and loss of the paper, written out in its units, against those of the project.

    gamma M/sigma_u^2 = k (N-z)(T-z) and
    L = (C/2)[(sigma_w^2/M) N T k (z-q) + sigma_e^2 T (N-q)]/D, with lambda_I = lambda_+ I^-(1+alpha).
    """
    latent, features, samples = 90, 30, 50
    with mpmath.workdps(40):
        outputs, top, weights, mapping, penalty = (
            mpmath.mpf(x) for x in ("3", "2.5", "1.75", "0.375", "0.0123")
        )
        variance = mpmath.mpf(Rational(label_noise).p) / Rational(label_noise).q
        eigenvalues = [top * mpmath.mpf(i) ** mpmath.mpf("-1.75") for i in range(1, latent + 1)]

        def trace(order, k):
            return mpmath.fsum((value / (value + k)) ** order for value in eigenvalues)

        low, high = mpmath.mpf("1e-8"), mpmath.mpf(10**3)
        for _ in range(150):  # bisection: the right side increases where z < min(N, T)
            k = mpmath.sqrt(low * high)
            z1 = trace(1, k)
            above = z1 < features and k * (features - z1) * (samples - z1) > penalty * latent / mapping
            low, high = (low, k) if above else (k, high)
        z1, q1 = trace(1, k), trace(2, k)
        denominator = features * samples - (features + samples) * q1 + 2 * z1 * q1 - z1**2
        loss = (
            outputs
            / 2
            * (weights / latent * features * samples * k * (z1 - q1) + variance * samples * (features - q1))
            / denominator
        )
        # the project's own model in its own units
        paper_values = {
            N: features, M: latent, gamma: penalty, maps: mapping, lambda_plus: top, teacher: weights,
            C: outputs, noise: variance,
        }  # fmt: skip
        ridge = number(PAPER.replacements[S.ridge], paper_values, 40)
        sigma2 = number(PAPER.replacements[S.noise], paper_values, 40)
        point = numerics.solve_ridge(
            numerics.PowerLaw("1.75", size=latent), features=features, samples=samples, ridge=ridge,
            noise=sigma2, digits=35,
        )  # fmt: skip
        gap = Symbol("L", positive=True)
        translated = number(PAPER.replacements[S.risk], {**paper_values, gap: loss}, 40)
        assert abs(translated / point.risk - 1) < mpmath.mpf("1e-30")
        root = number(PAPER.replacements[S.kappa], {**paper_values, Delta: features * k}, 40)
        assert abs(root / point.kappa - 1) < mpmath.mpf("1e-30")
        # the translated symbolic risk, in the paper's letters
        equation = PAPER.apply(Eq(S.risk, ANY_SPECTRUM.risk, evaluate=False))
        values = {**paper_values, T: samples, Delta: features * k, PAPER.apply(z): z1, PAPER.apply(q): q1}
        assert abs(number(equation.rhs, values, 40) / loss - 1) < mpmath.mpf("1e-30")


def test_other_papers_exchange_letters_at_once():
    lin = Notation.named("lin2024")
    assert lin.apply(N / T + M) == Symbol("M", positive=True) / Symbol("N", positive=True) + Symbol(
        "d", positive=True
    )
    bahri = Notation.named("bahri2021")
    P, D, loss = (Symbol(name, positive=True) for name in "PDL")
    translated = bahri.apply(Eq(S.risk, N * T))
    assert (translated.lhs, translated.rhs) == (loss, P * D / 2)
    spectrum = Symbol("alpha_K", positive=True)
    assert bahri.apply(S.decay) == 1 + spectrum
    assert bahri.apply(laws.derive("one-exponent").results["exponent_in_samples"]).rhs == -spectrum


def test_exponents_are_cancelled():
    assert PAPER.apply(T ** (1 - S.decay)) == T**-alpha


def test_project_notation_changes_nothing():
    project = Notation.named("project")
    for name in laws.names():
        for equation in laws.derive(name).results.values():
            assert project.apply(equation) == equation


def test_unknown_notation_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"`notation` is 'maloney'; known are .* did you mean 'maloney2022'"):
        Notation.named("maloney")


def assert_well_formed(formula: str) -> None:
    mathml = convert(formula)
    root = ElementTree.fromstring(mathml)
    words = "".join(root.itertext())
    assert "\\" not in words, f"a macro is left over in {words}"
    assert not re.search(r"\b(nan|zoo|oo|Dummy|TraceSum)\b", formula)
    assert formula.count("{") == formula.count("}")


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", laws.names())
def test_every_law_in_every_notation_is_well_formed(name, notation):
    derivation = laws.derive(name)
    letters = Notation.named(notation)
    for formula in derivation.formulas(letters):
        assert_well_formed(formula)
    for step in derivation.steps:
        assert_well_formed(letters.latex(step.statement))


def test_translation_leaves_no_letter_of_the_project():
    """What a notation replaces must not appear in it, unless the paper uses the same letter."""
    for notation in NOTATIONS.values():
        targets = {symbol for value in notation.replacements.values() for symbol in value.free_symbols}
        replaced = set(notation.replacements) - targets
        for name in laws.names():
            for equation in laws.derive(name).results.values():
                assert not notation.apply(equation).free_symbols & replaced, (notation.name, name)


@pytest.mark.slow
@pytest.mark.tex
def test_every_law_in_every_notation_compiles(compile_latex):
    """All complete documents, their bodies put into one."""
    bodies = []
    for name in laws.names():
        for notation in NOTATIONS.values():
            document = laws.derive(name).latex(notation)
            assert document.startswith("\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n")
            bodies.append(document.split("\\begin{document}")[1].split("\\end{document}")[0])
    assert len(bodies) == len(laws.names()) * len(NOTATIONS)
    compile_latex(bodies)


@pytest.mark.tex
def test_a_broken_formula_does_not_compile(compile_latex):
    with pytest.raises(AssertionError):
        compile_latex([r"\[\undefinedmacro{x}\]"])


def test_infinity_is_printed_as_a_symbol():
    assert Notation.named("project").latex(Eq(N, oo, evaluate=False)) == r"N = \infty"
