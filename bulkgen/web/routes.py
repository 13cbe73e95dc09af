"""The routes; private ones serve the local admin until there is sign-in."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from bulkgen.domain.errors import BulkgenError, InputError, NotFoundError
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.jobs import Job
from bulkgen.domain.models import width_and_height
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.slugs import slug_of
from bulkgen.publishers.contact_sheet import contact_sheet_html
from bulkgen.publishers.site_files import every_file
from bulkgen.studio import Studio
from bulkgen.studio.exports import ExportedFile
from bulkgen.web.pictures import PRIVATE_PICTURE, picture_response
from bulkgen.web.public import public_routes
from bulkgen.web.review import review_routes
from bulkgen.web.zip_stream import zip_parts

_NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
#: The same in every ZIP of a site, so that two of the same pages are the same.
_SITE_TIME = datetime(1980, 1, 1, tzinfo=UTC)
_PLACEHOLDER = re.compile(r"(waiting|failed)-(\d+x\d+)\.svg")
_PLACEHOLDER_COLOURS = {"waiting": "#8884", "failed": "#c0392b33"}


def routes(
    studio: Callable[[], Studio], public_url: str | None, base_path: str = ""
) -> list[Route]:
    """Every route, below `base_path`.

    `studio` is asked for at each request; `public_url` wins over the request's.
    """
    web = _Web(studio, public_url)
    found = [
        Route("/app/static/images/{name}.svg", web.placeholder),
        Route("/app/static/images/{image_id:uuid}/thumbnail", web.thumbnail),
        Route("/app/static/images/{image_id:uuid}/preview", web.preview),
        Route("/app/static/images/{image_id:uuid}/original", web.original),
        Route("/app/static/pages/{name}", web.page_picture),
        Route("/app/static/jobs/{job_id:uuid}/selected.zip", web.selected_zip),
        Route("/app/static/jobs/{job_id:uuid}/contact-sheet.html", web.contact_sheet),
        Route("/app/static/site.zip", web.site_zip),
        Route("/healthz", web.health),
        *review_routes(studio),
        *public_routes(studio, public_url, base_path),
    ]
    return [Route(base_path + one.path, one.endpoint, methods=one.methods) for one in found]


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
        return Response(svg, media_type="image/svg+xml", headers=PRIVATE_PICTURE)

    def thumbnail(self, request: Request) -> Response:
        return picture_response(
            lambda: self._studio().gallery.thumbnail(LOCAL_ADMIN, _image_id(request))
        )

    def preview(self, request: Request) -> Response:
        return picture_response(
            lambda: self._studio().gallery.preview(LOCAL_ADMIN, _image_id(request))
        )

    def original(self, request: Request) -> Response:
        image_id = _image_id(request)
        return picture_response(
            lambda: self._studio().gallery.original(LOCAL_ADMIN, image_id),
            download=str(image_id) if "download" in request.query_params else None,
        )

    def page_picture(self, request: Request) -> Response:
        name = request.path_params["name"]
        return picture_response(lambda: self._studio().pages.picture(LOCAL_ADMIN, name))

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

    def site_zip(self, _request: Request) -> Response:
        site = self._studio().site
        made = every_file(
            site.everything(), site.settings(), self._public_url or "", site.picture_bytes
        )
        files = (ExportedFile(name=name, data=data, at=_SITE_TIME) for name, data in made)
        return StreamingResponse(
            zip_parts(files),
            media_type="application/zip",
            headers={**_NEVER_KEPT, "Content-Disposition": 'attachment; filename="site.zip"'},
        )

    def health(self, _request: Request) -> Response:
        try:
            self._studio().choices.categories()
        except BulkgenError as error:
            return JSONResponse({"status": "failing", "reason": str(error)}, status_code=503)
        return JSONResponse({"status": "ok"})


def _image_id(request: Request) -> UUID:
    image_id: UUID = request.path_params["image_id"]
    return image_id
