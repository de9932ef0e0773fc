r"""The derivation of a rate: from the fixed point of a ridge model to one part of its risk in one region.

What the engine of `rates` computes on a cell is recorded: the balance, the root as an expansion, the
traces at it, and the leading term of the positive parts of the risk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Eq, Expr, Integer, Min, Symbol, oo, sympify
from sympy.core.relational import Relational

from . import symbols
from .cells import Cell
from .conditions import conditions_of
from .derivation import Derivation, Rigour, Step
from .expansion import Expansion
from .local_cell import cell_at
from .parameter_domain import ParameterDomain
from .printing import law_latex
from .rate import Rate
from .rate_samples import RateSampler
from .rates import risk_parts
from .regions import read_point
from .ridge_balance import RHO, Balance, Setting, rho_value, solve_setting, traces_at
from .scaling import Scaling
from .sources import EQUIVALENT
from .spot_check import Sampler
from .traces import DegreesOfFreedom, SignalSum

#: What is derived: the parts of the risk, and their sum.
PARTS = ("bias", "variance", "excess")
kappa, N, T = symbols.kappa, symbols.features, symbols.samples
z = DegreesOfFreedom(1, kappa)
#: $z-q$; its letter leaves $q$ to the exponent of the features.
GAP = Symbol("c", positive=True)
S1, S2 = (SignalSum(order, kappa) for order in (1, 2))
_NAMES = {"bias": "Bias", "variance": "Variance", "excess": "Excess risk"}
_LETTERS = {"bias": symbols.bias, "variance": symbols.variance, "excess": symbols.excess}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What was computed on the cell."""

    setting: Setting
    balance: Balance
    traces: Mapping[str, Expansion]
    values: Mapping[str, Expansion]


def rate_derivation(scaling: Scaling, part: str, *, at: Mapping[Symbol, Any]) -> Derivation:
    """Derive a part of the risk in the region of a point, step by step.

    Parameters
    ----------
    scaling :
        the model and how its sizes grow.
    part :
        "bias", "variance" or "excess".
    at :
        an exact number for each of the scaling's parameters.

    Raises
    ------
    ValueError
        If `part` is none of these, a parameter has no number, or the point lies outside the domain.
    UndecidedError
        If z3 cannot decide a comparison.

    >>> from .scaling import SCALINGS, ridge_exponent
    >>> at = {symbols.decay: 2, symbols.source: "5/2", ridge_exponent: 0}
    >>> rate_derivation(SCALINGS["kernel"], "bias", at=at).results["exponent"].rhs
    (-b*l - b + l + 1)/a
    """
    if part not in PARTS:
        raise ValueError(f"`part` is {part!r}; use {', '.join(map(repr, PARTS))}")
    point = read_point(scaling.parameters, at)

    def compute(where: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> _Recorded:
        setting = scaling.setting(where, eliminated)
        balance = solve_setting(setting)
        traces = traces_at(setting, balance, scaling.source.subs(eliminated))
        values = dict(risk_parts(setting, balance, traces, scaling.noise))
        if part == "excess":
            total = (values["bias"] + values["variance"]).truncated()
            values["excess"] = total.leading_with_error()
        return _Recorded(setting=setting, balance=balance, traces=traces, values=values)

    cell = cell_at(compute, scaling.domain, point)
    return _Recorder(scaling, part, cell, point).derivation()


class _Recorder:
    """Writes down the steps of one cell."""

    def __init__(
        self, scaling: Scaling, part: str, cell: Cell[_Recorded], point: Mapping[Symbol, Expr]
    ) -> None:
        self.scaling, self.part, self.cell, self.point = scaling, part, cell, point
        self.found = cell.value
        #: What is expanded one after another, the sum last.
        self.parts = PARTS if part == "excess" else (part,)
        self.features = oo if scaling.features == oo else N
        self.samples = oo if scaling.samples == oo else T
        self.sampler: Sampler = RateSampler(
            scaling=scaling,
            cell=tuple(sorted(cell.where, key=str)),
            eliminated=tuple(cell.eliminated.items()),
            point=tuple(point.items()),
            share=self.found.balance.implicit,
        )

    def derivation(self) -> Derivation:
        """Return the steps with the result."""
        value, letter = self.found.values[self.part], _LETTERS[self.part]
        steps = (*self.model(), *self.sizes(), *self.balance(), *self.traces(), *self.result())
        vanishes = not value.coefficients
        lead = Integer(0) if vanishes else self.tidied(value).leading
        results = {"rate": Eq(letter, lead, evaluate=False)}
        if not vanishes:
            exponent = Symbol(f"e_{self.scaling.variable}")
            results["exponent"] = Eq(exponent, value.exponent(), evaluate=False)
        used = set().union(*(self.letters(step) for step in steps), lead.free_symbols)
        decay = self.found.setting.decay
        return Derivation(
            name=f"{self.part}-rate",
            title=f"{_NAMES[self.part]} of {self.model_name()} on a power law",
            regime=self.regime(),
            source="derived here from the deterministic equivalent",
            steps=steps,
            results=results,
            constants={RHO: rho_value(decay)} if RHO in used else {},
        )

    def model_name(self) -> str:
        """Return what the model is, in words."""
        if self.scaling.samples == oo:
            return "the sketch"
        if self.scaling.features == oo:
            return "kernel ridge regression"
        return (
            f"random-feature {'regression without ridge' if self.scaling.ridge == 0 else 'ridge regression'}"
        )

    @staticmethod
    def letters(step: Step) -> set[Symbol]:
        """Return the symbols on the right side of a step."""
        return set(step.sides()[1].free_symbols)

    def regime(self) -> str:
        """Return the region in formulas."""
        base = self.scaling.domain
        eliminated = self.cell.eliminated
        equations = [Eq(symbol, value, evaluate=False) for symbol, value in eliminated.items()]
        start = [r for r in (r.subs(eliminated) for r in base) if r != True]  # noqa: E712
        free = [symbol for symbol in self.scaling.parameters if symbol not in eliminated]
        domain = ParameterDomain(start, free)
        conditions = [
            condition
            for relation in sorted(self.cell.where - domain.where, key=str)
            for condition in conditions_of(relation.func, domain.field.read(relation.lhs - relation.rhs))
        ]
        relations = [*equations, *domain.relations(domain.reduced(tuple(conditions)))]
        sizes = rf"$\lambda_k={law_latex(symbols.index**-self.scaling.decay)}$, "
        sizes += rf"signal $v_k={law_latex(symbols.index**-self.scaling.source)}$, "
        return sizes + ", ".join(f"${law_latex(relation)}$" for relation in [*base, *relations])

    def step(self, statement: Any, rule: str, rigour: Rigour | None = None, **options: Any) -> Step:
        """Build a step with the sampler of the cell; an expansion without error is exact."""
        if rigour is None:
            exact = not isinstance(statement, Expansion) or not statement.error
            rigour = Rigour.EXACT if exact else Rigour.LEADING
        if isinstance(statement, Expansion) and not statement.error:
            statement = statement.as_expr()
        return Step(statement=statement, rule=rule, rigour=rigour, sampler=self.sampler, **options)

    def model(self) -> list[Step]:
        """State the fixed point and the part of the risk."""
        scaling, n, t = self.scaling, self.features, self.samples
        free_features, free_samples = 1 - z / n, 1 - z / t
        delta = symbols.ridge
        if scaling.ridge == 0 or t == oo:
            fixed = Eq(z, Min(n, t))
        elif n == oo:
            fixed = Eq(delta, kappa * (t - z))
        else:
            fixed = Eq(delta * n, kappa * (n - z) * (t - z))
        below = free_features * free_samples + GAP * (free_features / t + free_samples / n)
        formulas = {
            "bias": (GAP * S1 / n + free_features * (S1 - S2)) / below,
            "variance": symbols.noise / t * (free_features * (z - GAP) + GAP * z / n) / below,
        }
        gap = r"$c=\sum_k\kappa\lambda_k/(\lambda_k+\kappa)^2$"
        sums = (
            r", $S_1=\sum_k\kappa v_k/(\lambda_k+\kappa)$, "
            r"$S_2=\sum_k\kappa\lambda_kv_k/(\lambda_k+\kappa)^2$"
        )
        options: dict[str, Any] = {"rigour": Rigour.HEURISTIC, "source": EQUIVALENT}
        return [
            self.step(
                fixed,
                r"The deterministic equivalent of the model: its renormalised ridge $\kappa$, with "
                r"$z=\sum_k\lambda_k/(\lambda_k+\kappa)$",
                **options,
            ),
            *(
                self.step(
                    Eq(_LETTERS[part], formula, evaluate=False),
                    f"Its {part} in positive terms, with {gap}{sums if part == 'bias' else ''}",
                    **options,
                )
                for part, formula in formulas.items()
                if part in self.parts
            ),
        ]

    def sizes(self) -> list[Step]:
        """How the sizes grow."""
        named = ((N, self.scaling.features), (T, self.scaling.samples), (symbols.ridge, self.scaling.ridge))
        grown = [
            Eq(symbol, size.subs(self.cell.eliminated))
            for symbol, size in named
            if size not in (0, oo) and size != self.scaling.variable
        ]
        rules = {N: "How the features grow", T: "How the samples grow", symbols.ridge: "How the ridge varies"}
        return [
            self.step(equation, rules[equation.lhs], Rigour.DEFINITION)
            for equation in grown
            if equation != True  # noqa: E712
        ]

    def balance(self) -> list[Step]:
        """Say what balances in the fixed point, and give its root."""
        found, steps = self.found.balance, []
        words = found.regime[0].upper() + found.regime[1:].replace("kappa", r"$\kappa$")
        for equation in found.implicit:
            tidy = Eq(self.simplified(equation.lhs), equation.rhs, evaluate=False)
            steps.append(
                self.step(tidy, r"The share $x$ of the smaller resource is the root of", Rigour.DEFINITION)
            )
        free = ((found.free_features, self.features), (found.free_samples, self.samples))
        for value, size in free:
            if size != oo and value.coefficients and not (value.as_expr() == 1 and not value.error):
                which = "features" if size == N else "samples"
                rule = f"{words}: the free part of the {which}"
                steps.append(self.step(self.tidied(value), rule, name=1 - z / size))
        rule = (
            r"The fixed point gives $\kappa$" if self.scaling.ridge != 0 else r"The level $z$ gives $\kappa$"
        )
        return [*steps, self.step(self.tidied(found.kappa), rule, name=kappa)]

    def traces(self) -> list[Step]:
        """Give the traces at the root that the part needs."""
        size = self.found.balance.size_of_kappa
        how = {
            1: "its expansion at large",
            0: "its value at",
            -1: "the poles of its Mellin transform at small",
        }
        finite = self.features != oo
        wanted: dict[str, Expr] = {}
        if "variance" in self.parts:
            wanted |= ({"df1": z} if finite else {}) | {"df2": z - GAP}
        wanted["gap"] = GAP
        if "bias" in self.parts:
            wanted |= ({"signal": S1} if finite else {}) | {"kept": S1 - S2}
        rule = rf"at the root, by {how[size]} $\kappa$"
        return [
            self.step(self.tidied(self.found.traces[key]), f"${law_latex(name)}$ {rule}", name=name)
            for key, name in wanted.items()
        ]

    def result(self) -> list[Step]:
        """Give the part of the risk, or both parts and their sum."""
        steps = []
        for part in self.parts:
            value, letter = self.found.values[part], _LETTERS[part]
            if not value.coefficients:
                steps.append(
                    Step(
                        statement=Eq(letter, Integer(0), evaluate=False),
                        rule="There is no noise part at infinitely many samples",
                        unchecked="nothing is left to compare",
                    )
                )
                continue
            rule = f"Substitution into the {part}, whose largest terms are kept"
            if part == "excess":
                rule = "The excess risk is the sum of both, of which the larger is kept"
            steps.append(self.step(self.tidied(value), rule, name=letter))
        return steps

    def tidied(self, value: Expansion) -> Expansion:
        """Simplify the coefficients of an expansion."""
        return value.map_coefficients(self.simplified)

    def simplified(self, coefficient: Expr) -> Expr:
        """Simplify a constant and write it with rho."""
        variable = self.scaling.variable
        single = Expansion.of(Integer(1), variable).map_coefficients(lambda _: sympify(coefficient))
        return Rate(expansion=single, regime="", decay=self.found.setting.decay).constant
