"""What every spectrum has to satisfy, compared with listed eigenvalues or with itself at more digits."""

from __future__ import annotations

import mpmath

from scalinglaws.numerics import optimal_ridge, solve_ridge

KAPPAS = [0, "1e-40", "1e-3", 1, "1e25"]
EXPONENTS = [(1, 0), (0, 1), (1, 1), (2, 1), (1, 3)]


def close(one, other, digits):
    with mpmath.workdps(digits + 30):
        return abs(one - other) <= abs(other) * mpmath.mpf(10) ** -digits


def check_equal(spectrum, listed, *, source=None):
    """Compare with a listed spectrum, whose own signal is that of `source`, at 40 digits."""
    assert spectrum.size == listed.size
    assert close(spectrum.total(40), listed.total(40), 39)
    assert close(spectrum.signal_total(source=source, digits=40), listed.signal_total(digits=40), 39)
    for kappa in KAPPAS:
        for j in (1, 2, 5):
            assert close(spectrum.df(j, kappa, 40), listed.df(j, kappa, 40), 39)
        for j, k in EXPONENTS:
            one = spectrum.signal_sum(kappa, unlearned=j, learned=k, source=source, digits=40)
            assert close(one, listed.signal_sum(kappa, unlearned=j, learned=k, digits=40), 39)


def check_ridge(spectrum, listed, *, source=None, features=7, samples=12):
    """Compare fixed point, risk and the best ridge with those of a listed spectrum."""
    arguments = {"features": features, "samples": samples, "noise": "0.1", "digits": 25}
    for ridge in (0, "0.01", 3):
        one = solve_ridge(spectrum, ridge=ridge, source=source, **arguments)
        other = solve_ridge(listed, ridge=ridge, **arguments)
        for name in ("kappa", "df1", "df2", "df3", "bias", "variance"):
            assert close(getattr(one, name), getattr(other, name), 24)
    one = optimal_ridge(spectrum, source=source, **arguments)
    other = optimal_ridge(listed, **arguments)
    assert close(one.ridge, other.ridge, 24)
    assert close(one.risk, other.risk, 24)


def check_two_precisions(spectrum, *, source=None, kappas=("1e-30", "1e-4", "0.7", "1e9"), digits=80):
    """Compare sums at 15 digits with those at many."""
    for kappa in kappas:
        for j in (1, 2):
            assert close(spectrum.df(j, kappa, 15), spectrum.df(j, kappa, digits), 15)
        one, other = (spectrum.signal_sum(kappa, source=source, digits=d) for d in (15, digits))
        assert close(one, other, 15)
