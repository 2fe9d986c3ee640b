"""What is kept about shoppers beside their events: sealed notes, segments, and the certificates of erasures."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "shopper_notes",
        sa.Column("shopper", sa.BigInteger, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("written", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("shopper", "id"),
    )
    op.create_table(
        "segments",
        sa.Column("id", ID, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "segment_members",
        sa.Column("segment", ID, nullable=False),
        sa.Column("shopper", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("segment", "shopper"),
    )
    op.create_index(op.f("ix_segment_members_shopper_segment"), "segment_members", ["shopper", "segment"])
    op.create_table(
        "erasures",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_erasures_at_id"), "erasures", ["at", "id"])


def downgrade() -> None:
    """Remove notes, segments and certificates; identities and events stay."""
    for table in ("erasures", "segment_members", "segments", "shopper_notes"):
        op.drop_table(table)
