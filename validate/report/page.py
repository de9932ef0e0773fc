"""The page: verdicts first, evidence folded beneath them, figures last."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..executors import process_pool
from ..runner import ClaimResult, Validation
from ..verdict import Verdict
from .curves import FigureData
from .experiments import EXPERIMENTS, Experiment
from .figures import to_svg
from .folder import check_writable, write_whole
from .mathml import formula, is_number, number, rich_text

REPLICATES = 40
REPLICATES_THOROUGH = 400

_LIBRARIES = ("scalinglaws", "sympy", "mpmath", "python-flint", "numpy", "scipy", "z3-solver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A paper and the results on its claims."""

    id: str
    reference: str
    results: tuple[ClaimResult, ...]


def write_report(
    validation: Validation,
    folder: Path,
    *,
    papers: Mapping[str, str],
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Path:
    """Make the figures, write `index.html` and return its path.

    Parameters
    ----------
    validation :
        What `run` returned; its seed is the seed of the figures as well.
    folder :
        Where the page goes; it is made when it is missing.
    papers :
        The reference of every paper by its identifier.
    jobs :
        Number of processes for the simulated points, by default one for each available processor.
    progress :
        Called with the number of figures done, their total, and what is being drawn.

    Raises
    ------
    ValueError
        When `folder` cannot be written.
    """
    check_writable(folder)
    figures = []
    replicates = REPLICATES_THOROUGH if validation.thorough else REPLICATES
    with process_pool(jobs) as pool:
        for index, experiment in enumerate(EXPERIMENTS):
            if progress:
                progress(index, len(EXPERIMENTS), _title(experiment))
            figures.append(experiment(replicates=replicates, seed=validation.seed, executor=pool))
    if progress:
        progress(len(EXPERIMENTS), len(EXPERIMENTS), "")
    path = folder / "index.html"
    write_whole(path, render(validation, papers=papers, figures=figures))
    return path


def render(validation: Validation, *, papers: Mapping[str, str], figures: Sequence[FigureData] = ()) -> str:
    """Return the page as text: one file that loads nothing.

    Parameters
    ----------
    validation :
        The verdicts and their evidence.
    papers :
        The reference of every paper by its identifier.
    figures :
        The data of the figures, in their order.
    """
    environment = Environment(
        loader=PackageLoader(__package__ or __name__, package_path="."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"rich": rich_text, "formula": formula, "number": number, "svg": _svg}
    environment.tests["number"] = is_number
    template = environment.get_template("page.html.jinja2")
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    return template.render(
        validation=validation,
        sections=_sections(validation, papers),
        verdicts=tuple(Verdict),
        figures=figures,
        style=Markup(style),
        versions=_versions(),
    )


def _title(experiment: Experiment) -> str:
    return str(getattr(experiment, "__name__", "figure")).replace("_", " ")


def _sections(validation: Validation, papers: Mapping[str, str]) -> list[Section]:
    order = dict.fromkeys(result.claim.paper for result in validation.results)
    return [
        Section(
            id=paper,
            reference=papers[paper],
            results=tuple(result for result in validation.results if result.claim.paper == paper),
        )
        for paper in order
    ]


def _versions() -> list[tuple[str, str]]:
    found = []
    for name in _LIBRARIES:
        try:
            found.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def _svg(data: FigureData) -> Markup:
    return Markup(to_svg(data))
