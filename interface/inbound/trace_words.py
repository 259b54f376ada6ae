"""What Chinese carriers write into a scan, as our codes.

For scans that carry no code of their own. The first row that fits counts, so rows go
from what cannot be meant otherwise to what can.
"""

# ruff: noqa: RUF001  (Chinese punctuation is what carriers write)

import re
from typing import Final

from domain.order import ScanCode

# Words that name a thing without saying that it happened: an outlet, a person, a wish.
BESIDES: Final = re.compile(
    r"[派揽][件送收](?:网点|公司|点|部|员|人|范围|电话)|派送(?:网点|公司|范围)"
    r"|收件(?:人|方|地址|地|客户|网点|公司)|签收(?:人|码|方式|凭证)"
    r"|(?:准备|等待|注意|方便|待|未|请[^，。,;；]{0,6})签收|[尚还]未[^，。,;；]{0,4}签收"
    r"|(?:投递|派送|派件|揽收|取件|配送)(?:员|人|小哥|师傅)"
    r"|预计[^，。;；]{0,24}(?:派送|送达|签收|投递|派件)"
    r"|如(?:有|需|遇|您|果|无)[^，。;；]{0,30}"
    r"|(?:取消|未|无法|不能|失败)[揽取]收?件?"
)

STATION: Final = r"(?:驿站|快递柜|智能柜|自提柜|自提点|丰巢|菜鸟|便利店|代收点)"

PATTERNS: Final[tuple[tuple[str, ScanCode], ...]] = (
    # 退签: the sender has it back.
    (r"退[回件货]?[^，。,;；]{0,6}签收|已退签", "returned_signed"),
    (r"退回|退件|退货|返回寄件|退往", "returning"),
    # 拒收: the consumer did not take it; what becomes of it is open.
    (r"拒收|拒签", "exception:refused"),
    (r"派[件送]失败|投递失败|未妥投|派送不成功", "exception:delivery_failed"),
    (r"派件异常", "exception:delivery_failed"),
    # 签收 before 代收: whoever fetched it from a station signed for it.
    (rf"签收|已代签|妥投|本人取走|已取出|已送达(?!.{{0,12}}{STATION})", "signed"),
    (r"代收|代为保管|投柜|待取件|取件码|取货码|暂存|暂放", "at_pickup_point"),
    (rf"(?:到达|[放存投][入至]|送[至达])[^，。]{{0,30}}{STATION}", "at_pickup_point"),
    (r"拦截失败", "intercept_failed"),
    (r"拦截成功|已被?拦截", "intercepted"),
    (r"转投|转寄|改派|改址", "forwarded"),
    (r"丢失|遗失", "lost"),
    (r"破损", "exception:damaged"),
    (r"超区|超出派送", "exception:out_of_area"),
    (r"滞留|延误|延迟", "exception:stuck"),
    (r"联系不上|无法联系|无人接听", "exception:unreachable"),
    (r"地址(?:不详|不清|有误|错误)", "exception:address_unclear"),
    (r"(?:电话|号码)(?:错误|有误|空号)", "exception:phone_wrong"),
    (r"错分|错发", "exception:missorted"),
    (r"清关异常|海关扣留", "exception:customs"),
    (r"清关|海关|报关", "customs"),
    (r"疑难|问题件", "exception:other"),
    (r"派件|派送|投递|配送中|正在配送|送货", "out_for_delivery"),
    (r"(?:待|即将)(?:上门)?揽[收件]|等待取件|待揽", "awaiting_pickup"),
    (r"揽[收件]|收件|收取快?件|已收取|已取件|上门取件|接收快件", "picked_up"),
    (r"下单|面单|打单|订单已?(?:生成|创建)|电子运单", "label_created"),
    (r"到达|已到|离开|发往|发出|发车|装[件车]|下车|收入|打包|中转|分拨", "in_transit"),
    (r"分拣|到件|发件|运输|转运|扫描|航班|起飞|卸车|出港|进港", "in_transit"),
)
ROWS: Final = tuple((re.compile(pattern), code) for pattern, code in PATTERNS)

# What is written where there is nothing to write.
NO_RESULT: Final = re.compile(
    r"^[^A-Za-z0-9]{0,2}(?:查无结果|查询无结果|暂无(?:物流)?(?:轨迹|信息|记录|物流)"
    r"|无(?:物流|轨迹)(?:信息|轨迹|记录)|没有查到|物流单号暂无)"
)


def code_in(text: str) -> ScanCode | None:
    """Return what a scan's words say happened; None if they do not say."""
    said = BESIDES.sub("", text)
    return next((code for pattern, code in ROWS if pattern.search(said)), None)


def says_nothing(text: str) -> bool:
    """Say whether the words only tell that nothing was found."""
    return not text or NO_RESULT.match(text) is not None
