"""The same fits and curves from parts of the patients: shards on one machine, clusters, clinics.

Import its calls from here; they have the names of those that take a frame.
"""

from analysis.distributed.bundles.bundle import Bundle, make_bundle
from analysis.distributed.bundles.examples import example_agreement
from analysis.distributed.bundles.files import read_bundle, write_bundle
from analysis.distributed.bundles.pooled import Pooled
from analysis.distributed.bundles.pooled_files import write_pooled
from analysis.distributed.bundles.pooling import pool
from analysis.distributed.bundles.rounds import Ask, read_ask, write_ask
from analysis.distributed.bundles.specification import Specification, read_specification
from analysis.distributed.mixed_models import lmm, mmrm, moments
from analysis.distributed.rates import adverse_event_rates, quality_measures, response_rates
from analysis.distributed.shards.indexing import index_shards
from analysis.distributed.shards.manifest import Shards
from analysis.distributed.shards.opening import open_shards
from analysis.distributed.shards.writing import split_patients
from analysis.distributed.times_to_events import (
    cox,
    cumulative_incidence,
    gray_test,
    interval_test,
    kaplan_meier,
    logrank,
    turnbull,
)

__all__ = [
    "Ask",
    "Bundle",
    "Pooled",
    "Shards",
    "Specification",
    "adverse_event_rates",
    "cox",
    "cumulative_incidence",
    "example_agreement",
    "gray_test",
    "index_shards",
    "interval_test",
    "kaplan_meier",
    "lmm",
    "logrank",
    "make_bundle",
    "mmrm",
    "moments",
    "open_shards",
    "pool",
    "quality_measures",
    "read_ask",
    "read_bundle",
    "read_specification",
    "response_rates",
    "split_patients",
    "turnbull",
    "write_ask",
    "write_bundle",
    "write_pooled",
]
