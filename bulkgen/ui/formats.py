"""Numbers as a person reads them."""

from datetime import datetime
from decimal import Decimal

from bulkgen.domain.estimates import Estimate
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.pricing import CostBand

_MINUTE_S = 60
_HOUR_S = 3600
_EXCERPT_CHARACTERS = 70
#: An estimate whose ends are further apart than this is shown with both.
_WIDE = Decimal("1.5")


def usd(amount: Decimal) -> str:
    """Dollars and cents, with more digits where cents would say nothing."""
    if amount == 0 or amount >= Decimal("0.1"):
        return f"${amount:,.2f}"
    return f"${amount:.3f}" if amount >= Decimal("0.01") else f"${amount:.4f}"


def about_usd(cost: CostBand) -> str:
    """An estimate in words: "about $0.48", or both ends where the price is a wide band.

    A price that depends on what the model chooses is unknown, and only its end can be said.
    """
    if not cost.known:
        return f"price unknown, at most {usd(cost.most_usd)}"
    if cost.least_usd and cost.most_usd / cost.least_usd > _WIDE:
        return f"about {usd(cost.least_usd)} to {usd(cost.most_usd)}"
    return f"about {usd(cost.about_usd)}"


def duration(seconds: float) -> str:
    """Such as "20 s", "2 min" or "1 h 10 min", never less than one second."""
    seconds = max(1, round(seconds))
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    minutes = round(seconds / _MINUTE_S)
    if minutes < _MINUTE_S:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, _MINUTE_S)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def precise_duration(seconds: float) -> str:
    """Such as "1 min 30 sec", for a countdown."""
    seconds = max(1, round(seconds))
    if seconds < _MINUTE_S:
        return f"{seconds} sec"
    if seconds < _HOUR_S:
        minutes, rest = divmod(seconds, _MINUTE_S)
        return f"{minutes} min {rest} sec" if rest else f"{minutes} min"
    return duration(seconds)


def file_size(size_bytes: int) -> str:
    """Such as "25 MB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if size_bytes >= unit:
            return f"{size_bytes / unit:,.1f} {name}"
    return f"{-(-size_bytes // 1000):,} KB"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Such as "1 image" and "2 images"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def summary(estimate: Estimate, images_per_prompt: int) -> str:
    """The line under the table: "18 prompts x 2 = 36 images | about 2 min | about $0.48"."""
    prompts = plural(estimate.prompts, "prompt")
    if estimate.images == estimate.prompts * images_per_prompt:
        prompts += f" x {images_per_prompt}"
    least, most = duration(estimate.least_s), duration(estimate.most_s)
    time = f"about {least}" if least == most else f"about {least} to {most}"
    return f"{prompts} = {plural(estimate.images, 'image')} | {time} | {about_usd(estimate.cost)}"


def excerpt(prompt: str) -> str:
    """The beginning of a prompt, cut between words."""
    line = " ".join(prompt.split())
    if len(line) <= _EXCERPT_CHARACTERS:
        return line
    return line[: _EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def image_name(image: GeneratedImage) -> str:
    """Such as "Prompt 3, image 2"."""
    return f"Prompt {image.prompt_number}, image {image.number}"


def alt_text(image: GeneratedImage) -> str:
    """What a picture shows, for whoever cannot see it."""
    return f"{image_name(image)}: {excerpt(image.prompt)}"


def when(at: datetime) -> str:
    """A moment in the server's time zone: "22 Nov 2026, 18:05"."""
    return at.astimezone().strftime("%-d %b %Y, %H:%M")


def markdown(text: str) -> str:
    """Text with every character that Streamlit's markdown reads as a sign made plain."""
    for sign in "\\`*_{}[]()#+-.!|~$<>:&":
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", " ")
