"""Files as a small clinic has them, with planted faults, and the study that they should become."""
