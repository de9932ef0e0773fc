"""The laws that the package derives, found by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import cache
from importlib import import_module

from ..derivation import Derivation

#: Modules whose import registers their laws.
_MODULES = (
    "traces",
    "ridgeless",
    "optimum",
    "optimum_power_law",
    "fixed_ratio",
    "breakdown",
    "teacher_student",
    "variance_limited",
    "runaway",
    "kernels",
    "interpolation",
    "sgd",
)
_LAWS: dict[str, Callable[[], Derivation]] = {}


def law(derive_law: Callable[[], Derivation]) -> Callable[[], Derivation]:
    """Register a function that derives a law under its own name, with hyphens."""
    _LAWS[derive_law.__name__.replace("_", "-")] = cache(derive_law)
    return derive_law


def names() -> tuple[str, ...]:
    """Return the names of all laws, in the order of the subject.

    >>> "duality" in names()
    True
    """
    for module in _MODULES:
        import_module(f".{module}", __package__)
    return tuple(_LAWS)


def derive(name: str) -> Derivation:
    """Derive a law from the definition of its model.

    Parameters
    ----------
    name :
        one of `names()`.

    Raises
    ------
    ValueError
        If there is no law of this name; the nearest one is suggested.

    >>> derive("duality").results["defect"].rhs
    0
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0)
        raise ValueError(
            f"`law` is {name!r}, which is not known; did you mean {near[0]!r}? `names()` lists them all"
        )
    return _LAWS[name]()
