"""A flash chip for littlefs, MicroPython's file system on a board: it counts, and it can lose its power.

The ESP32's own geometry and MicroPython's own littlefs: 4 KiB blocks that are erased whole, bits that only an
erase sets again. The blocks lie in a file, so that they take none of the node's heap.
"""

import vfs

BLOCK = 4096
_ERASED = b"\xff" * BLOCK


class Chip:
    """A block device as MicroPython's `vfs` wants it.

    `path`: the file that holds the blocks, made if there is none. `cut_after`: with this many programs and
    erases done the power fails: half of the next one happens, and nothing after it.
    """

    def __init__(self, path, blocks=512, cut_after=None):
        self.blocks = blocks
        self.erases = 0
        self.programmed = 0
        self.worn = bytearray(2 * blocks)
        self.deeds = 0
        self._cut_after = cut_after
        try:
            self._file = open(path, "r+b")
        except OSError:
            self._file = open(path, "w+b")
            for _ in range(blocks):
                self._file.write(_ERASED)

    def close(self):
        self._file.close()

    def readblocks(self, block, into, offset=0):
        self._file.seek(block * BLOCK + offset)
        self._file.readinto(into)

    def writeblocks(self, block, content, offset=0):
        """Program: clears bits, sets none."""
        self.programmed += len(content)
        return self._do(block * BLOCK + offset, content)

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.blocks
        if operation == 5:
            return BLOCK
        if operation == 6:
            self.erases += 1
            self._wear(argument)
            return self._do(argument * BLOCK, _ERASED)
        return 0

    def mount(self):
        """Format it; the folder at which its files are."""
        vfs.VfsLfs2.mkfs(self)
        vfs.mount(vfs.VfsLfs2(self), "/flash")
        return "/flash"

    def wear(self):
        """Erases in all, bytes programmed, and how often the block was erased that was erased most."""
        worn = max(self.worn[n] | self.worn[n + 1] << 8 for n in range(0, 2 * self.blocks, 2))
        return {"erases": self.erases, "programmed": self.programmed, "worn": worn}

    def _wear(self, block):
        count = (self.worn[2 * block] | self.worn[2 * block + 1] << 8) + 1
        self.worn[2 * block] = count & 0xFF
        self.worn[2 * block + 1] = count >> 8

    def _do(self, at, content):
        self.deeds += 1
        done = len(content)
        if self._cut_after is not None and self.deeds > self._cut_after:
            done = done // 2 if self.deeds == self._cut_after + 1 else 0
        self._file.seek(at)
        self._file.write(memoryview(content)[:done])
        return 0 if done == len(content) else -5  # EIO
