"""Synthetic clinic networks with known truth."""

from analysis.synthetic.examples import example_folder
from analysis.synthetic.exports.writing import write_first_clinic
from analysis.synthetic.faults import fault_codes, inject, inject_into_folder
from analysis.synthetic.planted import PlantedShift
from analysis.synthetic.presets import scenario, scenario_names
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.shards import write_shards
from analysis.synthetic.simulation import Simulation, simulate
from analysis.synthetic.targets import cohort_names, reproduce_published
from analysis.synthetic.true_answers import oracle
from analysis.synthetic.writing import write_synthetic

__all__ = [
    "PlantedShift",
    "Scenario",
    "Simulation",
    "cohort_names",
    "example_folder",
    "fault_codes",
    "inject",
    "inject_into_folder",
    "oracle",
    "reproduce_published",
    "scenario",
    "scenario_names",
    "simulate",
    "write_first_clinic",
    "write_shards",
    "write_synthetic",
]
