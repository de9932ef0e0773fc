r"""The letters of a paper: every law prints in the project's symbols or in a paper's.

A notation says what each symbol of the project is in the paper's letters *and units*, so
that a formula stays true: the paper of 2022 scales eigenvalues by $\lambda_+$, prints half the
squared error summed over $C$ outputs, and so on.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Basic, Eq, Expr, Integer, Symbol, cancel, factor_terms, powsimp, together
from sympy import symbols as new_symbols

from . import symbols
from .asymptotic_sum import AsymptoticSum
from .expansion import Expansion
from .printing import latex_sum, law_latex


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """A paper's letters for the project's symbols.

    Parameters
    ----------
    name :
        the paper's key, such as "maloney2022".
    replacements :
        what each symbol of the project is in the paper's letters; others stay.
    quantities :
        for symbols that stand alone on a left side (the risk), the paper's quantity in the
        replacement: the equation is solved for it.
    units :
        symbols by which the paper scales its quantities.
    remark :
        a sentence on conventions, shown with every law.
    phrases :
        formulas within words that the paper writes otherwise, as LaTeX; a letter alone is a whole formula.

    >>> Notation.named("maloney2022").apply(symbols.decay)
    alpha + 1
    """

    name: str
    replacements: Mapping[Symbol, Expr] = field(default_factory=dict)
    quantities: Mapping[Symbol, Symbol] = field(default_factory=dict)
    units: frozenset[Symbol] = frozenset()
    remark: str = ""
    phrases: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def named(name: str) -> Notation:
        """Return a notation by its key.

        Raises
        ------
        ValueError
            If there is none of this name.
        """
        if name not in NOTATIONS:
            near = difflib.get_close_matches(name, NOTATIONS, n=1, cutoff=0)
            raise ValueError(
                f"`notation` is {name!r}; known are {', '.join(NOTATIONS)}; did you mean {near[0]!r}?"
            )
        return NOTATIONS[name]

    def apply(self, expression: Basic) -> Basic:
        """Translate an expression, or an equation solved for the paper's quantity."""
        if isinstance(expression, Eq) and expression.lhs in self.quantities:
            quantity = self.quantities[expression.lhs]
            factor = cancel(self.replacements[expression.lhs] / quantity)
            solved = powsimp(self.apply(expression.rhs) / factor)
            if not solved.free_symbols & self.units:
                return Eq(quantity, solved, evaluate=False)
            return Eq(quantity, solved.replace(_is_flat, factor_terms), evaluate=False)
        translated = expression.xreplace(dict(self.replacements))
        translated = translated.replace(
            lambda part: part.is_Pow and part.exp.is_Add, lambda part: part.base ** cancel(part.exp)
        )
        return translated.replace(lambda part: part.is_Add, self._tidy) if self.replacements else translated

    def _tidy(self, total: Expr) -> Expr:
        """Bring sums over units of the paper to one denominator, take common factors out of the others."""
        if total.free_symbols & self.units:
            return together(total)
        return factor_terms(total)

    def latex(self, statement: Basic | Expansion | AsymptoticSum) -> str:
        """Translate and print as LaTeX."""
        if isinstance(statement, Basic):
            return law_latex(self.apply(statement))
        if isinstance(statement, Expansion) and len(statement.coefficients) > 1:
            lead, relative, errors = statement.factors()
            inner = latex_sum([Integer(1), *map(self.apply, relative)], map(self.apply, errors))
            outer = "" if lead == 1 else law_latex(self.apply(lead)) + " "
            return rf"{outer}\left({inner}\right)" if outer else inner
        return latex_sum(
            map(self.apply, statement.ordered_terms()), map(self.apply, statement.ordered_errors())
        )


def _is_flat(part: Basic) -> bool:
    """Whether something is a sum of letters and numbers."""
    return bool(part.is_Add) and part.is_polynomial()


def _maloney2022() -> Notation:
    alpha, gamma, latent, outputs, scale = new_symbols("alpha gamma M C lambda_+", positive=True)
    teacher = Symbol("sigma_w^2", positive=True)
    maps = Symbol("sigma_u^2", positive=True)
    noise = Symbol("sigma_epsilon^2", positive=True)
    loss, excess, bias, variance = new_symbols("L L_E L_w L_epsilon", positive=True)
    gap = Symbol("Delta", positive=True)
    signal = teacher * scale / latent
    return Notation(
        name="maloney2022",
        replacements={
            symbols.decay: 1 + alpha,
            symbols.ridge: gamma * latent / (symbols.features * maps * scale),
            # its own gamma is the ridge, its M the latent dimension
            symbols.step_size: Symbol("eta", positive=True),
            symbols.noise: noise / signal,
            symbols.risk: 2 * loss / (outputs * signal),
            symbols.excess: 2 * excess / (outputs * signal),
            symbols.bias: 2 * bias / (outputs * signal),
            symbols.variance: 2 * variance / (outputs * signal),
            symbols.kappa: gap / (symbols.features * scale),
        },
        quantities={
            symbols.risk: loss,
            symbols.excess: excess,
            symbols.bias: bias,
            symbols.variance: variance,
            symbols.ridge: gamma,
            symbols.kappa: gap,
        },
        units=frozenset({scale, teacher, maps}),
        remark=(
            r"Here $\lambda_k=\lambda_+k^{-(1+\alpha)}$, teacher weights have variance $\sigma_w^2/M$, "
            r"features $\sigma_u^2/M$, the ridge $\gamma$ stands beside the sum of squares, "
            r"$\Delta=N\kappa$, and the loss $L=\frac{C}{2}R$ includes the label noise; $L_E$ is the loss "
            r"without the noise of the test label, $L_w$ and $L_\epsilon$ its parts without label noise and "
            r"proportional to it."
        ),
        phrases={
            r"\lambda_k=k^{-a}": r"\lambda_k=\lambda_+k^{-(1+\alpha)}",
            r"\lambda_k+\kappa": r"\lambda_k+\Delta/N",
            r"M^{-a}\ll\kappa\ll1": r"M^{-(1+\alpha)}\ll\Delta/(N\lambda_+)\ll1",
            r"\kappa": r"\Delta/N",
            r"\log\kappa": r"\log(\Delta/N)",
            r"\kappa z": r"\Delta z/(N\lambda_+)",
            r"\delta N": r"\gamma",
            r"f=R/F": "f",
        },
    )


def _lin2024() -> Notation:
    return Notation(
        name="lin2024",
        replacements={
            symbols.features: Symbol("M", positive=True),
            symbols.samples: Symbol("N", positive=True),
            symbols.size: Symbol("d", positive=True),
            symbols.effective_samples: Symbol("N_eff", positive=True),
        },
        remark=r"Here $M$ is the number of features (the sketch size) and $N$ the number of samples.",
    )


def _bahri2021() -> Notation:
    spectrum, loss = new_symbols("alpha_K L", positive=True)
    data = Symbol("D", positive=True)
    return Notation(
        name="bahri2021",
        replacements={
            symbols.features: Symbol("P", positive=True),
            symbols.samples: data,
            symbols.size: Symbol("S", positive=True),
            symbols.decay: 1 + spectrum,
            symbols.risk: 2 * loss,
            symbols.kappa: symbols.kappa / data,
        },
        quantities={symbols.risk: loss},
        remark=r"Here $P$ is the number of features, $D$ the number of samples, the loss half the squared "
        r"error.",
    )


#: Every notation by its name; "project" changes nothing.
NOTATIONS = {n.name: n for n in (Notation(name="project"), _maloney2022(), _lin2024(), _bahri2021())}
