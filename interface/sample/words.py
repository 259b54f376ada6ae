"""What the people of the sample say. Every name, number and place is invented."""

# ruff: noqa: RUF001  (Chinese punctuation is what these people write)

from collections.abc import Mapping

from domain.order import ScanCode

# Reviews by stars, in the two languages of the market.
REVIEWS: Mapping[int, tuple[str, ...]] = {
    1: (
        "等了快两周，客服一直说在催，再也不买了。",
        "主播说当天发，结果第五天才揽收。",
        "It never came, and nobody could tell me where it was.",
        "包装全破了，打电话也没人接。",
    ),
    2: (
        "东西还行，物流太慢了。",
        "Three days late without a word. The bowl itself is fine.",
        "说好送货上门，放驿站了也不通知。",
    ),
    3: (
        "一般般，和图片有点色差。",
        "Okay for the price.",
        "比承诺的晚了一天，商家道歉了。",
    ),
    4: (
        "质量不错，发货挺快。",
        "Good tea, well packed.",
        "回购第三次了，稳定。",
    ),
    5: (
        "直播间说第二天到，真的第二天就到了！",
        "Came two days early. Lovely.",
        "客服很耐心，改地址一次就弄好了。",
        "颜色比视频里还好看，全家都喜欢。",
    ),
}

NOTES = (
    "买家要求周六送货，已备注仓库。",
    "缺一个颜色，已电话沟通换货。",
    "Customer asked for a gift box.",
    "物流停滞，已联系承运商核实。",
)

ADDRESSES = (
    "云梦市临溪区桃叶街道7号楼3单元1802",
    "海棠县北塘镇柳荫路16号",
    "Flat 5, 12 Larkspur Lane, Wexcombe",
    "星河市望江区松风里2弄9号",
)

PLACES = ("云梦", "临溪", "海棠", "望江", "松风", "北塘", "星河", "青砚")
COURIERS = ("叶小满", "钟一鸣", "陆青", "闫三石", "薛二妮", "金不换", "程远山")

# What a carrier says with each code. It is masked before anything is kept of it.
SCANS: Mapping[ScanCode, str] = {
    "label_created": "【{place}市】商家已下单，等待揽收",
    "awaiting_pickup": "【{place}市】等待快递员上门揽收",
    "picked_up": "【{place}营业部】的【{courier}({phone})】已揽收",
    "in_transit": "快件离开【{place}转运中心】，正发往【{other}转运中心】",
    "arrived_dest_city": "快件到达【{other}转运中心】",
    "out_for_delivery": "【{other}分部】派件员：{courier}，电话：{phone}，正在为您派件",
    "at_pickup_point": "您的快件已由{other}驿站代收，请及时领取",
    "signed": "您的快件已签收，签收人：本人，投递员：{courier}，联系电话：{phone}",
    "refused": "【{other}分部】收件人拒收，派件员：{courier}",
    "returning": "快件已从【{other}分部】退回",
    "returned_signed": "【{place}营业部】退回件已由寄件方签收",
    "intercepted": "【{place}转运中心】快件已拦截",
    "intercept_failed": "【{other}分部】拦截失败，快件已出库",
    "lost": "【{place}转运中心】快件遗失，已登记",
    "exception:no_update": "【{place}转运中心】暂无更新",
    "exception:stuck": "【{place}转运中心】快件滞留",
    "exception:damaged": "【{place}转运中心】外包装破损",
    "exception:unreachable": "【{other}分部】电话{phone}无法接通，派件员：{courier}",
    "exception:address_unclear": "【{other}分部】收件地址不详",
}
