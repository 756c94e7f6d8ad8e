"""Times of events that are seen at visits only: between a last without and a first with it."""
