"""The shop's own data: products with their revisions, orders, reviews, policies."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# by code point, whatever the database's locale
ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables and the revision counter."""
    op.create_table(
        "about",
        sa.Column("name", ID, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    counters = op.create_table(
        "counters",
        sa.Column("name", ID, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.bulk_insert(counters, [{"name": "catalog", "value": 0}])
    op.create_table(
        "products",
        sa.Column("id", ID, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("text_revision", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("document", sa.Text),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("revision"),
    )
    op.create_table(
        "orders",
        sa.Column("id", ID, nullable=False),
        sa.Column("placed", sa.BigInteger, nullable=False),
        sa.Column("customer_id", ID),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_orders_placed_id"), "orders", ["placed", "id"])
    op.create_index(op.f("ix_orders_customer_id_placed_id"), "orders", ["customer_id", "placed", "id"])
    op.create_table(
        "reviews",
        sa.Column("id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("written", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_reviews_product_id_written_id"), "reviews", ["product_id", "written", "id"])
    op.create_table(
        "policies",
        sa.Column("id", ID, nullable=False),
        sa.Column("lang", ID, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", "lang"),
    )


def downgrade() -> None:
    """Remove everything: the shop is empty afterwards."""
    for table in ("policies", "reviews", "orders", "products", "counters", "about"):
        op.drop_table(table)
