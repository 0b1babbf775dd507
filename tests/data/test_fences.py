"""The fences of throw-away processes: everything that they refuse is really tried within them."""

import errno
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from data import system_calls
from data.system_calls import REFUSED

ROOT = Path(__file__).resolve().parents[2]
HEADERS = (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h"))
linux = pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN, for only Linux has fences in its kernel")


def fenced(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code within all fences, as a reading stands in them; says "no filter" where the kernel has none."""
    script = (
        "import ctypes, errno, os, pathlib, sys, threading\nfrom data import fences\n"
        "fences.limit_resources(fences.Bounds(60, 10**8))\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
        "if not fences.fence_by_kernel(folder):\n    print('no filter')\n    sys.exit()\n"
        f"library = ctypes.CDLL(None, use_errno=True)\n{code}"
    )
    answer = subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.stdout == "no filter\n":
        pytest.skip("NOT RUN, for this kernel filters no system calls (no seccomp, or another machine)")
    return answer


def errors(calls: Sequence[tuple[int, ...]], folder: Path) -> list[int]:
    """The error number of each (call, argument, ...), tried in a fenced process with senseless arguments."""
    code = (
        f"for call, *arguments in {list(calls)!r}:\n"
        "    arguments = (arguments + [-1] * 6)[:6]\n"
        "    ctypes.set_errno(0)\n"
        "    answer = library.syscall(ctypes.c_long(call), *map(ctypes.c_long, arguments))\n"
        "    print(ctypes.get_errno() if answer == -1 else 0)\n"
    )
    answer = fenced(code, folder)
    assert answer.returncode == 0, answer.stderr
    return [int(line) for line in answer.stdout.split()]


@linux
def test_every_refused_call_is_refused(tmp_path: Path) -> None:
    column = system_calls.architecture() or 0
    calls = {name: call for name, numbers in REFUSED.items() if (call := numbers[column]) is not None}
    found = errors([(call,) for call in calls.values()], tmp_path)
    assert dict(zip(calls, found, strict=True)) == dict.fromkeys(calls, errno.EPERM)


@linux
def test_the_numbers_are_the_kernels(tmp_path: Path) -> None:
    header = next((path for path in HEADERS if path.is_file()), None)
    if header is None:
        pytest.skip("NOT RUN, for the kernel's headers are not installed")
    kernels = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", header.read_text())}
    assert {name: numbers[0] for name, numbers in REFUSED.items()} == {name: kernels[name] for name in REFUSED}


@linux
def test_calls_by_another_number_are_refused_too(tmp_path: Path) -> None:
    """By the bit of x32, where x86-64 has socket and the others once more; and calls that came later."""
    x32, clone3, later = 0x40000000, 435, (451, 454, 463, 1000)
    column = system_calls.architecture() or 0
    sockets, fork_like = [REFUSED["socket"][column] or 0, REFUSED["execve"][column] or 0], 17  # SIGCHLD
    assert errors([(x32 + call,) for call in (*sockets, 0, 1)], tmp_path) == [errno.EPERM] * 4
    assert errors([(call,) for call in (clone3, *later)], tmp_path) == [errno.ENOSYS] * 5
    clone, prlimit64, fcntl = ((56, 302, 72), (220, 261, 25))[column]
    refused = [(clone, fork_like), (clone, 0x4100 | fork_like), (prlimit64, os.getpid()), (fcntl, 1, 8), (fcntl, 1, 15)]
    assert errors(refused, tmp_path) == [errno.EPERM] * 5
    assert errors([(fcntl, 1, 1, 0), (prlimit64, 0, 0, 0, 0)], tmp_path) == [0, 0]  # F_GETFD; its own limits


@linux
def test_threads_start_and_a_crash_still_ends_it(tmp_path: Path) -> None:
    code = "thread = threading.Thread(target=print, args=('ran',))\nthread.start()\nthread.join()\n"
    assert fenced(code, tmp_path).stdout == "ran\n"
    assert fenced("os.abort()", tmp_path).returncode < 0
    assert fenced("print(os.fork())", tmp_path).stderr.endswith("PermissionError: [Errno 1] Operation not permitted\n")


@linux
def test_native_code_changes_no_file_elsewhere(tmp_path: Path) -> None:
    """Without Python's hook, by the kernel alone."""
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    own.mkdir()
    elsewhere.write_text("stays")
    code = (
        f"def write(path):\n    return library.open(os.fsencode(path), os.O_WRONLY | os.O_CREAT, 0o600)\n"
        f"assert write({str(own / 'new')!r}) >= 0 and write(os.devnull) >= 0\n"
        f"print(write({str(elsewhere)!r}), write({str(tmp_path / 'new')!r}), "
        f"library.unlink({os.fsencode(elsewhere)!r}), library.open(b'/proc/%d/mem' % os.getppid(), os.O_RDONLY))\n"
    )
    answer = fenced(f"if not fences.fence_files(folder):\n    print('no files')\n    sys.exit()\n{code}", own)
    if answer.stdout == "no files\n":
        pytest.skip("NOT RUN, for this kernel has no Landlock")
    assert answer.stdout == "-1 -1 -1 -1\n", answer.stderr
    assert elsewhere.read_text() == "stays" and {path.name for path in tmp_path.iterdir()} == {"elsewhere", "own"}


@linux
def test_limits_cannot_be_lifted_again(tmp_path: Path) -> None:
    """Not even by root, who may lift every limit otherwise."""
    code = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (100, 100))"
    assert "not allowed to raise maximum limit" in fenced(code, tmp_path).stderr


@linux
def test_it_ends_with_who_started_it(tmp_path: Path) -> None:
    """A parent that is killed leaves no reading behind: the pipe that only the child holds comes to its end."""
    child = (
        "import pathlib, sys, time\nfrom data import fences\n"
        f"fences.fence_by_kernel(pathlib.Path({str(tmp_path)!r}))\nprint('stands', flush=True)\ntime.sleep(600)\n"
    )
    parent = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}])\ntime.sleep(600)\n"
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as lines:
        assert lines.readline() == "stands\n"
        process.kill()
        assert lines.read() == ""  # the child's end too, else this waits
    process.wait()
