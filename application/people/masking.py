"""Telephone numbers and couriers' names, masked before a tracking text is kept.

Carriers put both into the words of a scan. They are not the consumer's, so the
consumer's key does not protect them: they are never kept. What is left is what careful
carriers leave themselves: ``派件人:叶**,电话:183********``. Masking what is masked
changes nothing. Hotlines (95xxx, 400) are nobody's, and stay.
"""

# ruff: noqa: RUF001, RUF003  (Chinese punctuation is what carriers write)

import re

# -- Telephone numbers --

DIGIT = r"[0-9０-９]"
EXTENSION = (
    rf"(?:\s*(?:转|#|[,，]?\s*(?:分机|ext\.?))\s*{DIGIT}{{1,6}}"
    rf"|-{DIGIT}{{2,6}}(?!{DIGIT}))?"
)
MOBILE = re.compile(
    rf"(?<![0-9０-９A-Za-z])((?:(?:\+|00)86[- ]?)?[1１][3-9３-９]{DIGIT})"
    rf"[- ]?{DIGIT}{{4}}[- ]?{DIGIT}{{4}}(?!{DIGIT}){EXTENSION}"
)
LANDLINE = re.compile(
    r"(?<![0-9A-Za-z-])([(（]?0(?:10|2[0-9]|[3-9][0-9]{2})[)）]?)"
    rf"[- ]?[0-9]{{3,4}}[- ]?[0-9]{{4}}(?![0-9]){EXTENSION}"
)
# Six digits and more behind a word that says "telephone", whatever they look like.
LABELLED_NUMBER = re.compile(
    r"((?:电\s*话|手机号?码?|联系方式|[Tt]el(?:ephone)?|[Pp]hone|[Mm]obile)"
    r"(?:号码)?(?:\s*[是为])?[\s:：.(（【\[]{0,3})"
    r"(?!400|800)(\+?[0-9][0-9 -]{4,16}[0-9])(?![0-9 -]*\*)"
)

# -- Names --

HAN = r"[\u3400-\u9fff]"
# A name as carriers write it: up to four characters, or more of a foreign one.
NAME = rf"{HAN}(?:{HAN}{{0,3}}(?:·{HAN}{{1,6}})?)"
# The commonest surnames: where nothing else says so, a name begins with one of them.
SURNAME = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程"
    "苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚"
    "邵万钱严覃武戴莫孔向汤欧阳司诸葛]"
)
COURIER = (
    r"(?:[派投揽收取送配快寄业][件送投收递务揽派取]*(?:员|人|师傅|小哥)"
    r"|骑手|小哥|扫描员|操作员|经手人|联系人|司机)"
)
LABEL = rf"(?:{COURIER}|签收人|收货人|客户)(?:姓名|名称|名字)?"
NUMBER_FOLLOWS = (
    r"(?=[\s,，;；]*[【\[(（<]?\s*(?:联系)?(?:电话|手机)?[:：]?\s*[0-9１+]"
    r"|[\s,，;；【\[(（]*(?:的?联系|电话|手机))"
)
A_NUMBER = r"(?:手机|电话)?[:：(（]?\s*[0-9１]"

NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        # 派件人: 叶某 · 投递员姓名：钟某 · 扫描员是【陆某】: certainly names.
        rf"({LABEL}\s*(?:[:：]|[是为][:：]?)?\s*[【\[(（「])({NAME})(?!{HAN})",
        rf"({LABEL}\s*(?:[:：]|[是为][:：])\s*)({NAME})(?!{HAN})",
        # 派送员张某[13…, 快递员王某，电话: without one, how to reach them must follow,
        rf"({COURIER}\s*)({HAN}{{2,4}}?){NUMBER_FOLLOWS}",
        # or what they are doing, behind a common surname.
        rf"({COURIER}\s*)({SURNAME}{HAN}{{1,2}}?)(?=正在|为您|配送|派送|派件|已)",
        # 【闫某/177…】, 【陆某(180…)】, 张某 138…: a name beside a number.
        rf"([【\[「(（])({NAME})(?=\s*[/,，:：(（\[ ]\s*{A_NUMBER})",
        rf"((?<!{HAN}))({SURNAME}{HAN}{{1,2}})(?=[\s:：,，/(（]*[1１][3-9３-９]{DIGIT})",
        # 由【杨某】扫描, 的【杨某】正在派件, 已由杨某签收: a name by what it does.
        rf"((?:由|的)\s*[【\[「])({NAME})(?=[】\]」]\s*(?:正在|已|扫描|[派揽收签投]))",
        rf"(由)({NAME})(?=签收|代收)",
    )
)
ENGLISH = re.compile(
    r"((?:\b[Cc]ourier|\b[Dd]river|\b[Rr]ider|\b[Ss]igned(?: for)?(?: by)?"
    r"|\b[Rr]eceived by)\s*:\s*|\b[Ss]igned(?: for)? by\s+)"
    r"([A-Z])(?:\.|[A-Za-z'-]*)(?: [A-Z][A-Za-z'-]*){0,2}(?!\*)"
)

# Words that stand where a name may stand, and are none.
NOBODY = re.compile(
    r"本人|他人|家人|同事|代[签收]|居委|邻居|门卫|保安|前台|物业|收发|草签|已签|签收|"
    r"公司|中心|营业|网点|分[部拨]|站|点|[仓柜厂店]|扫描|超市|驿|丰巢|菜鸟|快[递件]|小区|"
    r"派[件送]|揽[收件]|电话|手机|联系|正在|已|完成|佩戴|为您|您|我们|将|安排|马上|"
    r"^[部组区]|省|市$|县$|区$|路|号"
)


def mask(text: str) -> str:
    """Return the text without telephone numbers and names of couriers and signers.

    The first three digits of a mobile number, an area code and the first character of
    a name stay, as on the slips themselves.
    """
    for pattern in NAMES:
        text = pattern.sub(lambda found: found[1] + masked_name(found[2]), text)
    text = ENGLISH.sub(r"\1\2**", text)
    for pattern in (MOBILE, LANDLINE, LABELLED_NUMBER):
        text = pattern.sub(r"\1********", text)
    return text


def masked_name(name: str) -> str:
    """Return a name's first character and stars; what is nobody's name stays."""
    if NOBODY.search(name) or len(name) == 1:
        return name
    return name[0] + "*" * (len(name) - 1)
