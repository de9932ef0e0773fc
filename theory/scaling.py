r"""How the sizes of a ridge model grow together, $N=T^q$ and $\delta=T^{-l}$ for instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, S, Symbol, oo
from sympy.core.relational import Relational

from . import symbols
from .expansion import Expansion
from .phase_models import features_exponent, ridge_exponent
from .ridge_balance import Setting
from .terms import read_term

N, T = symbols.features, symbols.samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    r"""A ridge model on a power law whose sizes grow together.

    Parameters
    ----------
    features, samples, ridge :
        monomials in one growing variable, as for `RandomFeatureRidge.rates`.
    decay, source :
        $a$ and $b$.
    noise :
        $\sigma^2$.
    """

    features: Expr
    samples: Expr = symbols.samples
    ridge: Expr = S.Zero
    decay: Expr = symbols.decay
    source: Expr = symbols.source
    noise: Expr = symbols.noise

    @property
    def variable(self) -> Symbol:
        """What grows."""
        return self.features if self.samples == oo else self.samples

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """Exponents that have to be given: those of the sizes, then those of the spectrum."""
        exponents = [
            read_term(size, self.variable)[1].exponent
            for size in (self.features, self.samples, self.ridge)
            if size not in (0, oo)
        ]
        coupling = sorted({name for exponent in exponents for name in exponent.free_symbols}, key=str)
        spectrum = [name for name in (self.source, self.decay) if isinstance(name, Symbol)]
        return (*coupling, *spectrum)

    @property
    def domain(self) -> list[Relational]:
        """What is assumed of the parameters."""
        relations = [self.decay > 1, self.source > 1]
        for size in (self.features, self.samples):
            if size != oo:
                relations.append(read_term(size, self.variable)[1].exponent > 0)
        return [relation for relation in relations if isinstance(relation, Relational)]

    def setting(self, where: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> Setting:
        """Return the sizes as expansions on a cell."""

        def grown(size: Expr) -> Expansion | None:
            if size in (0, oo):
                return None
            return Expansion.of(size.subs(eliminated), self.variable, where=where)

        return Setting(
            decay=self.decay.subs(eliminated),
            variable=self.variable,
            features=grown(self.features),
            samples=grown(self.samples),
            ridge=grown(self.ridge),
            where=where,
        )


#: How the sizes of the models grow whose phases are known by the same names.
SCALINGS: Mapping[str, Scaling] = {
    "ridge": Scaling(features=T**features_exponent, ridge=T**-ridge_exponent),
    "kernel": Scaling(features=oo, ridge=T**-ridge_exponent),
    "ridgeless": Scaling(features=T**features_exponent),
    "sketch": Scaling(features=N, samples=oo),
}
