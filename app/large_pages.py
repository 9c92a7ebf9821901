"""Memory in large pages: a request touches thousands of small ones, and each has to be found.

Linux can exchange them at once since 6.1; elsewhere everything stays as it is.
"""

import ctypes
import sys

_COLLAPSE = 25  # MADV_COLLAPSE of <linux/mman.h>
_SIZE = 2 * 2**20
#: what the product's own data lie in, by the last column of /proc/self/maps
_DATA = {"", "[heap]"}


def hold_what_is_loaded() -> None:
    """To be called before threads begin: their stacks are large, and hardly used."""
    if sys.platform != "linux":
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/maps", encoding="utf-8") as maps:
        places = [line.split(maxsplit=5) for line in maps]
    for addresses, rights, _offset, _device, _file, *name in places:
        if rights == "rw-p" and "".join(name).strip() in _DATA:
            low, high = (int(address, 16) for address in addresses.split("-"))
            first, end = -(-low // _SIZE) * _SIZE, high // _SIZE * _SIZE
            if first < end:
                advise(first, end - first, _COLLAPSE)  # refused, it is as it was
