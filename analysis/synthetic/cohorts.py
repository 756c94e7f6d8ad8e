"""Scenarios that reproduce published cohorts."""

from __future__ import annotations

from analysis.synthetic.scenarios import Scenario

__all__ = ["COHORTS"]

COHORTS: tuple[Scenario, ...] = ()
