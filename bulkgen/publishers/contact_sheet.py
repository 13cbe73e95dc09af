"""The pictures of a job on one page, to show or to print."""

from base64 import b64encode
from collections.abc import Iterable, Iterator

from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.manifest import file_name
from bulkgen.publishers.html import ENVIRONMENT, TEMPLATES, policy_hash

_STYLES = (TEMPLATES / "contact_sheet.css").read_text(encoding="utf-8")
_POLICY = f"default-src 'none'; img-src data:; style-src {policy_hash(_STYLES)}"
#: Pieces of a template that are sent together.
_NODES_AT_ONCE = 100


def contact_sheet_html(
    title: str, subtitle: str, pictures: Iterable[tuple[GeneratedImage, bytes | None]]
) -> Iterator[str]:
    """One file with every picture in it, made while it is sent; None stands for a lost picture."""
    stream = ENVIRONMENT.get_template("contact_sheet.html").stream(
        title=title,
        subtitle=subtitle,
        pictures=pictures,
        sheet_policy=_POLICY,
        sheet_styles=_STYLES,
        base64=_base64,
        file_name=file_name,
    )
    stream.enable_buffering(_NODES_AT_ONCE)
    return stream


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
