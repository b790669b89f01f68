"""Numbers of records for addresses and titles, which tell neither how many there are nor an order.

A key counts upwards, so an officer who sees visit 812 today and visit 840 next week would know how
many were planned meanwhile, of which they may see none. A number is the key enciphered: a Feistel
network over 40 bits, of which 8 are left as a check, keyed by ``SECRET_KEY``. It is written with
eight letters and digits of Crockford's base 32: ``7kq2m9xd``. It is no secret and opens nothing:
who may see a record is asked as ever.

Addresses made with an earlier key stand as long as it is among ``SECRET_KEY_FALLBACKS``.
"""

import functools
import hashlib
import hmac
import string

from django.conf import settings
from django.urls import register_converter

_DIGITS = "".join(one for one in string.digits + string.ascii_lowercase if one not in "ilou")
_LENGTH = 8  # of 5 bits each
_HALF = 20  # bits
_CHECK = 8  # bits
_ROUNDS = 8
_MASK = (1 << _HALF) - 1


def number_of(key: int) -> str:
    """The number of the record with this primary key.

    Raises:
        ValueError: the key is negative or beyond 32 bits.

    """
    if not 0 <= key < 1 << (2 * _HALF - _CHECK):
        raise ValueError(key)
    return _enciphered(key, settings.SECRET_KEY)


# A row of a list has its number in several links, and the next page of the list has most of it too.
@functools.lru_cache(maxsize=4096)
def _enciphered(key: int, secret: str) -> str:
    left, right = divmod(key << _CHECK, 1 << _HALF)
    for turn in range(_ROUNDS):
        left, right = right, left ^ _mixed(secret, turn, right)
    bits = left << _HALF | right
    return "".join(_DIGITS[bits >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def key_of(number: str) -> int:
    """The primary key behind ``number``, in any case.

    Raises:
        ValueError: it was not made by :func:`number_of` with a key that still holds.

    """
    bits = 0
    for digit in number.lower():
        bits = bits << 5 | _DIGITS.index(digit)
    if len(number) == _LENGTH:
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            left, right = divmod(bits, 1 << _HALF)
            for turn in reversed(range(_ROUNDS)):
                left, right = right ^ _mixed(secret, turn, left), left
            key, check = divmod(left << _HALF | right, 1 << _CHECK)
            if check == 0:
                return key
    raise ValueError(number)


def key_or_none(number: str | None) -> int | None:
    """The same for what somebody may have typed into an address; None for what is no number."""
    try:
        return key_of(number or "")
    except ValueError:
        return None


def _mixed(secret: str, turn: int, half: int) -> int:
    """What one round of the network adds to the other half."""
    message = b"number of a record" + bytes([turn]) + half.to_bytes(3, "big")
    return int.from_bytes(hmac.digest(secret.encode(), message, hashlib.sha256)[:3], "big") & _MASK


class NumberConverter:
    """``<number:pk>`` in an address: the view gets the key, the address shows the number."""

    regex = f"[{_DIGITS}]{{{_LENGTH}}}"

    def to_python(self, value: str) -> int:
        """The key; an address that never was one is not found."""
        return key_of(value)

    def to_url(self, value: int | str) -> str:
        return number_of(int(value))


register_converter(NumberConverter, "number")
