"""Reading the spectra of a sweep: one, arrays of power laws, or an array of any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .equivalent import FloatArray
from .errors import DivergentSumError
from .spectra import PowerLaw
from .spectrum import Spectrum
from .sweep_arguments import PowerLaws
from .tabulated import Tabulated, as_double


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Points that are solved alike: power laws of any parameters, or those of one other spectrum."""

    tabulated: Tabulated | None

    @property
    def takes_source(self) -> bool:
        """Whether the points may choose the signal."""
        return self.tabulated is None or self.tabulated.takes_source

    @property
    def least_source(self) -> float:
        """What the source of an infinite spectrum must exceed."""
        return 1.0 if self.tabulated is None else self.tabulated.least_source

    def divergence(self) -> str | None:
        """Return why no point has an answer, or None."""
        if self.tabulated is None:
            return None
        try:
            self.tabulated.spectrum.check_finite(None)
        except DivergentSumError as error:
            return str(error)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectra:
    """The spectra of a sweep.

    Parameters
    ----------
    named : the arrays that broadcast with the other arguments: decay, size and scale, or for an array of
        spectra "spectrum", the place of each in the columns
    columns : for an array of spectra, their groups, sizes, scales and decays (1 where there is none)
    groups : what they are
    """

    named: dict[str, FloatArray]
    columns: dict[str, FloatArray]
    groups: list[Group]

    def group_of(self, view: FloatArray) -> npt.NDArray[np.intp]:
        """Return the group of each point from its place in the columns."""
        return self.columns["group"][view.astype(np.intp)].astype(np.intp)

    def parameters(
        self, rows: dict[str, FloatArray], group: Group
    ) -> tuple[FloatArray | None, FloatArray, FloatArray]:
        """Return decay, size and scale of some points."""
        known = rows
        if "spectrum" in rows:
            places = rows["spectrum"].astype(np.intp)
            known = {name: values[places] for name, values in self.columns.items()}
        return None if group.tabulated else known["decay"], known["size"], known["scale"]


def read_spectra(spectrum: Any) -> Spectra:
    """Return the spectra, or raise what is wrong with them."""
    if isinstance(spectrum, PowerLaw):
        spectrum = PowerLaws(*_as_doubles(spectrum))
    if isinstance(spectrum, PowerLaws):
        named = {"decay": spectrum.decay, "size": spectrum.size, "scale": spectrum.scale}
        return Spectra(named=named, columns={}, groups=[Group(tabulated=None)])
    if isinstance(spectrum, Spectrum):
        tabulated = Tabulated(spectrum)
        named = {"size": np.array(tabulated.size), "scale": np.array(tabulated.unit)}
        return Spectra(named=named, columns={}, groups=[Group(tabulated=tabulated)])
    if not isinstance(spectrum, (list, tuple, np.ndarray)):
        raise TypeError(
            f"`spectrum` is a {type(spectrum).__name__} and must be a spectrum such as PowerLaw, PowerLaws, "
            "or an array of spectra; make one"
        )
    return _read_array(spectrum)


def _read_array(spectra: Any) -> Spectra:
    """Return the spectra of an array."""
    try:
        array = np.asarray(spectra, dtype=object)
    except ValueError:
        raise ValueError("`spectrum` must be an array of spectra; its rows differ in length") from None
    places: dict[Spectrum, int] = {}
    for entry in array.flat:
        if not isinstance(entry, Spectrum):
            raise TypeError(
                f"`spectrum` is a {type(spectra).__name__} with an entry of type {type(entry).__name__} and "
                "must hold spectra such as PowerLaw; make them"
            )
        places.setdefault(entry, len(places))
    groups: list[Group] = []
    columns: dict[str, list[float]] = {name: [] for name in ("group", "decay", "size", "scale")}
    power_laws: int | None = None
    for entry in places:
        if isinstance(entry, PowerLaw):
            if power_laws is None:
                power_laws = len(groups)
                groups.append(Group(tabulated=None))
            row = [power_laws, *_as_doubles(entry)]
        else:
            tabulated = Tabulated(entry)
            row = [len(groups), 1.0, tabulated.size, tabulated.unit]
            groups.append(Group(tabulated=tabulated))
        for name, value in zip(columns, row, strict=True):
            columns[name].append(value)
    index = np.array([places[entry] for entry in array.flat], dtype=np.float64).reshape(array.shape)
    return Spectra(
        named={"spectrum": index},
        columns={name: np.array(values, dtype=np.float64) for name, values in columns.items()},
        groups=groups,
    )


def _as_doubles(spectrum: PowerLaw) -> tuple[float, float, float]:
    """Return the decay, size and scale."""
    return (
        as_double("decay", spectrum.decay),
        as_double("size", spectrum.size),
        as_double("scale", spectrum.scale),
    )
