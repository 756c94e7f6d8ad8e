"""What was done, in sentences made from the results that were shown."""

from analysis.report.methods import curves, frames, missing, models, quality  # noqa: F401
from analysis.report.methods.words import Method, MethodsInWords, describe, methods_in_words

__all__ = ["Method", "MethodsInWords", "describe", "methods_in_words"]
