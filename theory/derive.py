"""`derivation`: the steps that lead to a law, a rate or an allocation."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from sympy import Symbol

from . import laws
from .allocation import OptimalAllocation
from .allocation_derivation import allocation_derivation
from .derivation import Derivation
from .phase_models import MODELS
from .rate_derivation import PARTS, rate_derivation
from .scaling import SCALINGS, Scaling
from .sgd.derivation import sgd_rate_derivation


def derivation(
    law: str | Derivation | Scaling | OptimalAllocation,
    *,
    at: Mapping[Symbol, Any] | None = None,
    of: str = "",
) -> Derivation:
    """Return the steps from a definition to a law.

    Parameters
    ----------
    law :
        the name of a law, as `laws.names()` lists them; a model and a part of its risk, such as
        "ridge.bias"; a `Scaling`; or an `OptimalAllocation`.
    at :
        an exact number for every parameter, which chooses the region of a rate or of an allocation.
    of :
        "bias", "variance" or "excess", for a `Scaling`.

    Raises
    ------
    TypeError
        If `law` is none of these.
    ValueError
        If a name is not known, a parameter has no number, or `at` is given to a law that has no regions.
    UndecidedError
        If z3 cannot decide a comparison.

    >>> from . import symbols
    >>> derivation("duality").title
    'Duality of features and samples'
    >>> derivation("sketch.bias", at={symbols.decay: 2, symbols.source: 3}).results["rate"]
    Eq(B, rho**a*log(N)/N**a)
    """
    if isinstance(law, OptimalAllocation):
        return allocation_derivation(law, at=at or {})
    if isinstance(law, Scaling):
        return rate_derivation(law, of, at=at or {})
    if isinstance(law, str):
        model, dot, part = law.partition(".")
        if dot:
            if law not in rate_names():
                near = difflib.get_close_matches(law, rate_names(), n=1, cutoff=0)
                raise ValueError(f"`law` is {law!r}, which is not known; did you mean {near[0]!r}?")
            if model not in SCALINGS:
                return sgd_rate_derivation(model, part, at=at or {})
            return rate_derivation(SCALINGS[model], part, at=at or {})
        law = laws.derive(law)
    if not isinstance(law, Derivation):
        raise TypeError(
            f"`law` is a {type(law).__name__}; give the name of a law, a Scaling or an OptimalAllocation"
        )
    if at:
        raise ValueError(f"`at` does not apply to {law.name}, which holds for all its parameters")
    return law


def rate_names() -> tuple[str, ...]:
    """Return the names of all rates that can be derived.

    >>> rate_names()[:2]
    ('ridge.bias', 'ridge.variance')
    """
    parts = {model: PARTS if model in SCALINGS else MODELS[model].parts for model in MODELS}
    return tuple(f"{model}.{part}" for model in MODELS for part in parts[model])
