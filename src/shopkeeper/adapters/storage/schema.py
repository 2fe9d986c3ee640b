"""The tables of one shop. The migrations make them; a test holds the two equal on every database.

A product, order, review, policy or task is kept as the one JSON document that import and export know, beside the columns that are searched or
sorted by. `digest` is BLAKE2b-128 of the document: equal digests mean nothing to write. Moments are whole microseconds since 1970 in UTC.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text, UniqueConstraint, false

VERSIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
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
    Column("stars", Integer),
    Column("lang", Id),
    Column("told", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "product_id", "written", "id"),
    Index(None, "product_id", "stars", "written", "id"),
)
"""`stars` is the rating to the next whole star, `told` says whether there are words beside it."""

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

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, nullable=False),
    Column("name", Id, nullable=False),
    Column("role", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("disabled", BigInteger),
    Column("code_sha256", Text, nullable=False),
    Column("code_expires", BigInteger),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("name"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "subject_id"),
    Index(None, "seen"),
)
"""`id` is the SHA-256 of what the cookie holds: who reads the table cannot sign in with it."""

audit = Table(
    "audit",
    metadata,
    Column("id", Id, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Id, nullable=False),
    Column("what", Id, nullable=False),
    Column("target", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("address", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "at", "id"),
)
"""Append-only. `changes` is a JSON array of [name, before, after]."""

preferences = Table(
    "preferences",
    metadata,
    Column("version", BigInteger, nullable=False, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("version"),
)
"""`document` is a JSON object of the values that are not the default."""
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

event_segments = Table(
    "event_segments",
    metadata,
    Column("name", Id, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("newest", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    PrimaryKeyConstraint("name"),
)
"""The files that past days were rolled into. A file counts from the moment its row is here, in the transaction that deletes the events from `events`.

`first` and `last` bound `occurred`, `newest` is the highest `seq` in it."""

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
    Index(None, "surface", "shown", "id"),
)
"""One packed row per list that was shown."""

experiments = Table(
    "experiments",
    metadata,
    Column("id", Id, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
)

bot_flags = Table(
    "bot_flags",
    metadata,
    Column("shopper", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", Id, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("lifted", BigInteger),
    PrimaryKeyConstraint("shopper"),
)
"""Who is taken for a program, and why; `lifted` where a person said that it is none."""

carts = Table(
    "carts",
    metadata,
    Column("shopper", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("shopper"),
)

promotions = Table(
    "promotions",
    metadata,
    Column("id", Id, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("id"),
)

promotion_uses = Table(
    "promotion_uses",
    metadata,
    Column("promotion_id", Id, nullable=False),
    Column("order_id", Id, nullable=False),
    Column("shopper", BigInteger),
    PrimaryKeyConstraint("promotion_id", "order_id"),
    Index(None, "shopper"),
)
"""Which orders used which promotion; a cancelled order gives its uses back."""

rules = Table(
    "rules",
    metadata,
    Column("version", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("version"),
)
"""Every version of the shop's rules: an order is judged by the one that held when it was placed."""

placed_orders = Table(
    "placed_orders",
    metadata,
    Column("id", Id, nullable=False),
    Column("shopper", BigInteger),
    Column("key", Id, nullable=False),
    Column("placed", BigInteger, nullable=False),
    Column("status", Id, nullable=False),
    Column("told", Integer, nullable=False),
    Column("untold", Boolean(create_constraint=False), nullable=False),
    Column("document", Text, nullable=False),
    Column("coming_back", Boolean(create_constraint=False), nullable=False, server_default=false()),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("shopper", "key"),
    Index(None, "shopper", "placed", "id"),
    Index(None, "placed", "id"),
    Index(None, "untold", "placed", "id"),
    Index(None, "status", "placed", "id"),
    Index(None, "coming_back", "placed", "id"),
)
"""Orders that were placed here, with their history. `told` counts the steps that others (event log, payment) have heard of; `coming_back` is true
while goods of a return or exchange have not arrived."""

stock_moves = Table(
    "stock_moves",
    metadata,
    Column("seq", Number, nullable=False, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("order_id", Id, nullable=False),
    Column("product_id", Id, nullable=False),
    Column("variant_id", Id, nullable=False),
    Column("market", Id, nullable=False),
    Column("pieces", BigInteger, nullable=False),
    PrimaryKeyConstraint("seq"),
    Index(None, "product_id", "seq"),
    sqlite_autoincrement=True,
)
"""Pieces that orders took out of the counted stock (below zero) or gave back."""

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

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Id, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary, nullable=False),
    Column("previous_until", BigInteger),
    Column("seen", BigInteger, nullable=False),
    Column("failing_since", BigInteger),
    Column("paused_until", BigInteger),
    Column("disabled", BigInteger),
    Column("disabled_reason", Text, nullable=False),
    Column("leased_by", Text, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
)
"""`events` is a JSON array; the secrets are sealed under a key of the vault. Whoever sends holds the row's lease."""

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("endpoint", Id, nullable=False),
    Column("message_id", Id, nullable=False),
    Column("type", Id, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", Id, nullable=False),
    Column("due", BigInteger),
    Column("attempts", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("endpoint", "message_id"),
    Index(None, "endpoint", "state", "due"),
    Index(None, "endpoint", "at", "message_id"),
)
"""The outbox and its log. `attempts` is a JSON array of [at, status, detail, milliseconds]."""
