"""An index by which the newest lists of one surface are found without reading the others'."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEX = "ix_shown_lists_surface_shown_id"


def upgrade() -> None:
    """Make the index."""
    op.create_index(op.f(INDEX), "shown_lists", ["surface", "shown", "id"])


def downgrade() -> None:
    """Remove the index; nothing is lost."""
    op.drop_index(op.f(INDEX), table_name="shown_lists")
