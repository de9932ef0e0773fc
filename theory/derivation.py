r"""Derivations: the steps from a definition to a law, each with its rule, its rigour and a spot check.

A `Derivation` is what `laws` return and what the command line prints.  Its results are
equations that other code can use; its steps are for the reader, and each can be checked by numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from sympy import Basic, Eq, Expr, Symbol

from .asymptotic_sum import AsymptoticSum
from .derivation_print import PrintedDerivation, formula, to_latex, to_markdown, to_text
from .expansion import Expansion
from .notation import Notation
from .spot_check import Sampler, SpotCheck, UncheckableError, sides_of, spot_check

Statement: TypeAlias = Basic | Expansion | AsymptoticSum


class Rigour(Enum):
    """How sure a step is."""

    DEFINITION = "definition"
    HEURISTIC = "heuristic"
    EXACT = "exact"
    LEADING = "leading order with stated error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    r"""One step: a statement, the rule that gives it, its rigour, and how it can be checked.

    Parameters
    ----------
    statement :
        an equation, or an expression or expansion to be read as the right side of `name`.
    rule :
        what was done, one sentence without a full stop.
    rigour :
        how sure the step is.
    name :
        the left side of an expansion.
    error :
        for an equation of leading order, terms $e_i$ such that its right side is to be multiplied by
        $1+O(\sum_ie_i)$; an expansion has its own.
    regime :
        where the step holds, if it is not where the law does.
    source :
        who argues for a heuristic step.
    sampler :
        draws parameters and numbers for the spot check.
    unchecked :
        why there is no check.

    Raises
    ------
    ValueError
        If a step of leading order states no error, an exact one states one, or a heuristic step names no
        source.

    >>> from sympy.abc import x, y
    >>> Step(statement=Eq(y, x), rule="For small x", rigour=Rigour.LEADING)
    Traceback (most recent call last):
    ...
    ValueError: `error` is missing: 'For small x' is of leading order; state what is left out
    """

    statement: Statement
    rule: str
    rigour: Rigour = Rigour.EXACT
    name: Expr | None = None
    error: tuple[Expr, ...] = ()
    regime: str = ""
    source: str = ""
    sampler: Sampler | None = field(default=None, repr=False, compare=False)
    unchecked: str = ""

    def __post_init__(self) -> None:
        stated = bool(self.error)
        if not isinstance(self.statement, Basic):
            stated = bool(self.statement.ordered_errors())
        if self.rigour is Rigour.LEADING and not stated:
            raise ValueError(f"`error` is missing: {self.rule!r} is of leading order; state what is left out")
        if self.rigour is not Rigour.LEADING and stated:
            raise ValueError(
                f"`rigour` is {self.rigour.value!r}, but {self.rule!r} has an error; use LEADING"
            )
        if (self.rigour is Rigour.HEURISTIC) != bool(self.source):
            raise ValueError(f"`source` is {self.source!r}: {self.rule!r} names one if it is heuristic")

    @property
    def label(self) -> str:
        """The rigour in words, with the source of a heuristic step and the regime of a special one."""
        words = self.rigour.value + (f", {self.source}" if self.source else "")
        return f"{words}; {self.regime}" if self.regime else words

    def sides(self) -> tuple[Expr, Expr, tuple[Expr, ...]]:
        """Return left side, right side, and terms whose sum bounds their difference.

        Raises
        ------
        UncheckableError
            If the statement has no two sides.
        """
        if isinstance(self.statement, Basic):
            if self.name is not None:
                return self.name, self.statement, ()
            left, right = sides_of(self.statement)
            return left, right, tuple(right * relative for relative in self.error)
        if self.name is None:
            raise UncheckableError(f"`name` is missing: {self.rule!r} has no left side")
        return self.name, self.statement.as_expr(), tuple(self.statement.ordered_errors())

    def check(self, *, seed: int = 0) -> SpotCheck | None:
        """Compare the sides at random parameters; `None` for a step that cannot be checked.

        Parameters
        ----------
        seed :
            of the random parameters.

        Raises
        ------
        UncheckableError
            If the sampler has no number for a letter of the statement.
        """
        if self.sampler is None:
            return None
        left, right, errors = self.sides()
        return spot_check(left, right, errors, self.sampler, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A law with the steps that lead to it.

    Parameters
    ----------
    name :
        the identifier by which `laws.derive` finds it.
    title :
        what it says, in words.
    regime :
        where it holds, in words.
    source :
        paper and equation, or "derived here".
    steps :
        from the definition to the law, in order.
    results :
        the law's equations by name.
    constants :
        abbreviations used in the results, with their values.
    """

    name: str
    title: str
    regime: str
    source: str
    steps: tuple[Step, ...]
    results: Mapping[str, Eq]
    constants: Mapping[Symbol, Expr]

    def explicit(self, result: str) -> Eq:
        """Return a result with the values of the constants put in."""
        return self.results[result].subs(self.constants)

    def check(self, *, seed: int = 0) -> tuple[SpotCheck | None, ...]:
        """Check every step by numbers, now.

        Parameters
        ----------
        seed :
            of the random parameters.

        Returns
        -------
        tuple
            one finding for each step; a failed one says so in `passed`, and `None` stands for a step that
            cannot be checked.

        Raises
        ------
        UncheckableError
            If a sampler has no number for a letter of its step.
        """
        return tuple(step.check(seed=seed) for step in self.steps)

    def printed(
        self, notation: Notation, checks: Sequence[SpotCheck | None] | None = None
    ) -> PrintedDerivation:
        """Return everything that is to be shown, as words with LaTeX between dollar signs and as LaTeX.

        Parameters
        ----------
        notation :
            the letters.
        checks :
            what `check` found; without it, nothing is said about checks.
        """
        return PrintedDerivation.of(self, notation, checks)

    def text(self, notation: Notation, checks: Sequence[SpotCheck | None] | None = None) -> str:
        """Return the derivation as plain text; see `printed` for the parameters."""
        return to_text(self.printed(notation, checks))

    def markdown(self, notation: Notation, checks: Sequence[SpotCheck | None] | None = None) -> str:
        """Return the derivation as Markdown with LaTeX formulas; see `printed` for the parameters."""
        return to_markdown(self.printed(notation, checks))

    def latex(self, notation: Notation, checks: Sequence[SpotCheck | None] | None = None) -> str:
        """Return a complete LaTeX document (`article`, amsmath); see `printed` for the parameters."""
        return to_latex(self.printed(notation, checks))

    def formulas(self, notation: Notation) -> list[str]:
        """Return the results, then the constants, as LaTeX."""
        formulas = [formula(equation, notation) for equation in self.results.values()]
        return formulas + [formula(Eq(symbol, value), notation) for symbol, value in self.constants.items()]

    def _repr_latex_(self) -> str:
        body = r"\\".join(self.formulas(Notation.named("project")))
        return rf"$\begin{{gathered}}{body}\end{{gathered}}$"
