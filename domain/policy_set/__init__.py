"""An installation's policies: published row by row, and never edited."""

from domain.kernel import Decider, Policy
from domain.policy_set.commands import PolicySetCommand as PolicySetCommand
from domain.policy_set.commands import PublishPolicies as PublishPolicies
from domain.policy_set.decide import Caution as Caution
from domain.policy_set.decide import LeftOut as LeftOut
from domain.policy_set.decide import cautions as cautions
from domain.policy_set.decide import decide as decide
from domain.policy_set.decide import digest as digest
from domain.policy_set.decide import publishable as publishable
from domain.policy_set.events import PackHeader as PackHeader
from domain.policy_set.events import PoliciesPublished as PoliciesPublished
from domain.policy_set.events import PolicySetEvent as PolicySetEvent
from domain.policy_set.evolve import evolve as evolve
from domain.policy_set.labels import promise_terms as promise_terms
from domain.policy_set.refusals import FallbackNeeded as FallbackNeeded
from domain.policy_set.refusals import RowEdited as RowEdited
from domain.policy_set.refusals import RowUnusable as RowUnusable
from domain.policy_set.refusals import SourceTaken as SourceTaken
from domain.policy_set.refusals import TakesEffectInThePast as TakesEffectInThePast
from domain.policy_set.refusals import VersionGoesBack as VersionGoesBack
from domain.policy_set.state import PolicySet as PolicySet
from domain.policy_set.state import Publication as Publication
from domain.policy_set.state import PublishedProfile as PublishedProfile

POLICY_SET: Decider[PolicySet, PolicySetCommand, PolicySetEvent, Policy] = Decider(
    initial=PolicySet(), decide=decide, evolve=evolve
)
