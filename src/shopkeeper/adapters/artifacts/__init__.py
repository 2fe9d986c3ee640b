"""What the offline jobs publish: immutable versioned folders with a manifest, one of them current."""

from shopkeeper.adapters.artifacts.folder import FolderArtifacts

__all__ = ["FolderArtifacts"]
