"""The same bits on other processors: made again in processes with other kernels."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import run
from analysis.synthetic import arithmetic, example_folder, scenario, simulate
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
def test_the_last_bit_of_latent_numbers_decides_nothing(monkeypatch):
    # as if a processor rounded every latent number differently by one unit in the last place
    small = replace(NETWORK, patients=150)
    expected = manifest(simulate(small).study, small)
    modules = [m for name, m in sys.modules.items() if name.startswith("analysis.synthetic.")]
    calls = []

    def nudged(x):
        calls.append(1)
        return arithmetic.latent(np.nextafter(np.asarray(x, dtype=np.float64), np.inf))

    for module in modules:
        if module is not arithmetic and hasattr(module, "latent"):
            monkeypatch.setattr(module, "latent", nudged)
    assert manifest(simulate(small).study, small) == expected
    assert len(calls) > 50
