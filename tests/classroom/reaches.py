"""Ways to reach what is not the student's: each tries, and says what it has gained.

Numbers of system calls are those of asm/unistd_64.h (x86-64) and asm-generic/unistd.h; from 424 on
they are the same on all machines.
"""

from __future__ import annotations

from pathlib import Path

#: Before each: what is refused is no gain; what can be used is one.
_BEGIN = """
import ctypes, ctypes.util, fcntl, mmap, os, resource, signal, socket, stat, struct, sys, time
gained, libc = [], ctypes.CDLL(None, use_errno=True)
OTHERS = range(2, 400)  # The first process is the answer's own.
def tried(work, *given):
    try:
        gained.append(work(*given))
    except (OSError, ValueError, OverflowError):
        pass
def call(name, *given):
    ctypes.set_errno(0)
    done = (libc.syscall(name, *given) if isinstance(name, int) else getattr(libc, name)(*given))
    if done == -1:
        raise OSError(ctypes.get_errno(), str(name))
    return done
def connected(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as reaching:
        reaching.settimeout(1)
        reaching.connect(address)
    return address
"""
_END = "\nraise RuntimeError(f'gained: {gained or \"nothing\"}')"
NOTHING = "gained: nothing"

#: What they do where nothing holds them harms nobody, and gains something: see ``test_isolation``.
HARMLESS = {
    "abstract sockets": """
tried(connected, socket.AF_UNIX, "\\0" + SECRET)
tried(connected, socket.AF_UNIX, SECRET + ".socket")
""",
    "ports of the machine": """
for port in (PORT, 22, 25, 53, 80, 111, 443, 631, 5432, 8000, 8888):
    tried(connected, socket.AF_INET, ("127.0.0.1", port))
    tried(connected, socket.AF_INET6, ("::1", port))
""",
    "events of other people's folders": """
watch = libc.inotify_init1(os.O_NONBLOCK)
for place in (SECRET, CRITERIA, os.path.dirname(SECRET), "/proc/1", "/var", "/usr/bin/env"):
    tried(call, "inotify_add_watch", watch, place.encode(), 0xFFF)
""",
    "folders above the root": """
for place in (".." + "/.." * 60 + SECRET, "/proc/1/root" + SECRET, "/proc/self/cwd", "/dev/fd/3",
              "/old" + SECRET, "/new", "/tmp/old"):
    tried(os.stat, place)
top = os.open("/", os.O_RDONLY)
tried(os.stat, "../" * 20 + SECRET[1:], )
if os.stat("..", dir_fd=top).st_ino != os.stat(top).st_ino:
    gained.append("..")
os.close(top)
""",
    "the limits of other processes": """
for process in OTHERS:
    tried(resource.prlimit, process, resource.RLIMIT_CPU)
tried(resource.setrlimit, resource.RLIMIT_NOFILE, (9999, 9999))
tried(resource.setrlimit, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
""",
    "descriptors of other processes": """
for process in OTHERS:
    try:
        held = call(434, process, 0)  # pidfd_open, then pidfd_getfd
    except OSError:
        continue
    gained.append(process)
    for number in range(10):
        tried(call, 438, held, number, 0)
""",
    "the memory of other processes": """
buffer = ctypes.create_string_buffer(8)
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
for process in [*OTHERS, os.getpid()]:
    here = Part(ctypes.addressof(buffer), 8)
    tried(call, "process_vm_readv", process, ctypes.byref(here), 1, ctypes.byref(here), 1, 0)
    tried(open, f"/proc/{process}/mem")
""",
    "key rings": """
add_key, keyctl = (248, 250) if os.uname().machine == "x86_64" else (217, 219)
tried(call, add_key, b"user", b"mine", b"x", 1, -3)
for ring in (-1, -2, -3, -4, -5):
    tried(call, keyctl, 0, ring, 0)
""",
    "families of sockets": """
for family in range(64):
    if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
        for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            tried(lambda: socket.socket(family, kind).close() or family)
""",
    "raw packets": """
for family, protocol in ((socket.AF_INET, 1), (socket.AF_INET6, 58), (socket.AF_INET, 255)):
    tried(lambda: socket.socket(family, socket.SOCK_RAW, protocol).close())
""",
    "rings of requests to the kernel": """
tried(call, 425, 8, ctypes.create_string_buffer(120))
""",
    "files by their handles": """
handle, mount = ctypes.create_string_buffer(struct.pack("II", 128, 0) + bytes(128)), ctypes.c_int()
tried(call, "name_to_handle_at", -100, b"/usr", handle, ctypes.byref(mount), 0)
tried(call, "open_by_handle_at", -100, handle, os.O_RDONLY)
""",
    "the kernel's own messages": """
tried(call, "klogctl", 3, ctypes.create_string_buffer(100), 100)
for place in ("/dev/kmsg", "/sys/kernel/debug", "/sys/fs/bpf", "/proc/kallsyms", "/proc/config.gz",
              "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"):
    tried(os.stat, place)
""",
    "programs in the kernel": """
bpf, perf, fault = (321, 298, 323) if os.uname().machine == "x86_64" else (280, 241, 282)
tried(call, bpf, 0, struct.pack("IIIII", 2, 4, 4, 1, 0) + bytes(100), 120)
tried(call, perf, struct.pack("IIQ", 1, 112, 0) + bytes(100), 0, -1, -1, 0)
tried(call, fault, 0)
""",
}

#: What would harm a machine that does not hold them, or leave something there.
HARMFUL = {
    "descriptors that were inherited": """
for number in (0, 1, 2, 3):
    about = os.fstat(number)
    if not stat.S_ISSOCK(about.st_mode) and about.st_rdev != os.makedev(1, 3):
        gained.append(number)
for number in range(4, 1024):
    tried(os.fstat, number)
""",
    "memory that has no name": """
tried(os.memfd_create, "x")
tried(call, "shmget", 0, 4096, 0o1600)
tried(call, 447, 0)  # memfd_secret
""",
    "queues and semaphores of System V": """
tried(call, "msgget", 7, 0o1600)
tried(call, "semget", 7, 1, 0o1600)
queue = ctypes.CDLL(ctypes.util.find_library("rt") or None, use_errno=True)
if queue.mq_open(b"/x", os.O_CREAT | os.O_RDWR, 0o600, None) != -1:
    gained.append("mq")
""",
    "links out of the folder": """
for source in (SECRET, CRITERIA, "/etc/shadow", "/usr/bin/env", sys.executable):
    tried(os.link, source, "hard")
    if os.path.lexists("soft"):
        os.remove("soft")
    os.symlink(source, "soft")
    if source in (SECRET, CRITERIA, "/etc/shadow"):
        tried(lambda: open("soft").read(1))
    else:
        tried(lambda: open("soft", "ab"))
        tried(os.chmod, "soft", 0o777)
        tried(os.utime, "soft")
""",
    "the priority of real time": """
tried(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
tried(os.setpriority, os.PRIO_PROCESS, 0, -20)
ioprio_set = 251 if os.uname().machine == "x86_64" else 30
tried(call, ioprio_set, 1, 0, 1 << 13)
""",
    "devices": """
for name, kind in (("sda", stat.S_IFBLK), ("kmem", stat.S_IFCHR)):
    tried(os.mknod, name, kind | 0o600, os.makedev(1, 2))
for name in ("tty", "ptmx", "console", "fuse", "kvm", "mem", "loop-control", "net/tun", "uinput"):
    tried(open, "/dev/" + name, "rb")
""",
    "file systems of one's own": """
for kind in (b"tmpfs", b"proc", b"overlay", b"fuse"):
    tried(call, "mount", kind, b"/tmp", kind, 0, None)
    tried(call, 430, kind, 0)  # fsopen
tried(call, 428, -100, b"/usr", 1)  # open_tree, of a copy
for name in ("umount2", "chroot", "swapoff", "acct"):
    tried(call, name, b"/tmp", 0)
""",
    "a machine within": """
NEW = {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000,
       "cgroup": 0x02000000, "time": 0x80}
for name, flag in NEW.items():
    tried(call, "unshare", flag)
    clone = 56 if os.uname().machine == "x86_64" else 220
    child = -1 if name == "time" else libc.syscall(clone, flag | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        gained.append(name)
    # clone3: a filter cannot read what it is asked for
    wanted = ctypes.create_string_buffer(struct.pack("8Q", flag, 0, 0, 0, signal.SIGCHLD, 0, 0, 0))
    child = libc.syscall(435, wanted, 64)
    if child == 0:
        os._exit(0)
    if child > 0:
        gained.append(name)
""",
    "programs that become root": """
import subprocess
for name in ("su", "mount", "newgrp", "chsh", "sudo", "pkexec", "newuidmap"):
    done = subprocess.run(["sh", "-c", f"{name} -c id -- 0 0 0"], capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=5)
    gained += [name] if b"uid=0" in done.stdout else []
if libc.prctl(39, 0, 0, 0, 0) != 1:
    gained.append("privileges")
""",
    "tracing": """
for process in OTHERS:
    for request in (16, 0x4206):
        tried(call, "ptrace", request, process, 0, 0)
""",
    "signals": """
for process in OTHERS:
    tried(os.kill, process, signal.SIGUSR1)
    tried(os.killpg, process, signal.SIGUSR1)
""",
    "signals of a descriptor": """
ours, theirs = socket.socketpair()
for process in OTHERS:
    for sign in (1, -1):
        tried(fcntl.fcntl, ours, fcntl.F_SETOWN, sign * process)
ours.close(), theirs.close()
""",
    "the machine's clock": """
for clock in (time.CLOCK_REALTIME, time.CLOCK_BOOTTIME):
    tried(time.clock_settime, clock, 0)
tried(call, "settimeofday", struct.pack("QQ", 1, 1), None)
tried(call, "adjtimex", ctypes.create_string_buffer(struct.pack("I", 1), 256))
""",
    "the machine's end": """
for what in (0x01234567, 0x4321FEDC, 0xCDEF0123, 0x45584543):
    tried(call, "reboot", ctypes.c_int(what))
tried(call, "vhangup")
""",
    "the machine's name and modules": """
tried(socket.sethostname, "mine")
tried(call, "setdomainname", b"mine", 4)
tried(call, "init_module", b"x", 1, b"")
if os.uname().machine == "x86_64":
    tried(call, "iopl", 3)
    tried(call, "ioperm", 0x80, 1, 1)
""",
    "another user": """
for number in (0, 1, 1000, 65534, 1_000_001):
    for become in (os.setuid, os.seteuid, os.setgid, os.setegid):
        if number not in (os.getuid(), os.getgid()):
            tried(become, number)
    tried(os.setgroups, [number])
tried(call, "capset", struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[2**32 - 1] * 6))
tried(call, "prctl", 47, 2, 0, 0, 0)  # PR_CAP_AMBIENT_RAISE
""",
    "calls of 32 bits": """
# The numbers of another kind of program, which a filter of this kind's does not list.
if os.uname().machine == "x86_64":
    def by_another_way(code):
        # Whatever it says goes through a pipe: the filter may end who asks so.
        source, told = os.pipe()
        child = os.fork()
        if child == 0:
            page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
            page.write(code)
            start = ctypes.addressof(ctypes.c_char.from_buffer(page))
            done = ctypes.CFUNCTYPE(ctypes.c_long)(start)()
            os.write(told, b"%d" % done)
            os._exit(0)
        os.close(told)
        os.waitpid(child, 0)
        said = os.read(source, 100)
        os.close(source)
        return ctypes.c_int(int(said or -1)).value
    for number in (310, 356, 425, 395):  # unshare, memfd_create, io_uring_setup, shmget
        old = (b"\\x53\\xb8" + struct.pack("I", number)
               + b"\\x31\\xdb\\x31\\xc9\\x31\\xd2\\x31\\xf6\\xcd\\x80\\x5b\\xc3")
        if by_another_way(old) >= 0:
            gained.append(("int 0x80", number))
    for number in (272, 319, 425, 29):
        wide = (b"\\xb8" + struct.pack("I", number | 0x40000000)
                + b"\\x31\\xff\\x31\\xf6\\x31\\xd2\\x0f\\x05\\xc3")
        if by_another_way(wide) >= 0:
            gained.append(("x32", number))
""",
    "more than anybody has a use for": """
import threading
def most(make):
    held = []
    try:
        while len(held) < 20_000:
            held.append(make(len(held)))
    except (OSError, RuntimeError):
        pass
    return held
numbers = most(lambda _: os.open("/dev/null", os.O_RDONLY))
for number in numbers:
    os.close(number)
files = most(lambda n: os.close(os.open(f"many{n}", os.O_CREAT | os.O_WRONLY)) or n)
for n in files:
    os.remove(f"many{n}")
gate = threading.Event()
def begins(_):
    one = threading.Thread(target=gate.wait)
    one.start()
    return one
threads = most(begins)
gate.set()
for one in threads:
    one.join()
for held, limit in ((numbers, 256), (files, 10_000), (threads, 96)):
    gained += [len(held)] if len(held) > limit else []
""",
    "signals to itself": """
for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTSTP):
    os.kill(os.getpid(), number)  # The first process of a namespace takes none from within.
""",
    "descriptors by the thousand": """
talk = socket.socket(fileno=os.dup(3))
tried(talk.recv, 100, socket.MSG_DONTWAIT)
try:
    for _ in range(20):
        socket.send_fds(talk, [struct.pack(">I", 2) + b"{}"], [0] * 250)
except OSError as error:
    print(error)
talk.close()
""",
}


def code(attack: str, secret: Path, criteria: Path, port: int) -> str:
    """An answer that tries, and in the end says what it gained."""
    known = f"SECRET, CRITERIA, PORT = {str(secret)!r}, {str(criteria)!r}, {port}"
    return f"{_BEGIN}{known}\n{attack}{_END}"
