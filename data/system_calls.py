"""The kernel's fence of a throw-away process, on Linux: which system calls are refused, and the filter for it.

A parser reads files, takes memory, writes into its own folder and starts threads. Everything below does something else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["REFUSED", "architecture", "filter_system_calls"]

# By name: the number on x86-64 and on aarch64, None where that machine has no such call (asm/unistd.h of Linux 6).
REFUSED: Final[Mapping[str, tuple[int | None, int | None]]] = {
    # The network, and sockets that were passed on.
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242),
    "bind": (49, 200), "listen": (50, 201), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "recvfrom": (45, 207), "recvmsg": (47, 212), "recvmmsg": (299, 243),
    # Other programs and processes; `clone` may start threads alone, see `_program`. A session of its own would take it
    # out of the group that is ended with it.
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "setsid": (112, 157),
    "setpgid": (109, 154), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "move_pages": (279, 239), "migrate_pages": (256, 238), "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274), "sched_setparam": (142, 118), "setpriority": (141, 140), "ioprio_set": (251, 30),
    # Memory that others share, or that no limit counts.
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197), "msgget": (68, 186),
    "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182), "mq_timedreceive": (243, 183), "mq_notify": (244, 184), "mq_getsetattr": (245, 185),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    # Doors into the kernel: programs within it, calls that another thread makes for one, its keys and modules.
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_setup": (206, 0), "io_submit": (209, 2),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "modify_ldt": (154, None), "iopl": (172, None), "ioperm": (173, None), "personality": (135, 92),
    "lookup_dcookie": (212, 18), "nfsservctl": (180, 42), "uselib": (134, None),
    # The whole machine, and who one is on it.
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
    "vhangup": (153, 58), "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setresuid": (117, 147), "setresgid": (119, 149), "setfsuid": (122, 151), "setfsgid": (123, 152),
    "setgroups": (116, 159), "capset": (126, 91),
    # Other views of the file system, other files than it opened by name, and what makes a file more than its bytes.
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None),
    "mknodat": (259, 33),
}  # fmt: skip
_FIRST_UNKNOWN = 451
"""Calls from here on were added after the list was looked through: to the process, this kernel does not have them."""
_X32 = 0x40000000
"""The bit by which x86-64 has every call a second time, with 32-bit pointers; no number beyond is any other's."""
_CLONE3 = 435
"""Its flags lie behind a pointer, where no filter sees them; C libraries then take `clone`."""


class _Machine(NamedTuple):
    audit: int  # AUDIT_ARCH_*
    column: int  # of REFUSED
    clone: int
    prlimit64: int
    fcntl: int


_MACHINES = {"x86_64": _Machine(0xC000003E, 0, 56, 302, 72), "aarch64": _Machine(0xC00000B7, 1, 220, 261, 25)}
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _GIVE = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Where they lie in struct seccomp_data; an argument has 8 bytes, its lower half first."""
_THREAD = 0x00010000  # CLONE_THREAD
_SET_OWNERS = (8, 15)  # F_SETOWN and F_SETOWN_EX: whom a signal goes to
_READ_ANY_FILE = 1 << 2  # CAP_DAC_READ_SEARCH


def architecture() -> int | None:
    """The column of REFUSED that is this machine's; None where no filter is known."""
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    return None if machine is None else machine.column


def filter_system_calls() -> bool:
    """Let the kernel refuse REFUSED from now on, and end the process with who started it; whether it does.

    What is refused fails with EPERM. Must come before any thread starts, for each has its own filter and new ones
    inherit it. See seccomp(2).
    """
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    end_with_parent, no_new_privileges, set_filter, by_program = 1, 38, 22, 2
    library.prctl(end_with_parent, signal.SIGKILL, 0, 0, 0)
    with contextlib.suppress(AttributeError):  # C libraries without them
        _give_up_privileges(library)
    lines = _program(machine)
    code = ctypes.create_string_buffer(b"".join(lines), sum(map(len, lines)))
    head = ctypes.create_string_buffer(struct.pack("HP", len(lines), ctypes.addressof(code)))
    if library.prctl(no_new_privileges, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(set_filter, by_program, ctypes.addressof(head), 0, 0) == 0)


def _give_up_privileges(library: ctypes.CDLL) -> None:
    """Of root's capabilities keep none but that to read what is here, else limits could be lifted again."""
    version_3, sets = 0x20080522, ctypes.create_string_buffer(24)  # effective, permitted, inheritable; twice 32 bits
    head = ctypes.create_string_buffer(struct.pack("Ii", version_3, 0))
    if os.geteuid() == 0 and library.capget(head, sets) == 0:
        effective, permitted = struct.unpack("II", sets.raw[:8])
        kept = struct.pack("6I", effective & _READ_ANY_FILE, permitted & _READ_ANY_FILE, 0, 0, 0, 0)
        library.capset(head, ctypes.create_string_buffer(kept, 24))


def _program(machine: _Machine) -> list[bytes]:
    """The filter as classic BPF, 8 bytes an instruction: (operation, jump if true, jump if false, value)."""
    deny, absent, allow = ((_GIVE, 0, 0, answer) for answer in (_ERRNO | _EPERM, _ERRNO | _ENOSYS, _ALLOW))
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, machine.audit), (_GIVE, 0, 0, _KILL),  # 32-bit calls, for one
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), deny,
        (_AT_LEAST, 1, 0, _FIRST_UNKNOWN), (_EQUAL, 0, 1, _CLONE3), absent,
    ]  # fmt: skip
    for numbers in REFUSED.values():
        if (call := numbers[machine.column]) is not None:
            lines += [(_EQUAL, 0, 1, call), deny]
    first, second = _ARGUMENTS, _ARGUMENTS + 8
    lines += [
        (_EQUAL, 0, 4, machine.clone), (_LOAD, 0, 0, first), (_ANY_BIT, 0, 1, _THREAD), allow, deny,
        (_EQUAL, 0, 4, machine.prlimit64), (_LOAD, 0, 0, first), (_EQUAL, 0, 1, 0), allow, deny,  # 0 is itself
        (_EQUAL, 0, 5, machine.fcntl), (_LOAD, 0, 0, second), (_EQUAL, 1, 0, _SET_OWNERS[0]),
        (_EQUAL, 0, 1, _SET_OWNERS[1]), deny, allow,
        allow,
    ]  # fmt: skip
    return [struct.pack("HBBI", *line) for line in lines]
