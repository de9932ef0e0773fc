r"""One pass of stochastic gradient descent on sketched covariates, as SymPy.

Model: $x\sim\mathcal N(0,\mathrm{diag}\,\lambda)$, $y=\theta\cdot x+\epsilon$ with independent $\theta_k$ of
mean 0, $\lambda_k\mathbb E\theta_k^2=v_k$, and label noise of variance $\sigma^2$; features $\phi=Fx$ with
$F_{jk}\sim\mathcal N(0,1/N)$; from $w_0=0$, on a fresh sample each,
$w_t=w_{t-1}-\gamma_t(w_{t-1}\cdot\phi_t-y_t)\phi_t$, $t=1,\ldots,T$.  The schedule is geometric, $\gamma_t$
halved every $T/\log_2T$ steps, or constant; the output is the last iterate, or the mean of all.

Source: Lin, Wu, Kakade, Bartlett, Lee, arXiv 2406.08466.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sympy import Eq, Expr, Function, IndexedBase, Integer, Lt, Sum, Symbol, exp, log, oo, sympify
from sympy.core.relational import Relational

from ... import numerics
from .. import symbols
from ..allocation import OptimalAllocation
from ..heat_sum import HeatSum
from ..printing import law_latex
from ..ridge import RandomFeatureRidge
from ..spectra import PowerLaw
from . import parts
from .allocation import sgd_allocation
from .rates import SGDRates, sgd_rates

SCHEDULES: Final = ("geometric", "constant")
#: The second moment of the error along an eigenvector of the features, in units of the risk, after t steps.
MOMENT = Function("E")
#: Eigenvalues of the features.
EIGENVALUE = IndexedBase("mu")
_k, _j = symbols.index, Symbol("j", integer=True, positive=True)
_t = Symbol("t", integer=True, nonnegative=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePassSGD:
    r"""One pass of SGD on $N$ random features of $T$ samples.

    Parameters
    ----------
    spectrum :
        a `PowerLaw` of infinite size.
    features :
        $N > 0$; `oo` is SGD on the covariates themselves.
    samples :
        $T > 1$, the number of steps.
    step_size :
        $\gamma > 0$, the first step size.
    noise :
        $\sigma^2 \ge 0$.
    schedule :
        "geometric" or "constant".
    average :
        whether the output is the mean of the iterates; for a constant step size.

    Raises
    ------
    ValueError
        If an argument lies outside its domain.

    >>> OnePassSGD(features=oo).descent
    HeatSum(b, a, 4*gamma*n)
    """

    spectrum: PowerLaw = field(default_factory=lambda: PowerLaw(source=symbols.source))
    features: Expr = symbols.features
    samples: Expr = symbols.samples
    step_size: Expr = symbols.step_size
    noise: Expr = symbols.noise
    schedule: Literal["geometric", "constant"] = "geometric"
    average: bool = False

    def __post_init__(self) -> None:
        if getattr(self.spectrum, "size", None) != oo:
            raise ValueError(f"`spectrum` is {self.spectrum}; give a `PowerLaw` of infinite size")
        for name in ("features", "samples", "step_size", "noise"):
            object.__setattr__(self, name, sympify(getattr(self, name)))
        for name in ("features", "samples", "step_size"):
            value = getattr(self, name)
            if value.is_number and (not value.is_extended_positive or (value == oo and name != "features")):
                kind = "a positive number or oo" if name == "features" else "a positive number"
                raise ValueError(f"`{name}` is {value}; it must be {kind}")
        if self.noise.is_number and not self.noise.is_nonnegative:
            raise ValueError(f"`noise` is {self.noise}; it must be a number >= 0")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"`schedule` is {self.schedule!r}; use 'geometric' or 'constant'")
        if self.average and self.schedule != "constant":
            raise ValueError("`average` is for a constant step size; set `schedule` to 'constant'")

    @property
    def decay(self) -> Expr:
        """The exponent of the eigenvalues."""
        return sympify(self.spectrum.decay)

    @property
    def source(self) -> Expr:
        """The exponent of the signal; without one in the spectrum that of the eigenvalues."""
        return self.decay if self.spectrum.source is None else sympify(self.spectrum.source)

    @property
    def effective_samples(self) -> Eq:
        r"""How many steps count in the risk: $n=T/\log_2T$, and $n=T$ for a constant step size.

        >>> OnePassSGD().effective_samples
        Eq(n, T*log(2)/log(T))
        """
        scale = log(2) / log(self.samples) if self.schedule == "geometric" else Integer(1)
        return Eq(symbols.effective_samples, self.samples * scale, evaluate=False)

    @property
    def time(self) -> Expr:
        r"""The sum of all step sizes, $2\gamma n$, and $\gamma n$ for a constant step size."""
        stages = 2 if self.schedule == "geometric" else 1
        return stages * self.step_size * symbols.effective_samples

    @property
    def recursion(self) -> Eq:
        r"""The second moment after a step, exact for Gaussian data and given the features.

        $E_k=\mu_k\,\mathbb E\langle u_k,w-w^*\rangle^2$ in the eigenbasis of the features; the sum of all
        $E_k$ is the excess over the best predictor on them, and the noise is that of the labels and of the
        signal which the features cannot express.
        """
        x = self.step_size * EIGENVALUE[_k]
        noise = self.noise + (symbols.approximation if self.features != oo else 0)
        total = Sum(MOMENT(_j, _t), (_j, 1, self.features))
        kept = (1 - 2 * x + 2 * x**2) * MOMENT(_k, _t)
        return Eq(MOMENT(_k, _t + 1), kept + x**2 * (total + noise), evaluate=False)

    @property
    def stability(self) -> Relational:
        r"""The condition for a bounded risk, $\sum_k\frac{\gamma\mu_k}{2(1-\gamma\mu_k)}<1$."""
        eigenvalue = EIGENVALUE[_k] if self.features != oo else _k**-self.decay
        return Lt(parts.load(self.step_size, eigenvalue, self.features), 1, evaluate=False)

    @property
    def irreducible(self) -> Expr:
        r"""The variance $\sigma^2$ of the label noise."""
        return self.noise

    @property
    def sketch(self) -> RandomFeatureRidge:
        """The best predictor on the features: the model whose noiseless risk is the approximation error."""
        return RandomFeatureRidge(spectrum=self.spectrum, features=self.features, noise=Integer(0)).sketch()

    @property
    def approximation(self) -> Expr:
        r"""What the best predictor on the features leaves of the signal, $S_1(\kappa)$ at $z(\kappa)=N$."""
        return Integer(0) if self.features == oo else self.spectrum.signal(1, symbols.kappa)

    @property
    def descent(self) -> Expr:
        r"""What gradient descent over the same time leaves of the signal without a sketch.

        A sum over modes, of which the bias consists where neither the sketch nor the noise of the samples is
        felt.
        """
        if self.average:
            y = self.time * _k**-self.decay
            return Sum(_k**-self.source * (1 - exp(-y)) ** 2 / y**2, (_k, 1, oo))
        return HeatSum(self.source, self.decay, 2 * self.time)

    @property
    def variance(self) -> Expr:
        r"""What small steps leave of the label noise without a sketch, as a sum over stages or modes."""
        step, n, decay = self.step_size, symbols.effective_samples, self.decay
        if self.average:
            y = self.time * _k**-decay
            kept = 1 - 3 / (2 * y) + 2 * exp(-y) / y - exp(-2 * y) / (2 * y)
            return self.noise / n * Sum(kept, (_k, 1, oo))
        if self.schedule == "constant":
            return self.noise * step / 2 * (HeatSum(decay, decay, 0) - HeatSum(decay, decay, 2 * self.time))
        level = step * 2**-parts.stage
        kept = HeatSum(decay, decay, 2 * level * n) - HeatSum(decay, decay, 4 * level * n)
        return self.noise / 2 * Sum(level * kept, (parts.stage, 0, oo))

    def rates(
        self, *, features: Expr, step_size: Expr | None = None, where: Iterable[Relational] = ()
    ) -> SGDRates:
        r"""Derive the rates of approximation, bias and variance as the sizes grow together.

        Parameters
        ----------
        features, step_size :
            monomials in the effective samples $n$, as for `sgd_rates`; the step size of the model by default.
        where :
            relations between the parameters.

        Raises
        ------
        ValueError
            If the schedule is not geometric, or a size does not grow as it should.
        """
        if self.schedule != "geometric":
            raise ValueError(f"`schedule` is {self.schedule!r}; rates are those of the geometric one")
        return sgd_rates(
            decay=self.decay,
            source=self.source,
            noise=self.noise,
            features=features,
            step_size=self.step_size if step_size is None else step_size,
            where=where,
        )

    def allocation(
        self,
        *,
        cost: Expr,
        budget: Symbol,
        where: Iterable[Relational] = (),
        fixed_step_size: bool = False,
    ) -> OptimalAllocation:
        """Spend a large budget on features and effective samples; see `sgd_allocation` for the parameters.

        Raises
        ------
        ValueError
            If the exponents of the spectrum are no symbols, or the cost is not one of features and samples.
        """
        if (self.decay, self.source) != (symbols.decay, symbols.source):
            raise ValueError(
                f"`spectrum` has the exponents {self.decay} and {self.source}; an allocation is derived for "
                "all of them: leave them symbols, and put numbers into `at`"
            )
        return sgd_allocation(cost=cost, budget=budget, where=where, fixed_step_size=fixed_step_size)

    def evaluate(self, values: Mapping[Symbol, Any]) -> numerics.SGDPoint:
        """Evaluate the risk and its parts at given numbers, by the deterministic equivalent of the sketch.

        Parameters
        ----------
        values :
            a number for every free symbol of the model.

        Raises
        ------
        ValueError
            If a symbol has no value.

        >>> from sympy import Rational
        >>> model = OnePassSGD(features=oo, samples=2**20, step_size=Rational(1, 10))
        >>> point = model.evaluate({symbols.decay: 2, symbols.source: 2, symbols.noise: 1})
        >>> print(f"{point.bias:.3e}")
        6.124e-03
        """

        def number(name: str, expression: Expr) -> Any:
            value = sympify(expression).subs(values)
            if value.free_symbols:
                lacking = sorted(map(str, value.free_symbols))
                raise ValueError(f"`values` lacks {lacking}, needed for `{name}`")
            return float("inf") if value == oo else value

        point: numerics.SGDPoint = numerics.solve_sgd(
            numerics.PowerLaw(number("decay", self.decay)),
            source=number("source", self.source),
            schedule=self.schedule,
            average=self.average,
            **{
                name: number(name, getattr(self, name))
                for name in ("features", "samples", "step_size", "noise")
            },
        )
        return point

    def _repr_latex_(self) -> str:
        body = rf"{law_latex(self.recursion)}\\ {law_latex(self.stability)}"
        return rf"$\begin{{gathered}}{body}\end{{gathered}}$"
