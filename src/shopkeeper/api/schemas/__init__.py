"""What goes in and out over HTTP, as pydantic models: one file per capability."""
