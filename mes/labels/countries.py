"""ISO 3166-1: the two letters of a country from its three digits, as GS1 writes the country of origin."""

import re
from collections.abc import Mapping
from typing import Final

_BY_NUMBER: Final[Mapping[str, str]] = dict(
    re.findall(
        r"(\d{3}):([A-Z]{2})",
        "036:AU 040:AT 050:BD 056:BE 076:BR 100:BG 116:KH 124:CA 144:LK 152:CL 156:CN 158:TW 170:CO 188:CR 191:HR"
        " 203:CZ 208:DK 233:EE 246:FI 250:FR 276:DE 300:GR 344:HK 348:HU 356:IN 360:ID 372:IE 376:IL 380:IT 392:JP"
        " 410:KR 418:LA 428:LV 440:LT 442:LU 446:MO 458:MY 470:MT 484:MX 504:MA 528:NL 554:NZ 578:NO 586:PK 604:PE"
        " 608:PH 616:PL 620:PT 642:RO 643:RU 682:SA 688:RS 702:SG 703:SK 704:VN 705:SI 710:ZA 724:ES 752:SE 756:CH"
        " 764:TH 784:AE 788:TN 792:TR 804:UA 818:EG 826:GB 840:US 858:UY",
    )
)
"""Where electronics come from; any other country is shown as its digits and guessed at by nobody."""


def alpha_2(number: str) -> str | None:
    """The two letters of a country; None where its number is not known here."""
    return _BY_NUMBER.get(number)
