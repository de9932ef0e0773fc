"""Finding claims, and what is said when there is none of that name."""

from __future__ import annotations

import pytest

from scalinglaws.validate import (
    Case,
    Claim,
    Evidence,
    Leg,
    LegKind,
    Outcome,
    Paper,
    Registry,
    UnknownNameError,
    default_registry,
)


def claim(identifier):
    def run(context):
        return Evidence(kind=LegKind.NUMERIC, outcome=Outcome.SUPPORTS, summary="fine", points=1)

    legs = (Leg(kind=LegKind.NUMERIC, run=run),)
    return Claim(id=identifier, title="t", statement="s", source="s", cases=(Case(legs=legs),))


PAPERS = {
    name: Paper(id=name, reference=name, claims=tuple(claim(f"{name}.{short}") for short in shorts))
    for name, shorts in {"smith2020": ("duality", "plateau"), "jones2021": ("exponent",)}.items()
}


@pytest.fixture
def loaded():
    return []


@pytest.fixture
def registry(loaded):
    def loader(name):
        def load():
            loaded.append(name)
            return PAPERS[name]

        return load

    return Registry({name: loader(name) for name in PAPERS})


def ids(claims):
    return [claim.id for claim in claims]


def test_no_name_means_every_claim(registry):
    assert ids(registry.find()) == ["jones2021.exponent", "smith2020.duality", "smith2020.plateau"]


def test_claims_come_once_in_the_order_of_the_paper(registry):
    names = ["smith2020.plateau", "smith2020", "smith2020.duality", "smith2020.plateau"]
    assert ids(registry.find(names)) == ["smith2020.duality", "smith2020.plateau"]


def test_only_the_paper_asked_for_is_loaded(registry, loaded):
    registry.find(["jones2021.exponent"])
    registry.find(["jones2021"])
    assert loaded == ["jones2021"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("smith2020.dualty", "smith2020.duality"),
        ("dualty", "smith2020.duality"),
        ("smth2020", "smith2020"),
        ("Jones2021.Exponent", "jones2021.exponent"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(registry, name, nearest):
    with pytest.raises(UnknownNameError, match=f"did you mean '{nearest}'"):
        registry.find([name])


def test_names_near_to_nothing_are_answered_with_the_way_to_the_list(registry):
    with pytest.raises(UnknownNameError, match="scalinglaws claims"):
        registry.find(["zzzzzzzzzzzz"])


def test_one_unknown_name_among_known_ones_is_an_error(registry):
    with pytest.raises(UnknownNameError):
        registry.find(["smith2020", "nothing.here"])


def test_default_registry_finds_the_packages_of_papers_and_nothing_else():
    registry = default_registry()
    assert "maloney2022" in registry.papers
    for name in registry.papers:
        assert registry.paper(name).id == name
