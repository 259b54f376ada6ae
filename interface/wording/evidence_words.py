"""What can be shown as evidence, and how it is asked for, in words."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

from interface.wording.language import Tongue

# What the rows of the burden of proof ask for.
SHOWS: Final[Mapping[str, tuple[str, str]]] = {
    "authorisation": ("品牌授权书", "the brand's authorisation"),
    "carrier_stamp": ("承运商盖章证明", "a statement stamped by the carrier"),
    "chat": ("聊天记录", "the chat"),
    "delivery_proof": ("签收凭证", "proof of delivery"),
    "inspection_report": ("质检报告", "an inspection report"),
    "live_clip": ("直播片段", "the clip of the live stream"),
    "order_page": ("下单页面截图", "the page of the order"),
    "packing_list": ("装箱单", "the packing list"),
    "packing_video": ("打包视频", "the packing video"),
    "photo": ("照片", "photos"),
    "purchase_proof": ("进货凭证", "proof of purchase"),
    "signed_intact": ("完好签收证明", "proof that it was signed for intact"),
    "statement": ("书面说明", "a written statement"),
    "tracking": ("物流轨迹", "the tracking"),
    "video": ("视频", "a video"),
    "weight_photo": ("称重照片", "a photo of the weighing"),
}
ASKS: Final[Mapping[Tongue, str]] = {
    "zh-CN": "请提供：{what}。",
    "en": "Please show: {what}.",
}
JOINTS: Final[Mapping[Tongue, str]] = {"zh-CN": "、", "en": ", "}


def asked_for(shows: tuple[str, ...]) -> dict[Tongue, str]:
    """Return the request for these kinds of evidence, in every language.

    Somebody else's codes stay as they are; asked for nothing, nothing is said.
    """
    if not shows:
        return dict.fromkeys(ASKS, "")
    words = [SHOWS.get(each, (each, each)) for each in shows]
    said: dict[Tongue, str] = {}
    for place, tongue in enumerate(ASKS):
        what = JOINTS[tongue].join(each[place] for each in words)
        said[tongue] = ASKS[tongue].format(what=what)
    return said
