"""Quality improvement: measures with numerator, denominator, exclusions, window and version."""
