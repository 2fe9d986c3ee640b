"""Preferences: what a merchant sets for the shop while it runs, as one typed tree. Each leaf says its type, bounds, default, name and help.

    preferences.ranking.personalisation      the value, typed
    PREFERENCES["ranking.personalisation"]   what the console's form and the API need to know of it

To add a setting, add a field to its group (or a group to `Preferences`); nothing else is to be done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from shopkeeper.domain.shopper import Purpose
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.errors import BadInput

Value: TypeAlias = str | int | float
Kind = Literal["text", "choice", "integer", "number", "money"]
"""`money` is an integer in minor units of the shop's currency; `number` a float."""

_ABOUT: Final = "about"
_MAX_INTEGER: Final = 1_000_000_000_000


@dataclass(frozen=True, slots=True)
class Preference:
    """One setting: what it may be, what it is unless set, and how it is called. `unit` is a word of `DAYS` or empty; `choices` are (value, name)."""

    key: str
    kind: Kind
    default: Value
    label: LocalizedText
    help: LocalizedText
    low: float = 0
    high: float = 0
    choices: tuple[tuple[str, LocalizedText], ...] = ()
    unit: LocalizedText = LocalizedText()

    def check(self, value: object) -> Value:
        """`value` if it may stand here; BadInput, naming the key and what is allowed, if not."""
        if self.kind == "text":
            return self._text(value)
        if self.kind == "choice":
            known = [choice for choice, _ in self.choices]
            if value not in known:
                raise BadInput(f"{str(value)[:80]!r} is not a choice", field=self.key, value=str(value)[:80], hint=f"Known: {', '.join(known)}.")
            return str(value)
        whole = self.kind != "number"
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            raise BadInput(
                f"{str(value)[:80]!r} is not a {'whole ' if whole else ''}number", field=self.key, value=str(value)[:80], hint=self._bounds()
            )
        if not self.low <= value <= self.high:  # also refuses what is not a number
            raise BadInput(f"{value} is out of range", field=self.key, value=value, hint=self._bounds())
        return int(value) if whole else float(value)

    def read(self, raw: str) -> Value:
        """The value that a form's text stands for; BadInput where it stands for none."""
        text = raw.strip()
        try:
            return self.check(text if self.kind in ("text", "choice") else float(text) if self.kind == "number" else int(text))
        except BadInput:
            raise
        except ValueError:
            raise BadInput(f"{text[:80]!r} is not a number", field=self.key, value=text[:80], hint=self._bounds()) from None

    def _text(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > self.high or not value.isprintable():
            hint = f"Use up to {self.high:g} printable characters."
            raise BadInput(f"{str(value)[:80]!r} cannot stand here", field=self.key, value=str(value)[:80], hint=hint)
        return value.strip()

    def _bounds(self) -> str:
        return f"Use {self.low:g} to {self.high:g}."


def _leaf(kind: Kind, default: Value, label: tuple[str, str], help: tuple[str, str], **more: Any) -> Any:
    """A field of a group. Texts are (Chinese, English)."""
    about = {"kind": kind, "default": default, "label": LocalizedText(*label), "help": LocalizedText(*help), **more}
    return field(default=default, metadata={_ABOUT: about})


_DAYS: Final = LocalizedText("天", "days")
_LANGUAGES: Final = (
    ("", LocalizedText("按安装设置", "As installed")),
    ("zh,en", LocalizedText("中文、英文", "Chinese, English")),
    ("en,zh", LocalizedText("英文、中文", "English, Chinese")),
    ("zh", LocalizedText("只用中文", "Chinese only")),
    ("en", LocalizedText("只用英文", "English only")),
)
_CONSENT: Final = (
    ("strict", LocalizedText("先问后记", "Ask first")),
    ("implied", LocalizedText("默认同意，可以退出", "On unless refused")),
)


@dataclass(frozen=True, slots=True)
class ShopFront:
    """How the shop shows itself."""

    name_zh: str = _leaf(
        "text", "", ("中文店名", "Name in Chinese"), ("留空则用安装时的店名。", "Empty: the name given when the shop was made."), high=80
    )
    name_en: str = _leaf(
        "text", "", ("英文店名", "Name in English"), ("留空则用安装时的店名。", "Empty: the name given when the shop was made."), high=80
    )
    languages: str = _leaf(
        "choice",
        "",
        ("语言顺序", "Order of languages"),
        ("排在第一的语言用于没有表明偏好的顾客。", "The first one is for shoppers whose browser asks for neither."),
        choices=_LANGUAGES,
    )


@dataclass(frozen=True, slots=True)
class Ranking:
    """The dials of lists."""

    personalisation: float = _leaf(
        "number",
        0.5,
        ("个性化强度", "Personalisation"),
        ("0：人人看到相同的顺序；1：尽量贴合每位顾客。", "0: everybody sees the same order; 1: as much as is known of the shopper."),
        high=1,
    )
    diversity: float = _leaf(
        "number",
        0.2,
        ("多样性", "Diversity"),
        ("0：只看相关度；1：尽量让相邻商品各不相同。", "0: by relevance alone; 1: neighbours as different as can be."),
        high=1,
    )


@dataclass(frozen=True, slots=True)
class Attribution:
    """How long after it was seen or clicked a list is credited with an order."""

    click_days: int = _leaf(
        "integer",
        7,
        ("点击归因窗口", "Window after a click"),
        ("点击之后多少天内的订单算作由它带来。", "An order within this time is credited to the click."),
        low=1,
        high=90,
        unit=_DAYS,
    )
    view_days: int = _leaf(
        "integer",
        1,
        ("浏览归因窗口", "Window after a view"),
        ("只看过没点过；0 表示不算。", "Seen but not clicked; 0 credits nothing."),
        high=30,
        unit=_DAYS,
    )

    @property
    def windows(self) -> tuple[timedelta, timedelta]:
        """How long a click and a view are credited."""
        return timedelta(days=self.click_days), timedelta(days=self.view_days)


@dataclass(frozen=True, slots=True)
class Experiments:
    """What holds for all experiments."""

    hold_out: float = _leaf(
        "number",
        0.0,
        ("不参与的比例", "Hold-out"),
        (
            "这部分顾客不参与任何实验，总是看到原样，用来衡量所有改动合起来的效果。",
            "This share of shoppers is in no experiment and always sees what was there before, so that all changes together can be judged.",
        ),
        high=0.5,
    )


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is kept of shoppers, and for how long."""

    consent: str = _leaf(
        "choice",
        "implied",
        ("同意方式", "Consent"),
        (
            "先问后记：顾客同意之前不记录任何行为。默认同意：顾客没有表态时记录浏览并用于推荐，营销始终先问。",
            "Ask first: nothing is recorded before a shopper has agreed. On unless refused: silence means yes to counting and to lists of one's own, "
            "never to being written to.",
        ),
        choices=_CONSENT,
    )
    event_days: int = _leaf(
        "integer",
        400,
        ("行为记录保留", "Keep events for"),
        ("更早的浏览、搜索和点击会被删除。", "Views, searches and clicks that are older are deleted."),
        low=1,
        high=3_650,
        unit=_DAYS,
    )
    audit_days: int = _leaf(
        "integer",
        730,
        ("操作记录保留", "Keep “Who changed what?” for"),
        ("更早的操作记录会被删除。", "Entries that are older are deleted."),
        low=30,
        high=3_650,
        unit=_DAYS,
    )

    @property
    def implied(self) -> frozenset[Purpose]:
        """What a shopper who has said nothing counts as agreeing to."""
        return frozenset({"analytics", "personalisation"}) if self.consent == "implied" else frozenset()


@dataclass(frozen=True, slots=True)
class Orders:
    """The shop's terms."""

    free_shipping_minor: int = _leaf(
        "money",
        0,
        ("满额包邮", "Free delivery from"),
        ("实付达到这个金额即免运费；0 表示不设包邮。", "Paid amount from which delivery is free; 0 means never for that reason."),
        high=_MAX_INTEGER,
    )
    return_days: int = _leaf(
        "integer",
        15,
        ("退货期限", "Return window"),
        ("从签收算起。中国法律规定至少 7 天。", "Counted from delivery. Chinese law asks for at least 7 days."),
        high=365,
        unit=_DAYS,
    )


@dataclass(frozen=True, slots=True)
class Preferences:
    """One version of all settings, immutable. `version` 0 = nothing was ever set."""

    shop: ShopFront = ShopFront()
    ranking: Ranking = Ranking()
    attribution: Attribution = Attribution()
    experiments: Experiments = Experiments()
    privacy: Privacy = Privacy()
    orders: Orders = Orders()
    version: int = 0

    @classmethod
    def of(cls, values: Mapping[str, Value], version: int) -> "Preferences":
        """The tree with `values` by key; a key that this program does not know (any more) is left out."""
        groups = {}
        for name in GROUPS:
            known = {key.partition(".")[2]: value for key, value in values.items() if key in PREFERENCES and key.startswith(f"{name}.")}
            groups[name] = replace(_DEFAULTS[name], **known)
        return cls(**groups, version=version)

    def value(self, key: str) -> Value:
        """The value of `key`."""
        group, _, name = key.partition(".")
        return getattr(getattr(self, group), name)

    @property
    def languages(self) -> tuple[Lang, ...]:
        """The languages in the order that was set; empty where it was not."""
        known: dict[str, Lang] = {"zh": "zh", "en": "en"}
        return tuple(known[part] for part in self.shop.languages.split(",") if part in known)


_DEFAULTS: Final[dict[str, Any]] = {one.name: one.default for one in fields(Preferences) if one.name != "version"}
GROUPS: Final = tuple(_DEFAULTS)
PREFERENCES: Final[dict[str, Preference]] = {
    f"{group}.{leaf.name}": Preference(key=f"{group}.{leaf.name}", **leaf.metadata[_ABOUT]) for group in GROUPS for leaf in fields(_DEFAULTS[group])
}
"""Every setting by key, in the order of the tree."""


@dataclass(frozen=True, slots=True)
class PreferenceVersion:
    """One version as it is kept: who made it when, and the values that are not the default."""

    version: int
    at: datetime
    who: str
    values: tuple[tuple[str, Value], ...] = ()


def preference(key: str) -> Preference:
    """The setting called `key`; BadInput, naming those that exist, if there is none."""
    if key not in PREFERENCES:
        raise BadInput(f"{key[:80]!r} is not a setting", field=key[:80], value=key[:80], hint=f"Known: {', '.join(PREFERENCES)}.")
    return PREFERENCES[key]
