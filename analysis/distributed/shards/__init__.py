"""Shards: Parquet files of rows, each patient in one of them, and the list that describes them."""
