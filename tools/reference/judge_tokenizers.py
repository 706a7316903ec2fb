"""
What transformers' AutoTokenizer says of the mutated tokenizers that ours reads:
    npx tsx --conditions=@tsgpt/source packages/gpt/test/fuzz/list-tokenizers.ts 2000 > tokenizers.jsonl
    python tools/reference/judge_tokenizers.py tokenizers.jsonl [--record]
Ours may not read what it refuses, and the ids must be equal. One text is set aside: that with a byte for which no token stands is an
error of ours, where it is lost without a word there. --record writes packages/gpt/test/fixtures/gpt2-tokenizer/mutations.json: of
each kind, six digits of the SHA-256 of each tokenizer's ids. Exit code 1 if anything is found.
"""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers
import transformers
from make_fixtures import write_manifest
from transformers import AutoTokenizer

FIXTURE = Path(__file__).resolve().parents[2] / "packages/gpt/test/fixtures/gpt2-tokenizer/mutations.json"
JSON, CONFIG = "tokenizer.json", "tokenizer_config.json"
READ = ("extra_special_tokens", "additional_special_tokens", "added_tokens_decoder")
transformers.logging.set_verbosity(transformers.logging.CRITICAL)


def reference(files: dict[str, str]):
    """
    A function from a text to its ids. Where no class is named beside a tokenizer.json, config.json decides in transformers; ours goes
    by the tokenizer.json, as transformers does where there is no config.json, but for an add_prefix_space that is named. transformers
    copies a tokenizer through its text, which loses tokens of a vocabulary that leaves ids out: such a one is tokenizers' own.
    """
    files = dict(files)
    config = json.loads(files.get(CONFIG, "{}"))
    for name in {CONFIG, "special_tokens_map.json"} & files.keys():
        read = {key: value for key, value in json.loads(files[name]).items() if not is_unread(key, value)}
        files[name] = json.dumps(read)
    if JSON in files and not config.get("tokenizer_class"):
        whole = json.loads(files[JSON])
        if "added_tokens" not in whole or max(whole["model"]["vocab"].values()) >= len(whole["model"]["vocab"]):
            return by_tokenizers(files[JSON])
        if "add_prefix_space" in config:
            part = whole["pre_tokenizer"]
            (part["pretokenizers"][0] if part["type"] == "Sequence" else part)["add_prefix_space"] = config["add_prefix_space"]
            files[JSON] = json.dumps(whole)
    else:
        files["config.json"] = '{"model_type":"gpt2"}'
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8", errors="surrogatepass")
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return lambda text: tokenizer(text)["input_ids"]


def is_unread(key: str, value) -> bool:
    """What ours does not look at: transformers trips over an object in it that says that it is a token and is none."""
    return isinstance(value, (dict, list)) and not key.endswith("_token") and key not in READ


def by_tokenizers(text: str):
    tokenizer = tokenizers.Tokenizer.from_str(text)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: tokenizer.encode(text).ids


def compare(case: dict) -> tuple[list, str | None]:
    """The ids as the reference has them, and what is wrong with ours."""
    try:
        encode = reference(case["files"])
    except BaseException as error:  # a panic of tokenizers is no Exception
        return [], f"refused by the reference: {type(error).__name__}: {str(error)[:200]}"
    ids, problem = [], None
    for text, ours in zip(case["texts"], case["ids"]):
        if ours is None:
            ids.append(None)
            continue
        try:
            theirs = encode(text)
        except BaseException as error:
            theirs = f"{type(error).__name__}: {error}"
        ids.append(theirs)
        if theirs != ours:
            problem = problem or f"{text!r}: reference {theirs}, ours {ours}"
    return ids, problem


def main(path: str, record: bool) -> int:
    kinds: dict[str, list[str]] = {}
    found = 0
    for line in Path(path).read_text(encoding="utf-8").strip("\n").split("\n"):
        case = json.loads(line)
        ids, problem = compare(case)
        kinds.setdefault(case["kind"], []).append(
            hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest()[:6])
        if problem:
            found += 1
            if found <= 20:
                print(f"{case['kind']}: {problem}\n  {json.dumps(case['files'])}")
    for kind, digests in kinds.items():
        print(f"{kind}: {len(digests)} read by ours")
    print(f"{found} findings")
    if record and not found:
        seed = case["seed"]
        FIXTURE.write_text(json.dumps({"seed": seed, "digests": {kind: "".join(all) for kind, all in kinds.items()}}) + "\n")
        write_manifest()
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--record" in sys.argv))
