"""Every example in a docstring prints what it says, run by import name."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest


def module_names() -> list[str]:
    names = []
    for floor in ("scalinglaws.numerics", "scalinglaws.theory", "scalinglaws.validate"):
        package = importlib.import_module(floor)
        names.append(floor)
        names += [module.name for module in pkgutil.walk_packages(package.__path__, f"{floor}.")]
    return names


@pytest.mark.parametrize("name", module_names())
def test_doctests_print_what_they_say(name):
    module = importlib.import_module(name)
    failures, _ = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert failures == 0


def test_the_examples_are_found():
    finder = doctest.DocTestFinder()
    tests = [test for name in module_names() for test in finder.find(importlib.import_module(name))]
    assert sum(len(test.examples) for test in tests) >= 20
