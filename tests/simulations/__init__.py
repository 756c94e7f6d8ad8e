"""The committed results of the long studies, and that the studies still run."""
