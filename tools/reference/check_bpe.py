"""
Trains tokenizers of one text with Python's tokenizers and with ours, and compares the files byte for byte.

Run from the repository's root, after `npx -y pnpm@12 build`, with a text that may have end-of-text marks between documents:
    python tools/reference/check_bpe.py TEXT.txt 4096 32768
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from byte_level_bpe import END_OF_TEXT, train

OURS = ["npx", "tsx", "--conditions=@tsgpt/source", "packages/train/test/reference/train-tokenizer.ts"]


def main() -> None:
    file, *sizes = sys.argv[1:]
    documents = Path(file).read_bytes().decode("utf-8").split(END_OF_TEXT)
    failures = 0
    for size in map(int, sizes):
        start = time.perf_counter()
        expected = train(documents, size)
        seconds = time.perf_counter() - start
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tokenizer.json"
            ours = subprocess.run([*OURS, file, str(size), str(path)], check=True, capture_output=True, text=True)
            got = path.read_bytes().decode("utf-8")
        print(f"{size} tokens: {compare(expected, got)}; tokenizers {seconds:.1f} s, ours {ours.stdout.strip()} s")
        failures += expected != got
    sys.exit(failures > 0)


def compare(expected: str, got: str) -> str:
    merges, others = (json.loads(text)["model"]["merges"] for text in (expected, got))
    if expected == got:
        return f"the same file, {len(merges)} merges"
    first = next((i for i, pair in enumerate(zip(merges, others)) if pair[0] != pair[1]), min(len(merges), len(others)))
    return f"DIFFERENT from merge {first} on, of {len(merges)} and {len(others)}"


if __name__ == "__main__":
    main()
