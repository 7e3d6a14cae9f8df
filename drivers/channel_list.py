"""Channel lists of switching instruments (SCPI-99, 8.3.2): `(@111,121)`."""

from collections.abc import Collection, Sequence

from drivers.errors import OutOfRange


def channel_list(resource: str, channels: Sequence[int], known: Collection[int]) -> str:
    """The list as SCPI writes it.

    Raises `OutOfRange` for no channel, one named twice, or one that is not among the `known`.
    """
    if not channels:
        raise OutOfRange(f"{resource}: no channel given; name at least one")
    if len(set(channels)) != len(channels):
        raise OutOfRange(f"{resource}: channels {list(channels)} name one twice")
    if strangers := [channel for channel in channels if channel not in known]:
        raise OutOfRange(
            f"{resource}: there is no channel {strangers}; this instrument has {min(known)} to {max(known)}"
        )
    return f"(@{','.join(map(str, channels))})"
