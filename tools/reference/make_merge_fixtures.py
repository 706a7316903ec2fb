"""
What tokenizers makes of 40 texts with GPT-2's first n merges alone, for every n at which it changes: the merges in order.

Run from the repository's root, with the packages of tools/reference/requirements.txt:
    python tools/reference/make_merge_fixtures.py
It writes packages/gpt/test/fixtures/gpt2-tokenizer/merges.json, and the manifest anew.
"""

import json
from pathlib import Path

from make_fixtures import write_manifest
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

FOLDER = Path(__file__).resolve().parents[2] / "packages/gpt/test/fixtures/gpt2-tokenizer"
GPT2 = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))["model"]
PAIRS = [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in GPT2["merges"]]
TEXTS = [
    "hello", " hello", "Hello", "Once upon a time", " king", "unfathomableness", "banana", "Mississippi", "aaaaaaa", " the the",
    "don't", "we'll", "3.14159", "2026", "    ", "\n\n\n", "\t", "a  b", "!!!", "<script>", "</div>", "&amp;", "====", "://",
    "naïve", "Übergröße", "Ελλάδα", "Привет", "שלום", "مرحبا", "日本語", "王国", "안녕하세요", "हिन्दी", "👑", "👨\u200d👩", "🇮🇹",
    "e\u0301", "\u202e", "SolidGoldMagikarp",
]


def first_merges(count: int) -> Tokenizer:
    tokenizer = Tokenizer(BPE(vocab=GPT2["vocab"], merges=PAIRS[:count]))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    return tokenizer


def spelled(text: str) -> str:
    return "".join(word for word, _ in ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text))


def main() -> None:
    whole = [spelled(text) for text in TEXTS]
    ranks = [rank for rank, pair in enumerate(PAIRS) if any("".join(pair) in text for text in whole)]
    states: list[list] = [[] for _ in TEXTS]
    for rank in [-1, *ranks]:
        tokenizer = first_merges(rank + 1)
        for text, found in zip(TEXTS, states):
            ids = tokenizer.encode(text).ids
            if not found or found[-1][1] != ids:
                found.append([rank, ids])
    lines = [json.dumps({"text": text, "states": found}) for text, found in zip(TEXTS, states)]
    (FOLDER / "merges.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    write_manifest()


if __name__ == "__main__":
    main()
