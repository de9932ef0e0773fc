"""Domains of parameters as sets of relations."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

#: Domains that were checked already.
_NORMALISED: set[frozenset[Relational]] = set()


class EmptyDomainError(ValueError):
    """No real parameters satisfy the relations of a domain."""


class UndecidedError(RuntimeError):
    """z3 answered "unknown" to a question about a domain."""


def normalise_domain(where: Iterable[Relational]) -> frozenset[Relational]:
    """Return the domain as a set of relations; `True` is dropped, `False` is a contradiction.

    Raises
    ------
    ValueError
        If a member is no relation, or is false.
    """
    if isinstance(where, frozenset) and where in _NORMALISED:
        return where
    relations = set()
    for relation in where:
        member = sympify(relation)
        if isinstance(member, BooleanTrue):
            continue
        if isinstance(member, BooleanFalse):
            raise ValueError("`where` contains a relation that is false; the domain is empty")
        if not isinstance(member, Relational):
            raise ValueError(
                f"`where` contains `{member}`, which is not a relation; use <, <=, >, >=, Eq or Ne"
            )
        relations.add(member)
    domain = frozenset(relations)
    _NORMALISED.add(domain)
    return domain
