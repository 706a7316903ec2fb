"""
What transformers makes of mutated config.json, generation_config.json and model.safetensors.index.json, recorded by number.

Run from the repository's root, with the packages of tools/reference/requirements.txt, after make_fixtures.py:
    npx tsx --conditions=@tsgpt/source packages/gpt/test/fuzz/dump-mutations.ts 3000 > mutations.jsonl
    python tools/reference/record_mutations.py mutations.jsonl [config.json ...]
It takes ten minutes, or less for the files that are named, and writes packages/gpt/test/fixtures/mutations/*.json: of each file the first 2,000 mutations that both our reader and transformers take (2,150 where some name what is not applied), and
what transformers makes of them: GPT2Config's values; the ids that generate() gives and the distribution it would draw from; that the
weights are those of the unmutated index. What transformers refuses and our reader takes is counted by its message.
"""

import collections
import contextlib
import hashlib
import io
import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

from make_fixtures import FIXTURES, write_manifest

COUNT = {"config.json": 2000, "generation_config.json": 2150, "model.safetensors.index.json": 2000}
PROMPTS = [[1, 2, 3], [4]]
NEW_TOKENS = 12  # where the file does not say
POSITIONS = 24  # of tiny-tied

CONFIG_KEYS = ["vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner", "layer_norm_epsilon", "activation_function",
               "scale_attn_weights", "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn", "tie_word_embeddings"]


def read_config(text: str):
    """GPT2Config's values, in the order of our GPT2Config; its default begin and end tokens are left out, as they are there."""
    given = json.loads(text)
    config = GPT2Config.from_dict(json.loads(text))
    values = {key: getattr(config, key) for key in CONFIG_KEYS}
    values["n_inner"] = values["n_inner"] or 4 * config.n_embd
    eos = config.eos_token_id if given.get("eos_token_id") is not None else []
    bos = config.bos_token_id if given.get("bos_token_id") is not None else None
    return [*values.values(), bos, list(dict.fromkeys(eos if isinstance(eos, list) else [eos]))]


def length(config: GenerationConfig, prompt: list[int]) -> dict:
    """What generate() is given beside the file: a length where it names none, or one that the model has positions for."""
    if config.max_new_tokens is None and config.max_length is None:
        return {"max_new_tokens": NEW_TOKENS}
    total = config.max_length if config.max_new_tokens is None else config.max_new_tokens + len(prompt)
    return {"max_new_tokens": POSITIONS - len(prompt)} if total > POSITIONS else {}


def mask(kept: list[int]) -> str:
    return hex(sum(1 << token for token in kept))


def read_generation(model: GPT2LMHeadModel, text: str):
    """For each prompt the greedy ids, which tokens may be drawn first (bit i is token i), and the largest probability."""
    results = []
    for prompt in PROMPTS:
        model.generation_config = GenerationConfig.from_dict(json.loads(text))
        ids = torch.tensor([prompt])
        # The mask, for generate() would take a prompt's token that is pad_token_id for padding.
        options = {"return_dict_in_generate": True, "output_scores": True, "attention_mask": torch.ones_like(ids),
                   **length(model.generation_config, prompt)}
        greedy = model.generate(ids, do_sample=False, **options).sequences[0, len(prompt):].tolist()
        torch.manual_seed(0)
        probabilities = model.generate(ids, do_sample=True, **options).scores[0][0].double().softmax(-1)
        kept = probabilities.nonzero().flatten().tolist()
        results.append([greedy, mask(kept), round(probabilities.max().item(), 5)])
    return results


def read_index(folder: Path, expected: torch.Tensor, text: str):
    """"same": nothing is missing, and the logits are those of the unmutated index."""
    (folder / "model.safetensors.index.json").write_text(text)
    model, info = GPT2LMHeadModel.from_pretrained(folder, output_loading_info=True)
    if info["missing_keys"]:
        raise ValueError("missing keys")
    return "same" if torch.equal(model(torch.tensor(PROMPTS[:1])).logits, expected) else "other weights"


def readers(folder: Path) -> dict:
    for path in (FIXTURES / "tiny-sharded").iterdir():
        if not path.name.startswith("reference"):
            (folder / path.name).write_bytes(path.read_bytes())
    model = GPT2LMHeadModel.from_pretrained(FIXTURES / "tiny-tied", dtype=torch.float32, attn_implementation="eager").eval()
    sharded = GPT2LMHeadModel.from_pretrained(FIXTURES / "tiny-sharded")(torch.tensor(PROMPTS[:1])).logits
    return {"config.json": read_config, "generation_config.json": lambda text: read_generation(model, text),
            "model.safetensors.index.json": lambda text: read_index(folder, sharded, text)}


def record(name: str, read, mutations: list[dict]) -> dict:
    indices, which, results, digest = [], [], [], hashlib.sha256()
    refused = collections.Counter()
    for mutation in mutations:
        if len(indices) == COUNT[name]:
            break
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                result = read(mutation["text"])
        except Exception as error:
            refused[f"{type(error).__name__}: {str(error).splitlines()[0][:90] if str(error) else ''}"] += 1
            continue
        if result not in results:
            results.append(result)
        indices.append(mutation["index"])
        which.append(results.index(result))
        digest.update(f"{mutation['text']}\n".encode("utf-8", "surrogatepass"))
    print(f"{name}: {len(indices)} recorded, {len(results)} results; taken by us alone: {refused.total()}")
    for reason, count in refused.most_common():
        print(f"  {count:4} {reason}")
    return {"sha256": digest.hexdigest(), "indices": indices, "which": which, "results": results}


def main(path: str, *names: str) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
    out = FIXTURES / "mutations"
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for name, read in readers(Path(folder)).items():
            if names and name not in names:
                continue
            recorded = record(name, read, [line for line in lines if line["name"] == name])
            results = ",\n  ".join(json.dumps(result) for result in recorded.pop("results"))
            head = ",\n ".join(f'"{key}": {json.dumps(value, separators=(",", ":"))}' for key, value in recorded.items())
            (out / name).write_text(f'{{\n {head},\n "results": [\n  {results}\n ]\n}}\n')
    write_manifest()


if __name__ == "__main__":
    main(*sys.argv[1:])
