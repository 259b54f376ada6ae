"""A contact: every word between a consumer and the service, and who waits for whom."""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.contact.commands import *
from domain.contact.decide import CONTACT as CONTACT
from domain.contact.decide import allowed as allowed
from domain.contact.decide import guard as guard
from domain.contact.events import *
from domain.contact.refusals import *
from domain.contact.state import *
from domain.contact.values import *
