"""The one tree of errors that the toolkit raises on purpose.

A message says what is wrong, where, what is allowed and what to do next. It carries names,
counts, positions and rules, and never a patient's value, an id or text found in the data.
"""


class AnalysisError(Exception):
    """Anything that the toolkit refuses to do, with a message for the analyst."""


class DataError(AnalysisError):
    """The data break a rule that the next step relies on."""


class ColumnError(DataError):
    """A column is missing, misnamed, or of the wrong type."""


class ModelError(AnalysisError):
    """A model cannot be fitted as asked."""


class ConvergenceError(ModelError):
    """A fit did not reach its optimum, so it has no numbers to show."""


class DisclosureError(AnalysisError):
    """A release would show what small counts must hide."""


class ReportError(AnalysisError):
    """A report could not be made or written; an earlier one was left as it was."""
