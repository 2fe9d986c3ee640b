"""The tables of one shop. The migrations make them; a test holds the two equal on every database.

A product, order, review, policy or task is kept as the one JSON document that import and export know, beside the columns that are searched or
sorted by. `digest` is BLAKE2b-128 of the document: equal digests mean nothing to write. Moments are whole microseconds since 1970 in UTC.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text, UniqueConstraint

VERSIONS: Final = ("0001", "0002", "0003", "0005")
"""Every version of the schema, oldest first; opening a database compares with these and need not load Alembic."""

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

# Ids sort by code point everywhere; a PostgreSQL database sorts by its locale unless told otherwise.
Id = Text().with_variant(Text(collation="C"), "postgresql")

# Numbers that the database gives; SQLite counts by itself only in a column of its own integer type.
Number = BigInteger().with_variant(Integer, "sqlite")

about = Table("about", metadata, Column("name", Id, nullable=False), Column("value", Text, nullable=False), PrimaryKeyConstraint("name"))
"""What this database is: the `shop` whose it is."""

counters = Table("counters", metadata, Column("name", Id, nullable=False), Column("value", BigInteger, nullable=False), PrimaryKeyConstraint("name"))
"""`catalog`: the newest revision. A writer locks the row, so that revisions become visible in the order of their numbers."""

products = Table(
    "products",
    metadata,
    Column("id", Id, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("text_revision", BigInteger, nullable=False),
    Column("deleted", Boolean(create_constraint=False), nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("document", Text),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("revision"),
)
"""`size` is the document's length in bytes, so that a page of changes can be cut before it is read. A tombstone has no document."""

orders = Table(
    "orders",
    metadata,
    Column("id", Id, nullable=False),
    Column("placed", BigInteger, nullable=False),
    Column("customer_id", Id),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "placed", "id"),
    Index(None, "customer_id", "placed", "id"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", Id, nullable=False),
    Column("product_id", Id, nullable=False),
    Column("written", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "product_id", "written", "id"),
)

policies = Table(
    "policies",
    metadata,
    Column("id", Id, nullable=False),
    Column("lang", Id, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id", "lang"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("filters", Text, nullable=False),
    Column("origins", Text, nullable=False),
    Column("rate_per_minute", Integer, nullable=False),
    Column("revoked", BigInteger),
    PrimaryKeyConstraint("id"),
)
"""`origins` is a JSON array."""

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "created", "id"),
)

shoppers = Table(
    "shoppers",
    metadata,
    Column("id", Number, nullable=False, autoincrement=True),
    Column("kind", Id, nullable=False),
    Column("digest", Id),
    Column("created", BigInteger, nullable=False),
    Column("merged_into", BigInteger),
    Column("merged", BigInteger),
    Column("erased", BigInteger),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("kind", "digest"),
    Index(None, "merged_into"),
    sqlite_autoincrement=True,
)
"""Identities, by pseudonym. One that was erased keeps its number, so that no other is ever called so, and loses its digest."""

consents = Table(
    "consents",
    metadata,
    Column("shopper", BigInteger, nullable=False),
    Column("purpose", Id, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("granted", Boolean(create_constraint=False), nullable=False),
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("shopper", "purpose", "at"),
)
"""Every answer that was given; the newest of a purpose counts."""

events = Table(
    "events",
    metadata,
    Column("seq", Number, nullable=False, autoincrement=True),
    Column("id", Id, nullable=False),
    Column("shopper", BigInteger, nullable=False),
    Column("name", Id, nullable=False),
    Column("occurred", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("seq"),
    UniqueConstraint("id"),
    Index(None, "shopper", "occurred", "id"),
    Index(None, "occurred", "id"),
    sqlite_autoincrement=True,
)
"""`sealed` is the event's content under the shopper's key (see `privacy.sealing`)."""

shown_lists = Table(
    "shown_lists",
    metadata,
    Column("id", Id, nullable=False),
    Column("shopper", BigInteger),
    Column("surface", Id, nullable=False),
    Column("shown", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "shopper", "shown", "id"),
    Index(None, "shown", "id"),
)
"""One packed row per list that was shown."""

shopper_notes = Table(
    "shopper_notes",
    metadata,
    Column("shopper", BigInteger, nullable=False),
    Column("id", Id, nullable=False),
    Column("kind", Id, nullable=False),
    Column("written", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("shopper", "id"),
)
"""What is kept about one shopper beside events: their own name for themselves (the identity's value), their corrections. Sealed like events."""

segments = Table(
    "segments",
    metadata,
    Column("id", Id, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
)

segment_members = Table(
    "segment_members",
    metadata,
    Column("segment", Id, nullable=False),
    Column("shopper", BigInteger, nullable=False),
    PrimaryKeyConstraint("segment", "shopper"),
    Index(None, "shopper", "segment"),
)
"""Which persons (by the number of the identity that they were merged into) are in which segment."""

erasures = Table(
    "erasures",
    metadata,
    Column("id", Id, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "at", "id"),
)
"""Certificates: what was erased when, signed; nothing in them leads to the shopper."""
