"""What the regulations say: clauses, dated parameters, calendar arithmetic."""

from qq_excel.policy.loading import addition_names, load_policy, policy_of, profile_names
from qq_excel.policy.model import CannotJudge, Params, Policy

__all__ = ["CannotJudge", "Params", "Policy", "addition_names", "load_policy", "policy_of", "profile_names"]
