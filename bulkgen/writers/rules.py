"""Page text by rules alone."""

from collections.abc import Sequence

from typing_extensions import override

from bulkgen.domain.page_text import write_page_text
from bulkgen.domain.pages import WrittenText
from bulkgen.ports import PageWriter


class RuleWriter(PageWriter):
    """Writes from the prompt; asks nobody and costs nothing."""

    @override
    def write(
        self, prompt: str, picture_jpeg: bytes, known_tags: Sequence[str], key: str
    ) -> WrittenText:
        return WrittenText(text=write_page_text(prompt, known_tags), usage=None)
