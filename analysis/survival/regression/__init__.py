"""Cox regression, its predictions and tests, and recurrent events."""
