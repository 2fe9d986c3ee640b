"""The browsers that shoppers come with, and what they agreed to there."""

from typing import Final

from shopkeeper.simulation.behaviour.records import PURPOSES, Consent
from shopkeeper.simulation.behaviour.session import Device
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shoppers import Shopper

PHONES: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
)
DESKTOPS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
)
PROGRAMS: Final = (
    "Mozilla/5.0 (compatible; ShelfBot/2.1; +https://shelfbot.example/about)",
    "python-requests/2.32.3",
    "PriceSpider/1.4 (+https://pricespider.example)",
)

# Running shares of what people choose in the banner: everything, all but letters, only being counted, nothing.
_CHOICES: Final[tuple[Consent, ...]] = (
    frozenset(PURPOSES),
    frozenset(("analytics", "personalisation")),
    frozenset(("analytics",)),
    frozenset(),
)
_RUNNING: Final = (0.78, 0.90, 0.96, 1.0)


def devices(shopper: Shopper, seed: int) -> tuple[Device, ...]:
    """Return the shopper's browsers: a phone, in two of five cases a computer too, with one choice of consent for both."""
    dice = Dice(seed, "devices", shopper.id)
    consent = dice.pick_by(_CHOICES, _RUNNING)
    phone = Device(visitor_of(shopper, 0, seed), dice.pick(PHONES), consent)
    return (phone, Device(visitor_of(shopper, 1, seed), dice.pick(DESKTOPS), consent)) if dice.chance(0.4) else (phone,)


def program(shopper: Shopper, seed: int) -> Device:
    """Return what a bot comes with: the agent kind says what it is, the others pretend to be a desktop browser; all click the banner away."""
    dice = Dice(seed, "devices", shopper.id)
    agent = dice.pick(PROGRAMS if shopper.adversary == "agent" else DESKTOPS)
    return Device(visitor_of(shopper, 0, seed), agent, frozenset(PURPOSES))


def visitor_of(shopper: Shopper, place: int, seed: int) -> str:
    """The id that the shop keeps in the shopper's `place`-th browser."""
    return f"v-{Dice(seed, 'visitor', shopper.id, place).below(16**8):08x}"
