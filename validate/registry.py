"""Finding claims by name, importing a paper only when it is asked for."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping

from . import claims as _claims
from .claim import Claim, Paper


class UnknownNameError(ValueError):
    """A name that is neither a paper nor a claim."""


class Registry:
    """The papers that are known, each loaded when it is first needed.

    Parameters
    ----------
    loaders :
        For every paper's identifier, a function that returns the paper.

    Examples
    --------
    >>> registry = Registry({})
    >>> registry.papers
    ()
    """

    def __init__(self, loaders: Mapping[str, Callable[[], Paper]]) -> None:
        self._loaders = dict(loaders)
        self._loaded: dict[str, Paper] = {}

    @property
    def papers(self) -> tuple[str, ...]:
        """The identifiers of the papers, sorted."""
        return tuple(sorted(self._loaders))

    def paper(self, name: str) -> Paper:
        """Return a paper by its identifier; `UnknownNameError` when there is none."""
        if name not in self._loaders:
            raise UnknownNameError(self._unknown(name, self.papers))
        if name not in self._loaded:
            self._loaded[name] = self._loaders[name]()
        return self._loaded[name]

    def claims(self) -> tuple[Claim, ...]:
        """Return every claim of every paper."""
        return tuple(claim for name in self.papers for claim in self.paper(name).claims)

    def find(self, names: Iterable[str] = ()) -> tuple[Claim, ...]:
        """Return the claims that are named, each once, in the order of their papers.

        Parameters
        ----------
        names :
            Identifiers of papers (all their claims) or of claims; none at all means every claim.

        Raises
        ------
        UnknownNameError
            When a name is neither, with the nearest one that exists.
        """
        wanted = tuple(dict.fromkeys(names))
        if not wanted:
            return self.claims()
        chosen: set[str] = set()
        for name in wanted:
            chosen.update(claim.id for claim in self._claims_named(name))
        papers = sorted({claim.partition(".")[0] for claim in chosen})
        return tuple(claim for paper in papers for claim in self.paper(paper).claims if claim.id in chosen)

    def _claims_named(self, name: str) -> tuple[Claim, ...]:
        if name in self._loaders:
            return self.paper(name).claims
        paper = name.partition(".")[0]
        if paper in self._loaders:
            found = tuple(claim for claim in self.paper(paper).claims if claim.id == name)
            if found:
                return found
        raise UnknownNameError(self._unknown(name, (*self.papers, *(claim.id for claim in self.claims()))))

    @staticmethod
    def _unknown(name: str, known: tuple[str, ...]) -> str:
        # The part after the paper is what people remember, so it is compared too.
        short = {identifier.rpartition(".")[2]: identifier for identifier in known}
        near = difflib.get_close_matches(name.lower(), [*known, *short], n=1, cutoff=0.5)
        hint = f"did you mean {short.get(near[0], near[0])!r}?" if near else "`scalinglaws claims` lists them"
        return f"no paper or claim is named {name!r}; {hint}"


def _loader(name: str) -> Callable[[], Paper]:
    def load() -> Paper:
        paper = importlib.import_module(f"{_claims.__name__}.{name}").PAPER
        if not isinstance(paper, Paper) or paper.id != name:
            raise TypeError(f"`PAPER` of {_claims.__name__}.{name} is not the paper of that name")
        return paper

    return load


def default_registry() -> Registry:
    """Return the registry of the papers under `validate/claims`, nothing of them imported yet."""
    return Registry(
        {
            module.name: _loader(module.name)
            for module in pkgutil.iter_modules(_claims.__path__)
            if module.ispkg
        }
    )
