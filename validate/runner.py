"""Running claims: every leg by itself on an executor, verdicts from what the legs found.

The randomness of a leg is derived from the seed of the run, the claim's identifier and the place of the leg
in the claim, so results depend neither on which other claims run, nor on their order, nor on the number of
workers.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Executor, Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import dataclass, field

from .claim import Claim, Context, Evidence, Leg, LegKind
from .executors import InlineExecutor, process_pool
from .verdict import CaseVerdict, Outcome, Verdict, case_verdict, claim_verdict


class LegError(ValueError):
    """A simulation that cannot be run at the sizes asked for."""


class WorkerError(RuntimeError):
    """A worker process that ended before its leg did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegResult:
    """What became of one leg: its evidence, or the error that kept it from finding any."""

    kind: LegKind
    evidence: Evidence | None = None
    error: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def outcome(self) -> Outcome:
        """The outcome of the evidence; inconclusive when there is none."""
        return self.evidence.outcome if self.evidence else Outcome.INCONCLUSIVE

    @property
    def summary(self) -> str:
        """One line: the figures, or the error."""
        return self.evidence.summary if self.evidence else self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One regime of a claim and what its legs found."""

    regime: str
    legs: tuple[LegResult, ...]

    @property
    def verdict(self) -> CaseVerdict:
        """What the legs amount to."""
        return case_verdict(leg.outcome for leg in self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimResult:
    """A claim, its cases and the verdict."""

    claim: Claim
    cases: tuple[CaseResult, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict on the claim."""
        return claim_verdict(case.verdict for case in self.cases)

    @property
    def regimes(self) -> tuple[str, ...]:
        """The regimes in which the claim was found true."""
        return tuple(case.regime for case in self.cases if case.verdict is CaseVerdict.TRUE)

    @property
    def counterexamples(self) -> tuple[LegResult, ...]:
        """The legs that contradict the cases found false."""
        false = (case for case in self.cases if case.verdict is CaseVerdict.FALSE)
        return tuple(leg for case in false for leg in case.legs if leg.outcome is Outcome.CONTRADICTS)

    @property
    def legs(self) -> tuple[LegResult, ...]:
        """Every leg of every case."""
        return tuple(leg for case in self.cases for leg in case.legs)

    @property
    def seconds(self) -> float:
        """The time its legs took together."""
        return sum(leg.seconds for leg in self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The results of a run and what they depend on.

    Parameters
    ----------
    results :
        One result for each claim, in the order in which the claims were given.
    seed, thorough, scale, significance, family :
        The options of `run`.
    """

    results: tuple[ClaimResult, ...]
    seed: int
    thorough: bool
    scale: float
    significance: float
    family: int

    @property
    def decided(self) -> bool:
        """Whether no claim is left undecided."""
        return all(result.verdict is not Verdict.UNDECIDED for result in self.results)

    @property
    def refuted(self) -> bool:
        """Whether some claim was found false, everywhere or outside a regime."""
        return any(result.verdict in {Verdict.FAILS, Verdict.HOLDS_IN_REGIME} for result in self.results)

    def count(self, verdict: Verdict) -> int:
        """Return how many claims have this verdict."""
        return sum(result.verdict is verdict for result in self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What a worker needs to run one leg; it pickles, a context with an executor does not."""

    claim: str
    leg: Leg
    entropy: tuple[int, ...]
    spawn_key: tuple[int, ...]
    thorough: bool
    scale: float
    significance: float

    def __call__(self) -> LegResult:
        from numpy.random import SeedSequence

        context = Context(
            seed=SeedSequence(self.entropy, spawn_key=self.spawn_key),
            executor=InlineExecutor(),
            thorough=self.thorough,
            scale=self.scale,
            significance=self.significance,
        )
        kind = self.leg.kind
        start = time.perf_counter()
        try:
            evidence = self.leg.run(context)
            if evidence.kind is not kind:
                raise TypeError(
                    f"the {kind.value} leg of {self.claim} returned {evidence.kind.value} evidence"
                )
        except Exception as error:
            if kind is LegKind.SIMULATION and isinstance(error, ValueError):
                raise LegError(f"claim {self.claim!r} cannot be simulated: {_line(error)}") from error
            # A defect of one leg must not take the results of the others along.
            message = f"{type(error).__name__}: {_line(error)}"
            return LegResult(kind=kind, error=message, seconds=time.perf_counter() - start)
        return LegResult(kind=kind, evidence=evidence, seconds=time.perf_counter() - start)


def run(
    claims: Sequence[Claim],
    *,
    seed: int = 0,
    thorough: bool = False,
    scale: float = 1.0,
    significance: float = 0.01,
    family: int | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Validation:
    """Examine claims and return the verdicts with their evidence.

    Parameters
    ----------
    claims :
        At least one claim.
    seed :
        Root of all randomness, an integer that is not negative.
    thorough :
        Whether the legs may take minutes instead of seconds.
    scale :
        Factor in ``(0, oo)`` on the sizes of every simulated model.
    significance :
        The probability in ``(0, 1)`` that a run over true predictions rejects one of them. It is shared
        equally (Bonferroni) by the simulation legs of the family, and within a leg by its comparisons.
    family :
        Number of simulation legs that share `significance`, by default those of `claims`. A run over a part
        of a registry gives the number of the whole, so that a claim is judged alike alone and in company.
    jobs :
        Number of processes, by default one for each available processor.
    executor :
        Where the legs run instead of processes started for this call.
    progress :
        Called with the number of legs done, their total, and the claim whose leg was done last.

    Raises
    ------
    ValueError
        When an option is outside its domain, or a claim cannot be simulated at the sizes asked for
        (`LegError`).
    WorkerError
        When a worker process ends before its leg.
    """
    _check(claims, seed, scale, significance)
    simulations = simulation_legs(claims)
    if family is None:
        family = max(1, simulations)
    if family < max(1, simulations):
        raise ValueError(
            f"`family` is {family}, but {simulations} simulation legs are to run; give at least that"
        )
    tasks = [
        _Task(
            claim=claim.id,
            leg=leg,
            entropy=_entropy(seed, claim.id),
            spawn_key=(case_index, leg_index),
            thorough=thorough,
            scale=scale,
            significance=significance / family,
        )
        for claim in claims
        for case_index, case in enumerate(claim.cases)
        for leg_index, leg in enumerate(case.legs)
    ]
    with nullcontext(executor) if executor else process_pool(jobs) as pool:
        found = iter(_run_all(tasks, pool, progress))
    results = tuple(
        ClaimResult(
            claim=claim,
            cases=tuple(
                CaseResult(regime=case.regime, legs=tuple(next(found) for _ in case.legs))
                for case in claim.cases
            ),
        )
        for claim in claims
    )
    return Validation(
        results=results, seed=seed, thorough=thorough, scale=scale, significance=significance, family=family
    )


def simulation_legs(claims: Iterable[Claim]) -> int:
    """Return how many legs of the claims simulate: the size of a family of comparisons."""
    legs = (leg for claim in claims for case in claim.cases for leg in case.legs)
    return sum(leg.kind is LegKind.SIMULATION for leg in legs)


def _run_all(
    tasks: Sequence[_Task], pool: Executor, progress: Callable[[int, int, str], None] | None
) -> list[LegResult]:
    # Simulations take longest: started first, they do not leave one worker alone at the end.
    order = sorted(range(len(tasks)), key=lambda index: tasks[index].leg.kind is not LegKind.SIMULATION)
    futures: dict[Future[LegResult], int] = {}
    results: dict[int, LegResult] = {}
    if progress:
        progress(0, len(tasks), "")
    try:
        for index in order:
            futures[pool.submit(tasks[index])] = index
        for future in as_completed(futures):
            index = futures[future]
            results[index] = future.result()
            if progress:
                progress(len(results), len(tasks), tasks[index].claim)
    except (BrokenProcessPool, CancelledError) as error:
        raise WorkerError("a worker process ended unexpectedly; try fewer `jobs`") from error
    finally:
        for future in futures:
            future.cancel()
    return [results[index] for index in range(len(tasks))]


def _check(claims: Sequence[Claim], seed: int, scale: float, significance: float) -> None:
    if not claims:
        raise ValueError("`claims` is empty; give at least one claim")
    ids = [claim.id for claim in claims]
    if len(set(ids)) < len(ids):
        raise ValueError("`claims` holds a claim twice; give each once")
    if seed < 0:
        raise ValueError(f"`seed` is {seed}; give an integer that is not negative")
    if not 0 < scale < float("inf"):
        raise ValueError(f"`scale` is {scale}; give a finite positive number")
    if not 0 < significance < 1:
        raise ValueError(f"`significance` is {significance}; give a number between 0 and 1")


def _entropy(seed: int, claim: str) -> tuple[int, ...]:
    digest = hashlib.sha256(claim.encode()).digest()
    return (seed, *(int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4)))


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
