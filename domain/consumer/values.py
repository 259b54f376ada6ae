"""Why names are held to be one person's, and why goodwill is blocked."""

from typing import Final, Literal

# Why two names are held to be one person's.
LinkBasis = Literal["guest_login", "second_channel", "merged_account", "agent_verified"]

# Why goodwill is blocked: what was seen, never what somebody is.
FlagReason = Literal[
    "repeated_refunds",  # 频繁退款
    "false_claims",  # 虚假诉求
    "goods_swapped",  # 退货掉包
    "forged_evidence",  # 伪造凭证
    "coupon_abuse",  # 套取优惠
    "account_shared",  # 账号异常共用
]

# A flag is looked at anew after so long at the latest.
FLAG_DAYS_MAX: Final = 180
