"""The tree of errors."""

import inspect

import pytest

from analysis import errors

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("DataError", "AnalysisError"),
        ("ColumnError", "DataError"),
        ("ModelError", "AnalysisError"),
        ("ConvergenceError", "ModelError"),
        ("DisclosureError", "AnalysisError"),
        ("ReportError", "AnalysisError"),
        ("AnalysisError", "Exception"),
    ],
)
def test_each_error_has_the_parent_of_the_design(child, parent):
    assert [base.__name__ for base in getattr(errors, child).__bases__] == [parent]


def test_no_error_lies_outside_the_tree():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    assert len(classes) == 7
    assert all(issubclass(c, errors.AnalysisError) and c.__doc__ for c in classes)


def test_errors_are_public_names_of_the_package():
    import analysis

    assert analysis.ConvergenceError is errors.ConvergenceError
    assert "ReportError" in dir(analysis)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        analysis.Nothing  # noqa: B018 - reading the attribute is what is tested
