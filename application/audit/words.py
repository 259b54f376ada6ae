"""What an event says, in plain words, for whoever reads a history at a terminal."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, structs

from application.audit.case_words import CASE_SENTENCES
from application.audit.companionship_words import (
    COMPANIONSHIP_SENTENCES,
    COMPANIONSHIP_VALUES,
)
from application.audit.desk_words import DESK_SENTENCES
from application.audit.dispute_words import DISPUTE_SENTENCES
from application.audit.incident_words import INCIDENT_SENTENCES, INCIDENT_VALUES
from application.audit.resolution_words import (
    RESOLUTION_NAMES,
    RESOLUTION_SENTENCES,
    RESOLUTION_VALUES,
)
from application.audit.spelt import coded, left, money, span, spelt, yuan
from application.event_store.mapper import tag_of
from domain.kernel import Event
from domain.money import Money
from domain.order import ClaimItem, OrderLine, Packed, Tender
from domain.order.values import WHOLE
from domain.party import Participant
from domain.plan import Proposed
from domain.policy.quote import Line
from domain.policy.rows import Row
from domain.promise import Offer
from domain.responsibility import Account, Entry, Knowledge, Posting, Share

# A tag's sentence: {name} is a field of the event, {name?…} a phrase if it is set.
SENTENCES: Mapping[str, str] = {
    "order.identified": "this is order {number} of {source}, by {consumer}",
    "order.placed": "{consumer} placed order {number} at {source}"
    "{channel? in the * channel}{content?, sold by *}{lines?: *}"
    "{participants?; with *}{offers?; shown: *}",
    "order.payment_captured": "payment {payment} captured: {tenders}",
    "order.amount_changed": "the amount to pay was changed to {payable}",
    "order.funds_released": "{amount} released to the merchant",
    "order.funds_held_again": "{amount} is owed back to escrow",
    "order.stock_confirmed": "the merchant has the goods and prepares them",
    "order.parcel_shipped": "parcel {parcel} shipped{carrier? by *}"
    "{waybill?, waybill *}{contents?, holding *}",
    "order.scan_recorded": "parcel {parcel} scanned: {code}"
    "{raw_code? (carrier's code *)}{text?, *}",
    "order.parcel_handed_over": "parcel {parcel} handed over to the carrier",
    "order.parcel_out_for_delivery": "parcel {parcel} out for delivery",
    "order.parcel_delivered": "parcel {parcel} delivered",
    "order.parcel_signed": "parcel {parcel} signed for, by: {signed_by}",
    "order.parcel_exception": "parcel {parcel} in trouble: {exception}",
    "order.intercept_requested": "asked to stop parcel {parcel}: {reason}",
    "order.parcel_intercepted": "parcel {parcel} stopped on its way",
    "order.intercept_failed": "parcel {parcel} could not be stopped",
    "order.return_to_sender_requested": "asked to return parcel {parcel}: {reason}",
    "order.parcel_returning": "parcel {parcel} on its way back to the sender",
    "order.parcel_returned": "parcel {parcel} back at the sender's",
    "order.parcel_lost": "parcel {parcel} lost",
    "order.address_changed": "the address was changed: {address}",
    "order.receipt_confirmed": "the consumer confirmed receipt",
    "order.completed": "the order is complete",
    "order.cancelled": "cancelled by {by}: {reason}",
    "order.review_recorded": "review {review}: {score} of 5{words?, *}",
    "order.note_recorded": "a note: {words}",
    "order.time_given": "time for {what} until {until}: {reason}",
    "order.ship_date_agreed": "agreed to ship by {due_at}: {reason}",
    "order.appointment_made": "a delivery was appointed: {offer}",
    "order.claim_opened": "{claim} reserves{items? *}{freight?, postage *}: {kind}",
    "order.claim_changed": "{claim} reserves instead{items? *}"
    "{freight?, postage *}: {kind}",
    "order.claim_settled": "{claim} ended{refunded?, refunded *}"
    "{freight?, postage *}{returned?, returned *}",
    "order.refund_reported": "refund {refund}: {amount} went back",
    "order.contradiction_flagged": "reports clash: {code}{about? (*)}",
    "order.contradiction_resolved": "reports no longer clash: {code}{about? (*)}",
    "order.promise_made": "promised by {source}{by? (*)}: {promise}{due_at?, due *}, "
    "under {policy}",
    "order.promise_started": "the clock of the {promise} runs until {due_at}",
    "order.promise_renegotiated": "{promise} put to {due_at}: {reason}",
    "order.promise_kept": "{promise} kept, {ahead_seconds} ahead ({evidence})",
    "order.promise_breached": "{promise}, due {due_at}, breached{late_seconds?, * late}"
    "{evidence? (*)}",
    "order.promise_cleared": "{promise} was kept after all, {ahead_seconds} ahead "
    "({evidence})",
    "order.promise_waived": "{promise} waived: {reason}",
    "order.promise_voided": "{promise} no longer owed",
    "order.promise_reopened": "{promise} open again",
    "consumer.linked": "{consumer} and {other} are one person: {basis}",
    "consumer.unlinked": "{consumer} and {other} are not one person",
    "consumer.flagged": "{by} blocked goodwill for {consumer} until {until} ({flag}): "
    "{reason}",
    "consumer.flag_contested": "{by} says that the flag {flag} is wrong{words?: *}",
    "consumer.flag_lifted": "{by} took the flag {flag} away: {reason}",
    "evidence.uploaded": "{by} {name} handed in a file as evidence of {about}: "
    "{media_type}, {bytes} bytes, SHA-256 {sha256}",
    "evidence.cleared": "the parties may see the file",
    "evidence.blocked": "no party may see the file: {reason}",
    "timer.started": "{owes} is to {step}{timer?, clock *,} by {due_at}, under {policy}"
    "{hours_from?, in the hours of *}{closures?; not counted: *}",
    "timer.paused": "the clock of {timer} stands still, {seconds_left}: {reason}",
    "timer.resumed": "the clock of {timer} runs on until {due_at}"
    "{closures?; not counted: *}",
    "timer.extended": "{timer}: put to {due_at} by {by}, given {seconds}: {reason}, "
    "under {policy}{closures?; not counted: *}",
    "timer.restarted": "{owes} is to {step}{timer?, clock *,} anew by {due_at}: "
    "{reason}, under {policy}"
    "{hours_from?, in the hours of *}{closures?; not counted: *}",
    "timer.met": "{timer}: done, {seconds_left}",
    "timer.breached": "{timer}: due {due_at}, not done by {owes}: {on_breach} follows, "
    "under {policy}",
    "timer.cancelled": "{timer}: no longer owed: {reason}",
    "contact.opened": "{by} got in touch by {channel}: {about}{order?, order *}"
    "{earlier?; earlier: *}",
    "contact.words": "{by}, {direction} by {channel}{words?: *}{files?; files *}",
    "contact.answered": "{agent} answered after {waited_seconds}",
    "contact.assigned": "given to {agent? *} by {by}{taken_from?, taken from *}",
    "contact.handed_over": "{by} handed it over{to? to *}{team? to team *}{words?: *}",
    "contact.linked": "{by} tied it to {noun} {target}",
    "contact.closed": "{by} closed it: {outcome}",
    "contact.reopened": "{by} took it up again: {reason}",
    "contact.rated": "{by} rated the service {score} of 5{words?: *}",
    "contact.reported": "{source} tells of its ticket {number}: {word} ({step})"
    "{done_by?, done by *}{agent?, had by *}{taken_from?, taken from *}"
    "{reopens?; it had ended before: *}{rank?; place in its second: *}",
    "contact.defaulted": "{timer} ran out: {does}, under {policy}",
    "promise.made": "{by} promised {consumer} to {deed} by {due_at}, under {policy}",
    "promise.extended": "{by} put it to {due_at}: {reason}",
    "promise.kept": "{by} kept it ({evidence}){late_seconds?, * late}",
    "promise.breached": "not kept by {due_at}, first due {first_due_at}, "
    "under {policy}",
    "responsibility.opened": "{by} asks whose fault {matter} is, about order {order}"
    "{parties?, among *}",
    "responsibility.attributed": "{by} says who bears it: {shares}"
    "{knowledge?; known: *}{ruling?; by ruling *}{policy?; under *}",
    "responsibility.contested": "{by} says it should not bear that{files?; files *}"
    "{words?: *}",
    "responsibility.finalised": "it stands, says {by}{policy?, under *}",
    "responsibility.entry_posted": "{by} wrote down {entry}",
    "responsibility.recourse_claimed": "{by} claims ({claim}) {amount} for {claimant} "
    "from {against}: {basis}{freight?; the freight was *}{policy?; limited by *}"
    "{files?; files *}{words?: *}",
    "responsibility.recourse_acknowledged": "{by} accepts claim {claim}"
    "{policy?, under *}",
    "responsibility.recourse_disputed": "{by} denies claim {claim}{files?; files *}"
    "{words?: *}",
    "responsibility.recourse_paid": "{amount} paid on claim {claim} ({payment})",
    "responsibility.recourse_written_off": "{by} gave up {amount} of claim {claim}: "
    "{reason}",
    "responsibility.score_effect_recorded": "it counts for a score: {effect}"
    "{policy?, under *}",
    "trust.point_contested": "{by} contests that {event} says {what}: {reason}"
    "{words?: *}",
    "trust.contest_answered": "{by} answered {event}, {what}: {outcome}, {because}"
    "{correction?; now *}{words?: *}",
    "compensation.reserved": "{by} set aside {total_fen} for {consumer} of {merchant}, "
    "order {order}, {matter} ({reservation}){lines?: *}; under {policy}",
    "compensation.goodwill_reserved": "{by} set aside {total_fen} of goodwill for "
    "{consumer} of {merchant}, order {order}, {matter} ({reservation}); let go by "
    "{approved_by}",
    "compensation.paid": "{by} paid {total_fen} ({reservation})",
    "compensation.released": "{by} gave up {total_fen} ({reservation}): {reason}",
    **CASE_SENTENCES,
    **DISPUTE_SENTENCES,
    **DESK_SENTENCES,
    **COMPANIONSHIP_SENTENCES,
    **RESOLUTION_SENTENCES,
    **INCIDENT_SENTENCES,
    "policy.published": "{profile}, publication {publication}{rows?: *}",
}

# Promises by kind, as the subject of a sentence.
PROMISES: Mapping[str, str] = {
    "ship_by": "promise to ship",
    "hand_over_by": "promise to hand over to the carrier",
    "deliver_by": "promise to deliver",
    "return_within": "right to return",
    "freight_insurance": "return freight insurance",
    "price_protection": "price protection",
}

# What is not spelt by its fields alone, by the type of the value.
VALUES: Final[Mapping[type, Callable[[Any], str]]] = {
    **RESOLUTION_VALUES,
    **COMPANIONSHIP_VALUES,
    **INCIDENT_VALUES,
}

FIELD = re.compile(r"\{(\w+)(?:\?([^}]*))?\}")


def plain_words(
    event: Event, opened: Callable[[str], str], word: Callable[[str], str] = str
) -> str:
    """Return the event as a sentence.

    ``opened`` says how a sealed value is shown, ``word`` what a code is called; one
    that has no word stays as it is.
    """
    tag = tag_of(type(event))
    fields = structs.asdict(event)
    sentence = SENTENCES[tag]

    def filled(found: re.Match[str]) -> str:
        name, phrase = found[1], found[2]
        field = fields[name]
        if phrase is not None and nothing(name, fields):
            return ""
        value = shown(field, opened, name)
        if value == field:  # Nothing but what is stored: perhaps a code.
            value = coded(value, word)
        return value if phrase is None else value and phrase.replace("*", value)

    return FIELD.sub(filled, sentence)


def nothing(name: str, fields: Mapping[str, Any]) -> bool:
    """Whether a field is nothing to speak of: no money or time, the step's own name."""
    if name == "timer":
        return bool(fields["timer"] == fields["step"])
    return name.endswith(("_fen", "_seconds")) and fields[name] == 0


def shown(value: Any, opened: Callable[[str], str], field: str = "") -> str:
    """Return a field's value for people; "" for what is not set."""
    match value:
        case None | ():
            return ""
        case str() if value.startswith("sealed:"):
            return opened(value)
        case str() if field in NAMES:
            return NAMES[field](value)
        case bool() | datetime():
            return spelt(value)
        case int() if field == "seconds_left":
            return left(value)
        case int() if field.endswith("_seconds") or field.startswith("seconds"):
            return span(value)
        case int() if field == "fen" or field.endswith("_fen"):
            return yuan(value)
        case Money():
            return money(value)
        case tuple():
            between = " / " if isinstance(value[0], Proposed) else ", "
            return between.join(shown(each, opened, field) for each in value)
        case Offer():
            return value.label
        case Row():
            return value.ref
        case OrderLine(product=product, quantity=quantity, price=price):
            return f"{quantity} {product} for {shown(price, opened)}"
        case ClaimItem(line=number, quantity=quantity, amount=amount):
            return f"{quantity} of line {number} for {shown(amount, opened)}"
        case Tender(tender=tender, amount=amount):
            return f"{shown(amount, opened)} by {tender}"
        case Packed(line=number, quantity=quantity):
            return f"{quantity} of line {number}"
        case Share(party=party, name=name, share_bp=share_bp, basis=basis):
            who = " ".join(filter(None, (party, name)))
            return f"{who} {share_bp / 100:g} % ({basis})"
        case Knowledge(of=of, source=source, holds=holds):
            return f"{of} {'knew' if holds else 'did not know'} by {source}"
        case Account(kind=kind, name=name):
            return " ".join(filter(None, (kind, name)))
        case Entry(entry=name, kind=kind, why=why, currency=currency):
            sides = (side(posting, currency) for posting in value.postings)
            return f"{name} ({kind}, {why}): {', '.join(sides)}"
        case Line(rule=rule, version=version, fen=fen, payer=payer, cut_by=cut_by):
            cut = f", cut by {cut_by}" if cut_by else ""
            return f"{yuan(fen)} from {payer} by {rule}@{version}{cut}"
        case Participant(party=party, roles=roles):
            return f"{party} ({', '.join(roles)})"
        case Struct() if type(value) in VALUES:
            return VALUES[type(value)](value)
        case Struct():
            parts = (shown(part, opened) for part in structs.asdict(value).values())
            return " ".join(filter(None, parts))
        case _:
            return str(value)


def side(posting: Posting, currency: str) -> str:
    """Return one side of an entry: who gets or gives how much."""
    amount = shown(Money(abs(posting.minor), currency), str)
    does = "gives" if posting.minor < 0 else "gets"
    return f"{shown(posting.account, str)} {does} {amount}"


def promise(name: str) -> str:
    """Return a promise's name in words: its kind, its line if one, and who made it.

    A name of a kind we do not know is shown as it is.
    """
    kind, _, rest = name.partition("/")
    about, _, who = rest.partition("/")
    if kind not in PROMISES or not who:
        return name
    line = "" if about == "order" else f"{about.replace('-', ' ')}, "
    return f"{PROMISES[kind]} ({line}{who.replace('/', ' ', 1)})"


def parcel(name: str) -> str:
    """Return a parcel's number; a feed that knows no parcels tells of all there is."""
    return "(all of it)" if name == WHOLE else name


# Names of which words are made, by the fields that hold them.
NAMES: Final[Mapping[str, Callable[[str], str]]] = {
    "promise": promise,
    "parcel": parcel,
    **RESOLUTION_NAMES,
}
