"""Who shops and what they did: identities by pseudonym, consents, sealed events and shown lists."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "shoppers",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", ID, nullable=False),
        sa.Column("digest", ID),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("merged_into", sa.BigInteger),
        sa.Column("merged", sa.BigInteger),
        sa.Column("erased", sa.BigInteger),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_shoppers_kind_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_shoppers_merged_into"), "shoppers", ["merged_into"])
    op.create_table(
        "consents",
        sa.Column("shopper", sa.BigInteger, nullable=False),
        sa.Column("purpose", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("granted", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("shopper", "purpose", "at"),
    )
    op.create_table(
        "events",
        sa.Column("seq", NUMBER, nullable=False, autoincrement=True),
        sa.Column("id", ID, nullable=False),
        sa.Column("shopper", sa.BigInteger, nullable=False),
        sa.Column("name", ID, nullable=False),
        sa.Column("occurred", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_shopper_occurred_id"), "events", ["shopper", "occurred", "id"])
    op.create_index(op.f("ix_events_occurred_id"), "events", ["occurred", "id"])
    op.create_table(
        "shown_lists",
        sa.Column("id", ID, nullable=False),
        sa.Column("shopper", sa.BigInteger),
        sa.Column("surface", ID, nullable=False),
        sa.Column("shown", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_shown_lists_shopper_shown_id"), "shown_lists", ["shopper", "shown", "id"])
    op.create_index(op.f("ix_shown_lists_shown_id"), "shown_lists", ["shown", "id"])


def downgrade() -> None:
    """Remove what was known of shoppers; catalogue, orders and keys stay."""
    for table in ("shown_lists", "events", "consents", "shoppers"):
        op.drop_table(table)
