"""Thirty problems for programs that read and print, written for these tests.

Each has a right and a wrong ``solve(text)``, which return what is to be printed, and a slow one; the
ways of reading and printing are :data:`STYLES`, around any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Written:
    """A problem; ``right``, ``wrong`` and ``slow`` are bodies of ``def solve(text):``."""

    name: str
    tests: list[tuple[str, str]]
    right: str
    wrong: str
    slow: str = "while True:\n    pass"
    more: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The line of a problem file; the first test is the example."""
        tests = [{"input": given, "output": printed} for given, printed in self.tests]
        about = {"task_id": self.name, "prompt": f"Write a program: {self.name}.\n"}
        about |= {"public_tests": tests[:1], "tests": tests[1:], "time_limit": 0.25}
        return about | {"solution": program(self.right)} | self.more


def program(body: str, style: str = "input") -> str:
    """The whole program around a body of ``solve``."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return STYLES[style].replace("SOLVE\n", f"def solve(text):\n{lines}")


STYLES = {
    "input": (
        "SOLVE\nlines = []\ntry:\n    while True:\n        lines.append(input())\n"
        "except EOFError:\n    pass\nprint(solve('\\n'.join(lines)))\n"
    ),
    "stdin read": "import sys\nSOLVE\nsys.stdout.write(solve(sys.stdin.read()))\n",
    "stdin lines": "import sys\nSOLVE\nprint(solve(''.join(line for line in sys.stdin)), end='')\n",
    "readline": (
        "import sys\ninput = sys.stdin.readline\nSOLVE\ntext = ''\nwhile line := input():\n"
        "    text += line\nprint(solve(text), flush=True)\n"
    ),
    "buffer": (
        "import sys\nSOLVE\nsys.stdout.buffer.write(solve(sys.stdin.buffer.read().decode()).encode())\n"
    ),
    "open 0": "SOLVE\nprint(solve(open(0).read()), file=open(1, 'w'))\n",
    "open 0 with": (
        "SOLVE\nwith open(0, 'rb') as file:\n    text = file.read().decode()\n"
        "with open(1, 'w') as file:\n    file.write(solve(text))\n"
    ),
    "dev": "SOLVE\nprint(solve(open('/dev/stdin').read()), file=open('/dev/stdout', 'w'))\n",
    "fd": "SOLVE\nprint(solve(open('/dev/fd/0').read()), file=open('/proc/self/fd/1', 'w'))\n",
    "path": "from pathlib import Path\nSOLVE\nprint(solve(Path('/dev/stdin').read_text()))\n",
    "descriptors": (
        "import os\nSOLVE\ndata = b''\nwhile part := os.read(0, 65536):\n    data += part\n"
        "out = solve(data.decode()).encode()\nwhile out:\n    out = out[os.write(1, out):]\n"
    ),
    "fileinput": "import fileinput\nSOLVE\nprint(solve(''.join(fileinput.input())))\n",
    "main guard": (
        "import sys\nSOLVE\ndef main():\n    print(solve(sys.stdin.read()))\n"
        "if __name__ == '__main__':\n    main()\n"
    ),
    "exit": "import sys\nSOLVE\nprint(solve(sys.stdin.read()))\nexit()\n",
    "sys.exit": "import sys\nSOLVE\nprint(solve(sys.stdin.read()))\nsys.exit(0)\n",
    "os._exit": (
        "import os, sys\nSOLVE\nprint(solve(sys.stdin.read()))\nsys.stdout.flush()\nos._exit(0)\n"
    ),
    "thread": (
        "import sys, threading\nSOLVE\nsys.setrecursionlimit(10**7)\n"
        "threading.stack_size(1 << 27)\ndef down(n):\n    return n and down(n - 1)\n"
        "def main():\n    down(20000)\n    print(solve(sys.stdin.read()))\n"
        "thread = threading.Thread(target=main)\nthread.start()\nthread.join()\n"
    ),
    "thread left": (
        "import sys, threading\nSOLVE\ndef main():\n    print(solve(sys.stdin.read()))\n"
        "threading.Thread(target=main).start()\n"
    ),
    "atexit": (
        "import atexit, io, os, sys\nSOLVE\nout = sys.stdout = io.StringIO()\n"
        "atexit.register(lambda: os.write(1, out.getvalue().encode()))\n"
        "print(solve(sys.stdin.read()))\n"
    ),
    "file left open": "import os\nSOLVE\nwrite = os.fdopen(1, 'w').write\nwrite(solve(open(0).read()))\n",
    "closed": "import sys\nSOLVE\nprint(solve(sys.stdin.read()))\nsys.stdout.close()\n",
    "crlf": "import sys\r\nSOLVE\nsys.stdout.write(solve(sys.stdin.read()).replace('\\n', '\\r\\n') + '\\r\\n')\r\n",
    "seek": "import sys\nSOLVE\nsys.stdin.read()\nsys.stdin.seek(0)\nprint(solve(sys.stdin.read()))\n",
    "byte order mark": "\ufeffimport sys\nSOLVE\nprint(solve(sys.stdin.read()))\n",
    "stdout deleted": (
        "import os, sys\nSOLVE\nos.write(1, solve(sys.stdin.read()).encode())\ndel sys.stdout\n"
    ),
    "pickled class": (
        "import pickle, sys\nSOLVE\nclass Held:\n    pass\nheld = Held()\nheld.text = sys.stdin.read()\n"
        "print(solve(pickle.loads(pickle.dumps(held)).text))\n"
    ),
    "sum of a size": (
        "import os, sys, io\nSOLVE\ndata = os.read(0, max(os.fstat(0).st_size, 8192))\n"
        "sys.stdin = io.StringIO(data.decode())\nprint(solve(sys.stdin.read()))\n"
    ),
}
SPLIT = "a = list(map(int, text.split()))\n"
ANY_PAIR = (
    "def check(input, output, expected):\n    want = int(input.split()[0])\n"
    "    found = [int(x) for x in output.split()]\n"
    "    return len(found) == 2 and sum(found) == want and min(found) > 0\n"
)
ANY_ORDER = (
    "def check(input, output, expected):\n"
    "    return sorted(output.split()) == sorted(expected.split())\n"
)
PROBLEMS = [
    Written(
        "add",
        [("1 2\n", "3\n"), ("5 -5\n", "0\n"), ("9 1", "10")],
        SPLIT + "return str(a[0] + a[1])",
        SPLIT + "return str(a[0] + abs(a[1]))",
    ),
    Written(
        "maximum",
        [("3\n1 5 2\n", "5\n"), ("2\n-7 -9\n", "-7\n")],
        SPLIT + "return str(max(a[1:]))",
        SPLIT + "return str(max(a[1:] + [0]))",
    ),
    Written(
        "reverse",
        [("abc\n", "cba\n"), ("ab cd\n", "dc ba\n")],
        "return text.strip()[::-1]",
        "return text.strip()",
    ),
    Written(
        "fibonacci",
        [("10\n", "55\n"), ("90\n", "2880067194370816120\n")],
        "a, b = 0, 1\nfor _ in range(int(text)):\n    a, b = b, a + b\nreturn str(a)",
        "return str(round(1.618033988749895 ** int(text) / 5 ** 0.5))",
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nreturn str(f(90))",
    ),
    Written(
        "sort",
        [("3 1 2\n", "1 2 3\n"), ("10 9\n", "9 10\n")],
        SPLIT + "return ' '.join(map(str, sorted(a)))",
        "return ' '.join(sorted(text.split()))",
        "import itertools\nwhile True:\n    list(itertools.permutations(range(7)))",
    ),
    Written(
        "vowels",
        [("bananae\n", "4\n"), ("rhythm\n", "0\n")],
        "return str(sum(c in 'aeiou' for c in text))",
        "return str(text.count('a'))",
    ),
    Written(
        "primes",
        [("10\n", "2 3 5 7\n"), ("2\n", "2\n")],
        "n = int(text)\nreturn ' '.join(str(p) for p in range(2, n + 1) if all(p % d for d in range(2, p)))",
        "n = int(text)\nreturn ' '.join(str(p) for p in range(2, n) if all(p % d for d in range(2, p)))",
        "return str(2 ** 10 ** 10)",
    ),
    Written(
        "gcd",
        [("12 18\n", "6\n"), ("7 13\n", "1\n")],
        "import math\n" + SPLIT + "return str(math.gcd(*a))",
        SPLIT + "return str(min(a))",
    ),
    Written(
        "palindrome",
        [("level\n", "YES\n"), ("levels\n", "NO\n")],
        "t = text.strip()\nreturn 'yes' if t == t[::-1] else 'No'",
        "return 'yes'",
        more={"ignore_case": True},
    ),
    Written(
        "case counts",
        [("level\n", "Yes\n"), ("levels\n", "No\n")],
        "t = text.strip()\nreturn 'Yes' if t == t[::-1] else 'No'",
        "t = text.strip()\nreturn 'YES' if t == t[::-1] else 'NO'",
    ),
    Written(
        "mean",
        [("1 2\n", "1.5\n"), ("1 1 2\n", "1.333333333\n"), ("4\n", "4\n")],
        SPLIT + "return '%.7f' % (sum(a) / len(a))",
        SPLIT + "return '%.3f' % (sum(a) / len(a))",
        more={"tolerance": 1e-6},
    ),
    Written(
        "circle",
        [("1\n", "3.141592653589793\n"), ("1000\n", "3141592.653589793\n")],
        "import math\nreturn repr(math.pi * int(text) ** 2)",
        "return repr(3.14159 * int(text) ** 2)",
        more={"tolerance": 1e-9},
    ),
    Written(
        "count and mean",
        [("1 2\n", "2 1.5\n"), ("1 2 3\n", "3 2.0\n")],
        SPLIT + "return f'{len(a)}\\n{sum(a) / len(a):.9f}'",
        SPLIT + "return f'{len(a) + 1}\\n{sum(a) / len(a):.9f}'",
        more={"tolerance": 0.5},
    ),
    Written(
        "two parts",
        [("10\n", "3 7\n"), ("2\n", "1 1\n")],
        "n = int(text)\nreturn f'{n - 1} 1'",
        "n = int(text)\nreturn f'{n} 0'",
        more={"checker": ANY_PAIR},
    ),
    Written(
        "subset",
        [("c a b\n", "a b c\n"), ("x\n", "x\n")],
        "return '\\n'.join(reversed(text.split()))",
        "return 'a b c'",
        more={"checker": ANY_ORDER},
    ),
    Written(
        "triangle",
        [("3\n", "1\n1 1\n1 2 1\n"), ("1\n", "1\n")],
        "row, out = [1], []\nfor _ in range(int(text)):\n    out.append(' '.join(map(str, row)))\n"
        "    row = [1] + [x + y for x, y in zip(row, row[1:])] + [1]\nreturn '\\n'.join(out)",
        "return '1\\n1 1\\n1 2 1'",
    ),
    Written(
        "words",
        [("the cat the dog\n", "cat 1\ndog 1\nthe 2\n"), ("a\n", "a 1\n")],
        "import collections\nc = collections.Counter(text.split())\n"
        "return '\\n'.join(f'{w} {c[w]}' for w in sorted(c))",
        "return '\\n'.join(f'{w} 1' for w in sorted(set(text.split())))",
    ),
    Written(
        "binary",
        [("5\n", "101\n"), ("0\n", "0\n"), ("255\n", "11111111\n")],
        "return format(int(text), 'b')",
        "return bin(int(text))",
    ),
    Written(
        "brackets",
        [("(())\n", "OK\n"), ("())(\n", "BAD\n")],
        "d = 0\nfor c in text.strip():\n    d += 1 if c == '(' else -1\n    if d < 0:\n        return 'BAD'\n"
        "return 'BAD' if d else 'OK'",
        "return 'OK' if text.count('(') == text.count(')') else 'BAD'",
        "return solve(text) if text else ''\n".replace("solve(text)", "[0 for _ in iter(int, 1)]"),
    ),
    Written(
        "knapsack",
        [("5\n2 3\n3 4\n4 5\n", "7\n"), ("1\n2 9\n", "0\n")],
        "(cap, *_), *items = (list(map(int, x.split())) for x in text.strip().split('\\n'))\n"
        "best = [0] * (cap + 1)\nfor w, v in items:\n    for c in range(cap, w - 1, -1):\n"
        "        best[c] = max(best[c], best[c - w] + v)\nreturn str(best[cap])",
        "(cap, *_), *items = (list(map(int, x.split())) for x in text.strip().split('\\n'))\n"
        "return str(max(v for w, v in items))",
    ),
    Written(
        "shortest path",
        [("3\n1 2 4\n2 3 1\n1 3 9\n", "5\n"), ("2\n1 2 3\n", "3\n")],
        "import heapq\n(n, *_), *edges = (list(map(int, x.split())) for x in text.strip().split('\\n'))\n"
        "far, heap = {}, [(0, 1)]\nwhile heap:\n    d, at = heapq.heappop(heap)\n    if at in far:\n"
        "        continue\n    far[at] = d\n    for a, b, w in edges:\n        if a == at:\n"
        "            heapq.heappush(heap, (d + w, b))\nreturn str(far[n])",
        "return text.split()[-1]",
        "import heapq\nheap = [0]\nwhile heap:\n    heapq.heappush(heap, heapq.heappop(heap) + 1)",
    ),
    Written(
        "power",
        [("2 10 1000\n", "24\n"), ("3 100000000000 7\n", "4\n")],
        SPLIT + "return str(pow(*a))",
        SPLIT + "return str(a[0] * a[1] % a[2])",
        SPLIT + "return str(3 ** 10 ** 9 % 7)",
    ),
    Written(
        "unicode",
        [("é\n", "1\n"), ("日本語\n", "3\n")],
        "return str(len(text.strip()))",
        "return str(len(text.strip().encode()))",
    ),
    Written(
        "echo unicode",
        [("naïve\n", "naïve\n"), ("日本\n", "日本\n")],
        "return text.strip()",
        "return text.strip().replace('ï', 'i')",
    ),
    Written("no input", [("", "42\n"), ("\n", "42\n")], "return '42'", "return '41'"),
    Written(
        "empty output",
        [("1\n", ""), ("2\n", "even\n")],
        "return '' if int(text) % 2 else 'even'",
        "return 'odd' if int(text) % 2 else 'even'",
    ),
    Written(
        "many lines",
        [("200\n", "\n".join(map(str, range(200)))), ("3\n", "0\n1\n2\n")],
        "return '\\n'.join(map(str, range(int(text))))",
        "return '\\n'.join(map(str, range(1, int(text))))",
    ),
    Written(
        "large input",
        [("2\n1 1\n", "2\n"), ("30000\n" + "1 " * 30000, "30000\n")],
        SPLIT + "return str(sum(a[1:]))",
        SPLIT + "return str(a[0] + 1)",
    ),
    Written(
        "large number",
        [("3\n", "8\n"), ("1000\n", str(2**1000))],
        "return str(2 ** int(text))",
        "return str(2.0 ** int(text))",
    ),
    Written(
        "deep",
        [("10\n", "10\n"), ("900\n", "900\n")],
        "def f(n):\n    return n and 1 + f(n - 1)\nreturn str(f(int(text)))",
        "def f(n):\n    return n and 1 + f(n + 1)\nreturn str(f(int(text)))",
        "import sys\nsys.setrecursionlimit(50)\ndef f():\n    while True:\n        try:\n            f()\n"
        "        except RecursionError:\n            pass\nf()",
    ),
]
HOSTILE = {
    "frames": "import sys\nf = sys._getframe()\nwhile f:\n    for v in list(f.f_locals.values()):\n        print(v)\n    f = f.f_back\n",
    "gc": "import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict):\n        print(o.get('output'), o.get('expected'))\n",
    "main module": "import __main__, sys\nprint(vars(__main__).get('expected', sys.modules))\n",
    "forkserver globals": "import sys, gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'ForkServer':\n        print(vars(o))\n",
    "files": "import os\nfor where, _, names in os.walk('/'):\n    for name in names:\n        try:\n            print(open(where + '/' + name).read(100))\n        except OSError:\n            pass\n        except ValueError:\n            pass\n",
    "proc": "print(open('/proc/self/maps').read())\n",
    "parent memory": "import os\nprint(open(f'/proc/{os.getppid()}/mem', 'rb').read(10))\n",
    "self memory": "data = open('/proc/self/mem', 'rb')\ndata.seek(0x1000)\nprint(data.read(9))\n",
    "gigabytes": "import os\nwhile True:\n    os.write(1, b'3' * 65536)\n",
    "gigabytes of blanks": "import os\nos.write(1, b'3')\nwhile True:\n    os.write(1, b' ' * 65536)\n",
    "gigabytes a byte": "import os\nwhile True:\n    os.write(1, b'3')\n",
    "held in memory": "x = '3' * (1 << 31)\nprint(x)\n",
    "fork": "import os\npid = os.fork()\nprint(3)\n",
    "fork bomb": "import os\nwhile True:\n    os.fork()\n",
    "subprocess": "import subprocess\nprint(subprocess.check_output(['echo', '3']))\n",
    "exec": "import os\nos.execv('/bin/echo', ['echo', '3'])\n",
    "daemon": "import os\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        pass\nprint(3)\n",
    "daemon thread": "import threading\ndef spin():\n    while True:\n        pass\nthreading.Thread(target=spin).start()\nprint(3)\n",
    "close all": "import os\nos.closerange(0, 64)\n",
    "close output": "import os\nos.close(1)\nprint(3)\n",
    "channel frame": "import os, struct\nos.write(3, struct.pack('I', 2) + b'V3')\n",
    "channel done": "import os, struct\nos.write(3, struct.pack('I', 9) + b'D' + bytes(8))\nos._exit(0)\n",
    "channel pid": "import os, struct\nos.write(3, struct.pack('I', os.getpid()))\nos._exit(0)\n",
    "channel trailer": "import os\nos.write(1, b'3')\nos.write(3, b'\\0passed')\nos._exit(1)\n",
    "right and status": "import os\nos.write(1, b'3')\nos._exit(1)\n",
    "right and error": "print(3)\nraise ValueError\n",
    "right and signal": "import os, signal\nprint(3, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "right and stop": "import os, signal\nprint(3, flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)\n",
    "right and segfault": "import ctypes\nprint(3, flush=True)\nctypes.string_at(0)\n",
    "right and more": "print(3)\nprint(3)\n",
    "every number": "print(*range(-1000, 1000))\n",
    "verdict": "print('passed')\nprint('{\"outcome\": \"passed\"}')\n",
    "builtins eq": "import builtins\nclass E(str):\n    def __eq__(self, o):\n        return True\n    __hash__ = str.__hash__\nbuiltins.str = E\nprint(E('x'))\n",
    "patched exit": "import os\nos._exit = lambda code: None\nraise ValueError\n",
    "patched wire": "import sys\nsys.modules['wire'].exception_name = lambda e: 'passed'\nraise ValueError\n",
    "excepthook": "import sys, os\nsys.excepthook = lambda *a: os._exit(0)\nraise ValueError\n",
    "kill parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "kill group": "import os, signal\nos.killpg(0, signal.SIGKILL)\n",
    "kill all": "import os, signal\nos.kill(-1, signal.SIGKILL)\n",
    "ptrace": "import ctypes, os\nprint(ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))\n",
    "read the parent": "import ctypes, os\nprint(ctypes.CDLL(None).process_vm_readv(os.getppid(), 0, 0, 0, 0, 0))\n",
    "timer": "import signal\nsignal.signal(signal.SIGXCPU, lambda *a: None)\nwhile True:\n    pass\n",
    "catch all": "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n",
    "sleep in atexit": "import atexit\n@atexit.register\ndef spin():\n    while True:\n        pass\nprint(3)\n",
    "spin in del": "class D:\n    def __del__(self):\n        while True:\n            pass\nd = D()\nprint(3)\n",
    "recursion": "def f():\n    f()\nf()\n",
    "recursion unlimited": "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(x):\n    return f([x])\nf(0)\n",
    "deep source": "(" * 5000 + ")" * 5000,
    "huge int": "print(10 ** 100000)\n",
    "huge int digits": "import sys\nsys.set_int_max_str_digits(0)\nprint('3' + str(10 ** 60000))\n",
    "surrogates": "print('3\\ud800')\n",
    "surrogate source": "x = '\ud800'\nprint(x)\n",
    "nul": "print('3\\0')\n",
    "nul source": "print(3)\n\0",
    "unicode space": "print('3\\u00a0')\n",
    "fullwidth digit": "print('\\uff13')\n",
    "zero width": "print('\\u200b3')\n",
    "byte order mark printed": "print('\\ufeff3')\n",
    "invalid bytes": "import os\nos.write(1, b'3\\xff')\n",
    "nan": "print('nan')\n",
    "infinity": "print('inf')\n",
    "underscore": "print('0_3')\n",
    "plus": "print('+3')\n",
    "leading zero": "print('03')\n",
    "float for int": "print('3.0')\n",
    "hexadecimal": "print('0x3')\n",
    "network": "import socket\nsocket.create_connection(('127.0.0.1', 80))\nprint(3)\n",
    "send descriptors": "import socket, array\ns = socket.socket(fileno=3)\ns.sendmsg([b'3'], [(1, 1, array.array('i', [0]))])\n",
    "shutdown": "import socket\nsocket.socket(fileno=1).shutdown(2)\nprint(3)\n",
    "read the request": "import os\nos.set_blocking(3, False)\nprint(os.read(3, 1000))\n",
    "write the input": "import os\nos.lseek(0, 0, 0)\nos.write(0, b'0 3')\nprint('x')\n",
    "memory files": "import mmap\nfor i in range(10 ** 6):\n    globals()[str(i)] = mmap.mmap(-1, 1 << 24)\n    globals()[str(i)].write(b'x' * (1 << 24))\n",
    "disk": "for i in range(10 ** 6):\n    open(str(i), 'wb').write(bytes(1 << 20))\n",
    "syntax error": "print(3\n",
    "empty": "",
    "only comment": "# 3\n",
    "quit": "quit(3)\n",
    "string exit": "print(3)\nraise SystemExit('3')\n",
    "keyboard interrupt": "print(3)\nraise KeyboardInterrupt\n",
    "base exception": "print(3)\nraise BaseException\n",
    "exit in thread": "import threading, os\nthreading.Thread(target=lambda: os._exit(0)).start()\nwhile True:\n    pass\n",
    "unicode error": "import sys\nsys.stdout.reconfigure(encoding='ascii')\nprint('\\u00e9')\n",
    "second file": "import sys\nsys.stdout = open('out.txt', 'w')\nprint(3)\n",
    "to standard error": "import sys\nprint(3, file=sys.stderr)\n",
}
