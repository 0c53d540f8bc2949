"""The kernel's fences around candidates: Landlock, seccomp and capabilities, through ctypes.

The fork server raises them once, before it forks; :func:`child_filter` is the one more that each
child adds. Every function returns whether the fence stands, so that a host without it is named
rather than trusted. Nothing here imports the package: the fork server loads this file by itself.

Covered: x86-64 and aarch64, Landlock ABI 1 to 7, seccomp in filter mode, as root or not. Not
covered: other processors (reported as missing), faults of the kernel itself.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
_libc = ctypes.CDLL(None, use_errno=True)
_prctl = _libc.prctl
_syscall = _libc.syscall

# Numbers of system calls: (x86-64, aarch64); None where the processor has no such call.
_CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "open": (2, None), "close": (3, 57),
    "stat": (4, None), "fstat": (5, 80), "lstat": (6, None), "poll": (7, None),
    "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215),
    "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "ioctl": (16, 29), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "access": (21, None), "pipe": (22, None),
    "select": (23, None), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233),
    "dup": (32, 23), "dup2": (33, None), "pause": (34, None), "nanosleep": (35, 101),
    "getitimer": (36, 102), "alarm": (37, None), "setitimer": (38, 103), "getpid": (39, 172),
    "sendfile": (40, 71), "sendto": (44, 206), "recvfrom": (45, 207), "sendmsg": (46, 211),
    "recvmsg": (47, 212), "shutdown": (48, 210), "socketpair": (53, 199),
    "setsockopt": (54, 208), "getsockopt": (55, 209), "getsockname": (51, 204),
    "getpeername": (52, 205), "clone": (56, 220), "fork": (57, None), "exit": (60, 93),
    "wait4": (61, 260), "kill": (62, 129), "uname": (63, 160), "fcntl": (72, 25),
    "flock": (73, 32), "fsync": (74, 82), "fdatasync": (75, 83), "truncate": (76, 45),
    "ftruncate": (77, 46), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50),
    "rename": (82, None), "mkdir": (83, None), "rmdir": (84, None), "unlink": (87, None),
    "readlink": (89, None), "umask": (95, 166), "gettimeofday": (96, 169),
    "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179), "times": (100, 153),
    "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177),
    "getppid": (110, 173), "getpgrp": (111, None), "getgroups": (115, 158),
    "getresuid": (118, 148), "getresgid": (120, 150), "getpgid": (121, 155),
    "getsid": (124, 156), "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132), "statfs": (137, 43),
    "fstatfs": (138, 44), "getpriority": (140, 141), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126), "prctl": (157, 167), "setrlimit": (160, 164),
    "gettid": (186, 178), "time": (201, None), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "getdents64": (217, 61), "set_tid_address": (218, 96),
    "restart_syscall": (219, 128), "fadvise64": (221, 223), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94),
    "epoll_wait": (232, None), "epoll_ctl": (233, 21), "tgkill": (234, 131), "tkill": (200, 130),
    "openat": (257, 56), "mkdirat": (258, 34), "newfstatat": (262, 79), "unlinkat": (263, 35),
    "renameat": (264, 38), "readlinkat": (267, 78), "faccessat": (269, 48),
    "pselect6": (270, 72), "ppoll": (271, 73), "set_robust_list": (273, 99),
    "utimensat": (280, 88), "epoll_pwait": (281, 22), "eventfd2": (290, 19),
    "epoll_create1": (291, 20), "dup3": (292, 24), "pipe2": (293, 59), "preadv": (295, 69),
    "pwritev": (296, 70), "prlimit64": (302, 261), "getcpu": (309, 168),
    "renameat2": (316, 276), "seccomp": (317, 277), "getrandom": (318, 278),
    "membarrier": (324, 283), "copy_file_range": (326, 285), "statx": (332, 291),
    "rseq": (334, 293), "pidfd_open": (434, 434), "close_range": (436, 436),
    "faccessat2": (439, 439), "landlock_restrict_self": (446, 446),
    "epoll_pwait2": (441, 441), "futex_waitv": (449, 449),
}  # fmt: skip
# Left to the fork server alone; a child's own filter takes them away or narrows them.
_FORK_SERVER_ONLY = ("fork", "prctl", "seccomp", "setrlimit", "sendmsg", "recvmsg", "pidfd_open",
                "landlock_restrict_self")  # fmt: skip
_NARROWED = ("clone", "kill", "tgkill", "prlimit64")
_WRITES = ("truncate", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat",
           "renameat2", "utimensat")  # fmt: skip
# F_SETOWN would send signals to a process of the caller's choice: only these commands pass.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
# What no checker of proofs needs: sockets, other processes, name spaces, the kernel's own.
_NOT_FOR_COMMANDS: dict[str, tuple[int, int]] = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "bind": (49, 200),
    "listen": (50, 201), "kill": (62, 129), "ptrace": (101, 117), "rt_sigqueueinfo": (129, 138),
    "pivot_root": (155, 41), "chroot": (161, 51), "mount": (165, 40), "umount2": (166, 39),
    "add_key": (248, 217), "keyctl": (250, 219), "unshare": (272, 97),
    "perf_event_open": (298, 241), "open_by_handle_at": (304, 265), "setns": (308, 268),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "bpf": (321, 280),
    "userfaultfd": (323, 282), "pidfd_send_signal": (424, 424), "io_uring_setup": (425, 425),
}  # fmt: skip
_IOCTL = (0x541B, 0x5421, 0x5450, 0x5451)  # FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_OPEN_FOR_WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000 | 0o20000000
_CLONE_THREAD, _CLONE_NEW = 0x10000, 0x7E020080
_RLIMIT_STACK = 3

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_ARCHES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
# With removing and making folders and regular files; no links, pipes, sockets or devices.
_SCRATCH = _READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8
_Instruction = tuple[int, int, int, int]


def _arch() -> tuple[int, int] | None:
    return _ARCHES.get(os.uname().machine)


def set_parent_death_signal(signal: int) -> None:
    """Have the kernel send ``signal`` to this process when its parent ends."""
    _prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)


def forbid_new_privileges() -> bool:
    """No set-uid program can raise rights from here on; the kernel asks for it before filters."""
    return _prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0


def hide_memory() -> None:
    """Keep other processes of this user out of this one's memory and ``/proc`` entry."""
    _prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def share_heaps() -> None:
    """Have all threads share one heap: each more reserves 64 MB of a child's address space."""
    if hasattr(_libc, "mallopt"):
        _libc.mallopt(-8, 1)  # M_ARENA_MAX


def drop_capabilities() -> bool:
    """Give up every capability but reading the interpreter's own files (for root)."""
    number = {"x86_64": 126, "aarch64": 91}.get(os.uname().machine)
    if number is None:
        return False
    header = struct.pack("Ii", 0x20080522, 0)
    keep = 1 << 2 if os.geteuid() == 0 else 0
    data = struct.pack("6I", keep, keep, 0, 0, 0, 0)
    return _syscall(number, header, data) == 0


def landlock(
    read: Iterable[str],
    list_only: Iterable[str],
    write: Iterable[str],
    devices: Iterable[str],
    execute: Iterable[str] = (),
) -> bool:
    """Let this process and its children reach only the given files and folders.

    ``read``: files, or folders with all below, to read. ``list_only``: folders whose names may be
    listed, at any depth. ``write``: folders to read and write below. ``devices``: files to read
    and write. ``execute``: as ``read``, for programs.
    """
    abi = _syscall(444, None, 0, 1)
    if abi < 1:
        return False
    every = (1 << 13) - 1
    for version, bit in ((2, 13), (3, 14), (5, 15)):
        every |= (1 << bit) if abi >= version else 0
    attributes = struct.pack("QQQ", every, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    rules = _syscall(444, attributes, 24 if abi >= 6 else 16 if abi >= 4 else 8, 0)
    if rules < 0:
        return False
    programs = set(execute)
    grants = [
        (path, _READ_FILE | _READ_DIR | (_EXECUTE if path in programs else 0)) for path in read
    ]
    grants += [(path, _READ_DIR) for path in list_only]
    grants += [(path, _SCRATCH) for path in write]
    grants += [(path, _READ_FILE | _WRITE_FILE) for path in devices]
    for path, rights in grants:
        _grant(rules, path, rights & every)
    done = enter(rules)
    os.close(rules)
    return done


def only_writes_below(folder: str) -> int:
    """A ruleset for :func:`enter` that takes away writing outside ``folder``; -1 without Landlock.

    Children of one fork server are kept out of each other's folders by it.
    """
    handled = _SCRATCH & ~(_READ_FILE | _READ_DIR)
    if _syscall(444, None, 0, 1) < 3:
        handled &= ~_TRUNCATE
    rules = _syscall(444, struct.pack("Q", handled), 8, 0)
    if rules >= 0:
        _grant(rules, folder, handled)
        _grant(rules, "/dev/null", _WRITE_FILE)
    return rules


def enter(rules: int) -> bool:
    """Put this process under a Landlock ruleset, for good."""
    return _syscall(446, rules, 0) == 0


def _grant(rules: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):  # noqa: PTH112 (pathlib is a heavy import for the fork server)
        rights &= _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE
    _syscall(445, rules, 1, struct.pack("=Qi", rights, handle), 0)
    os.close(handle)


def _number(name: str, column: int) -> int | None:
    return _CALLS[name][column]


def _errno(code: int) -> int:
    return _ERRNO | code


def _rule(number: int, body: list[_Instruction]) -> list[_Instruction]:
    return [(_JEQ, 0, len(body), number), *body]


def _argument(index: int, high: bool = False) -> _Instruction:
    return (_LOAD, 0, 0, 16 + 8 * index + (4 if high else 0))


def _only_if_argument(
    index: int, values: Iterable[int], refusal: int = errno.EPERM
) -> list[_Instruction]:
    body = [_argument(index)]
    for value in values:
        body += [(_JEQ, 0, 1, value), (_RET, 0, 0, _ALLOW)]
    return [*body, (_RET, 0, 0, _errno(refusal))]


def _unless_flags(index: int, flags: int) -> list[_Instruction]:
    return [
        _argument(index),
        (_JSET, 0, 1, flags),
        (_RET, 0, 0, _errno(errno.EPERM)),
        (_RET, 0, 0, _ALLOW),
    ]


def _head(arch: int) -> list[_Instruction]:
    return [(_LOAD, 0, 0, 4), (_JEQ, 1, 0, arch), (_RET, 0, 0, _KILL), (_LOAD, 0, 0, 0)]


class Filter:
    """A seccomp program, built ahead so that a child installs it by one call."""

    def __init__(self, instructions: list[_Instruction]) -> None:
        packed = b"".join(struct.pack("HBBI", *one) for one in instructions)
        self.code = ctypes.create_string_buffer(packed, len(packed))
        pointer = ctypes.addressof(self.code)
        self.program = ctypes.create_string_buffer(
            struct.pack("HxxxxxxQ", len(instructions), pointer)
        )
        self.pid_slots = [
            8 * place + 4 for place, one in enumerate(instructions) if one[3] == OWN_PID
        ]
        self.number = _number("seccomp", _arch()[0])  # type: ignore[index]
        self.address = ctypes.c_void_p(ctypes.addressof(self.program))

    def install(self) -> bool:
        return _syscall(self.number, 1, 0, self.address) == 0

    def install_for(self, pid: int) -> bool:
        for place in self.pid_slots:
            struct.pack_into("I", self.code, place, pid)
        return _syscall(self.number, 1, 0, self.address) == 0


OWN_PID = 0x7FABCDEF


def server_filter(files_fenced: bool) -> Filter | None:
    """Allow what a Python program without network, processes and signals needs, and forking.

    Where Landlock does not fence files, opening for writing and every change of the file system
    is refused here.
    """
    arch = _arch()
    if arch is None:
        return None
    column, token = arch
    program = _head(token)
    if column == 0:  # the x32 calls are the same calls under other numbers
        program += [(_JGE, 0, 1, 0x40000000), (_RET, 0, 0, _errno(errno.ENOSYS))]
    for name, numbers in _CALLS.items():
        number = numbers[column]
        if number is None or (name in _WRITES and not files_fenced):
            continue
        body: list[_Instruction] = [(_RET, 0, 0, _ALLOW)]
        if name == "fcntl":
            body = _only_if_argument(1, _FCNTL)
        elif name == "ioctl":
            body = _only_if_argument(1, _IOCTL, errno.ENOTTY)
        elif name == "socketpair":
            body = _only_if_argument(0, (1,))
        elif name == "utimensat":
            body = [(_RET, 0, 0, _errno(errno.EPERM))]
        elif name == "clone":
            body = _unless_flags(0, _CLONE_NEW)
        elif name in ("open", "openat") and not files_fenced:
            body = _unless_flags(1 if name == "open" else 2, _OPEN_FOR_WRITING)
        program += _rule(number, body)
    # Calls younger than clone3's generation: libc falls back where it hears "no such call".
    program += [(_JGE, 0, 1, 424), (_RET, 0, 0, _errno(errno.ENOSYS))]
    return Filter([*program, (_RET, 0, 0, _errno(errno.EPERM))])


def child_filter() -> Filter | None:
    """Take from a child what its fork server still needed: forking, signals to others, filters."""
    arch = _arch()
    if arch is None:
        return None
    column, token = arch
    program = _head(token)
    for name in _FORK_SERVER_ONLY:
        number = _number(name, column)
        if number is not None:
            program += _rule(number, [(_RET, 0, 0, _errno(errno.EPERM))])
    for name in _NARROWED:
        number = _number(name, column)
        if number is None:
            continue
        if name == "clone":
            body = [
                _argument(0),
                (_JSET, 1, 0, _CLONE_THREAD),
                (_RET, 0, 0, _errno(errno.EPERM)),
                (_RET, 0, 0, _ALLOW),
            ]
        elif name == "prlimit64":  # reading one's own limits, and asking for a larger stack
            body = [
                _argument(0), (_JEQ, 0, 6, 0), _argument(1), (_JEQ, 5, 0, _RLIMIT_STACK),
                _argument(2), (_JEQ, 0, 2, 0), _argument(2, high=True), (_JEQ, 1, 0, 0),
                (_RET, 0, 0, _errno(errno.EPERM)), (_RET, 0, 0, _ALLOW),
            ]  # fmt: skip
        else:
            body = _only_if_argument(0, (OWN_PID,))
        program += _rule(number, body)
    tkill, sendto = _number("tkill", column), _number("sendto", column)
    program += _rule(tkill, _only_if_argument(0, (OWN_PID,)))  # type: ignore[arg-type]
    to_nobody = [
        _argument(4), (_JEQ, 0, 2, 0), _argument(4, high=True), (_JEQ, 1, 0, 0),
        (_RET, 0, 0, _errno(errno.EPERM)), (_RET, 0, 0, _ALLOW),
    ]  # fmt: skip
    program += _rule(sendto, to_nobody)  # type: ignore[arg-type]
    return Filter([*program, (_RET, 0, 0, _ALLOW)])


def command_filter() -> Filter | None:
    """Refuse a foreign command, which may start others, what it needs for nothing it is run for:
    sockets, signals to and looks into other processes, name spaces, the kernel's own calls."""
    arch = _arch()
    if arch is None:
        return None
    column, token = arch
    program = _head(token)
    if column == 0:
        program += [(_JGE, 0, 1, 0x40000000), (_RET, 0, 0, _errno(errno.ENOSYS))]
    for numbers in _NOT_FOR_COMMANDS.values():
        program += _rule(numbers[column], [(_RET, 0, 0, _errno(errno.EPERM))])
    return Filter([*program, (_RET, 0, 0, _ALLOW)])
