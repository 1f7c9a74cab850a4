"""Names of the demo district. Arterials carry real street names of Weifang; collectors, compounds, shops and buildings are made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from command_center.domain.text import Text


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a Chinese name is typed without an input method: "jiankangdongjie", "jkdj"."""

    pinyin: str
    initials: str


@cache
def _syllables(zh: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - a dictionary of 10 MB that only the generator needs

    return tuple(syllable for part in lazy_pinyin(zh) for syllable in part.split())


def spoken(zh: str) -> Spoken:
    """Pinyin and initials of a name; digits and Latin letters stay as they are."""
    words = ["".join(character for character in syllable if character.isalnum()).lower() for syllable in _syllables(zh)]
    return Spoken("".join(words), "".join(word if not word.isalpha() or not word.isascii() else word[0] for word in words))


NORTH_SOUTH: Sequence[tuple[Text, float, str]] = (
    (Text("潍州路", "Weizhou Road"), -2250, "primary"),
    (Text("四平路", "Siping Road"), -1700, "secondary"),
    (Text("鸢飞路", "Yuanfei Road"), -1150, "secondary"),
    (Text("文化路", "Wenhua Road"), -650, "primary"),
    (Text("新华路", "Xinhua Road"), -150, "primary"),
    (Text("虞河路", "Yuhe Road"), 150, "secondary"),
    (Text("北海路", "Beihai Road"), 850, "trunk"),
    (Text("金马路", "Jinma Road"), 1600, "primary"),
    (Text("潍县中路", "Weixian Middle Road"), 2250, "primary"),
)
"""Arterials from west to east: name, metres east of the centre, class. Order as on the ground, distances schematic."""

EAST_WEST: Sequence[tuple[Text, float, str]] = (
    (Text("凤凰东街", "Fenghuang East Street"), -2250, "secondary"),
    (Text("宝通东街", "Baotong East Street"), -1600, "primary"),
    (Text("玉清东街", "Yuqing East Street"), -900, "secondary"),
    (Text("樱前街", "Yingqian Street"), -250, "secondary"),
    (Text("健康东街", "Jiankang East Street"), 200, "primary"),
    (Text("胜利东街", "Shengli East Street"), 850, "primary"),
    (Text("东风东街", "Dongfeng East Street"), 1600, "primary"),
    (Text("福寿东街", "Fushou East Street"), 2250, "primary"),
)
"""Arterials from south to north: name, metres north of the centre, class."""

COLLECTORS_NORTH_SOUTH: Sequence[Text] = (
    Text("友爱路", "Youai Road"),
    Text("广文路", "Guangwen Road"),
    Text("樱园路", "Yingyuan Road"),
    Text("早春路", "Zaochun Road"),
    Text("东明路", "Dongming Road"),
    Text("梨园路", "Liyuan Road"),
    Text("道口路", "Daokou Road"),
    Text("九龙路", "Jiulong Road"),
    Text("金宝路", "Jinbao Road"),
    Text("志远路", "Zhiyuan Road"),
)
COLLECTORS_EAST_WEST: Sequence[Text] = (
    Text("山前街", "Shanqian Street"),
    Text("惠贤街", "Huixian Street"),
    Text("庄家街", "Zhuangjia Street"),
    Text("龙源街", "Longyuan Street"),
    Text("樱南街", "Yingnan Street"),
    Text("栾家街", "Luanjia Street"),
    Text("民生东街", "Minsheng East Street"),
    Text("梨花街", "Lihua Street"),
    Text("卧龙东街", "Wolong East Street"),
    Text("樱北街", "Yingbei Street"),
    Text("北宫东街", "Beigong East Street"),
    Text("院校街", "Yuanxiao Street"),
)

RIVER = Text("虞河", "Yu River")
RAILWAY = Text("胶济铁路", "Jiaoji Railway")

COMPOUND_ENDINGS: Sequence[Text] = (
    Text("花园", "Garden"),
    Text("家园", "Homes"),
    Text("小区", "Estate"),
    Text("嘉苑", "Jiayuan Court"),
    Text("新村", "New Village"),
    Text("公寓", "Apartments"),
    Text("雅居", "Yaju Residence"),
    Text("华庭", "Huating Residence"),
    Text("馨苑", "Xinyuan Court"),
    Text("景苑", "Jingyuan Court"),
    Text("名邸", "Mingdi Residence"),
    Text("佳苑", "Jiayuan East Court"),
    Text("绿城", "Green Town"),
    Text("东苑", "East Court"),
    Text("西苑", "West Court"),
    Text("和园", "Heyuan Court"),
)
"""After the name of its community: 樱园花园."""

BUILDING_ENDINGS: Sequence[Text] = (
    Text("商务大厦", "Business Tower"),
    Text("国际中心", "International Centre"),
    Text("商业广场", "Plaza"),
    Text("科技楼", "Technology Building"),
    Text("财富中心", "Fortune Centre"),
)
"""After the name of its area: 樱园商务大厦."""

SHOP_KINDS: Sequence[tuple[Text, float]] = (
    (Text("便民超市", "Convenience store"), 10),
    (Text("早餐店", "Breakfast shop"), 7),
    (Text("面馆", "Noodle shop"), 7),
    (Text("肉火烧店", "Meat pancake shop"), 5),
    (Text("朝天锅饭店", "Chaotianguo restaurant"), 4),
    (Text("家常菜馆", "Family restaurant"), 7),
    (Text("烧烤店", "Barbecue restaurant"), 5),
    (Text("火锅店", "Hot-pot restaurant"), 3),
    (Text("奶茶店", "Milk tea shop"), 4),
    (Text("烘焙坊", "Bakery"), 3),
    (Text("水果店", "Fruit shop"), 6),
    (Text("蔬菜店", "Greengrocer"), 5),
    (Text("粮油店", "Grain and oil shop"), 3),
    (Text("药店", "Pharmacy"), 5),
    (Text("诊所", "Clinic"), 3),
    (Text("理发店", "Hairdresser"), 6),
    (Text("洗衣店", "Laundry"), 3),
    (Text("五金店", "Hardware store"), 4),
    (Text("电动车行", "E-bike shop"), 4),
    (Text("汽修店", "Car repair shop"), 3),
    (Text("手机店", "Phone shop"), 4),
    (Text("快递驿站", "Parcel station"), 5),
    (Text("文具店", "Stationery shop"), 3),
    (Text("打印店", "Print shop"), 2),
    (Text("服装店", "Clothes shop"), 6),
    (Text("鞋店", "Shoe shop"), 3),
    (Text("母婴店", "Baby shop"), 3),
    (Text("眼镜店", "Optician"), 2),
    (Text("花店", "Florist"), 2),
    (Text("茶叶店", "Tea shop"), 3),
    (Text("宠物店", "Pet shop"), 2),
    (Text("房产中介", "Estate agent"), 4),
    (Text("培训班", "Tutoring school"), 3),
    (Text("健身房", "Gym"), 1),
    (Text("宾馆", "Guest house"), 2),
    (Text("棋牌室", "Card room"), 2),
)
"""Kinds of shop along a street, with how common they are."""
