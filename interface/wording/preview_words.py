"""What a preview says beside its amounts: rounding, tax, and whose weights count."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Iterable, Mapping
from typing import Final

from interface.wording.language import Tongue

# Chinese, then English.
PREVIEW_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "rounding:shares_of_paid": (
        "按实付金额在各商品与运费间按比例分摊，余分依最大余数分配，合计分文不差",
        "What was paid, by line and postage in proportion (largest remainder)",
    ),
    "rounding:rate_to_fen": (
        "按比例计算，四舍五入到分，再受上下限约束",
        "A rate of what was paid, half up to the fen, then within its limits",
    ),
    "rounding:rate_to_yuan": (
        "按比例计算，四舍五入到元，再受上下限约束",
        "A rate of what was paid, half up to the yuan, then within its limits",
    ),
    "rounding:as_seen": ("按所见差额，不作取整", "The difference as seen, not rounded"),
    "rounding:as_written": ("按所填金额，不作取整", "As it was written, not rounded"),
    "rounding:as_borne": (
        "按他方实际承担的金额，精确到分",
        "What others bore for it, to the fen",
    ),
    "tax:reversed_in_proportion": (
        "价格含下单时所收增值税，退款按比例冲回",
        "Prices hold the VAT charged with the order; a refund reverses its part of it",
    ),
    "tax:without_tax": (
        "不属于降价，按不含税金额列示",
        "No price reduction: shown without tax",
    ),
    "tax:within_price": (
        "按商品实付价格计，含下单时所收增值税",
        "Goods at the price paid, the tax charged with the order within",
    ),
    "weights:industry": ("按商家所属行业的权重", "by the weights of its industry"),
    "weights:usual": (
        "该行业没有单独权重，按通用权重",
        "its industry has no weights of its own: the usual weights",
    ),
    "weights:industry_unknown": (
        "商家行业未知，按通用权重",
        "industry unknown: the usual weights",
    ),
}


def preview_words(codes: Iterable[str]) -> dict[str, dict[Tongue, str]]:
    """Return the words of these codes in every language, each once."""
    found: dict[str, dict[Tongue, str]] = {}
    for code in dict.fromkeys(codes):
        chinese, english = PREVIEW_WORDS[code]
        found[code] = {"zh-CN": chinese, "en": english}
    return found
