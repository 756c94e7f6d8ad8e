"""Product-limit curves: what is read off them, and tests between groups."""
