from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import mpmath
import pytest
from sympy import Eq, Integer, Min, Rational, Symbol, cancel, oo, simplify, together

from scalinglaws import numerics
from scalinglaws.theory import AnySpectrum, DegreesOfFreedom, PowerLaw, RandomFeatureRidge, SignalSum
from scalinglaws.theory import symbols as S

REFERENCE = Path(__file__).parents[1] / "reference" / "ridge_points.json"
kappa, N, T, delta, sigma2 = S.kappa, S.features, S.samples, S.ridge, S.noise
z, q, s = (DegreesOfFreedom(order, kappa) for order in (1, 2, 3))
S1, S2 = (SignalSum(order, kappa) for order in (1, 2))
GENERAL = RandomFeatureRidge(spectrum=AnySpectrum(isotropic=False))
ISOTROPIC = RandomFeatureRidge(spectrum=AnySpectrum())

CASES = [
    # decay, source, size, features, samples, ridge, noise
    ("2", None, "inf", "100", "400", "1e-3", "0"),
    ("3/2", None, "inf", "1e12", "1e9", "1e-20", "1/10"),
    ("5/4", "3/2", "1e15", "200", "150", "1e-4", "1"),
    ("2", "5/2", "6000", "400", "400", "1e-6", "0"),
    ("2", None, "6000", "100", "400", "0", "1/2"),
    ("2", None, "6000", "400", "100", "0", "1/2"),
    ("3", "2", "inf", "inf", "500", "1e-2", "1/4"),
    ("2", "3/2", "inf", "inf", "500", "0", "0"),
    ("2", "7/3", "inf", "300", "inf", "0", "1/4"),
    ("2", "7/3", "1000", "300", "inf", "1e-3", "1/4"),
    ("1/2", None, "1000", "300", "200", "1e-3", "0"),
]


def sympy_number(text):
    return oo if text == "inf" else Rational(text)


def model_of(exponent, source, size, features, samples, ridge, noise):
    spectrum = PowerLaw(
        decay=Rational(exponent),
        source=None if source is None else Rational(source),
        size=oo if size == "inf" else Integer(Rational(size)),
    )
    given = {"features": features, "samples": samples, "ridge": ridge, "noise": noise}
    return RandomFeatureRidge(
        spectrum=spectrum, **{name: sympy_number(value) for name, value in given.items()}
    )


def solve(exponent, source, size, features, samples, ridge, noise, digits):
    return numerics.solve_ridge(
        numerics.PowerLaw(exponent, size=size if size == "inf" else int(Rational(size))),
        features=features, samples=samples, ridge=ridge, noise=noise, source=source, digits=digits,
    )  # fmt: skip


def relative_residual(equation: Eq, root: mpmath.mpf, digits: int) -> mpmath.mpf:
    left, right = (as_mpf(side.subs(kappa, to_sympy(root)).evalf(digits)) for side in equation.args)
    with mpmath.workdps(digits):
        return abs(left - right) / max(abs(left), abs(right))


def as_mpf(value) -> mpmath.mpf:
    """Take an evaluated number with all its digits."""
    return mpmath.make_mpf(value._mpf_) if value.is_Float else mpmath.mpf(int(value))


def to_sympy(value: mpmath.mpf):
    """Take a binary number exactly."""
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Integer(int(mantissa)) * Integer(2) ** int(exponent)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_numeric_roots_solve_the_symbolic_equation(case):
    """The equation stands twice, as code and as an equation: each root of the one solves the other."""
    point, model = solve(*case, digits=70), model_of(*case)
    assert relative_residual(model.fixed_point, point.kappa, 80) < mpmath.mpf("1e-40")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_symbolic_risk_at_the_root_is_the_numeric_risk(case):
    point, model = solve(*case, digits=70), model_of(*case)
    for name in ("risk", "excess", "bias", "variance"):
        symbolic = as_mpf(getattr(model, name).subs(kappa, to_sympy(point.kappa)).evalf(60))
        with mpmath.workdps(60):
            numeric = getattr(point, name)
            assert abs(symbolic - numeric) < mpmath.mpf("1e-40") * max(abs(numeric), abs(point.risk)), name
    for order, name in ((1, "df1"), (2, "df2"), (3, "df3")):
        trace = as_mpf(model.df(order).subs(kappa, to_sympy(point.kappa)).evalf(50))
        with mpmath.workdps(50):
            assert abs(trace / getattr(point, name) - 1) < mpmath.mpf("1e-40")


def reference_rows() -> list[dict]:
    content = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return content["rows"] if isinstance(content, dict) else content


def test_reference_rows_solve_the_symbolic_equation():
    for row in reference_rows():
        names = ("features", "samples", "ridge", "noise")
        model = model_of(row["decay"], row["source"], str(row["size"]), *(str(row[name]) for name in names))
        root = Rational(row["kappa"])
        df1 = as_mpf(model.df(1).subs(kappa, root).evalf(60))
        risk = as_mpf(model.risk.subs(kappa, root).evalf(60))
        with mpmath.workdps(60):
            # kappa is given to 50 digits; near interpolation the risk magnifies what is left by 1/(1 - z/T)
            assert abs(df1 / mpmath.mpf(row["df1"]) - 1) < mpmath.mpf("1e-48"), row
            assert abs(risk / mpmath.mpf(row["risk"]) - 1) < mpmath.mpf("1e-40"), row
        if model.ridge == 0:
            assert model.fixed_point == Eq(model.df(1), Min(model.features, model.samples))
        left, right = (side.subs(kappa, root).evalf(60) for side in model.fixed_point.args)
        assert abs(left / right - 1) < 1e-38, row


@pytest.mark.parametrize("noise", [Integer(1), Integer(2), Rational(1, 4)])
def test_split_of_the_risk_at_a_numeric_noise(noise):
    """The numbers of the noise stand elsewhere in the formulas too: as powers, shifts, and factors."""
    values = {N: Integer(3), T: Integer(4)}
    for base in (RandomFeatureRidge(spectrum=PowerLaw(source=S.decay + 2)), GENERAL):
        for limit in (base, base.kernel(), base.sketch()):
            numeric = replace(limit, noise=noise)
            for name in ("bias", "variance", "risk", "excess"):
                symbolic = getattr(limit, name).subs(sigma2, noise)
                assert cancel(together(getattr(numeric, name) - symbolic).subs(values)) == 0, name


def test_risk_is_the_deterministic_equivalent():
    denominator = N * T - (N + T) * q + 2 * z * q - z**2
    written = T / denominator * ((N - q) * (S1 + sigma2) - (N - z) * S2)
    assert cancel(together(GENERAL.risk - written)) == 0
    assert cancel(together(GENERAL.bias - written.subs(sigma2, 0))) == 0
    # the noise excess in closed form
    assert cancel(together(GENERAL.variance - sigma2 * (q * (N - 2 * z) + z**2) / denominator)) == 0
    assert cancel(together(GENERAL.excess - (written - sigma2))) == 0


def test_risk_of_the_isotropic_prior():
    """(L1): the risk in traces alone, and both forms of its denominator."""
    denominator = (N - z) * (T - z) + (z - q) * (N + T - 2 * z)
    written = (N * T * kappa * (z - q) + sigma2 * T * (N - q)) / denominator
    assert cancel(together(ISOTROPIC.risk - written)) == 0


@pytest.mark.parametrize("base", [GENERAL, ISOTROPIC])
def test_limits_of_the_risk_are_the_models_of_the_limits(base):
    assert simplify(base.risk.limit(N, oo) - base.kernel().risk) == 0
    assert (
        simplify(base.risk.subs(T, 1 / Symbol("h")).cancel().subs(Symbol("h"), 0) - base.sketch().risk) == 0
    )
    both = base.kernel().sketch().risk
    assert cancel(together(base.kernel().risk.subs(T, 1 / Symbol("h"))).subs(Symbol("h"), 0) - both) == 0


def test_kernel_and_sketch_in_the_words_of_the_literature():
    squared = S1 - S2  # kappa**2 sum v/(lambda+kappa)**2
    assert cancel(GENERAL.kernel().risk - (squared + sigma2) / (1 - q / T)) == 0
    sketch = GENERAL.sketch().ridgeless()
    assert sketch.fixed_point == Eq(z, N)
    assert sketch.at_degrees_of_freedom(sketch.risk, N) == S1 + sigma2


def test_limits_of_the_fixed_point():
    assert ISOTROPIC.fixed_point == Eq(delta * N, kappa * (N - z) * (T - z))
    assert ISOTROPIC.kernel().fixed_point == Eq(delta, kappa * (T - z))
    assert ISOTROPIC.sketch().fixed_point == Eq(z, N)
    assert ISOTROPIC.ridgeless().fixed_point == Eq(z, Min(N, T))
    assert ISOTROPIC.kernel().ridgeless().fixed_point == Eq(z, T)


def test_infinite_resources_are_limits_of_large_ones():
    spectrum = numerics.PowerLaw("3/2")
    for name, other in (("features", "samples"), ("samples", "features")):
        limit = numerics.solve_ridge(
            spectrum, **{name: "inf", other: 300}, ridge="1e-3", noise="1/3", digits=30
        )
        model = RandomFeatureRidge(
            spectrum=PowerLaw(decay=Rational(3, 2)),
            **{name: Integer(10) ** 30, other: Integer(300)}, ridge=Rational(1, 1000), noise=Rational(1, 3),
        )  # fmt: skip
        near = model.evaluate({}, digits=30)
        assert abs(near.risk / limit.risk - 1) < 1e-12


def test_evaluation_takes_every_symbol():
    model = RandomFeatureRidge()
    values = {S.decay: 2, N: 30, T: 50, delta: Rational(1, 10), sigma2: Rational(1, 2)}
    direct = numerics.solve_ridge(
        numerics.PowerLaw(2), features=30, samples=50, ridge="0.1", noise="0.5", digits=25
    )
    assert model.evaluate(values, digits=25) == direct
    with pytest.raises(ValueError, match=r"`values` lacks \['T'\], needed for `samples`"):
        model.evaluate({key: value for key, value in values.items() if key != T})
    with pytest.raises(ValueError, match="`spectrum` is unspecified"):
        ISOTROPIC.evaluate(values)


@pytest.mark.parametrize(
    "wrong",
    [{"features": 0}, {"samples": -3}, {"ridge": -1}, {"noise": -1}, {"ridge": oo}, {"features": -oo}],
)
def test_numbers_outside_of_the_domain_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"`{name}` is .*; it must be"):
        RandomFeatureRidge(**wrong)


def test_risk_without_ridge_dependence_has_no_optimum():
    with pytest.raises(ValueError, match="`samples` is oo; there the risk does not depend on the ridge"):
        ISOTROPIC.sketch().stationarity()


def test_stationarity_of_a_concrete_spectrum_vanishes_at_the_optimum():
    """The derivative of TraceSums, not that of unspecified traces, at the optimum found by numbers."""
    for source in (None, Rational(9, 5)):
        model = RandomFeatureRidge(
            spectrum=PowerLaw(decay=Rational(3, 2), source=source),
            features=Integer(40), samples=Integer(90), noise=Rational(1, 100),
        )  # fmt: skip
        best = numerics.optimal_ridge(
            numerics.PowerLaw("3/2"), features=40, samples=90, noise="0.01", source=source, digits=40
        )
        root = to_sympy(best.point.kappa)
        slope = model.risk.diff(kappa)
        scale = abs((kappa * model.risk.diff(kappa)).subs(kappa, root * 2).evalf(40))
        assert abs((kappa * slope).subs(kappa, root).evalf(60)) < scale * Rational(1, 10**30)


def test_derivatives_of_unspecified_traces_hold_for_a_power_law():
    """kappa df_j' = -j(df_j - df_j+1) and kappa S_j' = j S_j+1 - (j-1) S_j, on eigenvalues written out."""
    eigenvalues = [Rational(1, k**2) for k in range(1, 9)]
    signal = [Rational(1, k) for k in range(1, 9)]

    def concrete(trace, x):
        order = int(trace.args[0])
        if isinstance(trace, DegreesOfFreedom):
            return sum((v / (v + x)) ** order for v in eigenvalues)
        return sum(
            w * x / (v + x) * (v / (v + x)) ** (order - 1) for v, w in zip(eigenvalues, signal, strict=True)
        )

    for family in (DegreesOfFreedom, SignalSum):
        for order in (1, 2, 3):
            rule = family(order, kappa).diff(kappa)
            claimed = rule.replace(
                lambda e: isinstance(e, DegreesOfFreedom | SignalSum), lambda e: concrete(e, kappa)
            )
            exact = concrete(family(order, kappa), kappa).diff(kappa)
            assert abs((claimed - exact).subs(kappa, Rational(2, 7)).evalf(40)) < 1e-35


def test_isotropic_prior_is_the_signal_of_the_eigenvalues():
    for order in (1, 2):
        isotropic = PowerLaw().signal(order, kappa)
        explicit = PowerLaw(source=S.decay).signal(order, kappa)
        assert isotropic == explicit == kappa * PowerLaw().df(order, kappa)
        assert AnySpectrum().signal(order, kappa) == kappa * DegreesOfFreedom(order, kappa)
