"""What Chinese carriers write into a scan, as our codes.

For scans that carry no code of their own. The first row that fits counts. A delivery is
believed only where the words say in so many that it happened: one made up ends promises
and clocks, one missed is told again by the next scan or the state of the whole.
"""

# ruff: noqa: RUF001  (Chinese punctuation is what carriers write)

import re
from typing import Final

from domain.order import ScanCode

# Stands for words that speak of a delivery which has not happened.
NOT_YET: Final = "〔〕"

# Asked for, arranged or awaited: 已通知收件人签收, 客户预约明日签收, 请本人签收. And
# what has simply not come about: 未签收. (未能签收, 无法签收 are attempts; see FAILED.)
WISHED: Final = re.compile(
    r"(?:[待请需须应]|必须|等待|等候|要求|仅限|限于|通知|告知|提醒|联系|嘱咐|预约|约定|安排"
    r"|准备|注意|(?<!不)方便|以便|便于|可以|可由|即将|将由|将于|明日|明天|改日|次日|预计"
    r"|希望|同意|答应|计划|确保|取消|撤销)[^，。,;；已]{0,12}(?:签收|妥投|取走)"
    r"|(?:未|没有?)[^，。,;；能成法]{0,4}(?:签收|取走)"
    r"|(?:是否|不确定|如果?)[^，。,;；]{0,12}签收"
)

# Words that name a thing without saying that it happened: an outlet, a person.
BESIDES: Final = re.compile(
    r"[派揽][件送收](?:网点|公司|点|部|员|人|范围|电话)|派送(?:网点|公司|范围)"
    r"|收件(?:人|方|地址|地|客户|网点|公司)|签收(?:码|方式|凭证)"
    r"|(?:投递|派送|派件|揽收|取件|配送)(?:员|人|小哥|师傅)"
    r"|预计[^，。;；]{0,24}(?:派送|送达|签收|投递|派件)"
    r"|如(?:有|需|遇|您|果|无)[^，。;；]{0,30}"
    r"|(?:取消|未|无法|不能|失败)[揽取]收?件?"
)

STATION: Final = r"(?:驿站|快递柜|智能柜|自提柜|自提点|丰巢|菜鸟|便利店|代收点)"

# Who signs, and how; between 已 and 签收 there may be several.
SIGNER: Final = (
    r"(?:[本他]人|家[人属]|亲[友属]|朋友|邻居|同事|客户|门卫|前台|保安|物业|收发室|单位"
    r"|代|草|拍照|图片|电子|扫码|正常|成功|完成|确认|妥善)"
)
DONE: Final = r"签收(?!点|网点|前|时[^间]|中|失败|异常|不|未|后请)"
# 签收 that happened: 已签收, 由门卫签收, 本人签收, 签收成功, 签收人是…, 【签收】.
SIGNED: Final = (
    rf"已经?[由被]?{SIGNER}{{0,3}}{DONE}|{SIGNER}{DONE}|[并已]{DONE}"
    rf"|(?:由(?!于)|被|经)(?:[^，。,;；不未没拒无]|无锡){{0,20}}{DONE}"
    rf"|(?:^|已|{SIGNER})代签(?!点|网点)|签收(?:成功|完成|完毕)"
    r"|签收人\s*[:：是为]\s*[:：]?(?!\s*(?:[未无待空]|[，。,;；]|$))"
    r"|^[\[【]?签收(?:[\]】]|$)"
)
# It failed or was refused, and after that it was delivered all the same.
AFTER_ALL: Final = (
    r"(?:拒[收签]|拒绝签收|失败|异常|无人|不成功|未能)[^。;；退]{0,20}"
    r"(?:后|再次|再派|重新|现|最终)(?:(?!退|寄件|发件|商家|卖家)[^。;；]){0,16}"
    rf"已经?[由被]?{SIGNER}{{0,3}}{DONE}"
)

SENT_BACK: Final = (
    r"退[回件货]?[^，。,;；无未不待拒失]{0,6}签收(?!失败|异常)|已退签"
    r"|(?:寄件|发件)[人方][^，。,;；无未不待拒]{0,4}签收(?!失败|异常)"
    r"|退[回件货][^。;；]{0,16}(?:商家|卖家)[^，。,;；无未不待拒]{0,4}已签收"
)
REFUSED: Final = r"拒收|拒签|拒绝(?:签收|收件|收货)|拒不签收|不予签收|不[肯愿]签收"
FAILED: Final = (
    r"(?:无法|未能|没能|不能|未成功|无人|没人|没有人|不便|不方便|不在)"
    r"[^，。,;；已]{0,8}(?:签收|妥投|投递|派送|送达)"
    r"|(?:签收|妥投|投递|派[件送]|送达)(?:失败|异常|不成功|未成功|未果)|未妥投|未投妥"
)
# 已送达 to somebody; 已送达北京转运中心 and 已送达驿站 are on their way.
ARRIVED: Final = (
    r"已送达(?:客户|本人|您|手中|家中|指定地[址点])*(?=$|[，。,;；!！\s（(])"
    rf"(?!.{{0,20}}(?:{STATION}|{NOT_YET}|[未待请取]|无(?!接触)))"
)

PATTERNS: Final[tuple[tuple[str, ScanCode], ...]] = (
    # 退签: the sender has it back.
    (SENT_BACK, "returned_signed"),
    (AFTER_ALL, "signed"),
    (r"退回|退件|退货|返回寄件|退往", "returning"),
    # 拒收: the consumer did not take it; what becomes of it is open.
    (REFUSED, "exception:refused"),
    (FAILED, "exception:delivery_failed"),
    # 签收 before 代收: whoever fetched it from a station signed for it.
    (SIGNED, "signed"),
    (r"(?<!未)已?妥投(?!失败|异常|不)|本人取走|已取出|已取走", "signed"),
    (ARRIVED, "signed"),
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
    r"查无结果|查询[^，。,;；]{0,4}无结果|暂无结果|(?:^|[，。,;；!！\s])无结果"
    r"|(?:没有|未能?)查询?到|\bno results?\b",
    re.IGNORECASE,
)
# The same, beside which a scan may still say something: 已揽收, 暂无物流信息.
NO_TRACE: Final = re.compile(
    r"(?:暂无|暂时没有|暂时无|没有|无)(?:任何|相关|后续)?(?:物流|快递|运单)?"
    r"(?:轨迹|信息|记录|物流|动态)|物流单号暂无"
    r"|\bno (?:tracking|shipment|information|records?|data)\b"
    r"|\b(?:number|records?|information|shipment) not (?:yet )?(?:found|available)\b",
    re.IGNORECASE,
)
# Words under which a delivery that only the state of the whole tells is not believed.
DENIAL: Final = re.compile(
    r"[没未不否拒]|无(?!接触)|失败|异常|\b(?:no|not|un\w+|fail\w*|attempt\w*)\b",
    re.IGNORECASE,
)


def code_in(text: str) -> ScanCode | None:
    """Return what a scan's words say happened; None if they do not say."""
    said = BESIDES.sub("", WISHED.sub(NOT_YET, text))
    return next((code for pattern, code in ROWS if pattern.search(said)), None)


def says_nothing(text: str) -> bool:
    """Say whether the words only tell that nothing was found."""
    if not text or NO_RESULT.search(text):
        return True
    return NO_TRACE.search(text) is not None and code_in(text) is None


def denies(text: str) -> bool:
    """Say whether the words speak of something that did not happen."""
    return DENIAL.search(BESIDES.sub("", text)) is not None
