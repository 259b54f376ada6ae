"""What is asked of an installation's policies."""

from domain.kernel import Request
from domain.policy.rows import PolicyDocument


class PublishPolicies(Request, frozen=True, kw_only=True):
    """Publish a policy document: rows are added by it, and none is ever changed.

    What was published before need not be in it, and stays. Whoever wants a rule to end
    publishes its next version.
    """

    document: PolicyDocument


PolicySetCommand = PublishPolicies
