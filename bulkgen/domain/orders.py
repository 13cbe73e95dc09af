"""Orders that stand in a prompt and go to whoever writes its page; they show no picture."""

import re
from collections.abc import Sequence

from bulkgen.domain.words import QUOTED

#: Where an order may begin: at a sentence, behind a mark, behind a word that joins.
_BEGINNINGS = (
    r"\A\W*",
    r"[,;:.!?([–—-]\s*",  # noqa: RUF001
    r"[\"”'’)\]]\s+",  # noqa: RUF001
    r"\b(?:also|and|but|instead|now|please|so|then)\s+",
    r"\b(?=(?:disregard|forget|ignore)(?: all| any| of| the| your)* (?:above|earlier|previous))",
)

_SAID_BEFORE = (
    r"\b(?:above|anweisung\w*|before|earlier|everything|guidelines?|instruc\w*|istruzion\w*|orders?"
    r"|previous\w*|prior|prompts?|rules?|инструкц\w*)"
)
#: Orders that take back what was said before; what follows them is rarely about the picture.
_TAKING_BACK = (
    rf"(?:bypass|disregard|forget|ignor\w+|override|игнорир\w+)\b.{{0,60}}?{_SAID_BEFORE}",
    rf"(?:do not|don't) follow\b.{{0,60}}?{_SAID_BEFORE}",
    r"(?:忽略|忽視|无视|無視)",
    r".{0,20}(?:プロンプト|命令|指示).{0,4}無視",
)

#: What a page has and a picture has not.
_PAGE_WORD = r"(?:alt text|descriptions?|headline|slug|tags?|titles?)\b"
_WRITE = (
    r"(?:add|answer|append|begin|end|include|insert|mention|output|prepend|print|put|reply|respond"
    r"|return|start|use|write)\b"
)
_WRITE_ABROAD = (
    r"(?:escrev|escrib|met[st]|nutze|pon|schreib|scriv|setze|usa|utilise|verwende|écri|использу"
    r"|напиш)\w*\b"
)
#: Orders that say what the page is to be called, or how to answer.
_NAMING = (
    rf"{_WRITE}.{{0,80}}?\b{_PAGE_WORD}",
    rf"{_WRITE}.{{0,80}}?\b(?:in|on|to) (?:the|this) page\b",
    rf"(?:change|let|make|rename|set) (?:all |every |its |the |this |your )?(?:page )?{_PAGE_WORD}",
    r"(?:call|name|rename|title) (?:it|(?:the|this) (?:image|page|picture))\b",
    rf"(?:its|the|your) (?:\w+ )?{_PAGE_WORD}\s*(?:are|has|is|must|needs?|shall|should|will|=|:)",
    r"title\s*(?:must|shall|should|=|:)",
    r"your (?:answer|output|reply|response|title)\b",
    r"you (?:are|must|should|will) (?:always|never|now|obey|only|output|reply|respond|write)\b",
    r"(?:answer|output|reply|respond) (?:exactly|only|with)\b",
    r"(?:assistant|developer|new|system) (?:instructions?|message|prompt)\s*:",
    r"(?:assistant|developer|system)\s*:",
    r"end of (?:the )?(?:data|input|prompt)\b",
    r"repeat after me|/?inst\]",
    rf"{_WRITE_ABROAD}.{{0,80}}?\b(?:t[íi]tulo|titel|titolo|titre|заголов)",
    r".{0,4}(?:タイトル|标题|標題).{0,6}(?:书|写|寫|改|書|设|設)",
)
_ORDER = re.compile(
    rf"(?:{'|'.join(_BEGINNINGS)})(?:(?P<taking_back>{'|'.join(_TAKING_BACK)})|{'|'.join(_NAMING)})",
    re.IGNORECASE,
)
#: Lettering that a picture shows; an order that is itself in quotation marks is none.
_LETTERING = re.compile(rf"(?<!\A)(?:{QUOTED.pattern})")


def without_orders(sentences: Sequence[str]) -> tuple[list[str], list[str]]:
    """The parts of the sentences that are no orders, and the orders."""
    kept: list[str] = []
    orders: list[str] = []
    for number, sentence in enumerate(sentences):
        order = _ORDER.search(_LETTERING.sub(_blank, sentence))
        if order is None:
            kept.append(sentence)
            continue
        kept.append(sentence[: order.start()])
        orders.append(sentence[order.start() :])
        if order["taking_back"] and any(kept):
            orders.extend(sentences[number + 1 :])
            break
    return list(filter(None, kept)), orders


def _blank(match: re.Match[str]) -> str:
    return "·" * len(match[0])
