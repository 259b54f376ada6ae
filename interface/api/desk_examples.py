"""An example of every body about what agents keep."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Any, Final

DESK_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "KeepViewBody": {
        "name": "今天到期的售后",
        "shared": True,
        "filters": {"noun": "case", "due_within_hours": 24, "unassigned": True},
    },
    "KeepMacroBody": {
        "name": "要打包视频",
        "shared": True,
        "noun": "case",
        "steps": [
            {"do": "assign"},
            {
                "do": "ask_for",
                "of": "merchant",
                "shows": ["packing_video"],
                "words": "请上传这一单的打包视频。",
            },
            {"do": "say", "words": "我们已请商家提供打包视频，有结果会马上告诉您。"},
        ],
    },
    "DropBody": {"shared": True},
    "RunBody": {},
}
