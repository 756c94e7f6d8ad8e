"""The same fits and curves from parts of the patients: shards on one machine, clusters, clinics."""
