"""A derivation as a page: complete, without scripts, every formula in MathML."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import pytest
from sympy import Eq

from scalinglaws.theory import Notation, derivation, laws
from scalinglaws.theory import symbols as S
from scalinglaws.theory.notation import NOTATIONS
from scalinglaws.validate.report.derivation import render_derivation

VOID = {"meta", "br"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(name, notation="project", checked=True):
    found = laws.derive(name)
    return render_derivation(found.printed(Notation.named(notation), found.check() if checked else None))


@pytest.mark.slow
@pytest.mark.parametrize("name", laws.names())
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_law_is_a_page_of_its_own_with_all_formulas_in_mathml(name, notation):
    text = page(name, notation, checked=notation == "project")
    parsed = Page(text)
    assert not parsed.open
    assert "script" not in parsed.tags
    assert not {key for key, _ in parsed.attributes} & {"src", "href"}
    found = laws.derive(name)
    displayed = len(found.steps) + len(found.results) + len(found.constants)
    assert text.count('display="block"') == displayed
    # a formula that was not converted is shown as code
    assert "code" not in parsed.tags
    assert "$" not in text


def test_findings_are_shown_unless_they_are_not_wanted():
    assert page("duality").count('class="check"') == len(laws.derive("duality").steps)
    assert 'class="check"' not in page("duality", checked=False)


def test_a_failed_check_stands_out():
    right = laws.derive("duality")
    wrong = dataclasses.replace(right.steps[0], statement=Eq(S.ridge, S.kappa))
    found = dataclasses.replace(right, steps=(wrong, *right.steps[1:]))
    text = render_derivation(found.printed(Notation.named("project"), found.check()))
    assert text.count('<li class="fails">') == text.count("CHECK FAILED") == 1


def test_rates_are_pages_too():
    found = derivation("sketch.bias", at={S.decay: 2, S.source: 3})
    text = render_derivation(found.printed(Notation.named("project"), found.check()))
    assert not Page(text).open
    assert "$" not in text


def test_words_are_escaped():
    found = dataclasses.replace(laws.derive("duality"), title="A < B & $a<b$")
    text = render_derivation(found.printed(Notation.named("project")))
    assert "A &lt; B &amp; <math" in text
