"""What comes days after an order: refunds, ratings, reviews, as deeds of the same shoppers."""

from collections.abc import Iterable, Iterator, Mapping

from shopkeeper.domain.ids import CustomerId
from shopkeeper.domain.order import Order
from shopkeeper.domain.review import Review
from shopkeeper.simulation.behaviour.devices import devices
from shopkeeper.simulation.behaviour.records import Deed, DeedItem
from shopkeeper.simulation.shoppers import Shopper


def refunds(orders: Iterable[Order], shoppers: Mapping[CustomerId, Shopper], *, seed: int) -> Iterator[Deed]:
    """Yield a `refund` for every return."""
    for order in orders:
        for number, back in enumerate(order.returns):
            assert order.customer_id is not None  # the demo shop has no guests
            shopper = shoppers[order.customer_id]
            device = devices(shopper, seed)[0]
            line = next(line for line in order.lines if line.product_id == back.product_id)
            yield Deed(
                event_id=f"e-{order.id}-refund-{number + 1}",
                name="refund",
                occurred=back.returned,
                visitor_id=device.visitor_id,
                user_id=shopper.id,
                session_id=f"s-{order.id}-refund-{number + 1}",
                items=(DeedItem(line.product_id, line.variant_id, back.quantity, line.unit_price),),
                order_id=order.id,
                lang=shopper.lang,
                agent=device.agent,
                consent=device.consent,
            )


def opinions(reviews: Iterable[Review], shoppers: Mapping[CustomerId, Shopper], *, seed: int) -> Iterator[Deed]:
    """Yield a `rate` and a `review` for every review, at the moment at which it was written."""
    for review in reviews:
        assert review.customer_id is not None  # the demo shop has no anonymous reviews
        shopper = shoppers[review.customer_id]
        device = devices(shopper, seed)[0]
        for name, rating in (("rate", review.rating), ("review", None)):
            yield Deed(
                event_id=f"e-{review.id}-{name}",
                name="rate" if name == "rate" else "review",
                occurred=review.written,
                visitor_id=device.visitor_id,
                user_id=shopper.id,
                session_id=f"s-{review.id}",
                items=(DeedItem(review.product_id),),
                rating=rating,
                lang=shopper.lang,
                agent=device.agent,
                consent=device.consent,
            )
