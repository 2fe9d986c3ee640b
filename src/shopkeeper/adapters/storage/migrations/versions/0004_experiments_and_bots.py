"""What is tried, and who is taken for a program."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "experiments",
        sa.Column("id", ID, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "bot_flags",
        sa.Column("shopper", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reason", ID, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("lifted", sa.BigInteger),
        sa.PrimaryKeyConstraint("shopper"),
    )


def downgrade() -> None:
    """Remove experiments and flags."""
    op.drop_table("bot_flags")
    op.drop_table("experiments")
