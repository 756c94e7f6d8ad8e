"""The same fits and curves from parts of the patients: shards on one machine, clusters, clinics.

Import its calls from here; they have the names of those that take a frame.
"""

from analysis.distributed.mixed_models import lmm, mmrm, moments
from analysis.distributed.shards.indexing import index_shards
from analysis.distributed.shards.manifest import Shards
from analysis.distributed.shards.opening import open_shards
from analysis.distributed.shards.writing import split_patients

__all__ = ["Shards", "index_shards", "lmm", "mmrm", "moments", "open_shards", "split_patients"]
