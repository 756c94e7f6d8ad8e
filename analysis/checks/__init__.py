"""Every rule about a study, and running them: findings that say place, rule and remedy."""

from analysis.checks.detail import write_detail
from analysis.checks.runner import RULES, CheckResult, check, check_folder, rule_list

__all__ = ["RULES", "CheckResult", "check", "check_folder", "rule_list", "write_detail"]
