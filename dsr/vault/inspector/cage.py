"""Limits of the process that opens a stranger's file, and the doors it closes behind itself.

Limits hold on every POSIX system and need no privilege. Whoever takes over a parser could still ask
the kernel for other things, so Linux is also given a list of the few calls that computing takes;
all others fail. Neither can be undone from inside.
"""

import contextlib
import ctypes
import errno
import os
import platform
import resource
import socket
import struct

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 8
# What is made of a file is written to one, and the kernel stops it here: as much as may be sent,
# and a little more, because a clean copy of a PDF may be packed less well.
OUTPUT_BYTES = 12 * 1024 * 1024

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
RET_ALLOW, RET_ERRNO, RET_KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06

# What is left: memory, the open standard streams, the clock, threads of its own. No opening, no
# connecting, no other program, no signal to others, and no limit can be changed back.
CALLS = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0,
            "write": 1,
            "close": 3,
            "fstat": 5,
            "poll": 7,
            "lseek": 8,
            "mmap": 9,
            "mprotect": 10,
            "munmap": 11,
            "brk": 12,
            "rt_sigaction": 13,
            "rt_sigprocmask": 14,
            "rt_sigreturn": 15,
            "pread64": 17,
            "writev": 20,
            "sched_yield": 24,
            "mremap": 25,
            "madvise": 28,
            "nanosleep": 35,
            "getpid": 39,
            "clone": 56,
            "exit": 60,
            "gettimeofday": 96,
            "getrusage": 98,
            "sigaltstack": 131,
            "gettid": 186,
            "futex": 202,
            "sched_getaffinity": 204,
            "clock_gettime": 228,
            "clock_getres": 229,
            "clock_nanosleep": 230,
            "exit_group": 231,
            "newfstatat": 262,
            "set_robust_list": 273,
            "getrandom": 318,
            "membarrier": 324,
            "rseq": 334,
            "clone3": 435,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "close": 57,
            "lseek": 62,
            "read": 63,
            "write": 64,
            "writev": 66,
            "pread64": 67,
            "ppoll": 73,
            "newfstatat": 79,
            "fstat": 80,
            "exit": 93,
            "exit_group": 94,
            "futex": 98,
            "set_robust_list": 99,
            "nanosleep": 101,
            "clock_gettime": 113,
            "clock_getres": 114,
            "clock_nanosleep": 115,
            "sched_getaffinity": 123,
            "sched_yield": 124,
            "sigaltstack": 132,
            "rt_sigaction": 134,
            "rt_sigprocmask": 135,
            "rt_sigreturn": 139,
            "getrusage": 165,
            "gettimeofday": 169,
            "getpid": 172,
            "gettid": 178,
            "brk": 214,
            "munmap": 215,
            "mremap": 216,
            "clone": 220,
            "mmap": 222,
            "mprotect": 226,
            "madvise": 233,
            "getrandom": 278,
            "membarrier": 283,
            "rseq": 293,
            "clone3": 435,
        },
    ),
}


def limit() -> None:
    """Before anything is loaded."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        # Some systems do not know every limit; the caller's time limit holds everywhere.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def shut() -> None:
    """After everything is loaded: no file, socket or pipe is opened any more."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    _allow_only_computing()


def holds() -> bool:
    """Whether both doors are shut: tried, not believed."""
    try:
        socket.socket().close()
    except OSError as refused:
        connected = refused.errno not in (errno.EPERM, errno.EMFILE)
    else:
        connected = True
    try:
        # Only the list of calls forbids this one; it would do nothing.
        os.kill(os.getpid(), 0)
    except OSError:
        return not connected
    return False


def _allow_only_computing() -> None:
    """Where the kernel or the machine is another one, the limits above are all there is."""
    if platform.system() != "Linux" or platform.machine() not in CALLS:
        return
    machine, calls = CALLS[platform.machine()]
    program = _program(machine, sorted(calls.values()))
    held = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, and where they are.
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, described, 0, 0)


def _program(machine: int, numbers: list[int]) -> bytes:
    """Classic BPF over struct seccomp_data: `nr` at 0, `arch` at 4."""
    jumps = [
        # Over the remaining comparisons and the refusal.
        _step(JUMP_IF_EQUAL, number, then=len(numbers) - place)
        for place, number in enumerate(numbers)
    ]
    return b"".join(
        [
            _step(LOAD, 4),
            # Numbers mean other calls on another machine.
            _step(JUMP_IF_EQUAL, machine, then=1),
            _step(RETURN, RET_KILL),
            _step(LOAD, 0),
            *jumps,
            _step(RETURN, RET_ERRNO | errno.EPERM),
            _step(RETURN, RET_ALLOW),
        ]
    )


def _step(code: int, value: int, *, then: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, 0, value)
