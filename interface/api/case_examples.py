"""An example of every body about cases, disputes, contacts and accounts."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Any, Final

YUAN_129: Final = {"minor": 12900, "currency": "CNY"}
YUAN_30: Final = {"minor": 3000, "currency": "CNY"}
ORDER: Final = "6d1f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"
CASE: Final = "7e2f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"
FILE: Final = "8f3f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"
ITEMS: Final = [{"line": 1, "quantity": 1, "amount": YUAN_129}]
PHOTO: Final = {"evidence": FILE, "shows": "photo"}
VIDEO: Final = {"evidence": FILE, "shows": "packing_video"}
FINDINGS: Final = [
    {
        "fact": "goods_complete",
        "holds": False,
        "shown_by": {"role": "consumer", "name": "li-mei"},
        "evidence": [FILE],
    }
]
LIABILITY: Final = [
    {
        "party": "merchant",
        "name": "tea-house",
        "share_bp": 10_000,
        "basis": "short_delivery",
    }
]
AWARDS: Final = [{"kind": "refund", "amount": YUAN_129, "payer": "merchant"}]

CONTACT_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "OpenContactBody": {
        "channel": "in_app",
        "order": ORDER,
        "words": "茶叶罐是空的，怎么办？",
    },
    "WriteBody": {"message": "2", "words": "我们马上为您查一下，请稍等。"},
    "RecordWordsBody": {
        "by": {"role": "consumer", "name": "li-mei"},
        "message": "call-17",
        "channel": "call",
    },
    "AssignContactBody": {"agent": "anna"},
    "HandOverContactBody": {"team": "fresh-food", "words": "等商家的打包视频"},
    "LinkContactBody": {"noun": "case", "target": CASE},
    "CloseContactBody": {"outcome": "case_opened"},
    "ReopenContactBody": {"reason": "consumer_called_again"},
    "RateContactBody": {"score": 5, "words": "很快就解决了"},
    "PromiseBody": {"deed": "call_back", "due_at": "2030-03-01T17:00:00+08:00"},
    "ExtendPromiseBody": {
        "due_at": "2030-03-02T17:00:00+08:00",
        "reason": "consumer_asked",
    },
    "KeepPromiseBody": {"evidence": "call-18"},
}
CASE_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "OpenCaseBody": {
        "order": ORDER,
        "type": "return_refund",
        "lines": [{"line": 1, "quantity": 1}],
        "reason": 5,
        "words": "罐子是空的",
        "evidence": [PHOTO],
    },
    "ChangeRequestBody": {"type": "refund_shipped", "items": ITEMS, "reason": 5},
    "WithdrawCaseBody": {},
    "ApproveCaseBody": {"address": "杭州市西湖区 1 号仓"},
    "RejectCaseBody": {
        "reason": "not_as_claimed",
        "evidence": [VIDEO],
        "words": "打包视频显示罐子是满的",
    },
    "CounterOfferBody": {
        "type": "partial_refund",
        "items": [{"line": 1, "quantity": 1, "amount": YUAN_30}],
        "words": "补偿三十元，商品您留着",
    },
    "AcceptCounterBody": {},
    "DeclineCounterBody": {"words": "我不接受"},
    "SubmitReturnWaybillBody": {"carrier": "shunfeng", "waybill": "SF9876543210"},
    "RecordParcelScanBody": {
        "direction": "reverse",
        "scan": "0f3a9c",
        "code": "signed",
    },
    "ConfirmReturnReceivedBody": {
        "items": [{"line": 1, "quantity": 1, "condition": "as_expected"}]
    },
    "JudgeReturnBody": {
        "acceptance": "accepted",
        "accepted": [{"line": 1, "quantity": 1}],
    },
    "RecordReceptionBody": {"reception": "given_to_customer"},
    "ShipReplacementBody": {
        "carrier": "shunfeng",
        "waybill": "SF1111111111",
        "contents": [{"line": 1, "quantity": 1}],
    },
    "ConfirmReplacementBody": {},
    "OrderRefundBody": {"refund": "refund-1", "route": "original"},
    "RecordRefundResultBody": {"refund": "refund-1", "succeeded": True},
    "RecordRecoveryBody": {"refund": "refund-1", "amount": YUAN_129},
    "ExtendClockBody": {
        "timer": "send_back/1",
        "hours": 72,
        "reason": "consumer_travels",
    },
    "FreezeCaseBody": {"frozen": True, "reason": "account_stolen"},
    "AssignCaseBody": {"agent": "anna"},
    "AskForEvidenceBody": {"of": "merchant", "shows": ["packing_video"]},
    "AddEvidenceBody": {"evidence": [PHOTO]},
    "NoteCaseBody": {"words": "商家第二次这样回复", "shown": False},
    "MergeCaseBody": {"into": CASE},
    "ReopenCaseBody": {"reason": "consumer_feedback"},
    "RateCaseBody": {"score": 4},
    "AppointInspectionBody": {"appointed_for": "2030-03-02T10:00:00+08:00"},
    "RecordInspectionBody": {"result": "pass"},
    "OpenTicketBody": {"words": "请今天联系消费者"},
    "AnswerTicketBody": {"ticket": 1, "words": "已联系，明天补发"},
    "ConfirmResolvedBody": {"resolved": True},
    "CheckClocksBody": {},
}
DISPUTE_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "OpenDisputeBody": {
        "case": CASE,
        "issue": "short_or_wrong",
        "words": "商家不承认少发",
        "evidence": [PHOTO],
    },
    "MakeOfferBody": {
        "type": "partial_refund",
        "amount": YUAN_30,
        "words": "愿意退三十元",
    },
    "AcceptOfferBody": {"offer": 1},
    "DenyOfferBody": {"offer": 1, "words": "不够"},
    "AcceptLiabilityBody": {},
    "EscalateDisputeBody": {},
    "AskForProofBody": {"of": ["merchant"], "shows": ["packing_video"]},
    "SubmitProofBody": {"files": [VIDEO]},
    "EndRoundBody": {},
    "ContestFaultBody": {"words": "包裹签收时完好", "files": [PHOTO]},
    "AssignHandlerBody": {"duty": "arbiter", "person": "judge-wu"},
    "IssueRulingBody": {
        "result": "support_consumer",
        "findings": FINDINGS,
        "liability": LIABILITY,
        "awards": AWARDS,
        "words": "开箱照片与物流重量一致",
    },
    "EnforceRulingBody": {},
    "CompleteEnforcementBody": {},
    "FileAppealBody": {"files": [VIDEO], "words": "新的打包视频"},
    "DecideAppealBody": {"upheld": True},
    "WithdrawDisputeBody": {},
    "TerminateDisputeBody": {"authority": "court", "reference": "2030-0101-0017"},
    "CloseDisputeBody": {},
    "ReopenDisputeBody": {"reason": "consumer_feedback"},
    "ExtendDisputeClockBody": {
        "timer": "evidence/1/merchant",
        "hours": 24,
        "reason": "public_holiday",
    },
    "NoteDisputeBody": {"words": "等质检报告", "shown": False},
    "RateDisputeBody": {"score": 4},
}
ACCOUNT_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "AttributeResponsibilityBody": {"shares": LIABILITY},
    "ContestAttributionBody": {"files": [FILE], "words": "是承运商弄丢的"},
    "FinaliseAttributionBody": {},
    "PostEntryBody": {
        "entry": {
            "entry": "freight-1",
            "kind": "paid",
            "why": "return_freight",
            "currency": "CNY",
            "postings": [
                {"account": {"kind": "merchant", "name": "tea-house"}, "minor": -1200},
                {"account": {"kind": "consumer", "name": "li-mei"}, "minor": 1200},
            ],
        }
    },
    "ClaimRecourseBody": {
        "claim": "recourse-1",
        "claimant": {"kind": "merchant", "name": "tea-house"},
        "against": {"kind": "creator", "name": "anna"},
        "amount": YUAN_129,
        "basis": "creator_promise",
    },
    "AcknowledgeRecourseBody": {"claim": "recourse-1"},
    "DisputeRecourseBody": {"claim": "recourse-1", "words": "直播里没有这样承诺"},
    "RecordRecoursePaidBody": {
        "claim": "recourse-1",
        "payment": "pay-9",
        "amount": YUAN_129,
    },
    "WriteOffRecourseBody": {"claim": "recourse-1", "reason": "too_small"},
    "RecordScoreEffectBody": {
        "effect": {
            "party": "merchant",
            "name": "tea-house",
            "metric": "platform_help_rate",
            "numerator": 1,
            "denominator": 1,
        }
    },
}
COMPENSATION_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "ReserveCompensationBody": {
        "breaches": ["SHIP_OVERDUE", "OUT_OF_STOCK"],
        "out_of_stock": "admitted",
        "admitted_at": "2030-03-05T16:00:00+08:00",
    },
    "ReleaseCompensationBody": {"reason": "settled_otherwise"},
}
CASEWORK_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    **CONTACT_EXAMPLES,
    **CASE_EXAMPLES,
    **DISPUTE_EXAMPLES,
    **ACCOUNT_EXAMPLES,
    **COMPENSATION_EXAMPLES,
}
