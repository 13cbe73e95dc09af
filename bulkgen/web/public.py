"""What every visitor sees: pages, lists, pictures, and what crawlers and feed readers ask for."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.status import HTTP_200_OK, HTTP_302_FOUND

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.site import FED, TermKind
from bulkgen.publishers.addresses import in_app
from bulkgen.publishers.html import SitePages
from bulkgen.studio import Studio
from bulkgen.web.pictures import picture_response

#: Pages change and can be unpublished at any time.
_PAGE = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
#: A page can be unpublished, so its pictures are asked for again after a while.
_PICTURE = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
#: Their name changes when they do.
_STYLES = {**_PICTURE, "Cache-Control": "public, max-age=31536000, immutable"}


def public_routes(
    studio: Callable[[], Studio], public_url: str | None, base_path: str
) -> list[Route]:
    """The routes of the site, to be put below `base_path`; the others are as in `routes`."""
    web = _PublicWeb(studio, public_url, base_path)
    return [
        Route("/robots.txt", web.robots),
        Route("/p/", web.listing),
        Route("/p/feed.xml", web.feed),
        Route("/p/sitemap.xml", web.sitemap),
        Route("/p/sitemap-{number:int}.xml", web.sitemap),
        Route("/p/page/{number:int}", web.listing),
        Route("/p/media/{name}", web.media),
        Route("/p/{kind:str}/{term:str}", web.listing),
        Route("/p/{kind:str}/{term:str}/{number:int}", web.listing),
        Route("/p/{slug}", web.page),
    ]


class _PublicWeb:
    def __init__(
        self, studio: Callable[[], Studio], public_url: str | None, base_path: str
    ) -> None:
        self._studio = studio
        self._public_url = public_url
        self._base_path = base_path

    def page(self, request: Request) -> Response:
        def render(pages: SitePages) -> str:
            return pages.page(self._studio().site.view(request.path_params["slug"]))

        return self._html(request, render)

    def listing(self, request: Request) -> Response:
        place = request.path_params

        def render(pages: SitePages) -> str:
            site, number = self._studio().site, place.get("number", 1)
            if "kind" not in place:
                return pages.listing(site.listing(number))
            if place["kind"] not in set(TermKind):
                raise NotFoundError("There is no such page.")
            return pages.listing(site.listing(number, TermKind(place["kind"]), place["term"]))

        return self._html(request, render)

    def feed(self, request: Request) -> Response:
        text = self._pages(request).feed(self._studio().site.newest(limit=FED))
        return Response(text, media_type="application/atom+xml", headers=_PAGE)

    def sitemap(self, request: Request) -> Response:
        site = self._studio().site
        files = self._pages(request).sitemaps(site.terms(), site.newest())
        text = files.get(request.url.path.rpartition("/")[2])
        if text is None:
            return Response(status_code=404, headers=_PAGE)
        return Response(text, media_type="application/xml", headers=_PAGE)

    def media(self, request: Request) -> Response:
        name = request.path_params["name"]
        look = self._pages(request).look
        if look.location == f"media/{name}":
            return Response(look.styles, media_type="text/css", headers=_STYLES)
        response = picture_response(lambda: self._studio().pages.public_picture(name))
        if response.status_code in {HTTP_200_OK, HTTP_302_FOUND}:
            response.headers.update(_PICTURE)
        return response

    def robots(self, request: Request) -> Response:
        """Only the site is for crawlers; the rest of the app is for the people who work in it."""
        sitemap = f"{self._address(request)}/p/sitemap.xml"
        text = f"User-agent: *\nAllow: /p/\nDisallow: /\nSitemap: {sitemap}\n"
        return PlainTextResponse(text, headers=_PAGE)

    def _html(self, request: Request, render: Callable[[SitePages], str]) -> Response:
        pages = self._pages(request)
        try:
            return HTMLResponse(render(pages), headers=_PAGE)
        except NotFoundError:
            at = request.url.path.partition("/p/")[2]
            return HTMLResponse(pages.not_found(at), status_code=404, headers=_PAGE)

    def _pages(self, request: Request) -> SitePages:
        studio = self._studio()
        return SitePages(
            studio.site.settings(),
            in_app(self._address(request)),
            pictures_from=studio.pages.pictures_from,
        )

    def _address(self, request: Request) -> str:
        return self._public_url or str(request.base_url).rstrip("/") + self._base_path
