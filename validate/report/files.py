"""Figures written to files: the same figure gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

#: The endings of files that can be written.
SUFFIXES = (".svg", ".png", ".pdf")
#: What would tell when and by what a file was written.
_NOTHING: Mapping[str, Mapping[str, Any]] = {
    ".svg": dict.fromkeys(("Date", "Creator", "Format", "Type")),
    ".png": {"Software": None},
    ".pdf": dict.fromkeys(("CreationDate", "Creator", "Producer")),
}


def check_path(path: Path, name: str = "path") -> None:
    """Refuse a file that cannot be written, before the work begins.

    Raises
    ------
    ValueError
        If the name has another ending than `SUFFIXES`, is that of a folder, or lies in none.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"`{name}` is {path}; its name must end in {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise ValueError(f"`{name}` is {path}, which is a folder; give a file")
    if not path.parent.is_dir():
        raise ValueError(f"`{name}` is {path}, but there is no folder {path.parent}")


def save_figure(figure: Figure, path: Path, style: Mapping[Any, Any]) -> None:
    """Write a figure to a file.

    Parameters
    ----------
    figure :
        what is written.
    path :
        of an SVG, PNG or PDF file.
    style :
        settings of matplotlib that it was drawn with.

    Raises
    ------
    ValueError
        As `check_path`.
    OSError
        If the file cannot be written.
    """
    check_path(path)
    suffix = path.suffix.lower()
    with mpl.rc_context(dict(style)), path.open("wb") as file:
        figure.savefig(file, format=suffix[1:], dpi=200, metadata=dict(_NOTHING[suffix]))
