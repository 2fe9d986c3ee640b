"""The formats that products come in and go out as; each file reads and writes one."""
