r"""The models whose phases are known by name, with their parameters in the exponents.

Sizes are powers of the samples, $N=T^q$ and $\delta=T^{-l}$, and for SGD of the effective samples, $N=n^q$
and $\gamma n^{-g}$; a further model joins by an entry in `MODELS`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Integer, Ne, StrictGreaterThan, Symbol, oo, sympify
from sympy.core.relational import Relational

from . import symbols
from .rate import Rate
from .rates import Rates
from .rational_functions import Field
from .regions import Regions
from .ridge import RandomFeatureRidge
from .sgd.rates import PARTS as SGD_PARTS
from .sgd.rates import sgd_rates
from .spectra import PowerLaw

#: Exponents of the features and of the ridge, $N=T^q$ and $\delta=T^{-l}$.
features_exponent = Symbol("q", positive=True)
ridge_exponent = Symbol("l", real=True)
#: Exponent of the step size, $\gamma n^{-g}$.
step_size_exponent = Symbol("g", real=True)
#: The parts of the risk that have phases; the first is shown unless another is asked for.
PARTS = ("excess", "bias", "variance")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseModel:
    """A model with parameters in its exponents.

    Parameters
    ----------
    title :
        what it is, in words.
    parameters :
        in the order of the subject.
    where :
        the domain of the parameters.
    rates :
        derives the rates with expressions put in for some parameters, on a smaller domain.
    parts :
        of the risk that have phases.
    sizes :
        how they grow, for models whose derivations need it.
    """

    title: str
    parameters: tuple[Symbol, ...]
    where: tuple[Relational, ...]
    rates: Callable[[Mapping[Symbol, Expr], Iterable[Relational]], Rates]
    parts: tuple[str, ...] = PARTS
    sizes: Mapping[str, Expr] = field(default_factory=dict)

    def regions(
        self, part: str, settings: Mapping[Symbol, Expr] | None = None, where: Iterable[Relational] = ()
    ) -> Regions[Rate]:
        """Derive the rates of a part of the risk.

        Parameters
        ----------
        part :
            one of `parts`.
        settings :
            exact numbers for parameters, or expressions in the other ones.
        where :
            relations between the parameters that are left.

        Raises
        ------
        ValueError
            If the part or a parameter is unknown, or a setting leaves the domain.
        """
        if part not in self.parts:
            raise ValueError(f"`part` is {part!r}; give one of {', '.join(self.parts)}")
        put = self._checked(settings or {})
        inherited = [relation.subs(put) for relation in self.where]
        for relation, before in zip(inherited, self.where, strict=True):
            if relation == False:  # noqa: E712 -- SymPy's BooleanFalse is not the Python singleton
                raise ValueError(f"{_shown(before, put)} violates {before}, which the model assumes")
        kept = []
        for relation in where:
            narrowed = relation.subs(put)
            if narrowed == False:  # noqa: E712
                raise ValueError(f"{_shown(relation, put)} violates {relation} in `where`")
            kept.append(narrowed)
        regions: Regions[Rate] = getattr(self.rates(put, [*inherited, *kept]), part)
        return regions

    def _checked(self, settings: Mapping[Symbol, Expr]) -> dict[Symbol, Expr]:
        put = {symbol: sympify(value) for symbol, value in settings.items()}
        free = set(self.parameters) - set(put)
        for symbol, value in put.items():
            if symbol not in self.parameters:
                raise ValueError(f"{symbol} is no parameter of the model; it has {_listed(self.parameters)}")
            Field(value.free_symbols).read(value, f"the value of {symbol},")
            if value.free_symbols - free:
                raise ValueError(
                    f"{symbol} is set to {value}; use numbers and parameters that are not set themselves"
                    + (f", which are {_listed(sorted(free, key=self.parameters.index))}" if free else "")
                )
        return put


def _listed(parameters: Iterable[Symbol]) -> str:
    return ", ".join(map(str, parameters))


def _shown(relation: Relational, put: Mapping[Symbol, Expr]) -> str:
    named = [symbol for symbol in put if symbol in relation.free_symbols]
    return ", ".join(f"{symbol} = {put[symbol]}" for symbol in named) or "the domain"


def find_model(name: str) -> PhaseModel:
    """Return a model by its name.

    Raises
    ------
    ValueError
        If there is none; the nearest name is suggested.

    >>> find_model("kernel").parameters
    (a, b, l)
    """
    if name not in MODELS:
        near = difflib.get_close_matches(name, MODELS, n=1, cutoff=0)
        raise ValueError(
            f"`model` is {name!r}, which is not known; did you mean {near[0]!r}? "
            f"There are {', '.join(MODELS)}"
        )
    return MODELS[name]


def _ridge_model(
    *, features: Expr, ridge: Expr, samples: Expr | None = None
) -> Callable[[Mapping[Symbol, Expr], Iterable[Relational]], Rates]:
    def rates(settings: Mapping[Symbol, Expr], where: Iterable[Relational]) -> Rates:
        put = dict(settings)
        decay, source = symbols.decay.subs(put), symbols.source.subs(put)
        model = RandomFeatureRidge(spectrum=PowerLaw(decay=decay, source=source))
        return model.rates(features=features.subs(put), ridge=ridge.subs(put), samples=samples, where=where)

    return rates


def _sgd_model(features: Expr, *, title: str, parameters: tuple[Symbol, ...]) -> PhaseModel:
    sizes = {"features": features, "step_size": symbols.step_size * _n**-step_size_exponent}
    growing = () if features == oo else (_GROWING,)

    def rates(settings: Mapping[Symbol, Expr], where: Iterable[Relational]) -> Rates:
        put = dict(settings)
        return sgd_rates(
            decay=symbols.decay.subs(put),
            source=symbols.source.subs(put),
            where=where,
            **{name: size.subs(put) for name, size in sizes.items()},
        )

    return PhaseModel(
        title=title,
        parameters=parameters,
        where=(*_SPECTRUM, *growing, *_STEPS),
        rates=rates,
        parts=("excess", *SGD_PARTS),
        sizes=sizes,
    )


_T, _n = symbols.samples, symbols.effective_samples
_SPECTRUM = (symbols.decay > 1, symbols.source > 1)
# not evaluated: SymPy knows that a positive symbol is positive, but a number put in for it may not be
_GROWING = StrictGreaterThan(features_exponent, 0, evaluate=False)
_STEPS = (step_size_exponent >= 0, step_size_exponent < 1)

MODELS: Mapping[str, PhaseModel] = {
    "ridge": PhaseModel(
        title="random-feature ridge regression, N = T^q features and ridge T^-l",
        parameters=(symbols.decay, symbols.source, features_exponent, ridge_exponent),
        where=(*_SPECTRUM, _GROWING),
        rates=_ridge_model(features=_T**features_exponent, ridge=_T**-ridge_exponent),
    ),
    "kernel": PhaseModel(
        title="kernel ridge regression, infinitely many features and ridge T^-l",
        parameters=(symbols.decay, symbols.source, ridge_exponent),
        where=_SPECTRUM,
        rates=_ridge_model(features=oo, ridge=_T**-ridge_exponent),
    ),
    "ridgeless": PhaseModel(
        title="random-feature regression without ridge, N = T^q features",
        parameters=(symbols.decay, symbols.source, features_exponent),
        where=(*_SPECTRUM, _GROWING, Ne(features_exponent, 1)),
        rates=_ridge_model(features=_T**features_exponent, ridge=Integer(0)),
    ),
    "sketch": PhaseModel(
        title="the sketch, N features and infinitely many samples",
        parameters=(symbols.decay, symbols.source),
        where=_SPECTRUM,
        rates=_ridge_model(features=symbols.features, ridge=Integer(0), samples=oo),
    ),
    "sgd": _sgd_model(
        _n**features_exponent,
        title="one pass of SGD, N = n^q features and step size gamma n^-g, n = T/log2(T)",
        parameters=(symbols.decay, symbols.source, features_exponent, step_size_exponent),
    ),
    "sgd-unsketched": _sgd_model(
        oo,
        title="one pass of SGD without a sketch, step size gamma n^-g, n = T/log2(T)",
        parameters=(symbols.decay, symbols.source, step_size_exponent),
    ),
}
