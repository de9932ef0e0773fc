r"""Rates of random-feature ridge regression as its sizes grow together, region by region.

Everything is built from the positive parts of the risk: with $\alpha=1-z/N$, $\beta=1-z/T$,
$c=z-q$, $P=S_1-S_2$ and $E=\alpha\beta+c(\alpha/T+\beta/N)$,
$$B=\frac{cS_1/N+\alpha P}{E},\qquad V=\frac{\sigma^2}{T}\,\frac{\alpha q+cz/N}{E},$$
which are bias and variance of `ridge` rewritten, so that no leading terms cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sympy import Eq, Expr, Integer, Symbol, expand_power_base, oo, pi, powsimp, simplify, sin, sympify
from sympy.core.relational import Relational

from . import symbols
from .cells import Cell, decompose
from .expansion import Expansion
from .monomial import Monomial
from .printing import latex_sum
from .regions import Piece, Regions, isolate, reduce_conditions
from .relations import normalise_domain
from .ridge_balance import RHO, Setting, rho_value, solve_setting, traces_at
from .terms import read_term


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    r"""The leading behaviour of a part of the risk on one region.

    Parameters
    ----------
    expansion :
        the leading term with its constant, and the error.
    regime :
        which balance of the fixed point holds, in words.
    decay :
        the exponent of the eigenvalues, on which the constant `RHO` depends.
    implicit :
        equations that define constants in the leading term.
    values :
        numbers that were put in for parameters.
    """

    expansion: Expansion
    regime: str
    decay: Expr
    implicit: tuple[Eq, ...] = ()
    values: Mapping[Symbol, Expr] = field(default_factory=dict)

    def exponent(self, variable: Symbol | None = None) -> Expr:
        """Return the exponent of the leading term, minus infinity where the part vanishes."""
        return -oo if self.vanishes else self.expansion.exponent(variable)

    @property
    def vanishes(self) -> bool:
        """Whether this part of the risk is exactly zero."""
        return not self.expansion.coefficients and not self.expansion.error

    @property
    def log_power(self) -> Expr:
        """The power of the logarithm in the leading term."""
        return Integer(0) if self.vanishes else self.expansion.leading_monomial.log_power

    @property
    def leading(self) -> Expr:
        """The leading term with its constant."""
        if self.vanishes:
            return Integer(0)
        return self.constant * self.expansion.leading_monomial.of(self.expansion.variable)

    @property
    def constant(self) -> Expr:
        """The constant of the leading term, simplified, in `RHO` and `SHARE` of `ridge_balance`."""
        if self.vanishes:
            return Integer(0)
        coefficient = _in_rho(self._coefficient).subs(self.values)
        return powsimp(simplify(expand_power_base(coefficient, force=True)))

    @property
    def equations(self) -> tuple[Eq, ...]:
        """Equations that define constants in the leading term, with the values put in."""
        return tuple(equation.subs(self.values) for equation in self.implicit)

    @property
    def error_exponents(self) -> tuple[Expr, ...]:
        """Exponents of what is left out, relative to the leading term."""
        if self.vanishes:
            return ()
        lead = self.expansion.leading_monomial
        return tuple((bound / lead).exponent for bound in self.expansion.error)

    def latex(self) -> str:
        """Return the leading term and the error as LaTeX."""
        if self.vanishes:
            return "0"
        lead = self.expansion.leading_monomial.of(self.expansion.variable)
        return latex_sum([self.constant * lead], self.expansion.ordered_errors())

    def evaluate(self, values: Mapping[Symbol, Expr], digits: int = 15) -> Expr:
        """Return the constant as a number, with values for the symbols that are left in it."""
        known = {**self.values, **values}
        decay = sympify(known[self.decay]) if isinstance(self.decay, Symbol) else self.decay
        known[RHO] = rho_value(decay).evalf(digits + 10)
        return self._coefficient.evalf(digits, subs=known)

    def subs(self, values: Mapping[Symbol, Expr]) -> Rate:
        """Put numbers in for parameters; those in the constant wait until it is asked for."""
        if self.vanishes:
            return self
        old = self.expansion
        lead = old.leading_monomial

        def moved(monomial: Monomial) -> Monomial:
            return Monomial(monomial.exponent.subs(values), monomial.log_power)

        expansion = Expansion(
            old.variable,
            old.at,
            {moved(lead): old.coefficients[lead]},
            tuple(map(moved, old.error)),
            frozenset(),
        )
        return replace(self, expansion=expansion, values={**self.values, **values})

    @property
    def _coefficient(self) -> Expr:
        return self.expansion.coefficients[self.expansion.leading_monomial]


def _in_rho(coefficient: Expr) -> Expr:
    r"""Write $\sin(\pi/a)$ as $\pi/(a\rho)$."""

    def replaced(argument: Expr) -> Expr:
        decay = pi / argument
        return sin(argument) if decay.is_number or not decay.is_Symbol else argument / RHO

    return coefficient.replace(sin, replaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Rates of bias and variance over a domain of parameters."""

    bias: Regions[Rate]
    variance: Regions[Rate]


def ridge_rates(
    *,
    decay: Expr,
    source: Expr,
    noise: Expr,
    features: Expr,
    samples: Expr,
    ridge: Expr,
    where: Iterable[Relational] = (),
) -> Rates:
    r"""Derive the rates of bias and variance as the sizes grow together.

    Parameters
    ----------
    decay, source :
        $a > 1$ and $b > 1$: symbols or numbers; the size of the spectrum is infinite.
    noise :
        $\sigma^2$, free of the growing variable.
    features, samples, ridge :
        monomials in one growing variable, such as $T^q$, $T$ and $cT^{-l}$; `oo` for infinite
        features or samples, 0 for no ridge.
    where :
        relations between the parameters; $a>1$, $b>1$ and positive growth are added.

    Returns
    -------
    Rates
        regions of full dimension first, then the surfaces between them.

    Raises
    ------
    ValueError
        If a size is no monomial in the growing variable, does not grow, or if the ridge vanishes
        where features and samples can be equal.
    UndecidedError
        If z3 cannot decide a comparison.
    """
    sizes = {"features": sympify(features), "samples": sympify(samples)}
    variable = _growing_variable(sizes)
    penalty = sympify(ridge)
    domain = normalise_domain([*where, decay > 1, source > 1, *_growth(sizes, variable)])
    exponents = [read_term(s, variable)[1].exponent for s in (*sizes.values(), penalty) if s not in (0, oo)]
    parameters = _parameters(exponents, decay, source)

    def compute(cell: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> tuple[Rate, Rate]:
        def grown(size: Expr) -> Expansion | None:
            if size in (0, oo):
                return None
            return Expansion.of(size.subs(eliminated), variable, where=cell)

        setting = Setting(
            decay=decay.subs(eliminated),
            variable=variable,
            features=grown(sizes["features"]),
            samples=grown(sizes["samples"]),
            ridge=grown(penalty),
            where=cell,
        )
        return _rates_at(setting, source.subs(eliminated), noise)

    cells = decompose(compute, domain, parameters)
    ordered = sorted(cells, key=lambda cell: len(cell.eliminated))
    bias = tuple(Piece(_conditions(cell, domain, parameters), cell.value[0]) for cell in ordered)
    variance = tuple(Piece(_conditions(cell, domain, parameters), cell.value[1]) for cell in ordered)
    return Rates(bias=Regions(bias, domain), variance=Regions(variance, domain))


def _rates_at(setting: Setting, source: Expr, noise: Expr) -> tuple[Rate, Rate]:
    balance = solve_setting(setting)
    traces = traces_at(setting, balance, source)
    alpha, beta = balance.free_features, balance.free_samples
    gap, zero = traces["gap"], alpha * 0

    def over(value: Expansion, size: Expansion | None) -> Expansion:
        return zero if size is None else value / size

    mixed = (over(alpha, setting.samples) + over(beta, setting.features)).truncated()
    inverse = (alpha * beta + gap * mixed).truncated().power(Integer(-1), corrections=0)
    bias = (over(gap * traces["signal"], setting.features) + alpha * traces["kept"]).truncated() * inverse
    spread = (alpha * traces["df2"] + over(gap * traces["df1"], setting.features)).truncated() * noise
    variance = over(spread * inverse, setting.samples)

    def rate(value: Expansion) -> Rate:
        kept = value.leading_with_error() if value.coefficients or value.error else value
        return Rate(expansion=kept, regime=balance.regime, decay=setting.decay, implicit=balance.implicit)

    return rate(bias), rate(variance)


def _growing_variable(sizes: Mapping[str, Expr]) -> Symbol:
    for name in ("samples", "features"):
        if isinstance(sizes[name], Symbol):
            return sizes[name]
    raise ValueError(
        f"`samples` is {sizes['samples']} and `features` is {sizes['features']}; one of them must be the "
        "growing variable, a symbol"
    )


def _growth(sizes: Mapping[str, Expr], variable: Symbol) -> list[Relational]:
    relations = []
    for name, size in sizes.items():
        if size == oo:
            continue
        exponent = read_term(size, variable)[1].exponent
        if exponent.is_number and not exponent > 0:
            raise ValueError(
                f"`{name}` is {size}, which does not grow with {variable}; its exponent must be > 0"
            )
        relations.append(exponent > 0)
    return relations


def _parameters(exponents: Iterable[Expr], decay: Expr, source: Expr) -> list[Symbol]:
    """Order the parameters: those of ridge and sizes are eliminated before those of the spectrum."""
    spectrum = sympify(decay).free_symbols | sympify(source).free_symbols
    coupling = {symbol for exponent in exponents for symbol in exponent.free_symbols} - spectrum
    last = [symbol for symbol in (symbols.source, symbols.decay) if symbol in spectrum]
    return sorted(coupling, key=str) + last + sorted(spectrum - set(last), key=str)


def _conditions(
    cell: Cell[tuple[Rate, Rate]], domain: frozenset[Relational], order: Iterable[Symbol]
) -> tuple[Relational, ...]:
    equations = tuple(Eq(symbol, value) for symbol, value in cell.eliminated.items())
    rest = reduce_conditions(domain, cell.where - domain)
    return equations + tuple(isolate(relation, order) for relation in sorted(rest, key=str))
