"""A second held-out corpus: columns with planted identifiers, harmless ones, files that leak."""
