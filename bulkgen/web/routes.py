"""The routes; private ones serve the local admin until there is sign-in."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.status import HTTP_200_OK, HTTP_302_FOUND

from bulkgen.domain.errors import BulkgenError, InputError, NotFoundError, StorageError
from bulkgen.domain.images import SUFFIXES, GeneratedImage
from bulkgen.domain.jobs import Job
from bulkgen.domain.models import width_and_height
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.slugs import slug_of
from bulkgen.publishers.html import contact_sheet_html, index_html, not_found_html, page_html
from bulkgen.studio import Studio
from bulkgen.studio.pictures import StoredPicture
from bulkgen.web.review import review_routes
from bulkgen.web.zip_stream import zip_parts

#: The bytes behind one of these addresses never change.
_PRIVATE_PICTURE = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}
#: A page can be unpublished, so its pictures are asked for again after a while.
_PUBLIC_PICTURE = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
#: A link to storage lasts for minutes.
_LINKED_PICTURE = {
    "Cache-Control": "private, max-age=240",
    "X-Content-Type-Options": "nosniff",
}
_NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_PUBLIC_PAGE = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
_PLACEHOLDER = re.compile(r"(waiting|failed)-(\d+x\d+)\.svg")
_PLACEHOLDER_COLOURS = {"waiting": "#8884", "failed": "#c0392b33"}


def routes(studio: Callable[[], Studio], public_url: str | None) -> list[Route]:
    """Every route; `studio` is asked for at each request, `public_url` wins over the request's."""
    web = _Web(studio, public_url)
    return [
        Route("/app/static/images/{name}.svg", web.placeholder),
        Route("/app/static/images/{image_id:uuid}/thumbnail", web.thumbnail),
        Route("/app/static/images/{image_id:uuid}/preview", web.preview),
        Route("/app/static/images/{image_id:uuid}/original", web.original),
        Route("/app/static/pages/{name}", web.page_picture),
        Route("/app/static/jobs/{job_id:uuid}/selected.zip", web.selected_zip),
        Route("/app/static/jobs/{job_id:uuid}/contact-sheet.html", web.contact_sheet),
        Route("/p/", web.index),
        Route("/p/media/{name}", web.public_picture),
        Route("/p/{slug}", web.public_page),
        Route("/healthz", web.health),
        *review_routes(studio),
    ]


class _Web:
    def __init__(self, studio: Callable[[], Studio], public_url: str | None) -> None:
        self._studio = studio
        self._public_url = public_url

    def placeholder(self, request: Request) -> Response:
        match = _PLACEHOLDER.fullmatch(f"{request.path_params['name']}.svg")
        if match is None:
            return Response(status_code=404)
        width, height = width_and_height(match[2])
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
            f'<rect width="100%" height="100%" fill="{_PLACEHOLDER_COLOURS[match[1]]}"/></svg>'
        )
        return Response(svg, media_type="image/svg+xml", headers=_PRIVATE_PICTURE)

    def thumbnail(self, request: Request) -> Response:
        return _picture(lambda: self._studio().gallery.thumbnail(LOCAL_ADMIN, _image_id(request)))

    def preview(self, request: Request) -> Response:
        return _picture(lambda: self._studio().gallery.preview(LOCAL_ADMIN, _image_id(request)))

    def original(self, request: Request) -> Response:
        image_id = _image_id(request)
        return _picture(
            lambda: self._studio().gallery.original(LOCAL_ADMIN, image_id),
            download=str(image_id) if "download" in request.query_params else None,
        )

    def page_picture(self, request: Request) -> Response:
        name = request.path_params["name"]
        return _picture(lambda: self._studio().pages.picture(LOCAL_ADMIN, name))

    def selected_zip(self, request: Request) -> Response:
        exports = self._studio().exports
        return self._download(
            request, lambda _, images: zip_parts(exports.files(images)), "zip", "application/zip"
        )

    def contact_sheet(self, request: Request) -> Response:
        def parts(job: Job, images: list[GeneratedImage]) -> Iterator[str]:
            subtitle = f"{len(images):,} of {job.images.completed:,} pictures, made by AI"
            pictures = self._studio().exports.thumbnails(images)
            return contact_sheet_html(job.name, subtitle, pictures)

        return self._download(request, parts, "html", "text/html")

    def _download(
        self,
        request: Request,
        parts: Callable[[Job, list[GeneratedImage]], Iterator[bytes] | Iterator[str]],
        suffix: str,
        mime_type: str,
    ) -> Response:
        """Send what is made of the selected images of a job, part by part."""
        studio = self._studio()
        job_id: UUID = request.path_params["job_id"]
        try:
            job = studio.jobs.get(LOCAL_ADMIN, job_id)
            images = studio.exports.selected(LOCAL_ADMIN, job_id)
        except (InputError, NotFoundError) as error:
            return PlainTextResponse(str(error), status_code=404, headers=_NEVER_KEPT)
        name = f"{slug_of(job.name, str(job.id)[:8])}.{suffix}"
        return StreamingResponse(
            parts(job, images),
            media_type=mime_type,
            headers={**_NEVER_KEPT, "Content-Disposition": f'attachment; filename="{name}"'},
        )

    def public_picture(self, request: Request) -> Response:
        name = request.path_params["name"]
        response = _picture(lambda: self._studio().pages.public_picture(name))
        if response.status_code in {HTTP_200_OK, HTTP_302_FOUND}:
            response.headers.update(_PUBLIC_PICTURE)
        return response

    def public_page(self, request: Request) -> Response:
        try:
            page = self._studio().pages.public_page(request.path_params["slug"])
        except NotFoundError:
            return HTMLResponse(not_found_html("./"), status_code=404, headers=_PUBLIC_PAGE)
        url = f"{self._address(request)}/p/{page.slug}"
        html = page_html(
            page,
            url=url,
            home_url="./",
            media_url="media/",
            pictures_from=self._studio().pages.pictures_from,
        )
        return HTMLResponse(html, headers=_PUBLIC_PAGE)

    def index(self, request: Request) -> Response:
        pages = self._studio().pages
        html = index_html(
            pages.published(),
            url=f"{self._address(request)}/p/",
            page_url=lambda page: page.slug,
            media_url="media/",
            pictures_from=pages.pictures_from,
        )
        return HTMLResponse(html, headers=_PUBLIC_PAGE)

    def health(self, _request: Request) -> Response:
        try:
            self._studio().choices.categories()
        except BulkgenError as error:
            return JSONResponse({"status": "failing", "reason": str(error)}, status_code=503)
        return JSONResponse({"status": "ok"})

    def _address(self, request: Request) -> str:
        return self._public_url or str(request.base_url).rstrip("/")


def _image_id(request: Request) -> UUID:
    image_id: UUID = request.path_params["image_id"]
    return image_id


def _picture(find: Callable[[], StoredPicture], *, download: str | None = None) -> Response:
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
    headers = dict(_PRIVATE_PICTURE)
    if download:
        name = f"{download}.{SUFFIXES[picture.mime_type.removeprefix('image/')]}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(data, media_type=picture.mime_type, headers=headers)
