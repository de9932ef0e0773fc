"""The random-feature teacher-student model: exact factors, forms of the loss, replica form, constants."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Matrix, Rational, cancel, eye, limit, oo, simplify

from scalinglaws import numerics
from scalinglaws.theory import AnySpectrum, DegreesOfFreedom, PowerLaw, laws
from scalinglaws.theory import symbols as letters
from scalinglaws.theory import teacher_student as model

a, kappa, N, T, rho = (
    letters.decay,
    letters.kappa,
    letters.features,
    letters.samples,
    next(iter(laws.derive("ridgeless-kappa").constants)),
)
TWO_PRECISIONS = pytest.mark.parametrize("digits", [20, 50])


@TWO_PRECISIONS
@pytest.mark.parametrize("degrees", [3, 4, 7])
def test_mean_of_one_over_chi_square_is_its_integral(digits, degrees):
    with mpmath.workdps(digits + 10):
        half = mpmath.mpf(degrees) / 2
        density = 1 / (2**half * mpmath.gamma(half))
        # x = y^2
        found = density * mpmath.quad(
            lambda y: 2 * y ** (degrees - 3) * mpmath.exp(-y * y / 2), [0, 1, 3, 6, 12, 20, 40]
        )
        assert abs(found * int(1 / model.chi_square_moment(degrees, -1)) - 1) < mpmath.mpf(10) ** -digits


@given(few=st.integers(1, 10**6), gap=st.integers(2, 10**6))
@settings(max_examples=5, deadline=None)
def test_exact_factor_at_every_size(few, gap):
    many = few + gap
    assert model.exact_factor(few, many) == Rational(many - 1, gap - 1)
    assert model.planar_factor(few, many) == Rational(many, gap)
    assert model.exact_factor(few, many) > model.planar_factor(few, many)


@pytest.mark.parametrize("factor", [model.exact_factor, model.planar_factor])
@pytest.mark.parametrize(
    ("few", "many", "message"), [(9, 9, "`larger` = 9"), (9, 5, "`larger` = 5"), (0, 9, "`smaller` = 0")]
)
def test_factors_are_refused_where_the_mean_is_infinite(factor, few, many, message):
    with pytest.raises(ValueError, match=message):
        factor(few, many)


def test_the_exact_factor_is_infinite_one_beyond_equality():
    with pytest.raises(ValueError, match="`larger` = 10 must exceed 10, where the mean is infinite"):
        model.exact_factor(9, 10)
    assert model.planar_factor(9, 10) == 10


def test_both_factors_agree_for_large_sizes_and_leave_the_variance_limited_excess():
    for factor in (model.exact_factor, model.planar_factor):
        assert limit(T * (factor(N, T) - 1), T, oo) == N
    assert cancel(model.exact_factor(N, T) - 1 - N / (T - N - 1)) == 0
    assert limit(model.exact_factor(N, T).subs(N, T / 3), T, oo) == Rational(3, 2)


def test_mean_inverse_of_a_wishart_matrix_is_simulated():
    rng = np.random.default_rng(3)
    rows, columns, draws = 4, 14, 4000
    matrices = rng.standard_normal((draws, rows, columns))
    traces = np.trace(np.linalg.inv(matrices @ matrices.transpose(0, 2, 1)), axis1=1, axis2=2)
    error = traces.std(ddof=1) / draws**0.5
    assert abs(traces.mean() - float(model.inverse_wishart_trace(rows, columns))) < 4 * error


def test_loss_of_any_spectrum_is_half_the_ridgeless_risk():
    any_model = model.TeacherStudent(spectrum=AnySpectrum())
    under, over = (any_model.loss(fewer=fewer) for fewer in ("features", "samples"))
    assert simplify(under - N * kappa / (2 * (1 - N / T))) == 0
    assert simplify(under.subs({N: T, T: N}, simultaneous=True) - over) == 0
    assert simplify(any_model.exact_loss(fewer="features") - N * kappa * (T - 1) / (2 * (T - N - 1))) == 0
    kernel = model.TeacherStudent(spectrum=AnySpectrum(), features=oo)
    assert kernel.loss(fewer="samples") == kernel.exact_loss(fewer="samples") == T * kappa / 2


@TWO_PRECISIONS
def test_numbers_are_those_of_the_fixed_point(digits):
    spectrum = PowerLaw(decay=Rational(3, 2), size=200)
    point = model.TeacherStudent(spectrum=spectrum).evaluate({N: 20, T: 50}, digits=digits)
    risk = numerics.solve_ridge(numerics.PowerLaw("1.5", 200), features=20, samples=50, digits=digits)
    with mpmath.workdps(digits):
        small = mpmath.mpf(10) ** (2 - digits)
        assert abs(2 * point.planar / risk.risk - 1) < small
        assert abs(point.limit / (10 * risk.kappa) - 1) < small
        assert abs(point.loss / point.limit * 29 / 49 - 1) < small
        assert abs(point.overlap * 20 / risk.df2 - 1) < small


@given(few=st.integers(1, 40), gap=st.integers(2, 60), decay=st.fractions(Fraction(1, 2), 3))
@settings(max_examples=4, deadline=None)
def test_exchange_of_features_and_samples_changes_nothing(few, gap, decay):
    spectrum = PowerLaw(decay=Rational(decay.numerator, decay.denominator), size=50)
    one, other = (
        model.TeacherStudent(spectrum=spectrum).evaluate({N: n, T: t})
        for n, t in ((few, few + gap), (few + gap, few))
    )
    assert one == other


def test_nothing_is_left_beyond_the_size():
    point = model.TeacherStudent(spectrum=PowerLaw(decay=2, size=5), features=5, samples=5).evaluate({})
    assert point.loss == point.limit == point.planar == 0
    assert point.overlap == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": 0}, "`features` is 0; it must be a positive number"),
        ({"spectrum": PowerLaw(source=3)}, "the teacher is isotropic, leave out `source`"),
        ({"spectrum": AnySpectrum(isotropic=False)}, "the teacher is isotropic, set `isotropic`"),
    ],
)
def test_what_is_no_such_model_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        model.TeacherStudent(**arguments)


def test_wrong_sides_and_thresholds_are_refused():
    small = model.TeacherStudent(features=10, samples=20)
    with pytest.raises(ValueError, match="`fewer` is 'samples', but there are 20 against 10"):
        small.loss(fewer="samples")
    with pytest.raises(ValueError, match="`fewer` is 'eigenvalues'; choose 'features' or 'samples'"):
        small.loss(fewer="eigenvalues")
    with pytest.raises(ValueError, match="`features` = 10 and `samples` = 11 are closer than 2"):
        model.TeacherStudent(features=10, samples=11).evaluate({a: 2})
    with pytest.raises(ValueError, match="`values` lacks"):
        model.TeacherStudent().evaluate({a: 2})


@pytest.mark.parametrize(
    ("alpha", "size", "value"), [("1", oo, "2.4644"), ("2", oo, "1.7654"), ("0.5", oo, "3.7581")]
)
def test_constant_of_the_power_law(alpha, size, value):
    """n^alpha n kappa at n = 1000, short of the constant by its next term (1+alpha)/(2n)."""
    exponent = Rational(alpha)
    kernel = model.TeacherStudent(spectrum=PowerLaw(decay=1 + exponent, size=size), features=oo, samples=1000)
    found = 2 * kernel.evaluate({}).limit * 1000 ** float(exponent)
    assert abs(found - mpmath.mpf(value)) < 6e-4
    constant = 2 * model.kernel_loss().subs(laws.derive("ridgeless-kappa").constants).subs(
        {a: 1 + exponent, T: 1}
    )
    assert abs(found / float(constant) - 1 + float(1 + exponent) / 2000) < 2e-5


def test_planar_log_determinant_gives_the_equivalent_and_its_shift_the_next_order():
    """By quotients of differences along c -> c + t c^2, for a spectrum that follows no law."""
    rng = np.random.default_rng(5)
    modes = [mpmath.mpf(int(x)) / 64 for x in sorted(rng.integers(1, 400, 14))]
    count = 6
    with mpmath.workdps(60):

        def parts(move):
            values = [mode + move * mode**2 for mode in modes]
            low, high = mpmath.mpf(0), mpmath.mpf(10) ** 4
            for _ in range(210):
                middle = (low + high) / 2
                learned = sum(value / (value + middle) for value in values)
                low, high = (middle, high) if learned > count else (low, middle)
            second, third = (sum((value / (value + low)) ** j for value in values) for j in (2, 3))
            planar = sum(mpmath.log(1 + value / low) for value in values) + count * mpmath.log(low)
            return low, planar, mpmath.log(1 - second / count) / 2, second, third

        step = mpmath.mpf(10) ** -20
        here, above, below = (parts(move) for move in (0, step, -step))
        slopes = [(above[j] - below[j]) / (2 * step) for j in (1, 2)]
        level = count * here[0]
        assert abs((sum(modes) - slopes[0]) / level - 1) < mpmath.mpf(10) ** -30
        claimed = model.next_order(count).subs({letters.df2: here[3], letters.df3: here[4]})
        assert abs(-slopes[1] / level / mpmath.mpf(claimed) - 1) < mpmath.mpf(10) ** -12


def test_next_order_vanishes_for_equal_eigenvalues_and_is_half_alpha_over_n_on_power_laws():
    share = Rational(2, 7)
    equal = {letters.df2: share * N, letters.df3: share**2 * N}
    assert simplify(model.next_order(N).subs(equal)) == 0
    ratios = [laws.derive("degrees-of-freedom-power-law").results[f"df{j}"].rhs / letters.df1 for j in (2, 3)]
    assert simplify(model.next_order_on_power_law(N, tuple(ratios)) - (a - 1) / (2 * N)) == 0


def test_replica_form_collapses_for_every_spectrum():
    z, q = (DegreesOfFreedom(order, kappa) for order in (1, 2))
    assert model.replica_loss() == kappa * (z - q) / (1 - q / T)
    assert model.collapsed_loss() == T * kappa
    assert model.replica_fixed_point().rhs == z / T


@TWO_PRECISIONS
@given(
    order=st.integers(1, 3),
    power=st.integers(1, 3),
    alpha=st.fractions(Fraction(1, 4), 4, max_denominator=8),
    scale=st.fractions(Fraction(1, 100), 2, max_denominator=100),
)
@settings(max_examples=5, deadline=None)
def test_hypergeometric_integral_is_the_integral(digits, order, power, alpha, scale):
    values = [Rational(x.numerator, x.denominator) for x in (1 + alpha, scale)]
    form = model.resolvent_integral(order, power, *values, 1)
    with mpmath.workdps(digits + 10):
        decay, level = (mpmath.mpf(int(x.p)) / int(x.q) for x in values)
        last = order - 1 / decay
        # u = v^(1/last): no power at 0
        found = mpmath.quad(lambda v: (level + v ** (1 / last)) ** -power, [0, level, 1]) / (decay * last)
        claimed = mpmath.mpf(str(form.evalf(digits + 10)))
        assert abs(found / claimed - 1) < mpmath.mpf(10) ** (5 - digits)


def test_tail_constant_is_one_over_the_exponent_and_the_loss_exceeds_it():
    assert simplify(model.aligned_loss(corrections=0).terms[0] * 2 * (a - 1) - T ** (1 - a)) == 0
    assert model.alignment_shortfall() == rho**a * (a - 1)
    explicit = model.alignment_shortfall().subs(laws.derive("ridgeless-kappa").constants)
    values = [float(explicit.subs(a, 1 + Rational(alpha))) for alpha in ("0.01", "0.5", "1", "2", "5", "50")]
    assert values == sorted(values)
    assert values[1:5] == pytest.approx([1.8805, 2.4674, 3.5361, 6.5939], abs=1e-4)
    assert 1 < values[0] < 1.05
    assert 50 < values[-1] < 52


def random_draw(size, features, samples, seed):
    rng = np.random.default_rng(seed)

    def matrix(rows, columns):
        return Matrix(rows, columns, [Rational(int(x), 3) for x in rng.integers(-9, 9, rows * columns)])

    root = matrix(size, size)
    return root * root.T + eye(size), matrix(size, samples), matrix(features, size)


@pytest.mark.parametrize(
    ("size", "features", "samples"), [(4, 2, 3), (4, 3, 2), (3, 2, 2), (3, 5, 2), (3, 2, 5)]
)
def test_three_forms_of_the_loss_are_equal_exactly(size, features, samples):
    draw = random_draw(size, features, samples, seed=size + features)
    forms = [form(*draw) for form in (model.least_squares_loss, model.covariance_form, model.kernel_form)]
    assert forms[0] == forms[1] == forms[2]
    assert forms[0] > 0


def test_limits_of_the_forms():
    covariance, data, projection = random_draw(3, 2, 2, seed=1)
    population = covariance.cholesky()  # its empirical covariance is the covariance, up to a factor
    assert (
        simplify(
            model.covariance_form(covariance, population, projection)
            - model.infinite_samples_loss(covariance, projection)
        )
        == 0
    )
    assert model.kernel_form(covariance, data, eye(3)) == model.all_features_loss(covariance, data)
    square = random_draw(3, 3, 2, seed=2)[2]
    assert model.kernel_form(covariance, data, square) != model.all_features_loss(covariance, data)


def test_forms_refuse_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"`data` has shape \(3, 1\); give one with 2 rows"):
        model.covariance_form(eye(2), Matrix([1, 1, 1]), eye(2))
    with pytest.raises(ValueError, match=r"`projection` has shape \(1, 3\); give one with 2 columns"):
        model.infinite_samples_loss(eye(2), Matrix([[1, 1, 1]]))
    with pytest.raises(ValueError, match=r"`covariance` has shape \(1, 2\); give a square matrix"):
        model.least_squares_loss(Matrix([[1, 1]]), Matrix([1]), Matrix([[1]]))


@pytest.mark.parametrize("kurtosis", [1, 3, Rational(7, 2), 6])
@pytest.mark.parametrize(("size", "features"), [(3, 1), (3, 2)])
def test_sum_over_fourth_moments_is_residual_times_leverage(size, features, kurtosis):
    variances = [Rational(1, k**2) for k in range(1, size + 1)]
    projection = random_draw(size, features, 1, seed=features)[2]
    covariance = Matrix.diag(*variances)
    moment = model.independent_fourth_moment(variances, kurtosis)
    found = model.variance_limited_coefficient(covariance, projection, moment)
    assert found == model.independent_coefficient(variances, projection, kurtosis)
    gaussian = features * model.infinite_samples_loss(covariance, projection)
    assert (found == gaussian) == (kurtosis == 3)
