"""What callers say, by type of incident. {floor}, {door} and {number} are thrown for each call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Where = Literal["home", "business", "street"]
"""At a home of a compound, in a shop or office, or on the street in front of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One thing people call about. weight: how often, against the others; answers: to the type's own questions, in their order."""

    weight: float
    where: Where
    said: tuple[str, ...]
    answers: tuple[str, ...] = ()


QUIET: Mapping[str, Topic] = {
    "E125": Topic(
        weight=18,
        where="home",
        said=("电梯卡住了，里面关着{number}个人，按铃没人应", "{door}电梯停在{floor}楼不动了，我们被困在里面", "孩子困在电梯里了，快来人"),
        answers=("{number}个人，有一位老人", "停在{floor}楼附近", "有灯，能通风"),
    ),
    "E132": Topic(
        weight=18,
        where="home",
        said=("老人突然胸口疼，喘不上气", "家里人晕倒了，叫得醒但站不起来", "邻居摔倒了，头上有血"),
        answers=("有呼吸，叫得醒", "不知道哪里有AED"),
    ),
    "E107": Topic(
        weight=10,
        where="home",
        said=("楼下车棚电动车着火了，烟很大", "楼道里有电动车在冒烟，已经看到火苗", "充电的电动车烧起来了"),
        answers=("在车棚", "烟往楼道里进了，楼上的人还没下来"),
    ),
    "E109": Topic(
        weight=9,
        where="home",
        said=("楼道里煤气味很重，不敢开灯", "家里闻到煤气味，已经开窗出来了", "{door}厨房漏气，阀门关不上"),
        answers=("出来了", "管道气，阀门没关上", "没有人头晕", "在楼道里"),
    ),
    "E112": Topic(
        weight=9,
        where="street",
        said=("一棵大树倒在路中间，车过不去", "树枝断了挂在电线上，随时要掉", "路边的树倒了，压着一辆车"),
        answers=("没看到掉下来的电线", "压在路上，没有人受伤"),
    ),
    "E131": Topic(
        weight=9,
        where="street",
        said=("两辆车撞了，有一个人腿受伤", "电动车和小轿车撞了，骑车的躺在地上", "路口三车追尾，堵住了"),
        answers=("有一个人受伤，没有被卡住", "没有漏油冒烟"),
    ),
    "E105": Topic(
        weight=4,
        where="home",
        said=("{floor}楼窗户在冒黑烟，里面好像有人", "厨房着火了，油锅起的火，扑不灭"),
        answers=("{floor}楼，一共十八层", "屋里可能有人", "不清楚烧的是什么", "消防通道是通的"),
    ),
    "E108": Topic(
        weight=4,
        where="street",
        said=("路边垃圾桶着火了，旁边停着车", "一辆小货车发动机冒烟起火"),
        answers=("旁边有车", "车里没有人"),
    ),
    "E119": Topic(
        weight=5,
        where="street",
        said=("路面往外喷水，水管爆了", "水从地下冒出来，整条路都是水"),
        answers=("整条路都是，刚刚开始", "路面有喷水，没有塌陷"),
    ),
    "E120": Topic(
        weight=4,
        where="home",
        said=("整栋楼停电了，家里有人用制氧机", "半个小区没电了"),
        answers=("整栋楼，电梯里没有人", "有一家用制氧机"),
    ),
    "E113": Topic(
        weight=4,
        where="home",
        said=("外墙瓷砖往下掉，差点砸到人", "楼上的广告牌松了，风一吹就晃"),
        answers=("还有松动的，下面是人行道", "没有砸到人"),
    ),
    "E133": Topic(
        weight=3,
        where="home",
        said=("家里老人早上出门到现在没回来，有点糊涂", "孩子在楼下玩，转眼不见了"),
        answers=("七十八岁，穿灰色外套", "有手机，打不通"),
    ),
    "E106": Topic(
        weight=3,
        where="business",
        said=("店里后厨着火了，烟道在冒火", "隔壁店铺冒烟，卷帘门锁着"),
        answers=("一楼", "顾客都出来了", "后厨烟道"),
    ),
    "E127": Topic(
        weight=2,
        where="business",
        said=("吃完饭{number}个人又吐又拉", "同事中午聚餐后好几个人肚子疼"),
        answers=("{number}个人，呕吐腹泻", "今天中午"),
    ),
    "E122": Topic(
        weight=2,
        where="street",
        said=("路面塌了一个坑，有一米多宽", "人行道陷下去了，下面是空的"),
        answers=("一米宽，没有人掉进去", "没闻到气味"),
    ),
    "E116": Topic(
        weight=1,
        where="business",
        said=("有股刺鼻的味道，眼睛睁不开", "仓库里有桶漏了，闻着头晕"),
        answers=("无色，很刺鼻", "我在上风", "有人咳嗽"),
    ),
}
"""A usual day or night."""

FLOOD: Mapping[str, Topic] = {
    "E101": Topic(
        weight=65,
        where="street",
        said=("路上的水没过半个车轮了，车都堵着", "这里积水很深，有车熄火了", "低洼路口全是水，行人过不去", "水还在涨，已经到膝盖了"),
        answers=("半轮深", "有一辆车熄火，人出来了", "还在涨"),
    ),
    "E102": Topic(
        weight=20,
        where="street",
        said=("地下车库进水了，车要淹了", "地下室往里灌水，配电箱就在里面"),
        answers=("里面没有人了", "电还没断，有车在充电", "从坡道进，很快"),
    ),
    "E103": Topic(
        weight=15,
        where="street",
        said=("车被水围住了，里面还有{number}个人", "平房进水到腰了，老人出不来", "有人困在水里，抱着电线杆"),
        answers=("{number}个人，有一位老人", "在车里", "水流挺急"),
    ),
}
"""What a cloudburst adds."""

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡"
TITLES = ("先生", "女士", "大爷", "阿姨")
NOT_A_NUMBER = "000-0000-{:04d}"
"""A telephone number that nobody can have: simulated callers cannot be rung back."""
