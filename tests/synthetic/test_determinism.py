"""The same bits on other processors: made again in processes with other kernels."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import run
from analysis.synthetic import example_folder, scenario, simulate
from analysis.synthetic.manifest import manifest

identity = pytest.mark.identity

NETWORK = scenario("clinic-network")
MANIFEST = json.loads(
    (example_folder("clinic-network") / "manifest.json").read_text(encoding="utf-8")
)
PROGRAM = """\
import json
from analysis.synthetic import scenario, simulate
from analysis.synthetic.manifest import manifest
network = scenario("clinic-network")
print(json.dumps(manifest(simulate(network).study, network)))
"""


def disabled_features():
    """Processor features that NumPy can be told to leave alone on this machine."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


@identity
def test_the_committed_manifest_is_that_of_the_generator():
    assert manifest(simulate(NETWORK).study, NETWORK) == MANIFEST


@identity
@pytest.mark.parametrize("core", ["Haswell", "Nehalem"])
def test_other_processor_kernels_give_the_same_data(core):
    features = disabled_features()
    environment = {**os.environ, "PYTHONPATH": str(run.ROOT), "OPENBLAS_CORETYPE": core}
    if core == "Nehalem":  # the oldest processor: no vector instructions beyond the baseline
        environment["NPY_DISABLE_CPU_FEATURES"] = " ".join(features)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == MANIFEST


@identity
def test_what_is_decided_by_latent_numbers_is_far_from_rounding():
    # a change of one unit in the last place of every latent number changes nothing
    from analysis.synthetic import arithmetic

    x = np.random.Generator(np.random.Philox(key=1)).normal(size=200_000) * 10.0
    assert np.array_equal(arithmetic.latent(x), arithmetic.latent(np.nextafter(x, np.inf)))
