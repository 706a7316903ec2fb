"""
What Python's tokenizers learns from texts: the merges of an excerpt, and those of small texts with many ties.

Run from the repository's root, with the packages of tools/reference/requirements.txt:
    python tools/reference/make_bpe_fixtures.py
It writes excerpt.json, ties.json and tokenizer.json in packages/train/test/fixtures/tokenizer, byte for byte the same
each time, from the excerpt.txt that is there. A text whose merges differ from run to run is refused: none has been.
"""

import hashlib
import json
import random
from pathlib import Path

from byte_level_bpe import END_OF_TEXT, train

FOLDER = Path(__file__).resolve().parents[2] / "packages/train/test/fixtures/tokenizer"
SIZES = [257, 300, 1000, 3000, 20000]  # the last is more than there are merges
SEED = 28
ALPHABETS = ["ab", "abc", "ab ", "abcd ", "aé ", "a\n b", "aaab", "é漢😀 ", "0123 ", "'s t"]
SPECIAL = [[END_OF_TEXT], [], ["ab", "<x>"], [END_OF_TEXT, "a"], ["aab", "ba"]]


def merges_of(text: str) -> list[str]:
    return [" ".join(pair) for pair in json.loads(text)["model"]["merges"]]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def excerpt() -> dict:
    documents = (FOLDER / "excerpt.txt").read_text(encoding="utf-8").split(END_OF_TEXT)
    trained = {size: train(documents, size) for size in SIZES}
    frequent = train(documents, SIZES[-1], min_frequency=5)
    return {
        "sha256 by vocabSize": {size: sha256(text) for size, text in trained.items()},
        "sha256 of minFrequency 5": sha256(frequent),
        "merges": merges_of(trained[3000]),
    }


def ties(random_: random.Random) -> dict:
    alphabet = random_.choice(ALPHABETS)
    most = random_.choice([20, 100, 300])
    texts = ["".join(random_.choice(alphabet) for _ in range(random_.randint(1, most))) for _ in range(random_.randint(1, 4))]
    special = random_.choice(SPECIAL)
    size = random_.choice([260, 270, 300, 400])
    frequency = random_.choice([0, 1, 2, 3])
    trained = [train(texts, size, frequency, tuple(special)) for _ in range(3)]
    if len(set(trained)) > 1:
        raise SystemExit(f"tokenizers does not always learn the same from {texts!r}")
    return {
        "texts": texts,
        "vocabSize": size,
        "minFrequency": frequency,
        "specialTokens": special,
        "merges": merges_of(trained[0]),
        "sha256": sha256(trained[0]),
    }


def write(name: str, value) -> None:
    (FOLDER / name).write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def main() -> None:
    write("excerpt.json", excerpt())
    random_ = random.Random(SEED)
    write("ties.json", [ties(random_) for _ in range(80)])
    (FOLDER / "tokenizer.json").write_text(train(["0 10 110 1110 22 222 \u007f\\ \"\n"], 300), encoding="utf-8")


if __name__ == "__main__":
    main()
