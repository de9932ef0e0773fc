"""The exceptions of the numerical floor, each with the state that explains it."""

from __future__ import annotations


class PrecisionError(ArithmeticError):
    """The digits asked for could not be proven within the bound on working precision.

    Notes
    -----
    Every routine raises its working precision until the enclosure of the result is narrow enough; this is
    raised when the stated bound is reached first, and never is a less accurate number returned in its place.
    """


class ConvergenceError(ArithmeticError):
    """An iteration that must end in theory did not; the message carries its last state."""


class DivergentSumError(ValueError):
    """The arguments describe an infinite sum that has no finite value."""


class InterpolationThresholdError(ValueError):
    """The arguments sit exactly where the ridgeless risk is infinite."""


class UnstableStepSizeError(ValueError):
    """The step size is so large that the expected risk grows without bound."""
