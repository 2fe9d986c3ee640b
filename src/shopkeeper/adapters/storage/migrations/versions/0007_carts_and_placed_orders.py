"""Buying in this shop: carts, promotions and their uses, the shop's rules, placed orders and the stock that they moved."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "carts",
        sa.Column("shopper", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("shopper"),
    )
    op.create_table(
        "promotions",
        sa.Column("id", ID, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "promotion_uses",
        sa.Column("promotion_id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("shopper", sa.BigInteger),
        sa.PrimaryKeyConstraint("promotion_id", "order_id"),
    )
    op.create_index(op.f("ix_promotion_uses_shopper"), "promotion_uses", ["shopper"])
    op.create_table(
        "rules",
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "placed_orders",
        sa.Column("id", ID, nullable=False),
        sa.Column("shopper", sa.BigInteger),
        sa.Column("key", ID, nullable=False),
        sa.Column("placed", sa.BigInteger, nullable=False),
        sa.Column("status", ID, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("untold", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shopper", "key", name=op.f("uq_placed_orders_shopper_key")),
    )
    for columns in (["shopper", "placed", "id"], ["placed", "id"], ["untold", "placed", "id"], ["status", "placed", "id"]):
        op.create_index(op.f(f"ix_placed_orders_{'_'.join(columns)}"), "placed_orders", columns)
    op.create_table(
        "stock_moves",
        sa.Column("seq", NUMBER, nullable=False, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("market", ID, nullable=False),
        sa.Column("pieces", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stock_moves_product_id_seq"), "stock_moves", ["product_id", "seq"])


def downgrade() -> None:
    """Remove them: carts and the state of orders are lost; the history of orders, catalogue and stock stay as they are."""
    for table in ("stock_moves", "placed_orders", "rules", "promotion_uses", "promotions", "carts"):
        op.drop_table(table)
