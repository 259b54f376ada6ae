"""What Redress would have noticed, and when: the clock walked over past orders."""

from application.proactive.entitlements import Entitlements as Entitlements
from application.proactive.figures import Alarms as Alarms
from application.proactive.figures import Figures as Figures
from application.proactive.figures import Judged as Judged
from application.proactive.report import NoOrders as NoOrders
from application.proactive.report import Proactive as Proactive
from application.proactive.report import report_on as report_on
from application.proactive.seen import OrderSeen as OrderSeen
from application.proactive.seen import Survey as Survey
