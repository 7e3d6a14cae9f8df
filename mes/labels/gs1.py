"""GS1 element strings: read by `biip`, which knows every application identifier and proves the check digits."""

from collections.abc import Iterator, Sequence
from typing import Final

from mes.labels.errors import LabelError
from mes.labels.separators import GS, Character

Found = tuple[str, str, str, int]
"""Application identifier, its title, its value, and where it stands in the scan (from 1)."""

_OWN_TITLES: Final = {
    "01": "trade item number (GTIN)",
    "10": "lot",
    "11": "production date, YYMMDD",
    "17": "last day of use, YYMMDD",
    "21": "serial number",
    "30": "quantity",
    "37": "quantity",
    "240": "part number, assigned by the supplier",
    "241": "part number, assigned by the customer",
    "422": "country of origin (ISO 3166-1 numeric)",
}


def element_fields(read: Sequence[Character]) -> Iterator[Found]:
    """The element strings in these characters of a scan, each with its place.

    GS stands as its own control character. Raises `LabelError` for an unknown identifier, a value that it does not
    take, or a wrong check digit.
    """
    from biip import ParseError  # noqa: PLC0415 - only GS1 symbols need it, and it takes 0.2 s
    from biip.gs1_element_strings import GS1ElementString  # noqa: PLC0415

    for c, place in read:
        if c != GS and not (c.isascii() and c.isprintable()):
            raise LabelError(f"character {place} is {c!a}, which no GS1 symbol carries; check the scanner", place)
    text = "".join(one.text for one in read)
    at = 0
    while at < len(text):
        if text[at] == GS:
            at += 1
            continue
        place = read[at].position
        try:
            element = GS1ElementString.extract(text[at:])
        except ParseError as error:
            shown = text[at : at + 20]
            raise LabelError(f"GS1 element at character {place} ({shown!r}): {_plain(error)}", place) from error
        if wrong := element.gtin_error or element.sscc_error or element.gln_error:
            raise LabelError(
                f"GS1 element ({element.ai.ai}) at character {place}: {wrong.rstrip('.')}; scan again", place
            )
        title = _OWN_TITLES.get(element.ai.ai, element.ai.description)
        yield element.ai.ai, title, element.value, place
        at += len(element)
        if element.ai.separator_required and at < len(text) and text[at] != GS:
            # A value that is longer than its identifier allows would go on as a field of its own.
            raise LabelError(
                f"GS1 element ({element.ai.ai}) at character {place}: it goes on at character"
                f" {read[at].position} without GS; set the scanner to send GS1's separators",
                read[at].position,
            )


def trade_item(text: str, position: int) -> Found:
    """The GTIN of an EAN, UPC or ITF-14 symbol. Raises `LabelError` for another length or a wrong check digit."""
    from biip import ParseError  # noqa: PLC0415 - as above
    from biip.gtin import Gtin  # noqa: PLC0415

    try:
        number = Gtin.parse(text).as_gtin_14()
    except (ParseError, ValueError) as error:
        raise LabelError(f"GTIN at character {position}: {_plain(error)}; scan again", position) from error
    return "01", _OWN_TITLES["01"], number, position


def _plain(error: Exception) -> str:
    return str(error).rstrip(".").partition(" pattern ")[0]
