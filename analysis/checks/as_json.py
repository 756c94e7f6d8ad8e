"""The findings of a check as JSON for other programs, small numbers of rows masked."""

from __future__ import annotations

import json

from analysis.checks.runner import CheckResult
from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, masked_count

__all__ = ["findings_json"]


def findings_json(result: CheckResult, *, policy: Policy = RELEASE) -> str:
    """Write findings as JSON text, the same for the same findings.

    Parameters
    ----------
    result : CheckResult
        What checking found.
    policy : Policy
        Who will see it, and the least count that may be shown.

    Returns
    -------
    str
        One object: ``audience``; ``notice``, which is empty for release; ``data_class``, null when
        the study could not be read; ``ok``; ``errors`` and ``warnings``, the numbers of findings;
        and ``findings``, errors first, with ``rule, severity, place, rows, what, remedy``. `rows`
        is a text such as ``"<11"``, null when the rule is not about rows. For the internal
        audience ``first_rows`` lists where the first few begin.

    Examples
    --------
    >>> from analysis.checks import check
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> result = check(read_study(example_folder("clinic-network")))
    >>> json.loads(findings_json(result))["errors"]
    0
    """
    content = {
        "audience": policy.audience,
        "notice": CONFIDENTIAL if policy.confidential else "",
        "data_class": None if result.study is None else result.study.data_class,
        "ok": result.ok,
        "errors": result.n_errors,
        "warnings": len(result.findings) - result.n_errors,
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "place": finding.place,
                "rows": None if finding.count is None else masked_count(finding.count, policy),
                **({"first_rows": list(finding.rows)} if policy.confidential else {}),
                "what": finding.what,
                "remedy": finding.remedy,
            }
            for finding in result.ordered()
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
