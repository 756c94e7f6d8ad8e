"""Compute a task of all shards, on processes of this machine, a Dask cluster or Spark."""
