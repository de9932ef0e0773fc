r"""The choice of one exponent that makes a rate fall fastest, region by region of the others.

A rate is piecewise linear in a knob $x$, such as $l$ in a ridge $T^{-l}$ or $q$ in $T^q$ features.  On a
region of the other parameters on which the order of all ends of its pieces is the same, the smallest exponent
stands at an end or on a whole piece; the region is split until that is so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, FiniteSet, Integer, Interval, Poly, PolynomialError, Set, Symbol, Union, cancel, oo
from sympy.core.relational import Relational

from .cells import decompose, require_sign
from .conditions import Condition, Conditions, Operator, conditions_of
from .merging import merge
from .parameter_domain import ParameterDomain
from .printing import law_latex
from .rational_functions import polynomial_expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Choices between two ends, `None` where there is no end.

    Parameters
    ----------
    lower, upper :
        the ends, functions of the parameters.
    closed :
        whether each end belongs to it.
    """

    lower: Expr | None
    upper: Expr | None
    closed: tuple[bool, bool]

    @property
    def is_attained(self) -> bool:
        """Whether it is more than a point that is only approached."""
        return self.lower is None or self.lower != self.upper or any(self.closed)

    def as_set(self) -> Set:
        """Return the segment as a SymPy set."""
        low = -oo if self.lower is None else self.lower
        high = oo if self.upper is None else self.upper
        if low == high:
            return FiniteSet(low)
        return Interval(low, high, not self.closed[0], not self.closed[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class BestExponent:
    """The smallest exponent of a rate, and where it is taken.

    Parameters
    ----------
    exponent :
        of the rate, in the growing variable.
    log_power :
        the smallest power of the logarithm beside it.
    knob :
        what is chosen.
    segments :
        its best values; an end that is not closed is only approached.
    """

    exponent: Expr
    log_power: Expr
    knob: Symbol
    segments: tuple[Segment, ...]

    @property
    def choice(self) -> Set:
        """The best values of the knob, a number or intervals."""
        return Union(*(segment.as_set() for segment in self.segments))

    @property
    def is_attained(self) -> bool:
        """Whether some value of the knob reaches the exponent, which is else approached only."""
        return any(segment.is_attained for segment in self.segments)

    @property
    def smallest(self) -> Expr:
        """The smallest best value: of the features' exponent, the fewest features."""
        return self.choice.inf

    def subs(self, values: Mapping[Symbol, Expr]) -> BestExponent:
        """Put numbers in for parameters."""

        def put(end: Expr | None) -> Expr | None:
            return None if end is None else end.subs(values)

        segments = tuple(replace(s, lower=put(s.lower), upper=put(s.upper)) for s in self.segments)
        return replace(self, exponent=self.exponent.subs(values), segments=segments)

    def latex(self) -> str:
        """Return the exponent and the best values as LaTeX."""
        choice = self.choice
        if isinstance(choice, FiniteSet) and len(choice) == 1:
            chosen = rf"{law_latex(self.knob)}={law_latex(next(iter(choice)))}"
        else:
            chosen = rf"{law_latex(self.knob)}\in{law_latex(choice)}"
        return rf"{law_latex(self.exponent)}\ \text{{at}}\ {chosen}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentCell:
    """A region on which a rate has one exponent, which may depend on the knob."""

    conditions: Conditions
    exponent: Expr
    log_power: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class BestCell:
    """A region on which the best choice is the same function of the parameters."""

    conditions: Conditions
    best: BestExponent


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment of the knob's line at fixed parameters, and the exponent on it."""

    segment: Segment
    slope: Expr
    constant: Expr
    log_power: Expr


def best_exponents(
    cells: Sequence[ExponentCell], domain: ParameterDomain, knob: Symbol, order: Iterable[Symbol]
) -> tuple[ParameterDomain, tuple[BestCell, ...]]:
    """Minimise an exponent over a knob.

    Parameters
    ----------
    cells :
        a cover of the domain by regions, linear in the knob.
    domain :
        the parameters, the knob among them.
    knob :
        what is chosen.
    order :
        parameters in the order in which equations should be solved for them.

    Returns
    -------
    tuple
        the domain of the other parameters, and regions of it.

    Raises
    ------
    ValueError
        If a condition or an exponent is not linear in the knob, or the exponent falls without bound.
    UndecidedError
        If z3 cannot decide a comparison.
    """
    fixed = frozenset(relation for relation in domain.where if knob not in relation.free_symbols)
    limits = [
        condition
        for relation in sorted(domain.where - fixed, key=str)
        for condition in conditions_of(relation.func, domain.field.read(relation.lhs - relation.rhs))
    ]
    lines = [_Line.of(domain, cell, limits, knob) for cell in cells]
    rest = [symbol for symbol in order if symbol != knob]

    def compute(where: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> BestExponent:
        pieces = [piece for line in lines if (piece := line.at(where, eliminated)) is not None]
        return _best(pieces, knob, where)

    smaller = ParameterDomain(fixed, rest)
    found = [
        BestCell(conditions=cell.conditions(smaller), best=cell.value)
        for cell in decompose(compute, fixed, rest)
    ]
    return smaller, _merged(smaller, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A cell as bounds on the knob: slope, rest and operator of each condition."""

    bounds: tuple[tuple[Expr, Expr, Operator], ...]
    slope: Expr
    constant: Expr
    log_power: Expr

    @classmethod
    def of(
        cls, domain: ParameterDomain, cell: ExponentCell, limits: Iterable[Condition], knob: Symbol
    ) -> _Line:
        bounds = []
        for condition in (*cell.conditions, *limits):
            if len(condition.factors) > 1:
                raise ValueError(f"{domain.relation(condition)} is not linear in {knob}; narrow `where`")
            polynomial = polynomial_expr(domain.field, condition.factors[0])
            bounds.append((*_linear(polynomial, knob), condition.operator))
        slope, constant = _linear(cell.exponent, knob)
        return cls(bounds=tuple(bounds), slope=slope, constant=constant, log_power=cell.log_power)

    def at(self, where: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> _Piece | None:
        """Return the part of the knob's line that lies in the cell, `None` if there is none."""
        lower: tuple[Expr, bool] | None = None
        upper: tuple[Expr, bool] | None = None
        for slope, rest, operator in self.bounds:
            slope, rest = cancel(slope.subs(eliminated)), cancel(rest.subs(eliminated))
            rises = require_sign(slope, where)
            if rises == 0:
                if not _OPERATORS[operator](require_sign(rest, where)):
                    return None
                continue
            if operator == "!=":
                continue
            end, closed = cancel(-rest / slope), operator != ">"
            if rises > 0 or operator == "=":
                lower = _tighter(lower, end, closed, 1, where)
            if rises < 0 or operator == "=":
                upper = _tighter(upper, end, closed, -1, where)
        if lower is not None and upper is not None:
            width = require_sign(upper[0] - lower[0], where)
            if width < 0 or (width == 0 and not (lower[1] and upper[1])):
                return None
        segment = Segment(
            lower=None if lower is None else lower[0],
            upper=None if upper is None else upper[0],
            closed=(lower is not None and lower[1], upper is not None and upper[1]),
        )
        return _Piece(
            segment,
            cancel(self.slope.subs(eliminated)),
            cancel(self.constant.subs(eliminated)),
            self.log_power,
        )


_OPERATORS = {
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
    "=": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
}


def _linear(expression: Expr, knob: Symbol) -> tuple[Expr, Expr]:
    """Return slope and constant of an expression in the knob."""
    if knob not in expression.free_symbols:
        return Integer(0), expression
    try:
        polynomial = Poly(expression, knob)
    except PolynomialError as error:
        raise ValueError(f"{expression} is not linear in {knob}") from error
    if polynomial.degree() > 1:
        raise ValueError(f"{expression} is not linear in {knob}")
    return polynomial.coeff_monomial(knob), polynomial.coeff_monomial(1)


def _tighter(
    known: tuple[Expr, bool] | None, end: Expr, closed: bool, side: int, where: frozenset[Relational]
) -> tuple[Expr, bool]:
    """Return the larger of two lower ends (side 1), or the smaller of two upper ones (-1)."""
    if known is None:
        return end, closed
    order = side * require_sign(end - known[0], where)
    if order == 0:
        return known[0], known[1] and closed
    return (end, closed) if order > 0 else known


def _best(pieces: Iterable[_Piece], knob: Symbol, where: frozenset[Relational]) -> BestExponent:
    value: Expr | None = None
    found: list[tuple[Segment, Expr]] = []
    for piece in pieces:
        candidate, segment = _lowest(piece, knob, where)
        order = -1 if value is None else require_sign(candidate - value, where)
        if order < 0:
            value, found = candidate, [(segment, piece.log_power)]
        elif order == 0:
            found.append((segment, piece.log_power))
    if value is None:
        raise ValueError(f"no {knob} is possible where {', '.join(sorted(map(str, where)))}")
    # what is only approached does not count where something is reached
    reached = [power for segment, power in found if segment.is_attained] or [power for _, power in found]
    return BestExponent(
        exponent=value,
        log_power=min(reached),
        knob=knob,
        segments=_united([segment for segment, _ in found], where),
    )


def _lowest(piece: _Piece, knob: Symbol, where: frozenset[Relational]) -> tuple[Expr, Segment]:
    """Return the smallest exponent of a piece and where it is taken or approached."""
    rises = require_sign(piece.slope, where)
    if rises == 0:
        return piece.constant, piece.segment
    side = 0 if rises > 0 else 1
    end = (piece.segment.lower, piece.segment.upper)[side]
    if end is None:
        raise ValueError(f"the exponent falls without bound as {knob} -> {'-oo' if rises > 0 else 'oo'}")
    closed = piece.segment.closed[side]
    value = cancel(piece.slope * end + piece.constant)
    return value, Segment(lower=end, upper=end, closed=(closed, closed))


def _united(segments: Sequence[Segment], where: frozenset[Relational]) -> tuple[Segment, ...]:
    """Join segments that touch in a point of one of them."""
    left: list[Segment] = []
    for segment in segments:
        position = len(left)
        while position and _before(segment, left[position - 1], where):
            position -= 1
        left.insert(position, segment)
    joined = left[:1]
    for segment in left[1:]:
        last = joined[-1]
        if last.upper is None:
            continue
        gap = -1 if segment.lower is None else require_sign(segment.lower - last.upper, where)
        if gap > 0 or (
            gap == 0
            and not (segment.closed[0] or last.closed[1])
            and last.lower != last.upper != segment.upper
        ):
            joined.append(segment)
            continue
        joined[-1] = _hull(last, segment, where)
    return tuple(joined)


def _before(one: Segment, other: Segment, where: frozenset[Relational]) -> bool:
    """Tell whether a segment starts before another, a closed start before an open one."""
    if one.lower is None or other.lower is None:
        return one.lower is None and other.lower is not None
    order = require_sign(one.lower - other.lower, where)
    return order < 0 or (order == 0 and one.closed[0] and not other.closed[0])


def _hull(first: Segment, second: Segment, where: frozenset[Relational]) -> Segment:
    start_order = 1 if first.lower is None else require_sign(second.lower - first.lower, where)
    closed = first.closed[0] or (start_order == 0 and second.closed[0])
    if second.upper is None:
        return Segment(lower=first.lower, upper=None, closed=(closed, False))
    assert first.upper is not None
    order = require_sign(second.upper - first.upper, where)
    upper = second.upper if order > 0 else first.upper
    end = (first.closed[1] and order <= 0) or (second.closed[1] and order >= 0)
    return Segment(lower=first.lower, upper=upper, closed=(closed, end))


def _merged(domain: ParameterDomain, cells: Sequence[BestCell]) -> tuple[BestCell, ...]:
    """Unite regions on which the best choice is the same function."""

    def same(one: BestCell, other: BestCell) -> bool:
        return one.best == other.best

    def defined(region: Conditions, cell: BestCell) -> bool:
        for end in _ends(cell.best):
            bottom = domain.field.polynomial(domain.field.read(end).bottom)
            pole = domain.condition(bottom, "=")
            if pole is True or (isinstance(pole, Condition) and domain.conceivable(*region, pole)):
                return False
        return True

    def conflict(region: Conditions, mine: BestCell, yours: BestCell) -> bool:
        if _shape(mine.best) != _shape(yours.best):
            return True
        for here, there in zip(_ends(mine.best), _ends(yours.best), strict=True):
            gap = domain.condition(domain.field.read(here - there), "!=")
            overlap = (*region, *yours.conditions)
            if gap is True or (isinstance(gap, Condition) and domain.conceivable(*overlap, gap)):
                return True
        return False

    return merge(domain, cells, same=same, defined=defined, conflict=conflict)


def _shape(best: BestExponent) -> tuple[object, ...]:
    ends = [(s.lower is None, s.upper is None, s.lower == s.upper, s.closed) for s in best.segments]
    return best.log_power, tuple(ends)


def _ends(best: BestExponent) -> Iterator[Expr]:
    yield best.exponent
    for segment in best.segments:
        yield from (end for end in (segment.lower, segment.upper) if end is not None)
