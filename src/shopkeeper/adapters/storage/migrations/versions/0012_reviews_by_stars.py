"""What reviews are chosen and ordered by: their stars, their language, and whether they say anything."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

SQLITE = """
UPDATE reviews SET
    stars = CAST(json_extract(document, '$.rating') + 0.5 AS INTEGER),
    lang = NULLIF(json_extract(document, '$.lang'), ''),
    told = COALESCE(json_extract(document, '$.text'), '') <> '' OR COALESCE(json_extract(document, '$.title'), '') <> ''
"""
# PostgreSQL's JSON knows no NUL, in no value of the document
POSTGRESQL = r"""
UPDATE reviews SET stars = floor((read.said ->> 'rating')::float8 + 0.5)::integer,
    lang = NULLIF(read.said ->> 'lang', ''),
    told = COALESCE(read.said ->> 'text', '') <> '' OR COALESCE(read.said ->> 'title', '') <> ''
FROM (SELECT id, replace(document, '\u0000', '\ufffd')::json AS said FROM reviews) AS read
WHERE read.id = reviews.id
"""


def upgrade() -> None:
    """Add the columns, filled from the documents."""
    op.add_column("reviews", sa.Column("stars", sa.Integer))
    op.add_column("reviews", sa.Column("lang", ID))
    op.add_column("reviews", sa.Column("told", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()))
    op.execute(SQLITE if op.get_context().dialect.name == "sqlite" else POSTGRESQL)
    op.create_index(op.f("ix_reviews_product_id_stars_written_id"), "reviews", ["product_id", "stars", "written", "id"])


def downgrade() -> None:
    """Remove the columns; the documents say the same."""
    op.drop_index(op.f("ix_reviews_product_id_stars_written_id"), "reviews")
    for column in ("told", "lang", "stars"):
        op.drop_column("reviews", column)
