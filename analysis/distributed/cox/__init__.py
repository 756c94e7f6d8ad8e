"""Cox regression from sums: risk-set sums of shards, or score and information of sites."""
