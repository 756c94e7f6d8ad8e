"""What a fit needs of the rows: sums per missingness pattern, or blocks of patients."""
