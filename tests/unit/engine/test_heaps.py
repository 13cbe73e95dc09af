import subprocess
import sys

import pytest

from tests.fakes.app_process import ROOT

COUNT_HEAPS = """
import ctypes
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from bulkgen.engine.heaps import share_heaps

{first}
threads = 8
together = Barrier(threads)

def allocate(_):
    together.wait()
    return bytearray(20_000)

with ThreadPoolExecutor(threads) as pool:
    kept = list(pool.map(allocate, range(threads)))
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has these heaps")
def test_threads_share_two_heaps():
    assert heaps_after("share_heaps()") == 2
    assert heaps_after("") > 2


def heaps_after(first: str) -> int:
    script = COUNT_HEAPS.format(first=first)
    run = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return run.stdout.count("<heap nr=")
