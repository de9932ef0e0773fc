r"""Rates of one-pass SGD as its sizes grow together, region by region.

With $N=n^q$ features and a first step size $\gamma n^{-g}$ the time of the run is $t=2\gamma n^{1-g}$.  Where
$t^{1/a}\ll N$ the run ends before it feels the sketch: of descent, leakage and response the largest leads the
bias.  Where $t^{1/a}\gg N$ all modes are learned, and what is left is noise, of the labels and of the part of
the signal that the features cannot express.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

from sympy import Eq, Expr, Integer, Symbol, expand_power_base, oo, powdenest, sympify
from sympy.core.relational import Relational

from .. import symbols
from ..cells import decompose, require_sign
from ..expansion import Expansion
from ..monomial import Monomial
from ..parameter_domain import ParameterDomain
from ..rate import Rate
from ..rate_cells import RateCell, merge_rates, sum_of_rates
from ..rates import Rates
from ..regions import Regions
from ..relations import normalise_domain
from ..ridge_balance import Setting, solve_setting, traces_at
from ..terms import read_term
from . import parts

a, b, N, n = symbols.decay, symbols.source, symbols.features, symbols.effective_samples
#: The parts of the excess risk, in the order of the subject.
PARTS = ("approximation", "bias", "variance")
DATA_LIMITED = "the run ends before the smallest modes of the features are learned"
LEARNED = "all modes of the features are learned"
CROSSOVER = "the smallest modes of the features are being learned"


@dataclass(frozen=True, kw_only=True)
class SGDRates(Rates):
    """Rates of approximation, bias and variance, and of their sum.

    Parameters
    ----------
    approximation_cells :
        regions of what the best predictor on the features leaves.
    """

    approximation_cells: tuple[RateCell, ...]

    @cached_property
    def approximation(self) -> Regions[Rate]:
        """What the best predictor on the features leaves of the signal."""
        return self._regions(self.approximation_cells)

    @cached_property
    def excess_cells(self) -> tuple[RateCell, ...]:
        """Regions of the sum, in the conditions of the domain."""
        signal = sum_of_rates(
            self.domain, self.approximation_cells, self.bias_cells, ("approximation", "bias")
        )
        return sum_of_rates(self.domain, signal, self.variance_cells, ("", "variance"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    r"""How the sizes grow with the effective samples $n$, on a cell of the parameters.

    Parameters
    ----------
    decay, source :
        $a$ and $b$.
    noise :
        $\sigma^2$.
    features :
        $N$, a monomial in $n$; `oo` without a sketch.
    step_size :
        $\gamma$, a monomial in $n$ that does not grow.
    where :
        relations of the cell.
    """

    decay: Expr
    source: Expr
    noise: Expr
    features: Expr
    step_size: Expr
    where: frozenset[Relational]

    @property
    def shrinking(self) -> Expr:
        """The exponent g of the step size."""
        return -read_term(self.step_size, n)[1].exponent

    @property
    def width(self) -> Expr:
        """The exponent q of the features."""
        return read_term(self.features, n)[1].exponent

    def grown(self, term: Expr) -> Expansion:
        """Put the sizes into a term, as an expansion in the effective samples."""
        put = {
            a: self.decay,
            b: self.source,
            symbols.noise: self.noise,
            symbols.step_size: self.step_size,
            N: self.features,
        }
        powers = expand_power_base(_multiplied_out(term).subs(put, simultaneous=True), force=True)
        return Expansion.of(powdenest(powers, force=True), n, where=self.where)

    @property
    def fixed_steps(self) -> bool:
        """Whether the step size does not shrink."""
        return require_sign(self.shrinking, self.where) == 0

    def with_errors(self, term: Expr, relative: Iterable[Monomial]) -> Expansion:
        """Put the sizes into a term, with the relative orders of what it leaves out."""
        grown = self.grown(term)
        errors = tuple(grown.leading_monomial * error for error in relative)
        return Expansion(n, oo, grown.coefficients, errors, self.where)

    def order(self, term: Expr) -> Monomial:
        """Return the monomial of a term."""
        return self.grown(term).leading_monomial


@cache
def _multiplied_out(term: Expr) -> Expr:
    """Write powers of products as products of powers."""
    return expand_power_base(sympify(term), force=True)


def approximation_rate(growth: Growth) -> Rate:
    r"""Return the rate of what the sketch leaves, $S_1$ at $z=N$."""
    if growth.features == oo:
        return _rate(growth, Expansion.of(Integer(0), n, where=growth.where), "")
    setting = Setting(
        decay=growth.decay,
        variable=n,
        features=Expansion.of(growth.features, n, where=growth.where),
        samples=None,
        ridge=None,
        where=growth.where,
    )
    balance = solve_setting(setting)
    return _rate(growth, traces_at(setting, balance, growth.source)["signal"].leading_with_error(), "")


def _side(growth: Growth) -> int:
    r"""Return the sign of the exponent of $t^{1/a}/N$."""
    if growth.features == oo:
        return -1
    return require_sign((1 - growth.shrinking) / growth.decay - growth.width, growth.where)


def bias_rate(growth: Growth) -> Rate:
    """Return the rate of what the run leaves of the signal beyond the approximation."""
    side = _side(growth)
    if side < 0:
        return _bias(growth)
    return _answer(growth) if side > 0 else _bound(growth, growth.order(parts.descent()))


def variance_rate(growth: Growth) -> Rate:
    """Return the rate of the part proportional to the label noise."""
    side = _side(growth)
    if side < 0:
        return _variance(growth)
    return (
        _rate(growth, _learned(growth), LEARNED)
        if side > 0
        else _bound(growth, growth.order(parts.learned()))
    )


def bias_terms(growth: Growth) -> Mapping[str, Expansion]:
    """Return what the bias consists of before the smallest modes are learned, each with its own error."""
    # relative orders of what is left out: of the sketch, of the answers to noise, of the steps' size
    sketched = growth.features != oo
    sketch = [growth.order(parts.modes_in_time() / N)] if sketched else []
    answer, steps = growth.order(parts.answer_in_time()), growth.order(1 / n)
    past_saturation = require_sign(growth.source - growth.decay - 1, growth.where)
    if past_saturation <= 0:
        logarithm = Monomial(Integer(0), Integer(1 + past_saturation))
        errors = (steps, *(error * logarithm for error in (answer, *sketch)))
        return {"descent": growth.with_errors(parts.descent(), errors)}
    fixed = growth.fixed_steps
    late = growth.order(parts.time_to(a + 1 - b))
    shrinking = () if fixed else (growth.order(parts.step_size),)
    terms = {
        "descent": growth.with_errors(parts.descent(), (steps,)),
        "response": growth.with_errors(
            parts.response(amplified=fixed), (answer, late, steps, *sketch, *shrinking)
        ),
    }
    if sketched:
        terms["leakage"] = growth.with_errors(parts.leakage(), (answer, steps, late, *sketch))
    return terms


def _bias(growth: Growth) -> Rate:
    total = Expansion.of(Integer(0), n, where=growth.where)
    for term in bias_terms(growth).values():
        total = total + term
    value = total.leading_with_error()
    used = set().union(*(c.free_symbols for c in value.coefficients.values()))
    implicit = (_amplification(growth), _start(growth)) if parts.START in used else ()
    return _rate(growth, value, DATA_LIMITED, implicit)


def _variance(growth: Growth) -> Rate:
    fixed = growth.fixed_steps
    errors = [growth.order(1 / parts.modes_in_time())]
    if not fixed:
        errors.append(growth.order(parts.step_size))
    if growth.features != oo:
        errors.append(growth.order(parts.modes_in_time() / N))
    value = growth.with_errors(parts.noise(amplified=fixed), errors)
    implicit = (Eq(parts.STAGES, parts.stages().subs(_letters(growth)), evaluate=False),) if fixed else ()
    return _rate(growth, value, DATA_LIMITED, implicit)


def _learned(growth: Growth) -> Expansion:
    errors = (growth.order((N / parts.modes_in_time()) ** a), growth.order(parts.step_size / N))
    return growth.with_errors(parts.learned(), errors)


def _answer(growth: Growth) -> Rate:
    """Return the answer to the noise that the part of the signal is which the features cannot express."""
    unit = _learned(replace(growth, noise=Integer(1)))
    answer = approximation_rate(growth).expansion * unit
    return _rate(growth, answer.leading_with_error(), LEARNED)


def _rate(growth: Growth, value: Expansion, regime: str, implicit: tuple[Eq, ...] = ()) -> Rate:
    return Rate(expansion=value, regime=regime, decay=growth.decay, implicit=implicit)


def _bound(growth: Growth, order: Monomial) -> Rate:
    return _rate(growth, Expansion(n, oo, {}, (order,), growth.where), CROSSOVER)


def _letters(growth: Growth) -> dict[Symbol, Expr]:
    return {a: growth.decay, b: growth.source, symbols.step_size: growth.step_size}


def _amplification(growth: Growth) -> Eq:
    return Eq(parts.AMPLIFICATION, parts.amplification().subs(_letters(growth)), evaluate=False)


def _start(growth: Growth) -> Eq:
    return Eq(parts.START, parts.start().subs(_letters(growth)), evaluate=False)


def sgd_rates(
    *,
    decay: Expr = a,
    source: Expr = b,
    noise: Expr = symbols.noise,
    features: Expr,
    step_size: Expr = symbols.step_size,
    where: Iterable[Relational] = (),
) -> SGDRates:
    r"""Derive the rates of approximation, bias and variance of one pass with a geometric schedule.

    Parameters
    ----------
    decay, source :
        $a>1$ and $b>1$: symbols or numbers; the size of the spectrum is infinite.
    noise :
        $\sigma^2$, free of the growing variable.
    features, step_size :
        monomials in the effective samples $n=T/\log_2T$, such as $n^q$ and $\gamma n^{-g}$; the first grows
        or is `oo`, the second does not grow, and falls slower than $1/n$.
    where :
        relations between the parameters; $a>1$, $b>1$, $q>0$ and $0\le g<1$ are added.

    Raises
    ------
    ValueError
        If a size is no monomial or does not grow as it should.
    UndecidedError
        If z3 cannot decide a comparison.

    >>> from sympy import Rational, oo
    >>> rates = sgd_rates(features=oo)
    >>> rates.bias.at({a: 2, b: Rational(5, 2)}).exponent()
    -3/4
    >>> rates.variance.at({a: 2, b: Rational(5, 2)}).exponent()
    -1/2
    """
    sizes = {"features": sympify(features), "step_size": sympify(step_size)}
    relations = [*where, decay > 1, source > 1]
    exponents = []
    for name, size in sizes.items():
        if size == oo:
            continue
        exponent = _exponent(name, size)
        exponents.append(exponent)
        growing = [exponent > 0] if name == "features" else [exponent <= 0, exponent > -1]
        if False in growing:
            demand = "grow" if name == "features" else "not grow, and fall slower than 1/n"
            raise ValueError(f"`{name}` is {size}; it must {demand} with {n}")
        relations += growing
    domain_where = normalise_domain(relations)
    spectrum = sympify(decay).free_symbols | sympify(source).free_symbols
    coupling = {symbol for exponent in exponents for symbol in exponent.free_symbols} - spectrum
    order = sorted(coupling, key=str) + [symbol for symbol in (b, a) if symbol in spectrum]
    order += sorted(spectrum - set(order), key=str)

    def growth(cell: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> Growth:
        return Growth(
            decay=sympify(decay).subs(eliminated),
            source=sympify(source).subs(eliminated),
            noise=noise,
            features=sizes["features"].subs(eliminated),
            step_size=sizes["step_size"].subs(eliminated),
            where=cell,
        )

    domain = ParameterDomain(domain_where, order)

    def regions(rate: Callable[[Growth], Rate]) -> tuple[RateCell, ...]:
        cells = decompose(lambda *cell: rate(growth(*cell)), domain_where, order)
        found = [
            RateCell(conditions=cell.conditions(domain), rate=cell.value, eliminated=cell.eliminated)
            for cell in cells
        ]
        return merge_rates(domain, found)

    return SGDRates(
        domain=domain,
        approximation_cells=regions(approximation_rate),
        bias_cells=regions(bias_rate),
        variance_cells=regions(variance_rate),
        order=tuple(order),
    )


def _exponent(name: str, size: Expr) -> Expr:
    """Return the exponent of a size, a positive monomial in the effective samples."""
    try:
        coefficient, monomial = read_term(size, n)
    except ValueError:
        coefficient, monomial = Integer(0), Monomial(Integer(0), Integer(0))
    if not coefficient.is_positive or monomial.log_power != 0:
        raise ValueError(f"`{name}` is {size}; give a positive number times a power of {n}")
    return monomial.exponent
