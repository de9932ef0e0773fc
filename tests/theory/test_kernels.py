"""Kernel spectra: asymptotics against exact eigenvalues, counts, smoothness, and exponents of regression."""

from __future__ import annotations

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf
from sympy import Integer, Rational, Symbol, cos, oo, pi

from scalinglaws import numerics
from scalinglaws.theory import Expansion, kernels, symbols
from scalinglaws.theory.kernels import letters, smoothness
from scalinglaws.theory.kernels.counting import homogeneous
from scalinglaws.theory.kernels.law import MANIFOLDS
from scalinglaws.theory.kernels.networks import relu_network
from scalinglaws.theory.kernels.zonal import angle, arc_cosine, families_of, odd_power, zonal_families

n, d, nu = letters.degree, letters.dimension, letters.smoothness
HALF = Rational(1, 2)
SOBOLEV = kernels.circle_sobolev(1)


def value(expansion: Expansion, at: object) -> mpf:
    return mpf(expansion.as_expr().subs(expansion.variable, at).evalf(30))


@pytest.mark.parametrize("corrections", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("upper", "lower"), [(Rational(1, 3), Rational(-7, 4)), (Integer(0), Rational(5, 2))]
)
def test_gamma_ratio_is_off_by_its_error_term(upper, lower, corrections):
    """At two sizes and precisions the difference falls with the next power."""
    expansion = kernels.gamma_ratio(upper, lower, n, corrections=corrections)
    misses = []
    for size, digits in ((100, 30), (200, 60)):
        with mpmath.workdps(digits):
            exact = mpmath.gammaprod([size + mpf(upper.p) / upper.q], [size + mpf(lower.p) / lower.q])
            found = mpf(expansion.as_expr().subs(n, size).evalf(digits))
            misses.append(abs(found / exact - 1))
    order = mpmath.log(misses[0] / misses[1]) / mpmath.log(2)
    assert abs(order - (corrections + 1)) < 0.1


def test_gamma_ratio_refuses_negative_corrections():
    with pytest.raises(ValueError, match=r"`corrections` is -1; give an integer >= 0"):
        kernels.gamma_ratio(1, 0, n, corrections=-1)


@pytest.mark.parametrize("dimension", [1, 2, 3, 5])
def test_harmonics_add_up_to_homogeneous_polynomials(dimension):
    counts = [kernels.harmonics(dimension).subs(n, degree) for degree in range(2, 9)]
    exact = [
        homogeneous(Integer(degree), Integer(dimension))
        - homogeneous(Integer(degree - 2), Integer(dimension))
        for degree in range(2, 9)
    ]
    assert counts == exact


@pytest.mark.parametrize("dimension", [1, 2, 4])
@pytest.mark.parametrize("step", [1, 2])
def test_modes_of_the_sphere_are_counted_to_leading_order(dimension, step):
    last = 4000
    count = sum(homogeneous(Integer(last - j), Integer(dimension)) for j in range(3 - step))
    ratio = value(kernels.sphere_modes(dimension, step=step), last) / mpf(int(count))
    assert abs(ratio - 1) < 3 * mpf(dimension) / last


@pytest.mark.parametrize(("dimension", "radius"), [(1, 200), (2, 60), (3, 18)])
def test_modes_of_the_torus_are_lattice_points(dimension, radius):
    import itertools

    axis = range(-radius, radius + 1)
    count = sum(sum(x * x for x in p) <= radius**2 for p in itertools.product(axis, repeat=dimension))
    assert abs(value(kernels.torus_modes(dimension), radius) / count - 1) < 2 / mpf(radius)


LAWS = [
    (kernels.matern("sphere", smoothness=HALF, dimension=2, length=HALF), numerics.Laplace("1/2"), 2),
    (kernels.matern("sphere", smoothness=Integer(1), dimension=3, length=HALF), numerics.Matern(1, "1/2"), 3),
    (kernels.arc_cosine_law(0, dimension=3), numerics.ArcCosine(0), 3),
    (kernels.arc_cosine_law(2, dimension=2), numerics.ArcCosine(2), 2),
    (kernels.relu_nngp(1, dimension=2), numerics.ReLUNNGP(1), 2),
    (kernels.relu_ntk(1, dimension=3), numerics.ReLUNTK(1), 3),
]


def check_on_sphere(law, kernel, dimension, degrees, tolerance):
    sphere = numerics.Sphere(dimension)
    levels = numerics.kernel_eigenvalues(kernel, sphere, max(degrees) + 1)
    last = 0
    for level in levels:
        last += level.multiplicity if level.eigenvalue != 0 else 0
        if level.degree in degrees:
            families = law.families
            family = families[0] if len(families) == 1 or level.degree % 2 == 0 else families[1]
            # the middle of a level of many
            at = Rational(2 * level.degree + dimension - 1, 2)
            if level.eigenvalue == 0:
                assert len(families) == 1
                continue
            assert abs(value(family.eigenvalue, at) / level.eigenvalue - 1) < tolerance
            middle = last - Rational(level.multiplicity, 2)
            assert abs(value(law.spectrum, middle) / level.eigenvalue - 1) < 3 * tolerance


@pytest.mark.parametrize(("law", "kernel", "dimension"), LAWS, ids=[law.name for law, _, _ in LAWS])
def test_laws_on_the_sphere_are_those_of_exact_eigenvalues(law, kernel, dimension):
    """The eigenvalue in the degree and the ordered one, constants included; parities that vanish do."""
    check_on_sphere(law, kernel, dimension, {80, 81}, 8e-3)


@pytest.mark.slow
@pytest.mark.parametrize("make", [kernels.relu_nngp, kernels.relu_ntk])
def test_deep_networks_have_two_parities(make):
    kernel = numerics.ReLUNNGP(2) if make is kernels.relu_nngp else numerics.ReLUNTK(2)
    law = make(2, dimension=2)
    assert len(law.families) == 2
    sphere = numerics.Sphere(2)
    for level in numerics.kernel_eigenvalues(kernel, sphere, 62)[-2:]:
        family = law.families[level.degree % 2]
        assert abs(value(family.eigenvalue, level.degree + HALF) / level.eigenvalue - 1) < 5e-3


@pytest.mark.parametrize(("dimension", "side"), [(1, 300), (2, 40)])
@pytest.mark.parametrize("order", [HALF, Rational(5, 4)])
def test_law_on_the_torus_is_that_of_exact_eigenvalues(dimension, side, order):
    law = kernels.matern("torus", smoothness=order, dimension=dimension, length=HALF)
    kernel = numerics.Matern(str(order), "1/2")
    torus = numerics.Torus(dimension)
    levels = numerics.kernel_eigenvalues(kernel, torus, side if dimension == 1 else side**2 // 3)
    last = levels[-1]
    length = last.degree if dimension == 1 else mpmath.sqrt(last.degree)
    (family,) = law.families
    assert abs(value(family.eigenvalue, length) / last.eigenvalue - 1) < 0.01
    density = kernels.matern_density(order, dimension, HALF).subs(n, length).evalf(20)
    assert abs(mpf(density) / last.eigenvalue - 1) < mpf(10) ** -13


def test_matern_exponents_hold_for_every_smoothness_and_dimension():
    for manifold in MANIFOLDS:
        law = kernels.matern(manifold)
        assert (law.alpha, law.smoothness_order, law.frequency_decay) == (2 * nu / d, 2 * nu, 2 * nu + d)


@pytest.mark.slow
def test_exponents_of_networks():
    assert kernels.relu_ntk(3).alpha == 1 / d
    assert kernels.relu_nngp(2).alpha == 3 / d
    assert kernels.arc_cosine_law(0).alpha == 1 / d
    assert kernels.circle_sobolev(Symbol("m", positive=True)).alpha == 2 * Symbol("m", positive=True) - 1
    assert kernels.gaussian().alpha == oo


@pytest.mark.slow
def test_lengths_scale_the_matern_constant():
    """On both manifolds the tail is proportional to the length to the power of minus twice the smoothness."""
    for manifold in MANIFOLDS:
        constants = [
            kernels.matern(manifold, smoothness=Rational(3, 2), dimension=2, length=length).constant
            for length in (1, 3)
        ]
        assert (constants[0] / constants[1]).simplify() == 27


def test_a_sphere_of_the_torus_volume_has_the_same_weyl_constant():
    """At high frequency a sphere is flat, and its constant that of a torus of its volume."""
    sphere = kernels.matern("sphere", smoothness=HALF, dimension=2, length=1)
    torus = kernels.matern("torus", smoothness=HALF, dimension=2, length=1)
    # lambda_k of the operator with the measure dx/V is c (V/k)^a / V
    assert (sphere.constant / torus.constant / (4 * pi) ** (sphere.decay - 1)).simplify() == 1


def test_slower_families_lead():
    slow = kernels.Family(eigenvalue=Expansion.of(n**-2, n), modes=kernels.torus_modes(1))
    fast = kernels.Family(eigenvalue=Expansion.of(n**-5, n), modes=kernels.torus_modes(1))
    both = kernels.ordered_spectrum([fast, slow])
    assert both.leading == 4 / symbols.index**2
    twice = kernels.ordered_spectrum([slow, slow])
    assert twice.leading == 16 / symbols.index**2


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 4), st.fractions(Rational(1, 4), 6), st.fractions(Rational(1, 4), 9))
def test_exponent_of_regression_is_the_minimum(dimension, student, teacher):
    """Beyond dimensions both decays have to exceed it."""
    at = {
        letters.dimension: Integer(dimension),
        letters.student_decay: dimension + Rational(student.numerator, student.denominator),
        letters.teacher_decay: dimension + Rational(teacher.numerator, teacher.denominator),
    }
    alpha_s, alpha_t = at[letters.student_decay], at[letters.teacher_decay]
    assert kernels.regression_exponents().at(at) == min(alpha_t - dimension, 2 * alpha_s) / dimension


@pytest.mark.parametrize(("student", "teacher"), [(1, 1), (2, 1), (1, 2), (2, 2)])
def test_leading_risk_of_regression_is_that_of_the_deterministic_equivalent(student, teacher):
    """With the exact spectrum of the circle, multiplicities and the constant mode included."""
    learning = kernels.KernelLearning(
        student=kernels.circle_sobolev(student), teacher=kernels.circle_sobolev(teacher)
    )
    spectrum = numerics.ManifoldSpectrum(
        numerics.CircleSobolev(student), numerics.Circle(), teacher=numerics.CircleSobolev(teacher)
    )
    from scalinglaws.theory.ridge_balance import RHO, rho_value

    leading = learning.leading().subs(RHO, rho_value(learning.student.decay))
    misses = []
    for samples in (1000, 4000):
        point = numerics.solve_ridge(spectrum, features="inf", samples=samples, ridge=0, digits=12)
        misses.append(abs(mpf(leading.subs(symbols.samples, samples).evalf(20)) / point.risk - 1))
    assert misses[1] < 0.004
    assert misses[1] < misses[0] / 2


def test_a_smooth_teacher_saturates_the_student():
    laplace = kernels.matern(smoothness=HALF, dimension=2)
    learning = kernels.KernelLearning(student=laplace, teacher=kernels.gaussian(dimension=2))
    assert learning.saturated
    assert learning.beta == Rational(2 * 3, 2)
    with pytest.raises(ValueError, match=r"`teacher` has b = oo >= 2a\+1"):
        learning.leading()


def test_degrees_of_the_same_parity_can_be_learned():
    student, teacher = kernels.relu_ntk(1, dimension=2), kernels.relu_nngp(1, dimension=2)
    assert kernels.KernelLearning(student=student, teacher=teacher).beta == HALF * 3
    deeper = kernels.relu_ntk(2, dimension=2)
    assert (
        kernels.KernelLearning(student=deeper, teacher=kernels.arc_cosine_law(2, dimension=2)).beta
        == HALF * 5
    )


@pytest.mark.parametrize("order", [Rational(1, 3), HALF, 1, Rational(3, 2), Rational(9, 4)])
def test_integer_class_is_below_the_fractional_order(order):
    law = kernels.matern(smoothness=order, dimension=3)
    integer = smoothness.integer_class(law)
    assert integer < law.smoothness_order <= integer + 1
    assert law.alpha > smoothness.alpha_bound(integer, law.dimension)
    assert law.alpha == smoothness.alpha_bound(law.smoothness_order, law.dimension)


def test_all_moments_of_an_analytic_kernel_exist():
    assert smoothness.integer_class(kernels.gaussian()) == oo
    assert smoothness.has_moment(kernels.gaussian(), 100)


def test_networks_have_the_singularities_of_their_closed_forms():
    near, far = relu_network(1)
    assert odd_power(arc_cosine(1), 6).coefficient == near.cubic
    assert odd_power(arc_cosine(1).subs(angle, pi - angle), 6).coefficient == far.cubic


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kernels.matern("plane"), r"`manifold` is 'plane'; use 'torus' or 'sphere'"),
        (lambda: kernels.gaussian("plane"), r"`manifold` is 'plane'; use 'torus' or 'sphere'"),
        (lambda: kernels.matern(smoothness=0), r"`smoothness` is 0; it must be a positive number"),
        (lambda: kernels.matern(length=-1), r"`length` is -1; it must be a positive number"),
        (lambda: kernels.matern(dimension=HALF), r"`dimension` is 1/2; it must be an integer >= 1"),
        (lambda: kernels.circle_sobolev(HALF), r"`order` is 1/2; it must be larger than 1/2"),
        (lambda: kernels.arc_cosine_law(-1), r"`order` is -1; give an integer from 0 to 5"),
        (lambda: kernels.relu_ntk(0), r"`depth` is 0; give a number of hidden layers"),
        (lambda: kernels.ordered_spectrum([]), r"`families` is empty; give at least one"),
        (lambda: kernels.gaussian().spectrum, r"`families` is empty: eigenvalues of the Gaussian kernel"),
        (lambda: kernels.sphere_modes(step=3), r"`step` is 3; use 1 for all degrees"),
        (lambda: zonal_families(None, None), r"`at_zero` and `at_pi` are None"),
        (lambda: families_of(cos(angle) ** 2), r"`at_zero` and `at_pi` are None"),
        (
            lambda: kernels.KernelLearning(student=kernels.gaussian(dimension=1), teacher=SOBOLEV),
            r"`student` is the Gaussian kernel, whose eigenvalues fall faster than any power",
        ),
        (
            lambda: kernels.KernelLearning(student=SOBOLEV, teacher=kernels.gaussian(dimension=2)),
            r"`teacher` lives on the torus of dimension 2",
        ),
        (
            lambda: kernels.KernelLearning(student=kernels.matern(), teacher=kernels.matern()),
            r"`student` has the decay \(d \+ 2\*nu\)/d; give numbers",
        ),
        (
            lambda: kernels.KernelLearning(
                student=kernels.relu_ntk(1, dimension=2),
                teacher=kernels.matern("sphere", smoothness=HALF, dimension=2),
            ),
            r"`teacher` has odd degrees, for which the tangent kernel of a ReLU network of depth 1 has no",
        ),
        (
            lambda: kernels.KernelLearning(
                student=kernels.relu_ntk(1, dimension=2), teacher=kernels.arc_cosine_law(2, dimension=2)
            ),
            r"`teacher` has odd degrees",
        ),
        (lambda: smoothness.has_moment(kernels.matern(), 1), r"`law` has the decay"),
        (lambda: smoothness.has_moment(SOBOLEV, -1), r"`order` is -1; it must be a number >= 0"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
