"""Sites of a network beside each other, as tables for its inside: funnels, or shrunken values."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import CONFIDENTIAL, INTERNAL
from analysis.distributed.bundles.pooled import Pooled
from analysis.errors import AnalysisError
from analysis.quality import Funnel

__all__ = ["SENTENCES", "compared_sites"]

SENTENCES = "sentences"
"""Under this key a table carries what is said above it."""

_AS_THEY_CAME = "not allowed for"
_CASE_MIX = (
    "Case mix is not allowed for: counts do not hold what patients bring with them, so that a site "
    "may lie apart for its patients and not for its care."
)


def compared_sites(pooled: Pooled, name: str) -> dict[str, pd.DataFrame]:
    """Compare the sites of an analysis of counts, measure by measure.

    Parameters
    ----------
    pooled : Pooled
        What a network has fitted.
    name : str
        Analysis of response or adverse events, in another mode than the masked one.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``funnel-MEASURE``, or with fewer sites than a funnel needs ``shrunken-MEASURE``; with
        ``case_mix``, which says that it is not allowed for. Where sites cannot be compared, the
        reason.
    """
    found = {}
    for measure in pooled.funnel_measures(name):
        try:
            funnel = pooled.funnel(name, measure, policy=INTERNAL)
        except AnalysisError as error:
            found[f"funnel-{measure}"] = pd.DataFrame({"not_shown": [str(error)]})
        else:
            kind = "shrunken" if funnel.needs_shrinkage else "funnel"
            found[f"{kind}-{measure}"] = _table(funnel)
    return found


def _table(funnel: Funnel) -> pd.DataFrame:
    """Return true numbers, with what must be said of them."""
    shrunken = funnel.shrinkage() if funnel.needs_shrinkage else None
    shown = funnel if shrunken is None else shrunken
    table = shown.tidy().assign(case_mix=_AS_THEY_CAME)
    title = funnel.label[:1].upper() + funnel.label[1:]
    said = [f"{title}. {shown.sentence()}", *shown.notes()]
    if shrunken is not None:
        said.append(funnel.reason)
    once = [each for each in dict.fromkeys(said) if each != CONFIDENTIAL]  # the page says it
    table.attrs[SENTENCES] = (*once, _CASE_MIX)
    return table
