"""An example of every body about the trust balance."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Any, Final

POINT: Final = {
    "event": "6d1f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e/7",
    "what": "promise_broken",
}

TRUST_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "ContestPointBody": {
        **POINT,
        "reason": "wrong_time",
        "words": "快递员说是第二天才到的，不是当天",
    },
    "AnswerContestBody": {
        **POINT,
        "outcome": "corrected",
        "because": "courier_admits",
        "correction": {"minutes": 240},
        "words": "已核实，迟到四小时",
    },
}
