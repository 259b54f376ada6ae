"""An example of every body about incidents."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Any, Final

ORDER: Final = "7e2f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"
SELECTOR: Final = {"carriers": ["zto"], "outlets": ["urumqi-3"], "stalled_hours": 48}

INCIDENT_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "DeclareIncidentBody": {
        "number": "I-7",
        "kind": "carrier_outlet",
        "reason": "outlet_stopped",
        "selector": SELECTOR,
        "begins": "2030-03-01T08:00:00+08:00",
        "ends": "2030-03-31T00:00:00+08:00",
    },
    "ReviseSelectorBody": {"selector": SELECTOR, "reason": "second_outlet"},
    "FreezeBody": {},
    "ExcludeOrdersBody": {"orders": [{"order": ORDER, "reason": "by_hand"}]},
    "DraftPlanBody": {
        "segments": [
            {"name": "stuck", "plan": "reship-early", "stalled_over_hours": 72},
            {"name": "slow", "plan": "wait"},
        ]
    },
    "EstimateBody": {},
    "ApproveBudgetBody": {
        "total_max_fen": 5_000_000,
        "per_order_max_fen": 60_000,
        "rests_on": "estimate:2c26b46b68ffc68ff99b453c1d304134",
    },
    "StartPilotBody": {"orders": 50},
    "ExpandRolloutBody": {"orders_per_minute": 600},
    "PauseIncidentBody": {"reason": "carrier_moves_again"},
    "ResumeIncidentBody": {},
    "RollBackUnexecutedBody": {"reason": "wrong_outlet"},
    "WithdrawIncidentBody": {"reason": "declared_in_error"},
    "ExemptBody": {
        "until": "2030-03-31T00:00:00+08:00",
        "words_zh": "网点停运，不计入商家超时",
        "words_en": "The outlet stopped: no merchant is late for it",
    },
    "PublishNoticeBody": {
        "words_zh": "乌鲁木齐网点停运，您的包裹会晚到，我们已为您准备了方案。",
        "words_en": "An outlet in Urumqi stopped; your parcel will be late.",
    },
    "CompleteIncidentBody": {},
    "ReviewIncidentBody": {"cause": "outlet_closed", "lessons": ["ask_carrier_daily"]},
}
