"""The set-up and the files that it reads."""
