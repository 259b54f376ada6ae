"""The steps somebody owes and a clock watches, each with what starts its clock.

A timer row names its step by one of these codes, and whoever starts a clock asks for it
by the same code. How long each takes, and what follows when it is not done, is data.
"""

from collections.abc import Mapping

# What a step is; in brackets what its clock runs from.
STEPS: Mapping[str, str] = {
    # -- A case: what the merchant answers (from the request, or its last change) --
    "answer.refund_unshipped": "answer a refund before shipping",
    "answer.refund_shipped": "answer a refund without return, shipped",
    "answer.return_refund": "answer a return and refund",
    "answer.exchange": "answer an exchange",
    "answer.repair": "answer a repair",
    "answer.resend": "answer a resend",
    "answer.price_protection": "answer a claim of price protection",
    "answer.freight_compensation": "answer a claim for freight",
    "answer.partial_refund": "answer a partial refund",
    "answer.flash_sale": "answer a refund of a flash sale, in business hours",
    "answer.spoilt": "answer a report of spoilt goods",
    # The same, after the consumer changed what was asked for.
    "answer.changed": "answer a changed request for a refund or return",
    "answer.changed_unshipped": "answer a changed request, not shipped",
    "answer.changed_exchange": "answer a changed request for an exchange",
    "answer.changed_resend": "answer a changed request for a resend",
    "answer.changed_repair": "answer a changed request for a repair",
    "answer.type_change_signed": (
        "answer after exchange became return and refund and the return is signed for"
    ),
    # -- A case: what follows --
    "consumer_decides": "change the request or escalate (from the refusal)",
    "counter_offer": "answer a counter-offer (from the offer)",
    "send_back": "send the goods back (from the merchant's yes)",
    "confirm_return": "confirm the goods came back (from the return's dispatch)",
    "confirm_return.signed": "confirm the goods came back (from their signing)",
    "confirm_return.unsigned": "confirm goods nobody signed for (from dispatch)",
    "pay_refund": "pay the refund out (from the agreement)",
    "ship.exchange": "send the goods in exchange (from the return's signing)",
    "ship.exchange_untracked": "the same, the return has no tracking (from dispatch)",
    "confirm.exchange": "confirm the goods in exchange (from their dispatch)",
    "return.repair": "return the repaired goods (from their arrival)",
    "confirm.repair": "confirm the repaired goods (from their dispatch)",
    "ship.resend": "send what is missing (from the agreement)",
    "confirm.resend": "confirm what was sent again (from its dispatch)",
    "evidence.merchant": "show what the service asked for, as the merchant",
    "evidence.consumer": "show what the service asked for, as the consumer",
    "confirm_resolved": "say whether the case is settled (from its end)",
    "reopen": "ask for a closed case to be opened again (from its end)",
    "report.spoilt": "report spoilt goods (from signing)",
    "after_sales_window": "ask for something of an order (from its completion)",
    "after_sales_window.no_reason": (
        "send goods back for no reason (from 00:00 of the day after signing)"
    ),
    # -- A case: clocks whose end is a breach of the marketplace's rules --
    "breach.exchange": "send an exchange in time (from the return's signing)",
    "breach.exchange_refused": "after which an exchange counts as refused",
    "breach.resend": "send a resend in time (from the agreement)",
    "breach.repair": "repair at the door (from 00:00 of the next day)",
    # -- Service at the door, and the platform's tickets --
    "door_inspection.result": "tell the result (from the appointment)",
    "door_inspection.decision": "decide on it (from 24:00 of the appointment's day)",
    "service_ticket": "answer a ticket of the platform (from its opening)",
    # -- A dispute --
    "dispute.negotiation": "agree between the parties (from the opening)",
    "dispute.offer": "answer an offer (from the offer)",
    "dispute.evidence": "hand in evidence (from the request)",
    "dispute.merchant_evidence": "answer the consumer's proof (from the proof)",
    "dispute.review": "ask for evidence or say none is needed (from the escalation)",
    "dispute.ruling": "rule (from the end of evidence)",
    "dispute.enforcement": "do what was ruled (from the ruling)",
    "dispute.appeal_window": "appeal (from the ruling)",
    "dispute.appeal_window_creator": "appeal as a creator (from the ruling)",
    "dispute.appeal_evidence": "add evidence to an appeal (from the request)",
    "dispute.appeal_ruling": "rule on an appeal (from its filing)",
    # -- A contact --
    "contact.first_response": "answer a consumer the first time (from the message)",
    "contact.answer": "answer a consumer again (from the message)",
    "contact.promise": "do what an agent promised (from the promise)",
    # -- Responsibility and recourse --
    "responsibility.contest": "contest a share of the blame (from being told)",
    "responsibility.contest_ruling": "decide on a contested share (from the contest)",
    "recourse.acknowledge": "acknowledge or dispute a claim (from the claim)",
    "recourse.pay": "pay what was acknowledged (from the acknowledgement)",
    # -- Measured of a merchant or a carrier, no case being open --
    "metric.pickup": "have the parcel picked up (from payment)",
}

# Who says yes to money leaving, by what it is.
APPROVALS: Mapping[str, str] = {
    "refund": "what the consumer is owed anyway",
    "goodwill": "compensation above what is owed",
    "resolution": "a plan of several steps, by its cost in all",
    "ruling": "what a ruling moves",
    "incident_budget": "what an incident may cost in all",
}

# What a party can be asked to show (domain rules, section 3.3: the burden of proof).
EVIDENCE: Mapping[str, str] = {
    "photo": "pictures of the goods",
    "video": "a video of the goods, or of opening the parcel",
    "packing_video": "a video of packing and sealing",
    "packing_list": "what was packed",
    "weight_photo": "a picture of the parcel on the scales",
    "carrier_stamp": "the carrier's stamped word",
    "tracking": "the track of the parcel",
    "signed_intact": "proof that it was signed for intact",
    "delivery_proof": "who signed, where and when",
    "chat": "what was said",
    "order_page": "the listing as it was shown",
    "live_clip": "the passage of the broadcast or clip",
    "purchase_proof": "legitimate purchase: invoices, licences",
    "authorisation": "the brand's authorisation",
    "inspection_report": "a report of an accredited laboratory (CMA, CNAS)",
    "freight_receipt": "what the freight cost",
    "consent": "the consumer's consent, as to a drop at a locker",
    "statement": "the party's own account",
}

# What a default of the burden of proof comes to.
REMEDIES: Mapping[str, str] = {
    "refund": "the money back, the goods not",
    "return_refund": "the goods back, then the money",
    "refund_missing": "the value of what is missing",
    "reduced_refund": "the money back less what the goods lost",
    "refund_freight": "the merchant bears the freight",
    "perform_promise": "what was promised, read in the consumer's favour",
    "compensation": "a sum for what was suffered",
    "return_not_received": "the return counts as not received",
    "none": "nothing",
}
