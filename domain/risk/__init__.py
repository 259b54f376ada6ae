"""The risk that a parcel comes late, told from what is known of it at the time."""

from domain.risk.learning import Learning as Learning
from domain.risk.parcel import ENDINGS as ENDINGS
from domain.risk.parcel import Ending as Ending
from domain.risk.parcel import Known as Known
from domain.risk.parcel import Lane as Lane
from domain.risk.parcel import Parcel as Parcel
from domain.risk.table import Count as Count
from domain.risk.table import Inputs as Inputs
from domain.risk.table import Risk as Risk
from domain.risk.table import RiskTable as RiskTable
from domain.risk.table import Seen as Seen
from domain.risk.table import TableVersion as TableVersion
from domain.risk.table import risk_of as risk_of
from domain.risk.terms import DELIVERY_RISK as DELIVERY_RISK
from domain.risk.terms import NEVER_BP as NEVER_BP
from domain.risk.terms import WHOLE_BP as WHOLE_BP
from domain.risk.terms import Bar as Bar
from domain.risk.terms import RiskTerms as RiskTerms
