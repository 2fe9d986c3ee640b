"""Alembic's entry: runs the versions on the connection that our code opened, or prints them as SQL when there is none."""

from alembic import context

from shopkeeper.adapters.storage.schema import metadata

options = context.config.attributes
if context.is_offline_mode():
    context.configure(dialect_name=options["dialect"], target_metadata=metadata, literal_binds=True, transactional_ddl=True)
else:
    # one transaction for all of it: both databases can take back the making of tables, so a migration that fails leaves nothing behind
    context.configure(connection=options["connection"], target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
