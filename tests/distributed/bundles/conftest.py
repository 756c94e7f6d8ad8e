"""One network of clinics and its bundles, made once for all tests of them."""

import shutil

import pytest

from analysis.distributed import example_agreement, make_bundle, read_specification, write_bundle
from analysis.study import read_study
from analysis.synthetic import example_folder


@pytest.fixture(scope="session")
def study():
    """Return the synthetic network: eight clinics in one folder."""
    return read_study(example_folder("clinic-network"))


@pytest.fixture(scope="session")
def agreement():
    """Return the example that the package ships."""
    return read_specification(example_agreement())


@pytest.fixture(scope="session")
def bundles(study, agreement):
    """Return the bundle of every clinic."""
    return [make_bundle(study, agreement, site=site) for site in agreement.sites]


@pytest.fixture(scope="session")
def written(bundles, tmp_path_factory):
    """Return a folder with all bundles as files."""
    folder = tmp_path_factory.mktemp("bundles")
    for bundle in bundles:
        write_bundle(bundle, folder)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    """Return a copy of it, so that a test can damage it."""
    return shutil.copytree(written, tmp_path / "bundles")
