"""The packages that are built are the folders that are there."""

from __future__ import annotations

import importlib
import importlib.metadata
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FLOORS = ("numerics", "theory", "validate")


def files(pattern: str) -> list[tuple[Path, str]]:
    """Return the matching files of the packages as they are imported, each with its package."""
    found = []
    for floor in FLOORS:
        folder = Path(importlib.import_module(f"scalinglaws.{floor}").__file__).parent
        for file in folder.rglob(pattern):
            parts = file.parent.relative_to(folder).parts
            found.append((file, ".".join(("scalinglaws", floor, *parts))))
    return found


def folders_with_init() -> set[str]:
    return {package for _, package in files("__init__.py")}


def test_package_list_equals_folders():
    listed = PROJECT["tool"]["setuptools"]["packages"]
    assert len(set(listed)) == len(listed)
    assert set(listed) == folders_with_init()


def test_every_folder_with_modules_is_a_package():
    packages = folders_with_init()
    for file, package in files("*.py"):
        assert package in packages, f"{file} lies outside every package"


def test_no_module_file_shares_its_name_with_a_package():
    for file, _ in files("*.py"):
        assert not file.with_suffix("").is_dir(), f"{file} hides a folder"


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_is_marked_as_typed(floor):
    module = importlib.import_module(f"scalinglaws.{floor}")
    assert (Path(module.__file__).parent / "py.typed").is_file()


def test_namespace_has_no_init():
    import scalinglaws

    assert scalinglaws.__file__ is None


def test_data_files_of_the_report_are_packaged():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["scalinglaws.validate.report"]
    package = Path(importlib.import_module("scalinglaws.validate.report").__file__).parent
    present = {file for pattern in patterns for file in package.glob(pattern)}
    expected = {file for file in package.iterdir() if file.is_file() and file.suffix not in {".py", ".pyc"}}
    assert expected
    assert present == expected


def test_console_script_is_declared_where_it_lives():
    target = PROJECT["project"]["scripts"]["scalinglaws"]
    module, _, name = target.partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_installed_version_is_the_declared_one():
    try:
        version = importlib.metadata.version("scalinglaws")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("scalinglaws is not installed, the checkout is used as it is")
    assert version == PROJECT["project"]["version"]
