r"""The spectrum that a random sketch of the data leaves, and the signal's share in each of its modes.

For covariates of covariance :math:`H=\mathrm{diag}(\lambda)` seen through :math:`S\in\mathbb R^{N\times M}`,
:math:`S_{nk}\sim\mathcal N(0,1/N)`, the covariance of the features is :math:`\Sigma=SHS^\top` with eigenpairs
:math:`(\mu_i,u_i)`, and the best predictor on the features is :math:`v^*=\Sigma^{-1}SHw^*`. Whatever linear
dynamics on Gaussian data needs of the sketch is

.. math::

   \mu_i,\qquad p_i=\mu_i\,\mathbb E(u_i^\top v^*)^2,\qquad
   \mathrm{approximation}=\sum_kv_k-\sum_ip_i ,

with the signal powers :math:`v_k=\lambda_k\mathbb Ew_k^{*2}`, uncorrelated between modes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from .equivalent import FloatArray
from .exact import Number, count, exact_text
from .exact import _show as show
from .spectrum import Spectrum, check_spectrum

_WIDEST: Final = 20_000
_MOST_DRAWN: Final = 10**8
_BLOCK: Final = 2**22
"""Entries of the sketch drawn at once, which bounds the memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SketchedSpectrum:
    r"""The modes of a sketch: their eigenvalues, how many each stands for, and the signal in them.

    Parameters
    ----------
    eigenvalues : :math:`\mu_i`, shape (modes,), not negative
    modes : how many eigenvalues each entry stands for, shape (modes,): 1 for a sampled sketch, any number not
        smaller than 0 for nodes of a quadrature
    alignment : :math:`p_i`, the signal power in each entry, shape (modes,), not negative
    approximation : the signal power that no predictor on the features explains
    """

    eigenvalues: FloatArray
    modes: FloatArray
    alignment: FloatArray
    approximation: float

    def __repr__(self) -> str:
        modes = f"{float(np.sum(self.modes)):.6g}"
        return (
            f"<SketchedSpectrum: {len(self.modes)} entries for {modes} modes, {self.approximation:.6g} left>"
        )

    @property
    def trace(self) -> float:
        r"""The sum :math:`\sum_i\mu_i` over all modes."""
        return float(np.sum(self.modes * self.eigenvalues))


def check_sketch(sketch: object) -> None:
    """Raise TypeError for what is no sketch."""
    if not isinstance(sketch, SketchedSpectrum):
        raise TypeError(
            f"`sketch` is a {type(sketch).__name__} and must be a SketchedSpectrum; call sample_sketch or "
            "sketch_equivalent"
        )


def sample_sketch(
    spectrum: Spectrum,
    features: Number,
    *,
    source: Number | None = None,
    latent: Number | None = None,
    seed: int | np.random.SeedSequence | np.random.Generator,
) -> SketchedSpectrum:
    r"""Draw a Gaussian sketch and return its spectrum and alignment.

    Parameters
    ----------
    spectrum : the eigenvalues of the data, with the signal
    features : N, an integer from 1 to the size of the spectrum, at most 20,000
    source : exponent b of the signal powers ``k**-b``; None for the spectrum's own signal
    latent : how many modes of the data are drawn one by one, an integer from `features` to 1e8; the rest
        enters by its mean. None for all modes of a finite spectrum up to 100,000 and otherwise for 40 N, at
        least 4,000.
    seed : of the draw

    Returns
    -------
    SketchedSpectrum
        In descending order of the eigenvalues.

    Raises
    ------
    DivergentSumError
        If the data or the signal has infinite power.
    TypeError, ValueError
        If an argument is outside its domain.

    Notes
    -----
    The modes beyond `latent` add :math:`\frac1N\sum_{k>d}\lambda_k` to :math:`\Sigma` and
    :math:`\frac1N\sum_{k>d}\lambda_kv_k` to :math:`SH\,\mathbb E[w^*w^{*\top}]HS^\top`, both times the
    identity. What is neglected are their fluctuations, of size
    :math:`(\frac1N\sum_{k>d}\lambda_k^2)^{1/2}` in the operator norm.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw
    >>> sketch = sample_sketch(PowerLaw(2, size=3), 3, seed=0)
    >>> print(round(sketch.approximation, 12), round(float(sketch.alignment.sum()), 12))
    0.0 1.361111111111
    """
    check_spectrum(spectrum)
    width = count("features", features)
    exponent = spectrum.check_source(source)
    spectrum.check_finite(exponent)
    if width > spectrum.size:
        raise ValueError(
            f"`features` = {exact_text(width)} must not exceed the size {spectrum.size} of the spectrum; "
            "a wider sketch only adds empty modes"
        )
    if width > _WIDEST:
        raise ValueError(
            f"`features` = {exact_text(width)} must be at most {_WIDEST} to be drawn; use sketch_equivalent"
        )
    drawn = _latent(spectrum, width, latent)
    eigenvalues = spectrum.eigenvalues(drawn)
    signal = spectrum.signal_powers(drawn, source=source)
    total = float(spectrum.signal_total(source=source))
    generator = _generator(seed)
    covariance = np.zeros((width, width))
    shared = np.zeros((width, width))
    for begin, block in _draw(generator, width, drawn):
        part = slice(begin, begin + block.shape[1])
        scaled = block * np.sqrt(eigenvalues[part] / width)
        covariance += scaled @ scaled.T
        scaled *= np.sqrt(signal[part])
        shared += scaled @ scaled.T
    if drawn < spectrum.size:
        rest, shared_rest = tail_sums(spectrum, source, eigenvalues, signal)
        covariance[np.diag_indices(width)] += rest / width
        shared[np.diag_indices(width)] += shared_rest / width
    values, vectors = eigh(covariance)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    captured = np.einsum("ik,ij,jk->k", vectors, shared, vectors, optimize=True)
    alignment = captured / np.maximum(values, np.finfo(np.float64).tiny)
    approximation = 0.0 if width == spectrum.size else total - float(np.sum(alignment))
    return SketchedSpectrum(
        eigenvalues=values, modes=np.ones(width), alignment=alignment, approximation=max(0.0, approximation)
    )


def _generator(seed: object) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)  # type: ignore[arg-type]  # refused below
    except (TypeError, ValueError):
        raise ValueError(
            f"`seed` = {show(seed)} must be an integer not smaller than 0, a SeedSequence or a Generator; "
            "give an int"
        ) from None


def _latent(spectrum: Spectrum, width: int, latent: Number | None) -> int:
    if latent is None:
        usual = max(40 * width, 4000)
        return int(spectrum.size) if spectrum.size <= max(usual, 100_000) else usual
    drawn = count("latent", latent)
    if drawn > _MOST_DRAWN:
        raise ValueError(f"`latent` = {exact_text(drawn)} must be at most {_MOST_DRAWN}; draw fewer modes")
    if drawn < width:
        raise ValueError(f"`latent` = {drawn} must not be smaller than `features` = {width}; draw more modes")
    return int(min(drawn, spectrum.size))


def _draw(generator: np.random.Generator, width: int, drawn: int) -> Iterator[tuple[int, FloatArray]]:
    """Yield blocks of columns of standard normal numbers, with the index of their first."""
    step = max(1, _BLOCK // width)
    for begin in range(0, drawn, step):
        block: npt.NDArray[np.float64] = generator.standard_normal((width, min(step, drawn - begin)))
        yield begin, block


def tail_sums(
    spectrum: Spectrum, source: Number | None, eigenvalues: FloatArray, signal: FloatArray
) -> tuple[float, float]:
    r"""Return :math:`\sum\lambda_k` and :math:`\sum\lambda_kv_k` over the modes after those listed."""
    everything = float(spectrum.total())
    # at a large kappa the learned part of a mode is its eigenvalue over kappa
    large = Fraction(2) ** (math.frexp(float(eigenvalues[0]))[1] + 80)
    product = float(large) * float(spectrum.signal_sum(large, unlearned=0, learned=1, source=source))
    return (
        max(0.0, everything - math.fsum(eigenvalues)),
        max(0.0, product - math.fsum(eigenvalues * signal)),
    )
