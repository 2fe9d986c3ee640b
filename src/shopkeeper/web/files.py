"""Static files and the shop's pictures."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from shopkeeper.errors import NotFound
from shopkeeper.web.assets import assets, by_hashed_name
from shopkeeper.web.site import Site

PICTURE_TYPES: Final = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
}
"""What the media folder may hand out; anything else in it is not a picture and is not served."""

SNIPPET: Final = "shopkeeper-events.js"
SVG_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A drawing opened by its own address may style itself and nothing else: no script, no request."""


def static(site: Site, request: Request) -> Response:
    """`GET /static/{name}`: a file by its hashed name, to be kept for a year."""
    del site
    asset = by_hashed_name().get(request.path_params["name"])
    if asset is None:
        raise NotFound("no such file", field="name", value=request.path_params["name"])
    return Response(asset.content, media_type=asset.content_type, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def snippet(site: Site, request: Request) -> Response:
    """`GET /shopkeeper-events.js`: the browser snippet, under one address for ever, for pages of any origin."""
    del site
    asset = assets()[SNIPPET]
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin", "ETag": f'"{asset.hashed}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.content_type, headers=headers)


def media(site: Site, request: Request) -> Response:
    """`GET /media/{path}`: a picture of the shop's own folder, never of anywhere else."""
    shop = site.shop(request.path_params.get("shop"))
    path = inside(shop.media, request.path_params["path"])
    content_type = PICTURE_TYPES.get(path.suffix.lower()) if path is not None else None
    if path is None or content_type is None or not path.is_file():
        raise NotFound("no such picture", field="path", value=request.path_params["path"])
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    if content_type == "image/svg+xml":
        headers["Content-Security-Policy"] = SVG_POLICY
    return FileResponse(path, media_type=content_type, headers=headers)


def inside(folder: Path, relative: str) -> Path | None:
    """The file at `relative` below `folder`; None where the path would leave it (`..`, absolute, a link that points out) or is not a path."""
    if "\0" in relative or relative.startswith("/"):
        return None
    root = folder.resolve()
    path = (root / relative).resolve()
    return path if path.is_relative_to(root) and path != root else None
