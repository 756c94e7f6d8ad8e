"""Missing scores: what was assumed about them, and what would change the answer."""
