"""What one site may publish on its own: rules for patterns, levels, days, counts and repetition."""
