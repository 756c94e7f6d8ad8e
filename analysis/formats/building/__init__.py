"""From sheets of cells to the canonical tables, as a mapping says."""
