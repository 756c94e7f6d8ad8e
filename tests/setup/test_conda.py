"""environment.yml states what pyproject.toml states, under the names of conda-forge."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import run

pytestmark = pytest.mark.unit

CONDA_NAMES = {
    "dask": "dask-core",  # without the parts for frames and pictures, as on PyPI
    "great-tables": "great_tables",
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",
}
ONLY_PIP = {"setuptools"}  # for source-only packages, which conda-forge ships built
TEXT = (run.ROOT / "environment.yml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(run.PROJECT.read_text(encoding="utf-8"))


def conda_packages() -> dict[str, SpecifierSet]:
    rows = re.findall(r"^  - ([\w.-]+)([<>=!~,.\d]*)$", TEXT, re.MULTILINE)
    return {
        name: SpecifierSet(spec) for name, spec in rows if name not in {"conda-forge", "nodefaults"}
    }


def project_packages() -> dict[str, SpecifierSet]:
    project = PROJECT["project"]
    stated = PROJECT["build-system"]["requires"] + PROJECT["dependency-groups"]["setup"]
    extras = project["optional-dependencies"]
    stated += project["dependencies"] + extras["test"] + extras["docs"]
    listed = [Requirement(line) for line in stated]
    packages = {
        CONDA_NAMES.get(r.name, r.name): r.specifier for r in listed if r.name not in ONLY_PIP
    }
    return {"python": SpecifierSet(project["requires-python"]), **packages}


def test_names_and_specifiers_are_the_same() -> None:
    assert conda_packages() == project_packages()


def test_the_project_itself_comes_from_this_folder() -> None:
    assert re.search(r"^  - pip:\n.*\n      - -e \.\[browser\]$", TEXT, re.MULTILINE)
    assert re.findall(r"^  - (conda-forge|nodefaults)$", TEXT, re.MULTILINE) == [
        "conda-forge",
        "nodefaults",
    ]


@pytest.mark.parametrize(
    "name", ["jupyterlab", "pandas", "statsmodels", "seaborn", "lifelines", "nbval"]
)
def test_the_tools_that_every_user_counts_on_are_there(name: str) -> None:
    assert name in conda_packages()
    assert name in project_packages()
