"""Time the generator: 100,000 patients with all tables as Parquet shards, and its memory.

Run as ``python benchmarks/synthetic.py [PATIENTS]``. Prints one line per stage and, as the last
line, JSON. Peak memory is that of one process and of the largest worker.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from pyarrow import parquet

from analysis.synthetic import scenario, write_shards


def main() -> None:
    """Write the shards and count what was written."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    workers = os.cpu_count() or 1
    network = replace(scenario("clinic-network"), patients=patients)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        shards = write_shards(network, folder, workers=workers)
        seconds = time.perf_counter() - start
        files = [path for shard in shards for path in shard.glob("*.parquet")]
        rows = sum(parquet.ParquetFile(path).metadata.num_rows for path in files)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    own, largest = (
        resource.getrusage(who).ru_maxrss / 1e6
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{patients:,} patients, {rows:,} rows, {size / 1e6:.0f} MB in {len(shards)} shards")
    print(f"{seconds:.1f} s with {workers} processes; peak {own:.2f} GB, worker {largest:.2f} GB")
    print(json.dumps({"patients": patients, "rows": rows, "seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
