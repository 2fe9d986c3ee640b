"""One router per capability; `ROUTERS` lists them in the order of the documentation."""
