"""Any argument of any method of a spectrum: a documented error in one line, or what its definition gives."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    DivergentSumError,
    Eigenvalues,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    PrecisionError,
)
from tests.numerics.fuzz_arguments import EXTREME, anything, examples, refused, run, spectra

ALLOWED = (TypeError, ValueError, DivergentSumError, PrecisionError)
LIST = Eigenvalues([1, "1/2", "1/4"], [3, 2, "1/5"])
SPECTRA = [
    PowerLaw(2), PowerLaw("0.5", 20), Exponential(1), Exponential("0.1", 20), LogPowerLaw(2, 1),
    LogPowerLaw(1, 1, 20), BrokenPowerLaw([1, 2], [3]), BrokenPowerLaw([1, 2], [3], 20, spikes=[4]),
    LIST, Degenerate([1, "1/2"], [2, 10**12]), LIST.extended(), LIST.extended(20),
]  # fmt: skip
METHODS = {
    "df": {"j": 1, "kappa": "0.1", "digits": 15},
    "signal_sum": {"kappa": "0.1", "unlearned": 1, "learned": 0, "source": None, "digits": 15},
    "total": {"digits": 15},
    "signal_total": {"source": None, "digits": 15},
    "eigenvalues": {"count": 3},
    "signal_powers": {"count": 3, "source": None},
}


def check_method(spectrum, method, arguments):
    try:
        result = getattr(spectrum, method)(**arguments)
    except Exception as error:
        refused(error, ALLOWED)
    else:
        assert np.all(result == result)


@pytest.mark.parametrize("method", METHODS)
@examples(40, 120)
def test_any_value_of_one_argument_is_answered_or_refused(method, number):
    arguments = METHODS[method]

    @run(number, st.sampled_from(SPECTRA), st.sampled_from(list(arguments)), anything)
    def holds(spectrum, argument, value):
        check_method(spectrum, method, {**arguments, argument: value})


@pytest.mark.parametrize("method", [name for name, arguments in METHODS.items() if len(arguments) > 1])
@examples(15, 150)
def test_extreme_values_of_several_arguments_are_answered_or_refused(method, number):
    extremes = st.dictionaries(st.sampled_from(list(METHODS[method])), st.sampled_from(EXTREME), min_size=2)

    @run(number, st.sampled_from(SPECTRA), extremes)
    def holds(spectrum, replaced):
        check_method(spectrum, method, {**METHODS[method], **replaced})


@examples(40, 150)
def test_listed_eigenvalues_are_those_of_the_definition(number):
    @run(number, spectra, st.one_of(st.none(), st.integers(1, 40)))
    def holds(case, count):
        spectrum, source, values, powers = case
        for found, expected in (
            (spectrum.eigenvalues(count), values),
            (spectrum.signal_powers(count, source=source), powers),
        ):
            assert found.dtype == np.float64
            assert found.tolist() == pytest.approx(
                [float(v) for v in expected[:count]], rel=1e-13, abs=1e-300
            )


@pytest.mark.parametrize("spectrum", SPECTRA, ids=lambda spectrum: type(spectrum).__name__)
@pytest.mark.parametrize("count", [0, -1, "abc", 1.5, True, [1], 1j])
def test_counts_that_are_none_are_refused(spectrum, count):
    with pytest.raises((TypeError, ValueError), match="`count` = "):
        spectrum.eigenvalues(count)


@pytest.mark.parametrize(
    "spectrum", [PowerLaw(2), Exponential(1), LIST.extended(), Degenerate([1], [10**12])]
)
def test_lists_that_memory_does_not_hold_are_refused(spectrum):
    with pytest.raises(ValueError, match="`count` must be at most 100000000, not 1000000000000;"):
        spectrum.eigenvalues(10**12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: PowerLaw(2, scale="1e400").eigenvalues(3),
        lambda: PowerLaw(2).signal_powers(10, source=-1000),
        lambda: Exponential(1).signal_powers(10, source=-1000),
        lambda: LogPowerLaw(2, "1e5").eigenvalues(3),
        lambda: BrokenPowerLaw([1, 2], [5], scale="1e400").eigenvalues(3),
        lambda: BrokenPowerLaw([2], [], spikes=["1e400"]).eigenvalues(3),
        lambda: Eigenvalues(["1e400"]).eigenvalues(),
        lambda: Degenerate(["1e400"], [2]).eigenvalues(),
    ],
)
def test_entries_beyond_the_doubles_are_refused(call):
    with pytest.raises(PrecisionError, match="exceeds the doubles"):
        call()


@pytest.mark.parametrize("kind", [PowerLaw, Exponential, lambda a: LogPowerLaw(a, 1)])
def test_long_rationals_are_shown_rounded(kind):
    """Python refuses to print integers of more than 4300 digits."""
    assert "about 2.0" in repr(kind(2 + Fraction(1, 10**5000)))
