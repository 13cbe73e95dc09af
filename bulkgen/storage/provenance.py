"""What a picture file says of how it was made."""

import re
from xml.sax.saxutils import escape

#: IPTC's word for a picture that a model made.
AI_MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
#: A JPEG holds 65,502 bytes of XMP, and a character takes up to five of them.
_PROMPT_MAX = 10_000
#: What XML cannot hold, not even escaped.
_NEVER_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ai_made_xmp(prompt: str | None) -> bytes:
    """XMP that says a model made the picture, and from which prompt unless it is None."""
    said = ""
    if prompt is not None:
        text = escape(_NEVER_IN_XML.sub("", prompt)[:_PROMPT_MAX])
        said = f"<Iptc4xmpExt:AIPromptInformation>{text}</Iptc4xmpExt:AIPromptInformation>"
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{AI_MADE}</Iptc4xmpExt:DigitalSourceType>{said}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    )
    return packet.encode()
