"""AES (FIPS 197) in Galois/Counter Mode (NIST SP 800-38D), with 12 bytes of nonce or any number."""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag

_REDUCTION = 0xE1 << 120
_WORD = 0xFFFFFFFF


def _doubled(value: int) -> int:
    """Twice a byte in AES's field (FIPS 197, section 4.2)."""
    value <<= 1
    return value ^ 0x11B if value & 0x100 else value


def _substitutions() -> list[int]:
    """The S-box (FIPS 197, section 5.1.1), by powers of the generator 3."""
    powers, value = [], 1
    for _ in range(255):
        powers.append(value)
        value ^= _doubled(value)
    box = [0x63] * 256
    for at, value in enumerate(powers):
        inverse = powers[-at % 255]
        turned = inverse
        for turn in range(1, 5):
            turned ^= (inverse << turn | inverse >> 8 - turn) & 255
        box[value] = turned ^ 0x63
    return box


_BOX = _substitutions()
#: SubBytes, ShiftRows and MixColumns of a round in one look for each byte of a column.
_ROUND = [[0] * 256 for _ in range(4)]
for _byte, _new in enumerate(_BOX):
    _column = _doubled(_new) << 24 | _new << 16 | _new << 8 | _doubled(_new) ^ _new
    for _row in range(4):
        _ROUND[_row][_byte] = _column >> 8 * _row | _column << 32 - 8 * _row & _WORD


def _substituted(a: int, b: int, c: int, d: int) -> int:
    box = _BOX
    return box[a >> 24] << 24 | box[b >> 16 & 255] << 16 | box[c >> 8 & 255] << 8 | box[d & 255]


def _expanded(key: bytes) -> list[int]:
    """The words of all rounds (FIPS 197, section 5.2)."""
    size = len(key) // 4
    words = [int.from_bytes(key[at : at + 4], "big") for at in range(0, len(key), 4)]
    constant = 1
    for at in range(size, 4 * (size + 7)):
        word = words[-1]
        if at % size == 0:
            word = (word << 8 | word >> 24) & _WORD
            word = _substituted(word, word, word, word) ^ constant << 24
            constant = _doubled(constant)
        elif size > 6 and at % size == 4:
            word = _substituted(word, word, word, word)
        words.append(words[-size] ^ word)
    return words


def _block(words: list[int], number: int) -> int:
    """One block under an expanded key, as a number."""
    first, second, third, fourth = _ROUND
    a, b = number >> 96 ^ words[0], number >> 64 & _WORD ^ words[1]
    c, d = number >> 32 & _WORD ^ words[2], number & _WORD ^ words[3]
    for at in range(4, len(words) - 4, 4):
        columns = [
            first[w >> 24] ^ second[x >> 16 & 255] ^ third[y >> 8 & 255] ^ fourth[z & 255]
            for w, x, y, z in ((a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c))
        ]
        a, b, c, d = (column ^ words[at + n] for n, column in enumerate(columns))
    last = words[-4:]
    a, b, c, d = (
        _substituted(a, b, c, d) ^ last[0],
        _substituted(b, c, d, a) ^ last[1],
        _substituted(c, d, a, b) ^ last[2],
        _substituted(d, a, b, c) ^ last[3],
    )
    return a << 96 | b << 64 | c << 32 | d


def _shifted_out() -> list[int]:
    """What eight bits that leave GHASH's number at its low end come back as."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_REDUCTION if value & 1 else 0)
        table.append(value)
    return table


_OUT = _shifted_out()


class GCM:
    """One key, with one nonce."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        self._words = _expanded(key)
        self._table = self._products(_block(self._words, 0))
        if len(nonce) == 12:
            self._first = int.from_bytes(nonce, "big") << 32 | 1
        else:
            self._first = self._hash(
                _filled(nonce) + bytes(8) + (8 * len(nonce)).to_bytes(8, "big")
            )

    @staticmethod
    def _products(subkey: int) -> list[int]:
        """The hash subkey times each byte, the byte's first bit being the lowest power."""
        table = [0] * 256
        value = subkey
        for bit in range(7, -1, -1):
            table[1 << bit] = value
            value = value >> 1 ^ (_REDUCTION if value & 1 else 0)
        for byte in range(1, 256):
            lowest = byte & -byte
            table[byte] = table[byte ^ lowest] ^ table[lowest]
        return table

    def _hash(self, data: bytes) -> int:
        """GHASH of whole blocks (SP 800-38D, algorithm 2)."""
        table, out, state = self._table, _OUT, 0
        for at in range(0, len(data), 16):
            state ^= int.from_bytes(data[at : at + 16], "big")
            product = 0
            for byte in state.to_bytes(16, "little"):
                product = product >> 8 ^ out[product & 255] ^ table[byte]
            state = product
        return state

    def crypt(self, data: bytes) -> bytes:
        """Encrypt or decrypt: the same key stream is laid over the data."""
        head, counter = self._first >> 32 << 32, self._first & _WORD
        stream = bytearray()
        for number in range(1, -(-len(data) // 16) + 1):
            stream += _block(self._words, head | counter + number & _WORD).to_bytes(16, "big")
        mask = int.from_bytes(stream[: len(data)], "big")
        return (int.from_bytes(data, "big") ^ mask).to_bytes(len(data), "big")

    def tag(self, associated: bytes, ciphertext: bytes) -> bytes:
        """Return the sixteen bytes that vouch for both."""
        lengths = (8 * len(associated)).to_bytes(8, "big") + (8 * len(ciphertext)).to_bytes(
            8, "big"
        )
        hashed = self._hash(_filled(associated) + _filled(ciphertext) + lengths)
        return (hashed ^ _block(self._words, self._first)).to_bytes(16, "big")

    def open(self, associated: bytes, ciphertext: bytes, tag: bytes) -> bytes:
        """Return the plaintext.

        Raises:
            InvalidTag: something was changed.
        """
        if not hmac.compare_digest(self.tag(associated, ciphertext), tag):
            raise InvalidTag
        return self.crypt(ciphertext)


def _filled(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)


def _bits(data: bytes) -> bytes:
    return (8 * len(data)).to_bytes(8, "big")
