import base64
import hashlib
import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.images import GeneratedImage
from bulkgen.publishers.contact_sheet import contact_sheet_html
from tests.fakes.factories import an_image

HOSTILE = [
    "</p><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% for x in y %}",
    "javascript:alert(1)",
    "</style><style>*{display:none}",
    "a\0b\ud800c",
]


def a_sheet(*prompts: str, title: str = "balloons") -> str:
    pictures = [(an_image(prompt=prompt), b"picture") for prompt in prompts]
    return "".join(contact_sheet_html(title, "1 of 3 pictures, made by AI", pictures))


def test_every_picture_is_in_the_file_with_its_prompt() -> None:
    sheet = a_sheet("a red cat")

    assert f'src="data:image/webp;base64,{base64.b64encode(b"picture").decode()}"' in sheet
    assert 'alt="a red cat"' in sheet
    assert "Prompt 7, image 2" in sheet
    assert "0007-2-a-red-cat.webp" in sheet


def test_no_prompt_or_title_becomes_markup() -> None:
    for text in HOSTILE:
        sheet = a_sheet(text, title=text)
        assert re.findall(r"<(script|img src=x|style)\b", sheet) == ["style"]
        assert sheet.count("<li>") == 1
        sheet.encode()


@given(st.text())
def test_whatever_the_prompt_the_sheet_has_the_same_elements(prompt: str) -> None:
    assert elements(a_sheet(prompt)) == elements(a_sheet("a red cat"))


def elements(html: str) -> list[str]:
    return re.findall(r"<(/?[a-z0-9]+)", html)


def test_the_file_allows_nothing_but_its_own_pictures_and_style() -> None:
    sheet = a_sheet("a red cat")

    style = re.search(r"<style>(.*?)</style>", sheet, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-{digest}&#39;"
    assert f'content="{policy}"' in sheet
    assert "http" not in sheet.replace("http-equiv", "")


def test_a_picture_that_is_lost_is_said_to_be() -> None:
    sheet = "".join(contact_sheet_html("balloons", "", [(an_image(), None)]))

    assert "<img" not in sheet
    assert "not in storage any more" in sheet


def test_pictures_are_read_while_the_sheet_is_sent() -> None:
    read: list[int] = []

    def pictures() -> Iterator[tuple[GeneratedImage, bytes | None]]:
        for number in range(200):
            read.append(number)
            yield an_image(number=number), b"picture"

    next(iter(contact_sheet_html("balloons", "", pictures())))

    assert len(read) < 50
