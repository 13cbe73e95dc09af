"""Addresses of pictures, as the browser asks for them.

Streamlit passes an address under `/app/static/` through to the browser, which adds host and base
path itself; our own route answers it.
"""

from uuid import UUID

import streamlit as st

from bulkgen.domain.models import AUTO

IMAGES = "/app/static/images"
PAGE_PICTURES = "/app/static/pages"
JOBS = "/app/static/jobs"
REVIEW = "/app/static/review"
SITE_ZIP = "/app/static/site.zip"


def thumbnail_url(image_id: UUID) -> str:
    """The small picture of an image."""
    return f"{IMAGES}/{image_id}/thumbnail"


def original_url(image_id: UUID) -> str:
    """The provider's own bytes of an image."""
    return f"{IMAGES}/{image_id}/original"


def selected_zip_url(job_id: UUID) -> str:
    """The selected originals of a job, with a manifest."""
    return f"{JOBS}/{job_id}/selected.zip"


def contact_sheet_url(job_id: UUID) -> str:
    """The selected pictures of a job on one page."""
    return f"{JOBS}/{job_id}/contact-sheet.html"


def page_picture_url(name: str) -> str:
    """A picture file of a page, draft or published."""
    return f"{PAGE_PICTURES}/{name}"


def base_path() -> str:
    """Where the app lies on its host, such as "/tools"; "" when it has the host to itself."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def browser_url(url: str) -> str:
    """An address for a link or a component, which nobody adds the base path to."""
    return base_path() + url


def placeholder_url(size: str, *, failed: bool) -> str:
    """A plain tile in the shape of a picture that is not there."""
    return f"{IMAGES}/{'failed' if failed else 'waiting'}-{placeholder_size(size)}.svg"


def placeholder_size(size: str) -> str:
    """Such as "1024x1024"; what stands for a size that the provider is to choose."""
    return "1024x1024" if size == AUTO else size
