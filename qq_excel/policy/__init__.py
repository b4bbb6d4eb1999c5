"""What the regulations say: clauses, dated parameters, calendar arithmetic."""

from qq_excel.policy.model import CannotJudge, Params, Policy, load_policy, profile_names

__all__ = ["CannotJudge", "Params", "Policy", "load_policy", "profile_names"]
