"""Which placed orders have goods on their way back, so that the shop finds them without reading every order."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(placed_orders.document, '$.{part}') WHERE json_extract(json_each.value, '$[{last}]') IS NULL)",
    "postgresql": "EXISTS (SELECT 1 FROM json_array_elements(placed_orders.document::json -> '{part}') AS one WHERE one ->> {last} IS NULL)",
}
"""A return and an exchange are lists in the order's document; the last place is the moment of arrival, null until then."""


def upgrade() -> None:
    """Add the column, true where something of the order is still coming."""
    op.add_column("placed_orders", sa.Column("coming_back", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()))
    one = OPEN[op.get_context().dialect.name]
    op.execute(f"UPDATE placed_orders SET coming_back = {one.format(part='returns', last=7)} OR {one.format(part='exchanges', last=8)}")
    op.create_index(op.f("ix_placed_orders_coming_back_placed_id"), "placed_orders", ["coming_back", "placed", "id"])


def downgrade() -> None:
    """Remove the column; the orders hold what it said."""
    op.drop_index(op.f("ix_placed_orders_coming_back_placed_id"), "placed_orders")
    op.drop_column("placed_orders", "coming_back")
