"""What a browser finds in a page, as html.parser reads it."""

from html.parser import HTMLParser

from typing_extensions import override


class Markup(HTMLParser):
    """Tags in their order, their attributes, and the text inside each kind of tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append((tag, ""))

    @override
    def handle_data(self, data: str) -> None:
        if self.texts:
            tag, text = self.texts[-1]
            self.texts[-1] = (tag, text + data)

    @override
    def handle_endtag(self, tag: str) -> None:
        self.texts.append((f"/{tag}", ""))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """Attributes of the tags that have the wanted ones."""
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and wanted.items() <= attributes.items()
        ]

    def one(self, tag: str, **wanted: str) -> dict[str, str | None]:
        """The same for a tag that must be there once."""
        (attributes,) = self.all(tag, **wanted)
        return attributes

    def inside(self, tag: str) -> list[str]:
        """The text that follows each start of a tag."""
        return [text for name, text in self.texts if name == tag]

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Tags and the names of their attributes: what a hostile string must not change."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]

    def addresses(self) -> list[str]:
        """Every address in href, src and srcset."""
        found = [
            value
            for _, attributes in self.elements
            for name, value in attributes.items()
            if name in {"href", "src"} and value
        ]
        sets = [attributes.get("srcset") or "" for attributes in self.all("img")]
        return found + [part.split()[0] for value in sets for part in value.split(",") if part]
