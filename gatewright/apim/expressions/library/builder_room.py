"""How much room a StringBuilder has: `Capacity` follows from the blocks that it is made of.

Source: https://learn.microsoft.com/dotnet/api/system.text.stringbuilder.capacity (.NET Core 3.1); the
sizes of the blocks were checked against .NET.
"""

from __future__ import annotations

from gatewright.apim.expressions.faults import out_of_range

_FIRST = 16
_LARGEST = 8000
MOST = 0x7FFFFFFF


class Room:
    """Blocks in order, each with its size and how much of it is in use; the last one grows.

    Args:
        capacity: the size of the first block; 0 stands for 16.
        most: the number of characters that the builder may have.
    """

    __slots__ = ("blocks", "most")

    def __init__(self, used: int = 0, capacity: int = _FIRST, most: int = MOST) -> None:
        self.blocks = [[max(capacity or min(_FIRST, most), used), used]]
        self.most = most

    def capacity(self) -> int:
        """`Capacity`."""
        return sum(used for _, used in self.blocks[:-1]) + self.blocks[-1][0]

    def _before(self) -> int:
        return sum(used for _, used in self.blocks[:-1])

    def append(self, count: int, size: int) -> None:
        """Room for more behind `size` characters.

        Raises:
            NetError: ArgumentOutOfRangeException above the maximum.
        """
        if size + count > self.most:
            raise out_of_range("valueCount", "The length cannot be greater than the capacity.")
        last = self.blocks[-1]
        free = last[0] - last[1]
        if count <= free:
            last[1] += count
            return
        last[1] = last[0]
        rest = count - free
        self.blocks.append([max(rest, min(size + free, _LARGEST)), rest])

    def insert(self, at: int, count: int) -> None:
        """Room for more in between."""
        if not count:
            return
        number = self._find(at)[0]
        block = self.blocks[number]
        if block[1] <= 2 * _FIRST and block[0] - block[1] >= count:
            block[1] += count
            return
        self.blocks.insert(number, [max(count, _FIRST), count])

    def _find(self, at: int) -> tuple[int, int]:
        """The block that a place lies in, and where that begins: the later one of two."""
        start = self._before()
        number = len(self.blocks) - 1
        while number and start > at:
            number -= 1
            start -= self.blocks[number][1]
        return number, start

    def remove(self, at: int, count: int) -> None:
        """Less in between."""
        left = count
        number, start = self._find(at)
        inside = at - start
        while left:
            block = self.blocks[number]
            gone = min(left, block[1] - inside)
            block[1] -= gone
            left -= gone
            number, inside = number + 1, 0
        self.blocks = [b for b in self.blocks[:-1] if b[1]] + self.blocks[-1:]

    def shorten(self, length: int, size: int) -> None:
        """`Length` set to less: the block in which the text ends becomes the last, not much smaller."""
        if len(self.blocks) == 1:
            self.blocks[0][1] = length
            return
        kept = min(self.capacity(), max(size * 6 // 5, self.blocks[-1][0]))
        start = number = 0
        while start + self.blocks[number][1] <= length and number < len(self.blocks) - 1:
            start += self.blocks[number][1]
            number += 1
        if number < len(self.blocks) - 1:
            self.blocks[number][0] = max(kept - start, self.blocks[number][0])
            del self.blocks[number + 1 :]
        self.blocks[-1][1] = length - start

    def set_capacity(self, value: int, size: int) -> None:
        """`Capacity` set.

        Raises:
            NetError: ArgumentOutOfRangeException for less than the text has, or more than it may.
        """
        if value < 0:
            raise out_of_range("value", "Capacity must be positive.")
        if value > self.most:
            raise out_of_range("value", "Capacity exceeds maximum capacity.")
        if value < size:
            raise out_of_range("value", "capacity was less than the current size.")
        self.blocks[-1][0] = value - self._before()
