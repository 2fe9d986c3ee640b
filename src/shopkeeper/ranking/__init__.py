"""What search and recommendations share: live columns of the catalogue, the filter language, popularity."""
