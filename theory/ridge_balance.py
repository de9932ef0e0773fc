r"""How the fixed point of random-feature ridge regression balances as its sizes grow together.

With $N=T^q$ and $\delta=c\,T^{-l}$ the equation $\delta N=\kappa(N-z)(T-z)$ has one root, so any balance
that is consistent is the root's.  Either $z\ll\min(N,T)$ and the ridge sets $\kappa$, or $z$ fills the
smaller resource and the small difference follows from the exact equation, or (on the surface
between) $z$ is a fixed share of it.  No difference is taken of two expansions that agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sympy import Eq, Expr, Integer, Rational, Symbol, cancel, oo, simplify, sympify
from sympy.core.relational import Relational

from . import symbols
from .asymptotic_sum import AsymptoticSum, as_sum, revert
from .cells import require_sign
from .expansion import Expansion
from .monomial import Monomial
from .terms import read_term
from .trace_sum import TraceSum

#: Share of the smaller resource that the degrees of freedom fill, where it is neither 0 nor 1.
SHARE = Symbol("x", positive=True)
#: The constant of the degrees of freedom, $z\simeq\rho\,\kappa^{-1/a}$.
RHO = Symbol("rho", positive=True)
kappa = symbols.kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    r"""The root of the fixed point as an expansion in $T$, with what depends on it.

    Parameters
    ----------
    regime :
        what balances, in words.
    kappa :
        $\kappa(T)$.
    free_features, free_samples :
        $\alpha=1-z/N$ and $\beta=1-z/T$.
    size_of_kappa :
        1 where $\kappa\to\infty$, 0 where it stays, -1 where $\kappa\to0$.
    implicit :
        equations that define constants of the balance.
    """

    regime: str
    kappa: Expansion
    free_features: Expansion
    free_samples: Expansion
    size_of_kappa: int
    implicit: tuple[Eq, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    r"""Sizes that grow together, $N=T^q$, $\delta=c\,T^{-l}$, as expansions in $T$ on a cell.

    Infinite sizes are `None`, and so is no ridge; with infinite samples there is none.
    """

    decay: Expr
    variable: Symbol
    features: Expansion | None
    samples: Expansion | None
    ridge: Expansion | None
    where: frozenset[Relational]

    def trace(self, shift: Expr, power: int, balance: Balance) -> Expansion:
        r"""Return TraceSum(s, m) at the root, as an expansion in $T$."""
        if balance.size_of_kappa == 0:
            value = TraceSum(shift, power, self.decay, balance.kappa.leading, oo)
            one = balance.kappa.power(Integer(0))
            error = balance.kappa.relative()[2]
            scale = error.scale.largest((*error.coefficients, *error.error))
            return Expansion(one.variable, one.at, {next(iter(one.coefficients)): value}, scale, self.where)
        total = self._sum(shift, power, balance.size_of_kappa)
        return total.substitute({kappa: balance.kappa.truncated()}, corrections=0).truncated()

    def _sum(self, shift: Expr, power: int, size_of_kappa: int) -> AsymptoticSum:
        function = TraceSum(shift, power, self.decay, kappa, oo)
        if size_of_kappa > 0:
            return function.large_kappa(order=1)
        # Where two poles meet there is a logarithm: that surface is a cell of its own.
        require_sign((1 - shift) / self.decay, self.where)
        total: AsymptoticSum = function.small_kappa(order=1, where=self.where)
        if shift == 0 and power == 1:
            return with_rho(total, self.decay)
        return total


def rho_value(decay: Expr) -> Expr:
    r"""Return $\rho$, the constant of $z\simeq\rho\,\kappa^{-1/a}$, from the expansion of $z$."""
    total = TraceSum(0, 1, decay, kappa, oo).small_kappa(order=1, where=(sympify(decay) > 1,))
    return read_term(total.terms[0], kappa)[0]


def with_rho(total: AsymptoticSum, decay: Expr = symbols.decay) -> AsymptoticSum:
    r"""Abbreviate the constant of the leading term of $z$ by `RHO`."""
    coefficient, monomial = read_term(total.terms[0], kappa)
    if simplify(coefficient - rho_value(decay)) != 0:
        raise ArithmeticError(f"{coefficient} is not the constant of the degrees of freedom at decay {decay}")
    return AsymptoticSum((RHO * monomial.of(kappa), *total.terms[1:]), total.errors, total.where)


def solve_setting(setting: Setting) -> Balance:
    """Return the balance that holds on the setting's cell.

    Raises
    ------
    IncomparableTermsError
        If the cell is too large for one balance; it names the difference to split at.
    """
    smallest, ratio = _smaller(setting)
    equal = ratio == 1
    if setting.ridge is None and equal:
        raise ValueError(
            "`ridge` is 0 where features and samples are equal, the interpolation threshold; exclude it by "
            "`where` (such as Ne(q, 1)) or give a ridge"
        )
    if setting.ridge is None:
        _require_number(ratio)
        return _filled(setting, smallest, equal=False)
    assert setting.samples is not None
    guess = setting.ridge / setting.samples
    sign = require_sign(guess.exponent(), setting.where)
    if sign >= 0:
        return _by_ridge(setting, guess, sign)
    filling = require_sign(-guess.exponent() / setting.decay - smallest.exponent(), setting.where)
    if filling < 0:
        return _by_ridge(setting, guess, sign)
    if filling > 0:
        _require_number(ratio)
        return _moving_with_the_root(setting, _filled(setting, smallest, equal=equal))
    return _moving_with_the_root(setting, _shared(setting, smallest))


def _require_number(ratio: Expr | None) -> None:
    if ratio is not None and not ratio.is_number:
        raise ValueError(
            f"`features` over `samples` is {ratio} where they grow alike and one of them is filled; "
            "give it as a number"
        )


def _smaller(setting: Setting) -> tuple[Expansion, Expr | None]:
    """Return the smaller resource, and the ratio of features to samples where both grow alike.

    The samples stand for the smaller one where the ratio is a symbol.
    """
    if setting.features is None or setting.samples is None:
        present = setting.samples if setting.features is None else setting.features
        if present is None:
            raise ValueError("`features` and `samples` are both infinite; one of them must grow")
        return present, None
    order = require_sign(setting.features.exponent() - setting.samples.exponent(), setting.where)
    if order != 0:
        return (setting.features if order < 0 else setting.samples), None
    ratio = cancel((setting.features / setting.samples).leading)
    fewer_features = ratio.is_number and ratio <= 1
    return (setting.features if fewer_features else setting.samples), ratio


def _share_of(value: Expansion, size: Expansion | None) -> Expansion:
    """Return 1 - z/size, which is 1 for an infinite size."""
    return (1 - value / size).truncated() if size is not None else value.power(Integer(0))


def _by_ridge(setting: Setting, guess: Expansion, sign: int) -> Balance:
    r"""Balance where the ridge sets $\kappa=\delta/T\,(1+O(z/N)+O(z/T))$."""
    one = guess.power(Integer(0))
    start = Balance(
        regime="the ridge sets kappa" if sign else "the ridge sets kappa of order one",
        kappa=guess,
        free_features=one,
        free_samples=one,
        size_of_kappa=sign,
    )
    z = setting.trace(Integer(0), 1, start)
    free_features, free_samples = _share_of(z, setting.features), _share_of(z, setting.samples)
    root = (guess / (free_features * free_samples)).leading_with_error()
    return replace(start, kappa=root, free_features=free_features, free_samples=free_samples)


def _root_at(setting: Setting, value: Expansion) -> Expansion:
    r"""Return $\kappa$ where the degrees of freedom take a value."""
    function = TraceSum(0, 1, setting.decay, kappa, oo)
    small = with_rho(function.small_kappa(order=1, where=setting.where), setting.decay)
    inverse = revert(small.in_one(kappa, at=0, where=setting.where), symbols.df1, corrections=0)
    return as_sum(inverse).substitute({symbols.df1: value}, corrections=0)


def _filled(setting: Setting, smallest: Expansion, *, equal: bool) -> Balance:
    """Balance where the degrees of freedom fill the smaller resource."""
    root = _root_at(setting, smallest).leading_with_error()
    one = root.power(Integer(0))
    if setting.ridge is None or setting.samples is None:
        zero = one * 0
        free_features = zero if smallest is setting.features else _share_of(smallest, setting.features)
        free_samples = zero if smallest is setting.samples else _share_of(smallest, setting.samples)
        return Balance(
            regime="the degrees of freedom fill the smaller resource",
            kappa=root,
            free_features=free_features,
            free_samples=free_samples,
            size_of_kappa=-1,
        )
    product = setting.ridge / (root * setting.samples)
    if equal:
        gap = product.power(Rational(1, 2), corrections=1)
        free_features = free_samples = gap
        regime = "the degrees of freedom fill both resources"
    elif smallest is setting.features:
        free_samples = _share_of(smallest, setting.samples)
        free_features = product / free_samples
        regime = "the degrees of freedom fill the features"
    else:
        free_features = _share_of(smallest, setting.features)
        free_samples = product / free_features
        regime = "the degrees of freedom fill the samples"
    # The root moves with the gap, relatively by its order.
    gaps = (
        [free_features, free_samples]
        if equal
        else [free_features if smallest is setting.features else free_samples]
    )
    moved = [root.leading_monomial * gap.leading_monomial for gap in gaps]
    root = Expansion(root.variable, root.at, root.coefficients, (*root.error, *moved), root.where)
    return Balance(
        regime=regime, kappa=root, free_features=free_features, free_samples=free_samples, size_of_kappa=-1
    )


def _shared(setting: Setting, smallest: Expansion) -> Balance:
    """Balance where they are a share of the smaller resource, the root of an equation."""
    z = smallest * SHARE
    root = _root_at(setting, z).leading_with_error()
    free = {
        "features": _share_of(z, setting.features).leading_with_error(),
        "samples": _share_of(z, setting.samples).leading_with_error(),
    }
    assert setting.ridge is not None
    assert setting.samples is not None
    balance = setting.ridge / (root * free["features"] * free["samples"] * setting.samples)
    condition = Eq(balance.coefficients[balance.leading_monomial], 1)
    return Balance(
        regime="the degrees of freedom are a fixed share of the smaller resource",
        kappa=root,
        free_features=free["features"],
        free_samples=free["samples"],
        size_of_kappa=-1,
        implicit=(condition,),
    )


def _moving_with_the_root(setting: Setting, balance: Balance) -> Balance:
    r"""Give the free parts of the resources the error with which they follow the root.

    Where $\delta=T\kappa\alpha\beta$ determines a part that vanishes, it is off by the relative order of what
    $\kappa$ leaves out; a share of a resource is off by that of everything in this equation.
    """
    free = {"free_samples": balance.free_samples}
    if setting.features is not None:
        free["free_features"] = balance.free_features
    if balance.implicit:
        parts = {"kappa": balance.kappa, **free}
        bounds = [bound for part in parts.values() for bound in part.relative()[2].error]
        moved = {name: part * _uncertain(part, bounds) for name, part in parts.items()}
        return replace(balance, **moved)  # type: ignore[arg-type]  # the names are those of expansions
    vanishing = {name: part for name, part in free.items() if part.exponent() != 0}
    left_out = balance.kappa.relative()[2].error
    moved = {name: part * _uncertain(part, left_out) for name, part in vanishing.items()}
    for name in set(free) - set(vanishing):  # it is 1 - z/size, and z is off by what vanishes
        assert setting.features is not None
        assert setting.samples is not None
        small, large = (
            (setting.samples, setting.features)
            if name == "free_features"
            else (setting.features, setting.samples)
        )
        gap = next(iter(vanishing.values())).leading_monomial
        ratio = small.leading_monomial / large.leading_monomial
        moved[name] = free[name] * _uncertain(free[name], [ratio * gap])
    return replace(balance, **moved)  # type: ignore[arg-type]  # the names are those of expansions


def _uncertain(value: Expansion, bounds: Iterable[Monomial]) -> Expansion:
    r"""Return $1+O(\ldots)$ at the point of another expansion."""
    one = value.power(Integer(0))
    return Expansion(one.variable, one.at, one.coefficients, tuple(bounds), one.where)


def traces_at(setting: Setting, balance: Balance, source: Expr) -> Mapping[str, Expansion]:
    r"""Return the traces that the risk needs: $z, q, z-q, S_1, S_1-S_2$."""
    a = setting.decay
    at = balance.kappa
    return {
        "df1": setting.trace(Integer(0), 1, balance),
        "df2": setting.trace(Integer(0), 2, balance),
        "gap": at * setting.trace(-a, 2, balance),
        "signal": at * setting.trace(source - a, 1, balance),
        "kept": at * at * setting.trace(source - 2 * a, 2, balance),
    }
