"""Looking at files that nobody has described yet, to propose a mapping."""
