"""
What Python's safetensors, the reference reader, says of the files that fuzzing made:
    npx -y pnpm@12 fuzz --inputs 100000 --output fuzz.bin
    python tools/reference/judge_fuzz.py fuzz.bin
Our gate may refuse what it takes (a key twice, and numbers and strings that only unknown keys may hold);
it may never take what the reference refuses. Exit code 1 if it does, or if it refuses for no reason that is known.
"""

import collections
import json
import re
import struct
import sys

from safetensors import SafetensorError, deserialize

LENGTH = 8


def records(path: str):
    """Each input and whether our gate took it: length as u32, verdict, bytes (packages/gpt/test/fuzz/run.ts)."""
    with open(path, "rb") as file:
        while head := file.read(5):
            length, taken = struct.unpack("<IB", head)
            yield file.read(length), taken == 1


def reference_takes(data: bytes) -> bool:
    try:
        deserialize(data)
        return True
    except SafetensorError:
        return False


def why_stricter(data: bytes) -> str:
    """The rule of ours that the reference does not have."""
    reasons = []

    def pairs(items):
        if len({key for key, _ in items}) < len(items):
            reasons.append("a key twice")
        return dict(items)

    def number(text):
        reasons.append("a number that is not whole and spelled in digits, under a key that nobody reads")
        return 0

    (length,) = struct.unpack("<Q", data[:LENGTH])
    text = data[LENGTH : LENGTH + length].decode("utf-8", "replace")
    header = json.loads(text, object_pairs_hook=pairs, parse_float=number,
                        parse_int=lambda digits: number(digits) if digits.startswith("-") else int(digits))
    if any(0xD800 <= ord(character) < 0xE000 for character in json.dumps(header, ensure_ascii=False)):
        reasons.append("half of a surrogate pair under a key that nobody reads")
    sizes = [int(number) for number in re.findall(r"\d+", text)]
    if any(size > 2**53 // 64 for size in sizes):
        reasons.append("a count beyond 2^53")
    return reasons[0] if reasons else "?"


def main(path: str) -> int:
    both, neither = 0, 0
    stricter = collections.Counter()
    wrong = []
    for data, taken in records(path):
        reference = reference_takes(data)
        if taken and reference:
            both += 1
        elif not taken and not reference:
            neither += 1
        elif taken:
            wrong.append(("taken by us alone", data))
        else:
            reason = why_stricter(data)
            stricter[reason] += 1
            if reason == "?":
                wrong.append(("refused by us for no known reason", data))
    print(f"{both} taken by both, {neither} refused by both, {stricter.total()} refused by us alone:")
    for reason, count in stricter.most_common():
        print(f"  {count} {reason}")
    for problem, data in wrong[:10]:
        print(f"{problem}: {data[:400]!r}")
    print(f"{len(wrong)} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
