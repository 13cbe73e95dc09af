"""A picture of the storage as an answer to a browser."""

from collections.abc import Callable

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.status import HTTP_302_FOUND

from bulkgen.domain.errors import NotFoundError, StorageError
from bulkgen.domain.images import SUFFIXES
from bulkgen.studio.pictures import StoredPicture

#: The bytes behind one of these addresses never change.
PRIVATE_PICTURE = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}
#: A link to storage lasts for minutes.
_LINKED_PICTURE = {
    "Cache-Control": "private, max-age=240",
    "X-Content-Type-Options": "nosniff",
}
_NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def picture_response(find: Callable[[], StoredPicture], *, download: str | None = None) -> Response:
    """Send the picture, or the browser to where it lies; a download comes from here."""
    try:
        picture = find()
        if picture.address and not download:
            return RedirectResponse(picture.address, HTTP_302_FOUND, _LINKED_PICTURE)
        data = picture.read()
    except NotFoundError:
        return Response(status_code=404, headers=_NEVER_KEPT)
    except StorageError as error:
        return PlainTextResponse(str(error), status_code=503, headers=_NEVER_KEPT)
    headers = dict(PRIVATE_PICTURE)
    if download:
        name = f"{download}.{SUFFIXES[picture.mime_type.removeprefix('image/')]}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(data, media_type=picture.mime_type, headers=headers)
