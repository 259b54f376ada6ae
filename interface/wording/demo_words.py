"""What ``redress demo`` says of each act, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what its readers know)

from collections.abc import Mapping
from typing import Final

# Chinese, then English; of each scene a title, and what happened.
SCENES: Final[Mapping[str, tuple[str, str]]] = {
    "bought": (
        (
            "[b]直播间卖出 {orders} 单，寄往新疆。[/b] "
            "其中 {stuck} 单由中通承运，经乌鲁木齐转运中心。"
        ),
        (
            "[b]A live room sold {orders} orders to Xinjiang.[/b] {stuck} of them "
            "travel with one carrier, through its hub in Urumqi."
        ),
    ),
    "noticed": (
        "又过一小时，共发现 {total} 项短板。新增：{codes}",
        "An hour on, {total} shortfalls noticed in all. New: {codes}",
    ),
    "owed_paid": (
        (
            "[b]规则应付的，无人开口已付：{unasked} 笔[/b]（共 {paid} 笔），"
            "自发现起中位数 {lasted}。商家承担：{rules}"
        ),
        (
            "[b]What the rules owe was paid before anybody asked: {unasked}[/b] of "
            "{paid}, {lasted} after it was known (median). By these rules, "
            "at the merchants' cost: {rules}"
        ),
    ),
    "approved": (
        "自动限额以上的方案由另一人按预览批准：{approved} 个，随即发给消费者。",
        (
            "Plans beyond what goes by itself are approved by another person, exactly "
            "as previewed: {approved}, and offered at once."
        ),
    ),
    "declared": (
        (
            "[b]客服看出是同一件事，宣告事件：[/b] "
            "同一网点停滞 48 小时以上的 {orders} 单，名单冻结。"
        ),
        (
            "[b]An agent sees that it is one thing and declares an incident:[/b] "
            "{orders} orders stand still at one outlet for 48 hours or more. The list "
            "is frozen."
        ),
    ),
    "estimated": (
        (
            "估算：{offers} 单共 {total}（{bearers}）；"
            "{excluded} 单已有方案，不重复。{segments}"
        ),
        (
            "Estimate: {offers} orders, {total} ({bearers}); {excluded} have a plan "
            "already and get no second. {segments}"
        ),
    ),
    "granted": (
        "财务批准预算上限 {fen}；提出的人不能批准。",
        "A finance approver grants {fen} at most; whoever proposed it may not.",
    ),
    "piloted": (
        "先试 {orders} 单，并发布公告。",
        "It is tried on {orders} orders first, and everybody is told in public.",
    ),
    "rolled_out": (
        "[b]全部发出：{orders} 单在投诉之前收到完整方案。[/b]",
        (
            "[b]Rolled out: {orders} orders have a complete offer before they "
            "complain.[/b]"
        ),
    ),
    "answered": (
        "消费者答复：接受 {accepted}，拒绝 {declined}，未答复 {silent}。",
        (
            "Consumers answer: {accepted} accept, {declined} decline, "
            "{silent} say nothing."
        ),
    ),
    "carried_out": (
        (
            "执行：拦截包裹，退款成功 {refunds} 笔，步骤完成 {steps} 个，"
            "向承运商追偿 {claims} 笔。"
        ),
        (
            "Carried out at the simulated gateways: {refunds} refunds, {steps} steps "
            "in all, {claims} claims against the carrier."
        ),
    ),
    "refund_failed": (
        (
            "[yellow]{consumer} 的一笔退款被银行拒绝 {times} 次，"
            "重试用尽，转人工。[/yellow]"
        ),
        (
            "[yellow]The bank declines one refund of {consumer}, {times} times. "
            "Retries are used up: it is given to a person.[/yellow]"
        ),
    ),
    "another_way": (
        "客服改由平台垫付，{again} 笔到账，商家欠平台；待人工 {left}。",
        (
            "An agent has the platform advance it: {again} arrives, the merchant owes "
            "it to us. Left for people: {left}."
        ),
    ),
    "went_on": (
        (
            "转运中心恢复：{stopped} 个包裹退回，其余送达；"
            "{cleared} 项短板自愈，已付的不收回。"
        ),
        (
            "The hub works again: {stopped} parcels go back, the rest arrive. "
            "{cleared} shortfalls clear; nothing that was paid is taken back."
        ),
    ),
    "silence": (
        "72 小时已过：{expired} 个方案到期，应付的早已付清。",
        "After 72 hours {expired} offers expire; what was owed had long been paid.",
    ),
}

ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "orders": ("受影响订单", "orders that fell short"),
    "noticed": ("投诉前发现", "noticed before anybody complained"),
    "offers": ("发出的方案", "offers sent"),
    "accepted": ("　接受", "  accepted"),
    "declined": ("　拒绝", "  declined"),
    "expired": ("　未答复而到期", "  expired: the consumer said nothing"),
    "withdrawn": ("　撤回：已自愈或改报", "  withdrawn: healed, or offered anew"),
    "open": ("　仍待答复", "  still open"),
    "refunds": ("退款成功", "refunds done"),
    "resent": ("改发、补寄", "sent once more"),
    "compensations": ("赔付与补偿", "compensations paid"),
    "goodwill": ("其中善意补偿", "of these goodwill"),
    "failed": ("银行拒绝退款次数", "times a bank declined a refund"),
    "people": ("转人工的步骤", "steps given to people"),
    "merchants": ("商家承担", "merchants were charged"),
    "platform": ("平台承担（含善意补偿）", "the platform paid, goodwill included"),
    "advanced": ("　其中垫付，商家应还", "  of this advanced for merchants"),
    "carriers": ("承运商欠款（追偿）", "carriers owe (recourse)"),
    "budget": ("事件预算：占用 / 上限", "incident's budget: used / granted"),
    "unasked": ("应付款中主动付的", "entitlements paid unasked"),
    "minutes": ("发现到付清：中位 / p99", "from known to paid: median / p99"),
    "within": ("30 分钟内付清", "of these within 30 minutes"),
}

TRUTHS: Final[Mapping[str, tuple[str, str]]] = {
    "nobody_paid_twice": ("没有一单被付两次", "nobody was paid twice"),
    "log_equals_journal": (
        "每单入账与模拟网关日志一致",
        "log and gateway's journal agree, order by order",
    ),
    "offers_add_up": ("每个方案都有着落", "every offer is accounted for"),
    "budget_holds": ("事件预算未超", "the incident kept to its budget"),
    "caps_hold": ("善意补偿未超上限", "goodwill kept to its caps"),
    "payers_add_up": (
        "各方承担之和等于消费者所得",
        "those who pay paid what consumers got",
    ),
    "books_balance": ("所有账目平衡", "all books sum to zero"),
    "nothing_left_open": ("没有悬而未决的步骤", "no step is left hanging"),
    "paid_within_half_an_hour": (
        "99% 以上应付款 30 分钟内付清",
        "99 % of entitlements within 30 minutes",
    ),
}

FRAME: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("从短板到补好", "From a shortfall to made good"),
    "summary": ("小结", "What it came to"),
    "holds": ("成立", "holds"),
    "fails": ("不成立", "does not hold"),
    "kept": (
        "留在 {home}；继续看：REDRESS_HOME={home} redress explain …",
        "Kept in {home}. To look around: REDRESS_HOME={home} redress explain …",
    ),
    "not_kept": (
        "未留下任何数据。想查问每一步的依据：redress demo --home DIR",
        "Nothing of it is kept. To ask why of each step: redress demo --home DIR",
    ),
    "timeline": (
        "{consumer} 看到的时间线（摘要）",
        "What {consumer} reads of it, in brief",
    ),
    "ask": ("依据", "ask why"),
    "preparing": ("正在准备数据库…", "Preparing a database of its own …"),
}
