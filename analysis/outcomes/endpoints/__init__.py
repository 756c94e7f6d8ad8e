"""Endpoints over time: from visits and records to a table of events and censorings."""
