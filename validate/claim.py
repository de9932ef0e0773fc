"""A claim of a paper: what is said, where, under which assumptions, and how it is examined.

A claim states no expected verdict; that is reached by running its legs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from .verdict import Outcome

if TYPE_CHECKING:
    from numpy.random import SeedSequence

Row = Mapping[str, "str | float | int"]

_PAPER_ID = re.compile(r"[a-z][a-z0-9_]*")
_CLAIM_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class LegKind(Enum):
    """The three independent ways to examine a statement."""

    SYMBOLIC = "symbolic"
    NUMERIC = "numeric"
    SIMULATION = "simulation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one leg found.

    Parameters
    ----------
    kind :
        The way it was found.
    outcome :
        Whether it supports or contradicts the case, or leaves it open.
    summary :
        One line of text with the figures that decide; LaTeX between dollar signs is allowed.
    points :
        The number of comparisons that really exercised the statement, at least 1.
    formulas :
        Pairs of a label and LaTeX: both sides of an identity as they were computed.
    table :
        Rows of figures, all with the same columns.

    Raises
    ------
    ValueError
        When nothing was compared, when the summary is not one line, or when the rows differ in their columns.

    Examples
    --------
    >>> found = Evidence(kind=LegKind.NUMERIC, outcome=Outcome.SUPPORTS, summary="ratio 1.000", points=3)
    >>> found.outcome.value
    'supports'
    """

    kind: LegKind
    outcome: Outcome
    summary: str
    points: int
    formulas: tuple[tuple[str, str], ...] = ()
    table: tuple[Row, ...] = ()

    def __post_init__(self) -> None:
        if self.points < 1:
            raise ValueError(
                f"`points` is {self.points}: nothing compared is no evidence; compare at least 1"
            )
        if not self.summary.strip() or "\n" in self.summary:
            raise ValueError(f"`summary` is {self.summary!r}; give one line of text")
        if len({tuple(row) for row in self.table}) > 1:
            raise ValueError("`table` has rows with different columns; give every row the same keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a leg is given to run with.

    Parameters
    ----------
    seed :
        The root of all randomness of this leg; it depends on the seed of the run and on the claim only.
    executor :
        Where replicates of a simulation may run. A leg that is in a worker itself gets one that runs at once.
    thorough :
        Whether to take minutes instead of seconds.
    scale :
        Factor in ``(0, oo)`` on the sizes of every simulated model; numeric and symbolic legs ignore it.
    significance :
        The probability in ``(0, 1)`` with which this leg, all its comparisons together, may reject a true
        prediction.
    progress :
        Called with the number of replicates done and their total.
    """

    seed: SeedSequence
    executor: Executor
    thorough: bool = False
    scale: float = 1.0
    significance: float = 0.01
    progress: Callable[[int, int], None] | None = None

    def size(self, value: int) -> int:
        """Return a size of the simulated model after scaling; `ValueError` when nothing is left of it."""
        scaled = round(value * self.scale)
        if scaled < 2:
            raise ValueError(
                f"`scale` is {self.scale}, which makes a size of {value} to {scaled}; give a larger one"
            )
        return scaled

    def replicates(self, default: int, *, thorough: int) -> int:
        """Return how many replicates to draw: `default`, or `thorough` of them in a thorough run."""
        return thorough if self.thorough else default


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One examination of a case; `run` is a function of a module, so that a worker can import it."""

    kind: LegKind
    run: Callable[[Context], Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A claim restricted to one regime, in words or LaTeX; the empty regime is no restriction."""

    legs: tuple[Leg, ...]
    regime: str = ""

    def __post_init__(self) -> None:
        if not self.legs:
            raise ValueError("`legs` is empty: nothing examines the case; give at least one leg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement of a paper together with the ways to examine it.

    Parameters
    ----------
    id :
        ``paper.name`` in lower case, stable over versions.
    title :
        A few words without formulas.
    statement :
        What is claimed; LaTeX between dollar signs.
    source :
        Where the paper says it, or how the claim is related to what it says.
    cases :
        The regimes to be told apart, at least one; several need a regime each.
    assumptions :
        What the legs take for granted.
    note :
        The corrected form, or what a reader should know besides.

    Raises
    ------
    ValueError
        When the identifier has another form, or the cases are missing or not told apart.
    """

    id: str
    title: str
    statement: str
    source: str
    cases: tuple[Case, ...]
    assumptions: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if not _CLAIM_ID.fullmatch(self.id):
            raise ValueError(f"`id` is {self.id!r}; give `paper.name` in lower case, digits and underscores")
        if not self.cases:
            raise ValueError(f"`cases` of {self.id} is empty; give at least one case")
        regimes = [case.regime for case in self.cases]
        if len(set(regimes)) < len(regimes) or (len(regimes) > 1 and "" in regimes):
            raise ValueError(f"`cases` of {self.id} are not told apart; give each its own `regime`")

    @property
    def paper(self) -> str:
        """The identifier of the paper."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """The identifier without the paper."""
        return self.id.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper and its claims in the order in which they are reported.

    Parameters
    ----------
    id :
        First author and year in lower case; the folder under `validate/claims` and the notation are named so.
    reference :
        Authors, title and where to find it, in one line.
    claims :
        Its claims; their identifiers start with `id`.
    """

    id: str
    reference: str
    claims: tuple[Claim, ...]

    def __post_init__(self) -> None:
        if not _PAPER_ID.fullmatch(self.id):
            raise ValueError(f"`id` is {self.id!r}; give lower-case letters, digits and underscores")
        strangers = [claim.id for claim in self.claims if claim.paper != self.id]
        if strangers:
            raise ValueError(f"`claims` of {self.id} holds {strangers[0]}; give claims of this paper only")
        ids = [claim.id for claim in self.claims]
        if len(set(ids)) < len(ids):
            raise ValueError(f"`claims` of {self.id} holds an identifier twice; give every claim its own")
