"""
What AutoTokenizer of transformers makes of a tokenizer's files, key by key and file by file, and of every code point.

Run from the repository's root, with the packages of tools/reference/requirements.txt:
    python tools/reference/make_tokenizer_fixtures.py
It writes packages/gpt/test/fixtures/gpt2-tokenizer/cases.json and code-points.json, and the manifest anew.
"""

import copy
import hashlib
import json
import os
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import transformers
from make_character_table import beside_added_token
from make_fixtures import write_manifest
from transformers import AutoTokenizer

FOLDER = Path(__file__).resolve().parents[2] / "packages/gpt/test/fixtures/gpt2-tokenizer"
GPT2 = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
CLASS = {"tokenizer_class": "PreTrainedTokenizerFast"}
GPT2_CLASS = {"tokenizer_class": "GPT2Tokenizer"}
BLOCK = 4096


def token(content: str, **properties) -> dict:
    flags = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
    return {"content": content, **flags, **properties}


def small() -> dict:
    """GPT-2's tokenizer with its 256 bytes and few merges."""
    alphabet = [key for key in GPT2["model"]["vocab"] if len(key) == 1]
    pairs = ["a b", "Ġ a", "Ġa b", "h i", "Ġ Ġ"]
    names = [*sorted(alphabet), *(pair.replace(" ", "") for pair in pairs), "<|endoftext|>"]
    vocab = {name: id for id, name in enumerate(names)}
    end = token("<|endoftext|>", id=vocab["<|endoftext|>"], normalized=True, special=True)
    return {**GPT2, "added_tokens": [end], "model": {**GPT2["model"], "vocab": vocab, "merges": pairs}}


# base, what is set in tokenizer.json (None: vocab.json and merges.txt), the files beside it, texts
GPT2_KEYS = [
    ({}, {}, ["hello \ufeffworld", "\u0085's", "Hello world", "a\u00a0\u00a0b"]),
    ({"pre_tokenizer.add_prefix_space": True}, {}, ["Hello world", " Hello", "a<|endoftext|>b"]),
    ({"pre_tokenizer.add_prefix_space": True}, {"tokenizer_config.json": GPT2_CLASS}, ["Hello world"]),
    ({"pre_tokenizer.use_regex": False}, {}, ["a\u00a0\u00a0b", "Hello world's"]),
    ({"added_tokens.1": token("zqxj", id=50257, single_word=True)}, {}, ["zqxjs", "a zqxj.", "zqxj"]),
    ({"model.type": ...}, {}, ["unfathomableness"]),
    ({"decoder": None}, {}, ["Hello world"]),
    ({"model.ignore_merges": True}, {}, ["unfathomableness"]),
    ({}, {"tokenizer_config.json": {"added_tokens_decoder": {"50257": token("<|user|>")}}}, ["Hi<|user|>x"]),
    ({}, {"added_tokens.json": {"<|user|>": 50257}}, ["Hi<|user|>x"]),
    (None, {"added_tokens.json": {"<USER>": 50257}}, ["<USER>hi"]),
]
LISTED = {str(len(small()["model"]["vocab"])): token("<x>", rstrip=True)}
PADDING = dict(strategy="BatchLongest", direction="Right", pad_to_multiple_of=None, pad_id=0, pad_type_id=0, pad_token="<pad>")
TRUNCATION = dict(direction="Right", max_length=2, strategy="LongestFirst", stride=0)
TEXTS = ["ab <x> ab<y>", " <user>hi <pad>ab<|endoftext|> ab", "<|endoftext|><x>\n<x>  a"]
BESIDE = [
    {},
    {"tokenizer_config.json": {}},
    {"tokenizer_config.json": GPT2_CLASS},
    {"tokenizer_config.json": CLASS},
    {"tokenizer_config.json": {"add_prefix_space": True, **GPT2_CLASS}},
    {"tokenizer_config.json": {"pad_token": "<pad>", "bos_token": None}},
    {"tokenizer_config.json": {"pad_token": "<pad>", **CLASS}},
    {"tokenizer_config.json": {"pad_token": "<pad>", "split_special_tokens": True, **CLASS}},
    {"tokenizer_config.json": {"user_token": "<user>", "extra_special_tokens": ["<x>", "<y>"], **GPT2_CLASS}},
    {"tokenizer_config.json": {"extra_special_tokens": {"user": "<user>", "other": "<y>"}, **CLASS}},
    {"tokenizer_config.json": {"additional_special_tokens": ["<y>", "<x>"], "mask_token": "<user>"}},
    {"tokenizer_config.json": {"eos_token": {"__type": "AddedToken", **token("<x>", lstrip=True)}, **GPT2_CLASS}},
    {"tokenizer_config.json": {"added_tokens_decoder": LISTED}},
    {"tokenizer_config.json": {"added_tokens_decoder": LISTED, "pad_token": "<pad>", **CLASS}, "added_tokens.json": {"<y>": 300}},
    {"tokenizer_config.json": {"added_tokens_decoder": LISTED}, "special_tokens_map.json": {"pad_token": "<pad>"}},
    {"added_tokens.json": {"<y>": 263, "<x>": 262}},
    {"added_tokens.json": {"<y>": 300}, "special_tokens_map.json": {"pad_token": "<pad>", "cls_token": "<y>"}},
    {"special_tokens_map.json": {"bos_token": token("<user>", lstrip=True), "pad_token": "<pad>"}},
    {"special_tokens_map.json": {"additional_special_tokens": ["<x>", "<user>"]}, "tokenizer_config.json": {"pad_token": "<y>"}},
]
SET = [
    {"truncation": TRUNCATION},
    {"padding": PADDING},
    {"normalizer": {"type": "NFC"}, "added_tokens.1": token("<x>", id=262, normalized=True)},
    {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [GPT2["pre_tokenizer"]]}},
    {"model.unk_token": "a", "model.fuse_unk": True},
    {"added_tokens.1": token("<x>", id=262, lstrip=True, rstrip=True), "added_tokens.2": token("<user>", id=270, special=True)},
    {"model.merges": [["a", "b"], ["h", "i"]]},
    {"version": ..., "truncation": ..., "padding": ..., "normalizer": ..., "post_processor": ...},
]


def changed(whole: dict, changes: dict) -> dict:
    """With the value of each dotted path set, or taken out where it is `...`."""
    whole = {**whole, "model": dict(whole["model"])}
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = whole
        for key in parents:
            place[key] = copy.copy(place[key])
            place = place[key]
        if value is ...:
            place.pop(last, None)
        elif isinstance(place, list):
            place[int(last) :] = [value]
        else:
            place[last] = value
    return whole


def ids_of(whole: dict, changes: dict | None, beside: dict, texts: list[str]) -> list[list[int]]:
    """config.json is there where a class is named: without, transformers goes by tokenizer.json, as ours does without a name."""
    files = dict(beside)
    if changes is None:
        files["vocab.json"] = whole["model"]["vocab"]
        merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in whole["model"]["merges"]]
        files["merges.txt"] = "#version: 0.2\n" + "\n".join(merges) + "\n"
    else:
        files["tokenizer.json"] = changed(whole, changes)
    if changes is None or "tokenizer_class" in beside.get("tokenizer_config.json", {}):
        files["config.json"] = {"model_type": "gpt2"}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (Path(folder) / name).write_text(text, encoding="utf-8")
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return [tokenizer(text)["input_ids"] for text in texts]


def cases(whole: dict, table: list) -> list[dict]:
    found = []
    for changes, beside, texts in table:
        ids = ids_of(whole, changes, beside, texts)
        plain = None if changes is None else [[path, value] for path, value in changes.items() if value is not ...]
        removed = [path for path, value in (changes or {}).items() if value is ...]
        found.append({"set": plain, "remove": removed, "beside": beside, "texts": texts, "ids": ids})
    return found


def code_points() -> dict:
    """
    Of each code point c, surrogates left out, how the words of six texts are cut, as runs of equal cuts, and of each block of 4,096
    eight digits of the SHA-256 of all ids.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokenizer.json").write_text(json.dumps(GPT2), encoding="utf-8")
        backend = AutoTokenizer.from_pretrained(folder, local_files_only=True).backend_tokenizer
    split = backend.pre_tokenizer.pre_tokenize_str
    contexts = ["x{c}y", "{c}x", "x{c}", "{c}{c}", "{c}'s", "{c}{c}x"]
    cuts: list[list] = [[] for _ in contexts]
    digests = []
    for start in range(0, 0x110000, BLOCK):
        digest = hashlib.sha256()
        codes = [code for code in range(start, start + BLOCK) if not 0xD800 <= code < 0xE000]
        texts = [context.format(c=chr(code)) for code in codes for context in contexts]
        for encoding in backend.encode_batch_fast(texts, add_special_tokens=False):
            digest.update((",".join(map(str, encoding.ids)) + "\n").encode())
        digests.append(digest.hexdigest()[:8])
        for code in codes:
            for runs, context in zip(cuts, contexts):
                lengths = "".join(str(end - begin) for _, (begin, end) in split(context.format(c=chr(code))))
                if not runs or runs[-1][1] != lengths:
                    runs.append([code, lengths])
    return {"block": BLOCK, "contexts": contexts, "cuts": [encoded(runs) for runs in cuts], "digests": digests}


def beside() -> dict:
    """Beside an added token: what `lstrip` and `rstrip` take away, and what keeps one of `single_word` from being found, as runs."""
    word = beside_added_token(single_word=True) | {ord("Q")}
    runs = [[code, "word" if code in word else "other"] for code in range(0x110000) if (code in word) != (code - 1 in word)]
    return {"stripped": sorted(beside_added_token(rstrip=True)), "word": encoded([[0, "other"], *runs])}


def encoded(runs: list) -> dict:
    """The kinds of cuts, and for each run how far it is from the one before, and its kind, as one string."""
    kinds = sorted({kind for _, kind in runs})
    starts = [start for start, _ in runs]
    steps = [start - before for before, start in zip([0, *starts], starts)]
    return {"kinds": kinds, "runs": " ".join(f"{step:x}.{kinds.index(kind)}" for step, (_, kind) in zip(steps, runs))}


def main() -> None:
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    base = small()
    table = [(form, beside, TEXTS) for form in ({}, None) for beside in BESIDE
             if form is not None or beside.get("tokenizer_config.json", {}).get("tokenizer_class") != CLASS["tokenizer_class"]]
    table += [(changes, {}, TEXTS) for changes in SET]
    table += [(changes, {"tokenizer_config.json": GPT2_CLASS}, TEXTS) for changes in SET]
    found = {"gpt2": cases(GPT2, GPT2_KEYS), "tokenizer": base, "small": cases(base, table)}
    (FOLDER / "cases.json").write_text(json.dumps(found) + "\n", encoding="utf-8")
    (FOLDER / "code-points.json").write_text(json.dumps({**code_points(), **beside()}, indent=0) + "\n", encoding="utf-8")
    write_manifest()


if __name__ == "__main__":
    main()
