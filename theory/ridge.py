r"""Ridge regression on random features: its fixed point, risk and limits as SymPy.

Model: $x\sim\mathcal N(0,\mathrm{diag}\,\lambda)$, $y=\theta\cdot x+\epsilon$ with independent $\theta_k$ of
mean 0 and label noise of variance $\sigma^2$; features $\phi=Fx$ with $F_{nk}\sim\mathcal N(0,1/N)$; weights
$\hat w=\arg\min\sum_{t\le T}(y_t-w\cdot\phi_t)^2+\delta|w|^2$, the penalty beside the *sum* of squares.

For large $N$ and $T$ the expected risk is that of a deterministic equivalent,
$$\delta N=\kappa(N-z)(T-z),\qquad
R=\frac{T[(N-q)(S_1+\sigma^2)-(N-z)S_2]}{NT-(N+T)q+2zq-z^2},$$
with the traces of `traces`; its relative error is $O(1/\min(N,T))$ away from $N=T$ at $\delta=0$.
Source: the eigenframework of Simon et al., arXiv 2311.14646; Atanasov, Zavatone-Veth, Pehlevan,
arXiv 2405.00592; contains the ridgeless fixed point of Maloney, Roberts, Sully, arXiv 2210.16859.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Eq, Expr, Integer, Min, Symbol, cancel, factor, fraction, oo, sympify, together
from sympy.core.relational import Relational

from .. import numerics
from . import symbols
from .allocation_result import Allocation
from .printing import law_latex
from .rates import Rates, ridge_rates
from .regions import Regions
from .ridge_allocation import FEATURES_EXPONENT, RIDGE_EXPONENT, Cost, allocation_of
from .spectra import AnySpectrum, PowerLaw, Spectrum

kappa = symbols.kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomFeatureRidge:
    r"""Ridge regression on $N$ random features of $T$ samples.

    Parameters
    ----------
    spectrum :
        `PowerLaw()` or `AnySpectrum()`.
    features :
        $N > 0$; `oo` is kernel ridge regression on the covariates themselves.
    samples :
        $T > 0$; `oo` is the projection of the teacher on the features (the sketch).
    ridge :
        $\delta \ge 0$.
    noise :
        $\sigma^2 \ge 0$.

    Raises
    ------
    ValueError
        If a numeric argument lies outside its domain.

    >>> RandomFeatureRidge(spectrum=AnySpectrum(), features=oo).fixed_point
    Eq(delta, kappa*(T - z))
    """

    spectrum: Spectrum = field(default_factory=PowerLaw)
    features: Expr = symbols.features
    samples: Expr = symbols.samples
    ridge: Expr = symbols.ridge
    noise: Expr = symbols.noise

    def __post_init__(self) -> None:
        for name in ("features", "samples"):
            value = sympify(getattr(self, name))
            if value.is_number and not value.is_extended_positive:
                raise ValueError(f"`{name}` is {value}; it must be a positive number or oo")
            object.__setattr__(self, name, value)
        for name in ("ridge", "noise"):
            value = sympify(getattr(self, name))
            if value.is_number and not value.is_nonnegative:
                raise ValueError(f"`{name}` is {value}; it must be a number >= 0")
            object.__setattr__(self, name, value)

    def df(self, order: int) -> Expr:
        r"""Return the degrees of freedom $\mathrm{df}_j(\kappa)$ of the spectrum: $z, q, s$."""
        return self.spectrum.df(order, kappa)

    @property
    def fixed_point(self) -> Eq:
        r"""The equation that determines $\kappa$: $\delta N=\kappa(N-z)(T-z)$ and its limits.

        Ridgeless it is $z=\min(N,T)$, for infinite samples $z=N$; the solution is
        $\kappa=0$ where the spectrum is too small to reach that value.
        """
        z = self.df(1)
        if self.samples == oo or self.ridge == 0:
            return Eq(z, Min(self.features, self.samples))
        if self.features == oo:
            return Eq(self.ridge, kappa * (self.samples - z))
        return Eq(self.ridge * self.features, kappa * (self.features - z) * (self.samples - z))

    @property
    def risk(self) -> Expr:
        r"""Expected squared error $R(\kappa)$ on a new point, label noise included."""
        numerator, denominator = self._fraction()
        return numerator / denominator

    @property
    def excess(self) -> Expr:
        r"""$R-\sigma^2$."""
        return self.bias + self.variance

    @property
    def bias(self) -> Expr:
        r"""The part of $R-\sigma^2$ that remains without label noise."""
        return replace(self, noise=Integer(0)).risk

    @property
    def variance(self) -> Expr:
        r"""The part of $R-\sigma^2$ proportional to the label noise."""
        numerator, denominator = self._fraction()
        signal, _ = replace(self, noise=Integer(0))._fraction()
        return (
            cancel((numerator - signal) / self.noise - denominator) * self.noise / denominator
            if self.noise != 0
            else Integer(0)
        )

    def _fraction(self) -> tuple[Expr, Expr]:
        """Return numerator and denominator of the risk, multiplied out for finite N and T."""
        z, q = self.df(1), self.df(2)
        first, second = (self.spectrum.signal(order, kappa) for order in (1, 2))
        n, t = self.features, self.samples
        if n == oo and t == oo:
            return first + self.noise - second, Integer(1)
        if n == oo:
            return t * (first + self.noise - second), t - q
        if t == oo:
            return (n - q) * (first + self.noise) - (n - z) * second, n - q
        return t * ((n - q) * (first + self.noise) - (n - z) * second), n * t - (n + t) * q + 2 * z * q - z**2

    def kernel(self) -> RandomFeatureRidge:
        """Return the limit of infinitely many features: kernel ridge regression."""
        return replace(self, features=oo)

    def sketch(self) -> RandomFeatureRidge:
        """Return the limit of infinitely many samples: the best predictor on the features."""
        return replace(self, samples=oo)

    def ridgeless(self) -> RandomFeatureRidge:
        r"""Return the limit $\delta\to0^+$: least squares of minimum norm."""
        return replace(self, ridge=Integer(0))

    def at_degrees_of_freedom(self, expression: Expr, value: Expr) -> Expr:
        """Put a value for $z$ into an expression of this model: $N$ or $T$ in the ridgeless limit.

        >>> model = RandomFeatureRidge(spectrum=AnySpectrum(), noise=0)
        >>> model.at_degrees_of_freedom(model.risk, model.features)
        -N*T*kappa/(N - T)
        """
        return factor(cancel(together(expression.subs(self.df(1), value))))

    def stationarity(self) -> Expr:
        r"""Return an expression in $\kappa$ that vanishes where the risk is stationary in the ridge.

        It is the numerator of $dR/d\kappa$ in lowest terms; $\delta$ increases with $\kappa$,
        so that a stationary point in one is one in the other.

        Raises
        ------
        ValueError
            If the samples are infinite: the risk does not depend on the ridge.
        """
        if self.samples == oo:
            raise ValueError("`samples` is oo; there the risk does not depend on the ridge")
        return fraction(cancel(together(self.risk.diff(kappa))))[0]

    def rates(
        self, *, features: Expr, ridge: Expr, samples: Expr | None = None, where: Iterable[Relational] = ()
    ) -> Rates:
        r"""Derive the rates of bias and variance as the sizes grow together, region by region.

        Parameters
        ----------
        features, ridge :
            monomials in the samples, such as $T^q$ and $cT^{-l}$; `oo` for infinite features, 0 for no ridge.
        samples :
            the growing variable, by default the model's samples; `oo` for the sketch, where the
            features grow.
        where :
            relations between the parameters.

        Raises
        ------
        ValueError
            If the spectrum is not an infinite power law, or a size does not grow.

        >>> from sympy import Rational, oo
        >>> sketch = RandomFeatureRidge(spectrum=PowerLaw(source=symbols.source))
        >>> rates = sketch.rates(features=symbols.features, samples=oo, ridge=0)
        >>> rates.bias.at({symbols.decay: 2, symbols.source: Rational(5, 2)}).exponent()
        -3/2
        >>> rates.bias.at({symbols.decay: 2, symbols.source: 3}).leading
        rho**2*log(N)/N**2
        """
        if not isinstance(self.spectrum, PowerLaw) or self.spectrum.size != oo:
            raise ValueError(f"`spectrum` is {self.spectrum}; rates need `PowerLaw` of infinite size")
        source = self.spectrum.decay if self.spectrum.source is None else self.spectrum.source
        return ridge_rates(
            decay=sympify(self.spectrum.decay),
            source=sympify(source),
            noise=self.noise,
            features=sympify(features),
            samples=self.samples if samples is None else sympify(samples),
            ridge=sympify(ridge),
            where=where,
        )

    def allocation(
        self, *, cost: Expr, budget: Symbol, part: str = "excess", where: Iterable[Relational] = ()
    ) -> Regions[Allocation]:
        r"""Spend a large budget $C$ on features and samples, at the best ridge.

        Parameters
        ----------
        cost :
            $N^iT^j$ in the symbols of the model's features and samples, $i\ge0$, $j>0$ rational; a
            constant factor does not matter.
        budget :
            the symbol $C\to\infty$ of the cost allowed.
        part :
            what is minimised: "excess", "bias" (the risk without label noise) or "variance".
        where :
            relations between the parameters of the spectrum.

        Returns
        -------
        Regions of Allocation
            exponents in the budget, intervals where several are equally good; each is a projection.

        Raises
        ------
        ValueError
            If the spectrum is not an infinite power law, or the cost no such monomial.
        UndecidedError
            If z3 cannot decide a comparison.

        >>> N, T, C = symbols.features, symbols.samples, Symbol("C", positive=True)
        >>> print(RandomFeatureRidge().allocation(cost=N * T, budget=C).at({symbols.decay: 2}))
        risk ~ C^(-1/3), N ~ C^(1/3), T ~ C^(2/3), delta ~ C^(-oo .. 0)
        """
        names = [symbol for symbol in (self.features, self.samples, self.ridge) if symbol.is_Symbol]
        if len(names) < 3:
            raise ValueError(
                f"`features`, `samples` and `ridge` are {self.features}, {self.samples} and {self.ridge}; an "
                "allocation chooses them, leave them symbols"
            )
        price = Cost.read(cost, self.features, self.samples)
        limits = [1 - price.features * FEATURES_EXPONENT > 0]
        rates = replace(self, samples=budget).rates(
            features=budget**FEATURES_EXPONENT,
            samples=budget**price.samples_exponent,
            ridge=budget**-RIDGE_EXPONENT,
            where=[*where, *(limit for limit in limits if limit != True)],  # noqa: E712 -- SymPy's true
        )
        return allocation_of(rates, price, budget, names, part)

    def evaluate(self, values: Mapping[Symbol, Any], *, digits: int = 15) -> numerics.RidgePoint:
        """Solve the fixed point and evaluate the risk at given numbers.

        Parameters
        ----------
        values :
            a number for every free symbol of the model.
        digits :
            significant digits, all of them right.

        Raises
        ------
        ValueError
            If a symbol has no value, or the spectrum is unspecified.

        >>> from sympy import Rational
        >>> model = RandomFeatureRidge(features=10, samples=20, ridge=Rational(1, 100), noise=0)
        >>> print(model.evaluate({symbols.decay: 2}).kappa)
        0.0241772464598016
        """
        if not isinstance(self.spectrum, PowerLaw):
            raise ValueError("`spectrum` is unspecified; evaluate a model with `PowerLaw(...)`")

        def number(name: str, expression: Expr) -> Any:
            value = sympify(expression).subs(values)
            if value.free_symbols:
                raise ValueError(
                    f"`values` lacks {sorted(map(str, value.free_symbols))}, needed for `{name}`"
                )
            return float("inf") if value == oo else value

        law = self.spectrum
        spectrum = numerics.PowerLaw(number("decay", law.decay), size=number("size", law.size))
        source = None if law.source is None else number("source", law.source)
        arguments = {
            name: number(name, getattr(self, name)) for name in ("features", "samples", "ridge", "noise")
        }
        point: numerics.RidgePoint = numerics.solve_ridge(spectrum, source=source, digits=digits, **arguments)
        return point

    def _repr_latex_(self) -> str:
        body = rf"{law_latex(self.fixed_point)}\\ {law_latex(Eq(symbols.risk, self.risk))}"
        return rf"$\begin{{gathered}}{body}\end{{gathered}}$"


#: The model on any spectrum with an isotropic prior, in the letters $z, q, s, \kappa$.
ANY_SPECTRUM = RandomFeatureRidge(spectrum=AnySpectrum())
