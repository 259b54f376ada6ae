"""What the sides of a case argue about, once the platform has to decide.

By the reason the consumer gave (Doudian's codes, domain rules, section 3.2), in the
words of the burden of proof (section 3.3): so that it is known who has to prove what.
"""

from collections.abc import Mapping
from typing import Final

from domain.after_sales.state import Case
from domain.after_sales.values import NO_REASON, ReasonCode
from domain.policy.rows import Issue

ISSUES: Final[Mapping[ReasonCode, Issue]] = {
    2: "not_received",  # 未按约定时间发货
    3: "not_received",  # 快递一直未送达
    4: "not_received",  # 快递无跟踪记录
    5: "short_or_wrong",  # 少件/错件/空包裹
    7: "visible_quality",  # 做工粗糙/瑕疵
    8: "hidden_quality",  # 功能故障
    9: "description",  # 效果与描述不符
    10: "description",  # 材质/品牌/外观不符
    11: "description",  # 生产日期/规格不符
    12: "counterfeit",  # 假冒品牌
    14: "not_received",  # 缺货
    16: "description",  # 尺寸/重量不符
    17: "description",  # 保质期不符
    18: "description",  # 品种/规格/成分不符
    19: "visible_quality",  # 腐烂/变质
    20: "short_or_wrong",  # 少件/漏发
    21: "damaged",  # 包装/商品破损
    22: "short_or_wrong",  # 发错货
    24: "freight",  # 退运费
    26: "visible_quality",  # 腐烂/变质/死亡
    27: "visible_quality",  # 变质/过期
    29: "short_or_wrong",  # 少件/错件/空包
    30: "counterfeit",  # 盗版
    31: "visible_quality",  # 瑕疵
    32: "damaged",  # 破损
    33: "description",  # 描述不符
    34: "hidden_quality",  # 使用后过敏
}


def issue_of(case: Case) -> Issue:
    """Return what is argued about; "other" for a reason that says nothing of it.

    Goods on their way back that never arrived are argued about themselves, and so are
    goods sent back for no reason that the merchant did not accept (七天无理由).
    """
    if case.reception == "awaiting" and case.sent_at is not None and not case.arrived:
        return "return_not_received"
    if case.acceptance == "rejected" and case.reason in NO_REASON:
        return "resale_affected"
    return ISSUES.get(case.reason or 0, "other")
