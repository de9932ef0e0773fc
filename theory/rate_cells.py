r"""Regions on which a rate holds: united where they agree, and those of a sum of two rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sympy import Expr, Integer, Rational, Symbol, sign, simplify
from sympy.core.relational import Relational

from .conditions import Condition, Conditions
from .expansion import Expansion
from .merging import merge
from .monomial import Monomial
from .parameter_domain import ParameterDomain
from .rate import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCell:
    """A region and the rate on it.

    Parameters
    ----------
    conditions :
        what holds together in the region.
    rate :
        the leading behaviour there.
    eliminated :
        parameters that equations among the conditions express by the others.
    """

    conditions: Conditions
    rate: Rate
    eliminated: Mapping[Symbol, Expr] = field(default_factory=dict)


def merge_rates(domain: ParameterDomain, cells: Sequence[RateCell]) -> tuple[RateCell, ...]:
    """Unite regions with the same leading term, as far as one error bounds what is left out.

    Parameters
    ----------
    domain :
        the parameters.
    cells :
        a cover of the domain; where two overlap they agree.

    Raises
    ------
    UndecidedError
        If z3 cannot decide whether a region is empty.
    """

    def same(one: RateCell, other: RateCell) -> bool:
        return one.rate == other.rate

    def defined(region: Conditions, cell: RateCell) -> bool:
        return _errors_stay_small(domain, region, cell.rate)

    def conflict(region: Conditions, mine: RateCell, yours: RateCell) -> bool:
        return not (
            _agree(domain, (*region, *yours.conditions), mine, yours)
            and _errors_stay_small(domain, region, yours.rate)
        )

    merged = merge(domain, cells, same=same, defined=defined, conflict=conflict)
    return tuple(_with_all_errors(domain, cell, cells) for cell in merged)


def _errors_stay_small(domain: ParameterDomain, region: Conditions, rate: Rate) -> bool:
    """Tell whether every bound of what is left out is below the leading term in a whole region."""
    for exponent in rate.error_exponents:
        if exponent == 0:
            continue  # smaller by a logarithm
        value = domain.field.read(exponent)
        pole = domain.condition(domain.field.polynomial(value.bottom), "=")
        large = domain.condition(value, ">=")
        for condition in (pole, large):
            if condition is True:
                return False
            if isinstance(condition, Condition) and domain.conceivable(*region, condition):
                return False
    return True


def _agree(domain: ParameterDomain, overlap: Conditions, mine: RateCell, yours: RateCell) -> bool:
    """Tell whether two rates have one leading term on a surface or region that both contain."""
    one, other = mine.rate, yours.rate
    if (one.regime, one.dominant) != (other.regime, other.dominant) or one.vanishes != other.vanishes:
        return False
    if one.vanishes:
        return True
    # what is left out may be smaller by a logarithm: no wider region says so
    if (0 in one.error_exponents) != (0 in other.error_exponents):
        return False
    first, second = one.lead, other.lead
    if (
        one.is_bound != other.is_bound
        or first.log_power != second.log_power
        or len(one.implicit) != len(other.implicit)
    ):
        return False
    gap = domain.condition(domain.field.read(first.exponent - second.exponent), "!=")
    if gap is True or (isinstance(gap, Condition) and domain.conceivable(*overlap, gap)):
        return False
    pairs = [(one.coefficient, other.coefficient)]
    for here, there in zip(one.implicit, other.implicit, strict=True):
        pairs.append((here.lhs - here.rhs, there.lhs - there.rhs))
    return all(_equal(left, right, yours.eliminated) for left, right in pairs)


def _equal(left: Expr, right: Expr, eliminated: Mapping[Symbol, Expr]) -> bool:
    if left == right:
        return True
    difference = left.subs(eliminated) - right
    if difference.free_symbols and _differs_at_a_point(difference):
        return False
    return bool(simplify(difference) == 0)


def _differs_at_a_point(difference: Expr) -> bool:
    """Tell whether a difference is a number other than 0 at some point; no answer counts as no."""
    point = {
        symbol: Rational(7 + 4 * number, 5 + 3 * number) + Rational(1, 97)
        for number, symbol in enumerate(sorted(difference.free_symbols, key=str))
    }
    value = difference.subs(point).evalf(20)
    return bool(value.is_number and value.is_finite and abs(value) > Rational(1, 10**8))


def _with_all_errors(domain: ParameterDomain, cell: RateCell, cells: Iterable[RateCell]) -> RateCell:
    """Give an enlarged region the errors of all that it newly contains."""
    if cell.rate.vanishes or cell.rate.is_bound:
        return cell
    old, lead = cell.rate.expansion, cell.rate.lead
    relative = {bound / lead: None for bound in old.error}
    (start,) = (other for other in cells if other.rate is cell.rate)
    dropped = [condition for condition in start.conditions if condition not in cell.conditions]
    for other in cells:
        overlap = (*cell.conditions, *other.conditions)
        if other.rate.vanishes or not (dropped and domain.conceivable(*overlap)):
            continue
        if any(domain.conceivable(*overlap, condition.negated()) for condition in dropped):
            theirs = other.rate.lead
            relative |= {bound / theirs: None for bound in other.rate.expansion.error}
    expansion = Expansion(
        old.variable,
        old.at,
        {lead: cell.rate.coefficient},
        tuple(bound * lead for bound in relative),
        domain.where | frozenset(domain.relations(cell.conditions)),
    )
    return replace(cell, rate=replace(cell.rate, expansion=expansion))


def sum_of_rates(
    domain: ParameterDomain,
    first: Sequence[RateCell],
    second: Sequence[RateCell],
    names: tuple[str, str] = ("bias", "variance"),
) -> tuple[RateCell, ...]:
    """Return the rate of a sum of two parts, split where neither leads throughout.

    Parameters
    ----------
    domain :
        the parameters.
    first, second :
        covers of the domain by regions of each part.
    names :
        of the parts, for `dominant`; what is a sum itself goes by the part that leads in it.

    Raises
    ------
    UndecidedError
        If z3 cannot decide whether a region is empty.
    """
    named = [
        [replace(cell, rate=_led_by(name, cell.rate)) for cell in cells]
        for cells, name in zip((first, second), names, strict=True)
    ]
    cells = [cell for one in named[0] for other in named[1] for cell in _sum_of_two(domain, one, other)]
    return merge_rates(domain, cells)


def _sum_of_two(domain: ParameterDomain, first: RateCell, second: RateCell) -> Iterator[RateCell]:
    overlap = domain.conjunction((*first.conditions, *second.conditions))
    if overlap is None or not domain.possible(*overlap):
        return
    eliminated = {**first.eliminated, **second.eliminated}
    if first.rate.vanishes or second.rate.vanishes:
        rate = second.rate if first.rate.vanishes else first.rate
        yield RateCell(conditions=overlap, rate=rate, eliminated=eliminated)
        return
    one, other = first.rate.lead, second.rate.lead
    gap = domain.field.read(one.exponent - other.exponent)
    by_logarithm = int(sign(one.log_power - other.log_power))
    cases = (
        (domain.condition(gap, ">"), 1, False),
        (domain.condition(-gap, ">"), -1, False),
        (domain.condition(gap, "="), by_logarithm, True),
    )
    for condition, order, tie in cases:
        alternatives = condition.alternatives() if isinstance(condition, Condition) else ((condition,),)
        for alternative in alternatives:
            region = domain.extended(overlap, alternative)
            if region is not None and domain.possible(*region):
                where = domain.where | frozenset(domain.relations(region))
                rate = _sum(first.rate, second.rate, order, where, tie=tie)
                yield RateCell(conditions=region, rate=rate, eliminated=eliminated)


def _led_by(name: str, rate: Rate) -> Rate:
    return replace(rate, dominant=rate.dominant or name)


def _sum(first: Rate, second: Rate, order: int, where: frozenset[Relational], *, tie: bool) -> Rate:
    """Add two rates of which the first leads (1), the second (-1), or neither (0)."""
    winner, loser = (first, second) if order >= 0 else (second, first)
    lead, below = winner.lead, loser.lead
    coefficient = winner.coefficient
    relative = [bound / lead for bound in winner.expansion.error]
    if order == 0:
        coefficient += loser.coefficient
        relative += [bound / below for bound in loser.expansion.error]
    else:
        relative.append(Monomial(Integer(0), below.log_power - lead.log_power) if tie else below / lead)
    expansion = Expansion(
        winner.expansion.variable,
        winner.expansion.at,
        {lead: coefficient},
        tuple(bound * lead for bound in relative),
        where,
    )
    leaders = winner.dominant if order else f"{first.dominant} and {second.dominant}"
    return replace(winner, expansion=expansion, dominant=leaders)
