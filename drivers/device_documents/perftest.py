"""What `ib_write_bw --report_gbits` (perftest) measured: the average bandwidth of RDMA writes."""

import re
from typing import Final

from drivers.device_documents._text import decimal_in, document_lines, integer_in
from drivers.errors import DocumentError

_DOCUMENT: Final = "ib_write_bw"
_HEAD: Final = re.compile(r"\s*#bytes\s+#iterations\s+BW peak\[Gb/sec\]\s+BW average\[Gb/sec\]\s+MsgRate\[Mpps\]")
_COLUMNS: Final = 5


def parse_write_bandwidth(content: str | bytes, *, complete: bool = False) -> float:
    """The average in bit/s of a run with one message size.

    Raises `DocumentError` for a run that failed, one in other units, or one with several sizes.
    """
    lines = document_lines(_DOCUMENT, content, complete=complete)
    heads = [index for index, (_, line) in enumerate(lines) if _HEAD.fullmatch(line)]
    if len(heads) != 1:
        what = lines[-1][1].strip()[:80] if lines else "nothing"
        raise DocumentError(_DOCUMENT, "its table", f"has no header in Gb/sec; the last line is {what!r}")
    rows = [(number, line.split()) for number, line in lines[heads[0] + 1 :] if line.strip("- ")]
    if len(rows) != 1 or len(rows[0][1]) != _COLUMNS:
        raise DocumentError(_DOCUMENT, "its table", f"has {len(rows)} rows; one row of {_COLUMNS} numbers was wanted")
    number, cells = rows[0]
    integer_in(_DOCUMENT, f"line {number}", cells[1], 1, 2**63)
    return decimal_in(_DOCUMENT, f"line {number}", cells[3]) * 1e9
