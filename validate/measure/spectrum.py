r"""Decay and source of a measured spectrum, and where a power law is a fair description of it.

Ordered eigenvalues are not independent, so their logarithms are averaged over blocks of equal width in the
logarithm of the index, and a line is fitted to the blocks: every octave counts the same. The powers of a
target scatter independently, by a factor and with zeros, so that their exponent comes from the estimating
equation of a Gamma law, which asks for the mean only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike

from ...numerics import exact
from ...numerics.extended import PowerLawFit
from ..fit import Fitted
from .modes import FloatArray, MeasuredModes, measured_modes
from .signal_law import law_of, signal_law

BLOCKS_PER_DECADE: Final = 8
LEAST_SPAN: Final = 10
"""The least ratio of the last to the first index of a range that is looked for: a decade."""
LARGEST_BEND: Final = 0.1
"""The most by which the decays of both halves of a range may differ, over the decay."""
LARGEST_DEVIATION: Final = 0.25
"""The most by which a block may lie above or below the line, in the logarithm."""
LEAST_FALL: Final = 2
"""The least ratio of the first to the last eigenvalue of a range."""
SHARE_OF_SAMPLES: Final = 10
"""Eigenvalues estimated from n data points are used up to the index n over this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLawRange:
    r"""A power law :math:`\lambda_k=c\,k^{-a}` in a range of indices, and how fair a description it is.

    Parameters
    ----------
    first, last :
        The range, both ends included.
    decay :
        a, with an interval.
    fit :
        a and c with standard errors, as a continuation of the spectrum takes them.
    source :
        b of the signal powers :math:`v_k=s\,k^{-b}`, with an interval; None without a signal.
    signal_fit :
        b and s with standard errors; None without a signal.
    early, late :
        The decays of both halves of the range, equally wide in the logarithm of the index.
    deviation :
        The largest distance of a block of eigenvalues from the line, in the logarithm.
    bias :
        The relative error expected of the last eigenvalue because it was estimated from samples; None for
        exact eigenvalues.
    objections :
        Why a power law is no fair description of the range; none if it is.
    samples :
        The number of data points behind the eigenvalues, None for exact ones.
    confidence :
        The probability content of the intervals.
    """

    first: int
    last: int
    decay: Fitted
    fit: PowerLawFit
    source: Fitted | None
    signal_fit: PowerLawFit | None
    early: float
    late: float
    deviation: float
    bias: float | None
    objections: tuple[str, ...]
    samples: int | None
    confidence: float

    @property
    def fair(self) -> bool:
        """Whether a power law is a fair description of the range."""
        return not self.objections


def sample_bias(decay: float, index: ArrayLike, samples: float) -> FloatArray:
    r"""Return the relative error of an eigenvalue estimated from samples, to first order in index/samples.

    Parameters
    ----------
    decay :
        a > 1 of the true eigenvalues.
    index :
        k, positive, small beside `samples`.
    samples :
        n, the number of data points.

    Raises
    ------
    ValueError
        If the decay is not larger than 1, or the samples not positive.

    Notes
    -----
    .. math::

       \frac{\hat\lambda_k}{\lambda_k}-1\simeq\frac1n\sum_{j\ne k}\frac{\lambda_j}{\lambda_k-\lambda_j}
       \simeq\frac kn\,\mathrm{p.v.}\!\int_0^\infty\frac{dx}{x^a-1}=-\frac kn\,\frac\pi a\cot\frac\pi a,

    which is second-order perturbation theory for the sample covariance of Gaussian data, and the sum as an
    integral for large k (derived here). Eigenvalues come out too large for a < 2, too small for a > 2.

    Examples
    --------
    >>> sample_bias(1.5, [10, 100], 1000).round(4).tolist()
    [0.0121, 0.1209]
    """
    if not 1 < decay < math.inf:
        raise ValueError(f"`decay` = {decay} must be larger than 1; the eigenvalues have no sum below")
    if not samples > 0:
        raise ValueError(f"`samples` = {samples} must be positive; give the number of data points")
    angle = math.pi / decay
    return np.asarray(-np.asarray(index, dtype=np.float64) / samples * angle / math.tan(angle))


def measure_spectrum(
    modes: MeasuredModes | ArrayLike,
    *,
    first: Any = None,
    last: Any = None,
    confidence: float = 0.95,
) -> PowerLawRange:
    r"""Estimate decay and source of measured eigenvalues where a power law is a fair description.

    Parameters
    ----------
    modes :
        What :func:`measured_modes` returns, or what it takes: eigenvalues or a kernel matrix.
    first, last :
        The range of indices, integers not smaller than 1 that leave at least 8 eigenvalues; where one is
        None it is looked for. In a range given from end to end a power law is fitted even where it is no fair
        description, which `objections` then say.
    confidence :
        Probability content of the intervals, in (0, 1).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its domain; if there are too few eigenvalues for a decade of indices, they
        do not fall, or no decade of them is fairly described by a power law.

    Notes
    -----
    A power law is called a fair description of a range if

    * the eigenvalues fall by a factor of 2 at least,
    * the decays of its two halves differ by at most a tenth of the decay,
    * no block of eigenvalues is off the line by more than a quarter, and
    * the line leaves smaller squares than the exponential law :math:`\log\lambda_k=\log c-\beta k`.

    Of all ranges of at least a decade that pass, the longest in :math:`\log k` is taken, and of equally long
    ones the one farthest out. Eigenvalues from n data points count up to n/10 only: beyond, they say more
    about n than about the data. The interval of the decay is Student's for the line through the blocks,
    whose standard error is joined to that of eigenvalues from n Gaussian data points, :math:`2/n` in the
    variance of each logarithm; it is widened as far as to hold the decays of both halves, and that of
    eigenvalues corrected by :func:`sample_bias`. It describes this range, not what lies beyond.

    The source solves :math:`\sum_k(v_k/\mu_k-1)(1,\log k)=0`, :math:`\mu_k=s\,k^{-b}`, over the same
    range, with the error from the scatter of :math:`v_k/\mu_k`, taken as independent.

    Examples
    --------
    >>> import numpy as np
    >>> index = np.arange(1, 2001)
    >>> found = measure_spectrum(np.where(index < 300, index**-1.5, 300**1.5 * index**-3.0))
    >>> found.first, found.last, f"{found.decay.value:.3f}"
    (1, 346, '1.503')
    """
    data = modes if isinstance(modes, MeasuredModes) else measured_modes(modes)
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` = {confidence} must be a probability in (0, 1); choose 0.95")
    blocks = _Blocks(data.eigenvalues)
    limit = data.eigenvalues.size
    if data.samples is not None and last is None:
        limit = min(limit, data.samples // SHARE_OF_SAMPLES)
    begin = None if first is None else exact.count("first", first)
    end = None if last is None else exact.count("last", last)
    if end is not None and end > data.eigenvalues.size:
        raise ValueError(
            f"`last` = {end} must be at most {data.eigenvalues.size}, the number of eigenvalues; lower it"
        )
    if begin is not None and end is not None:
        if end - begin < BLOCKS_PER_DECADE - 1:
            raise ValueError(
                f"`first` = {begin} and `last` = {end} must leave at least {BLOCKS_PER_DECADE} eigenvalues; "
                "widen the range"
            )
        chosen = begin, end
    else:
        chosen = _longest(blocks, data.samples, limit, begin, end)
    return _described(data, blocks, *chosen, confidence)


class _Blocks:
    """Means over blocks of indices, from sums that are made once."""

    def __init__(self, eigenvalues: FloatArray) -> None:
        index = np.arange(1, eigenvalues.size + 1, dtype=np.float64)
        self.columns = np.stack([np.log(index), np.log(eigenvalues), index])
        self._sums = np.concatenate([np.zeros((3, 1)), np.cumsum(self.columns, axis=1)], axis=1)

    def means(self, first: int, last: int) -> tuple[FloatArray, FloatArray]:
        """Return log k, log of the eigenvalue and k, averaged over blocks, and the numbers in them."""
        count = max(BLOCKS_PER_DECADE, round(BLOCKS_PER_DECADE * math.log10(last / first)))
        places = np.geomspace(first, last + 1, count + 1)
        ends = np.unique(np.round(places).astype(np.intp)) - 1
        counts = np.diff(ends).astype(np.float64)
        return np.asarray(np.diff(self._sums[:, ends], axis=1) / counts), counts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """The line through the blocks of a range, and what speaks against it."""

    decay: float
    intercept: float
    early: float
    late: float
    deviation: float
    objections: tuple[str, ...]


def _line(means: FloatArray) -> _Line:
    """Fit a line to blocks, and to both halves of them."""
    places, logs, index = means
    slope, intercept = np.polyfit(places, logs, 1)
    residuals = logs - intercept - slope * places
    middle = (places[0] + places[-1]) / 2
    early, late = (
        -float(np.polyfit(places[half], logs[half], 1)[0]) for half in (places <= middle, places >= middle)
    )
    decay, deviation = -float(slope), float(np.abs(residuals).max())
    objections = []
    if decay * (places[-1] - places[0]) < math.log(LEAST_FALL):
        objections.append(f"the eigenvalues fall by less than a factor of {LEAST_FALL}")
    elif abs(late - early) > LARGEST_BEND * decay:
        objections.append(f"the decay changes from {early:.3g} to {late:.3g}")
    if deviation > LARGEST_DEVIATION:
        objections.append(f"eigenvalues lie off the line by a factor of {math.exp(deviation):.3g}")
    other = logs - np.polyval(np.polyfit(index, logs, 1), index)
    if float(other @ other) <= float(residuals @ residuals):
        objections.append("an exponential law fits better")
    return _Line(
        decay=decay,
        intercept=float(intercept),
        early=early,
        late=late,
        deviation=deviation,
        objections=tuple(objections),
    )


def _longest(
    blocks: _Blocks, samples: int | None, limit: int, begin: int | None, end: int | None
) -> tuple[int, int]:
    """Return the longest range that a power law describes fairly."""
    last = limit if end is None else end
    start = 1 if begin is None else begin
    if last < LEAST_SPAN * start:
        from_samples = f" (a tenth of the {samples} samples)" if end is None and samples else ""
        raise ValueError(
            f"`values` reach from index {start} to {last}{from_samples}, less than a decade, too few to "
            "see a power law; measure more eigenvalues, or give `first` and `last`"
        )
    count = max(2, round(BLOCKS_PER_DECADE * math.log10(last)) + 1)
    grid = sorted({round(place) for place in np.geomspace(1, last, count)})
    starts = [start] if begin is not None else grid
    ends = [last] if end is not None else grid
    fair: list[tuple[float, int, int]] = []
    for one in starts:
        for other in ends:
            if other >= LEAST_SPAN * one and not _line(blocks.means(one, other)[0]).objections:
                fair.append((round(math.log(other / one), 9), one, other))
    if not fair:
        whole = _line(blocks.means(start, last)[0])
        raise ValueError(
            f"`values` follow no power law over any decade of indices from {start} to {last} (over all of "
            f"them {'; '.join(whole.objections)}); give `first` and `last` to fit one all the same"
        )
    _, one, other = max(fair)
    return one, other


def _described(
    data: MeasuredModes, blocks: _Blocks, first: int, last: int, confidence: float
) -> PowerLawRange:
    """Return the power law of a range with its intervals."""
    means, counts = blocks.means(first, last)
    line = _line(means)
    if line.decay <= 0:
        raise ValueError(
            f"`values` do not fall from index {first} to {last}, so that there is no decay; move the range"
        )
    ends = [line.decay, line.early, line.late]
    through = scipy.stats.linregress(means[0], means[1])
    leverage = (means[0] - means[0].mean()) / np.sum((means[0] - means[0].mean()) ** 2)
    scatter = (
        0.0 if data.samples is None else math.sqrt(float(np.sum(leverage**2 * 2 / counts)) / data.samples)
    )
    quantile = float(scipy.stats.t.isf((1 - confidence) / 2, counts.size - 2))
    error = math.hypot(float(through.stderr), scatter)
    half = quantile * error
    ends += [line.decay - half, line.decay + half]
    bias = None
    if data.samples is not None and line.decay > 1:
        bias = float(sample_bias(line.decay, last, data.samples))
        corrected = 1 + sample_bias(line.decay, np.exp(means[0]), data.samples)
        if corrected.min() > 0:
            ends.append(_line(np.stack([means[0], means[1] - np.log(corrected), means[2]])).decay)
    source, signal_fit, objections = None, None, line.objections
    if data.signal is not None:
        source, signal_fit, doubts = signal_law(
            data.signal[first - 1 : last], first=first, confidence=confidence, largest_bend=LARGEST_BEND
        )
        objections += doubts
    return PowerLawRange(
        first=first,
        last=last,
        decay=Fitted(value=line.decay, low=min(ends), high=max(ends)),
        fit=law_of(line.decay, line.intercept, error, float(through.intercept_stderr)),
        source=source,
        signal_fit=signal_fit,
        early=line.early,
        late=line.late,
        deviation=line.deviation,
        bias=bias,
        objections=objections,
        samples=data.samples,
        confidence=confidence,
    )
