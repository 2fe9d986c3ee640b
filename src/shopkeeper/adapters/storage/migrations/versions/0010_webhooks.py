"""Webhooks: the addresses that hear what happens, and the outbox of messages to them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", ID, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("previous_secret", sa.LargeBinary, nullable=False),
        sa.Column("previous_until", sa.BigInteger),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("paused_until", sa.BigInteger),
        sa.Column("disabled", sa.BigInteger),
        sa.Column("disabled_reason", sa.Text, nullable=False),
        sa.Column("leased_by", sa.Text, nullable=False),
        sa.Column("leased_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("endpoint", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", ID, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("attempts", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "message_id"),
    )
    op.create_index(op.f("ix_webhook_deliveries_endpoint_state_due"), "webhook_deliveries", ["endpoint", "state", "due"])
    op.create_index(op.f("ix_webhook_deliveries_endpoint_at_message_id"), "webhook_deliveries", ["endpoint", "at", "message_id"])


def downgrade() -> None:
    """Remove endpoints and messages, also those that were not sent yet."""
    for table in ("webhook_deliveries", "webhook_endpoints"):
        op.drop_table(table)
