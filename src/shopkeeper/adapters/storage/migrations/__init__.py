"""The schema's history: Alembic migrations, up and down, run from code."""
