"""The attack on what the coordinator of a masked network holds of one small site."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.distributed.attack.bundle import attack_patterns
from analysis.distributed.masks import Roster, RoundTerms
from analysis.distributed.masks.fixed_point import from_limbs, to_limbs
from analysis.distributed.masks.layout import laid_out, taken_apart
from analysis.distributed.masks.streams import add_masks
from analysis.distributed.tasks.dense_moments import dense_arrays, dense_layout, moments_of_dense
from simulations.bundle_attack import SITES, confirmed, site, wide_rows
from tests.distributed.masks.network import SPEC, site_key

pytestmark = pytest.mark.truth

SMALL = (8, 60)
NAMES = ("own", "second", "third")


def believable(counts):
    """Say which numbers can be those of patients of a site: whole, and not beyond reason."""
    return (counts >= 0) & (counts < 1e6) & (counts == np.rint(counts))


def recovered(seed, folder, *, masked):
    """Read the message of a site as if it were plain, attack it, and count right claims."""
    own = site(seed, SMALL)
    used = {name: own.task.levels[name] for name in own.task.columns if name in own.task.levels}
    task = replace(own.task, standardised=False, levels=used)
    layout = dense_layout(task)
    keys = {name: site_key(folder / f"{name}.pem", f"{name} {seed}") for name in NAMES}
    roster = Roster(sites=tuple(key.public(name) for name, key in keys.items()))
    terms = RoundTerms(name=f"round {seed}", spec_sha=SPEC, layout=layout)
    content = laid_out(dense_arrays(task.of(own.rows)), layout)
    limbs = to_limbs(content, fixed_bits=terms.fixed_bits, n_sites=len(NAMES))
    if masked:
        add_masks(limbs, keys["own"], terms, roster)
    arrays = taken_apart(from_limbs(limbs, fixed_bits=terms.fixed_bits), layout)
    for name in [name for name in arrays if name.endswith("counts") or name == "cells"]:
        arrays[name] = np.where(believable(arrays[name]), arrays[name], 0.0)
    arrays["totals"] = np.where(believable(arrays["totals"]), arrays["totals"], 0.0)
    moments, truth = moments_of_dense(task, arrays), wide_rows(own.task, own.rows)
    return sum(
        confirmed(found.attack.rows, truth[found.pattern.visits])
        for found in attack_patterns(moments, ranges=own.ranges)
        if len(found.attack.rows) and found.pattern.visits in truth
    )


def test_without_its_mask_the_message_of_a_small_site_tells_patients(tmp_path):
    assert all(recovered(seed, tmp_path, masked=False) > 0 for seed in range(4))


def test_from_the_masked_messages_of_200_small_sites_nobody_is_recovered(tmp_path):
    assert sum(recovered(seed, tmp_path, masked=True) for seed in range(SITES)) == 0
