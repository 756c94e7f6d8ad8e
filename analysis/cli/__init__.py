"""The command ``ketamine-outcomes``, from ``check`` to ``doctor``.

Commands only read their options, call a room and print; what they print carries no patient's value.
Exit codes: 0 done; 1 done, and something needs attention; 2 the command line is wrong; 3 refused,
with the reason; 4 an unforeseen error; 130 interrupted.
"""

from analysis.cli.program import app, main

__all__ = ["app", "main"]
