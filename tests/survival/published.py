"""What R gives for tables that books and papers print, and how tests compare with it."""

import json

import numpy as np
import pandas as pd

from tests.survival.reference import REFERENCE

PUBLISHED = json.loads((REFERENCE / "published.json").read_text(encoding="utf-8"))


def printed(name):
    """Read a table that is printed in a book or paper; see README.md beside it."""
    return pd.read_csv(REFERENCE / f"{name}.csv")


def check_coefficients(fit, reference, rtol=1e-9):
    """Compare a Cox regression with one of R: coefficients, likelihoods, concordance."""
    terms = np.atleast_1d(reference["term"])
    found = fit.tidy().set_index("term").loc[terms]
    np.testing.assert_allclose(found["estimate"], reference["estimate"], rtol=rtol)
    np.testing.assert_allclose(found["std_error"], reference["std_error"], rtol=rtol)
    row = fit.glance().iloc[0]
    likelihoods = [row["log_likelihood_null"], row["log_likelihood"]]
    np.testing.assert_allclose(likelihoods, reference["log_likelihood"], rtol=1e-12)
    row = fit.concordance().iloc[0]
    np.testing.assert_allclose(row["estimate"], reference["concordance"], rtol=1e-11)
    np.testing.assert_allclose(row["std_error"], reference["concordance_se"], rtol=rtol)


def check_columns(found, reference, columns, rtol=1e-9):
    """Compare columns with those of R, row by row; NaN where R has none."""
    reference = pd.DataFrame(reference)
    assert len(found) == len(reference)
    for column in columns:
        expected = reference[column].astype(float)
        np.testing.assert_allclose(found[column], expected, rtol=rtol, err_msg=column)
