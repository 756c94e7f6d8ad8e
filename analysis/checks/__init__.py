"""Every rule about a study, and running them: findings that say place, rule and remedy."""

from analysis.checks.catalogue import rules
from analysis.checks.runner import RULES, CheckResult, check, check_folder

__all__ = ["RULES", "CheckResult", "check", "check_folder", "rules"]
