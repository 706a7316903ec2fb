"""
Reference fixtures: tiny GPT-2 checkpoints with every parameter non-trivial, and what transformers computes on them.

Run from the repository's root, with the packages of tools/reference/requirements.txt and tsgpt built:
    python tools/reference/make_fixtures.py
It rewrites packages/gpt/test/fixtures/<name>/ and packages/tensor/test/fixtures/ops.json, and lists the SHA-256 of every
file, with transformers' own float32 error against float64, in packages/gpt/test/fixtures/MANIFEST.json. At the end
check_written.py reads with Python what tsgpt writes.
"""

import hashlib
import json
import math
import shutil
from pathlib import Path

import check_written
import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.activations import ACT2FN

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "packages/gpt/test/fixtures"
OPS = ROOT / "packages/tensor/test/fixtures/ops.json"
MADE_BY = ("tools/reference/make_fixtures.py, make_decode_fixtures.py, make_score_fixtures.py, make_lens_fixtures.py, "
           "make_intervention_fixtures.py, make_gradient_fixtures.py, "
           "make_tokenizer_fixtures.py, make_merge_fixtures.py, judge_tokenizers.py, record_mutations.py")
SEED = 20261124
TRAINED = "fairytales-1"  # a copy of the model that was bundled with the first release; the only folder not made anew
TINY = dict(vocab_size=61, n_positions=24, n_embd=12, n_layer=2, n_head=3, bos_token_id=None, eos_token_id=None,
            resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
IDS = [3, 1, 4, 1, 5, 9, 2, 6, 53, 58, 60]

# name: changes to the config, dtype stored, how it is written
CASES = {
    "tiny-tied": ({"n_layer": 3}, torch.float32, {}),
    "tiny-untied": ({"tie_word_embeddings": False}, torch.float32, {}),
    "tiny-gelu-erf": ({"activation_function": "gelu"}, torch.float32, {}),
    "tiny-gelu-pytorch-tanh": ({"activation_function": "gelu_pytorch_tanh"}, torch.float32, {}),
    "tiny-quick-gelu": ({"activation_function": "quick_gelu"}, torch.float32, {}),
    "tiny-silu": ({"activation_function": "silu"}, torch.float32, {}),
    "tiny-relu": ({"activation_function": "relu"}, torch.float32, {}),
    "tiny-f16": ({}, torch.float16, {}),
    "tiny-bf16": ({}, torch.bfloat16, {}),
    "tiny-sharded": ({}, torch.float32, {"max_shard_size": "6KB"}),
    "tiny-no-prefix-with-masks": ({}, torch.float32, {"no_prefix_with_masks": True}),
    "tiny-inverse-layer-scale": ({"scale_attn_by_inverse_layer_idx": True}, torch.float32, {}),
    "tiny-no-scale": ({"scale_attn_weights": False}, torch.float32, {}),
    "tiny-upcast": ({"reorder_and_upcast_attn": True}, torch.float32, {}),
    "tiny-odd-sizes": ({"n_embd": 15, "n_head": 1, "n_inner": 37, "layer_norm_epsilon": 1e-3}, torch.float32, {}),
}


def make_model(changes: dict, dtype: torch.dtype) -> GPT2LMHeadModel:
    """A model whose weights are exact in `dtype`; logits come out at about 3."""
    config = GPT2Config(**{**TINY, **changes})
    config._attn_implementation = "eager"
    model = GPT2LMHeadModel(config).eval()
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            mean = 1.0 if "ln_" in name and name.endswith("weight") else 0.0
            values = mean + 0.3 * torch.randn(parameter.shape, generator=generator)
            parameter.copy_(values.to(dtype).to(torch.float32))
    return model


def write_checkpoint(model: GPT2LMHeadModel, folder: Path, dtype: torch.dtype, how: dict) -> None:
    stored = GPT2LMHeadModel(model.config)
    stored.load_state_dict(model.state_dict())
    stored.to(dtype)
    if how.get("max_shard_size"):
        stored.save_pretrained(folder, max_shard_size=how["max_shard_size"])
    else:
        stored.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if how.get("no_prefix_with_masks"):
        path = folder / "model.safetensors"
        tensors = {name.removeprefix("transformer."): tensor for name, tensor in load_file(path).items()}
        n = model.config.n_positions
        for layer in range(model.config.n_layer):
            tensors[f"h.{layer}.attn.bias"] = torch.tril(torch.ones(n, n)).reshape(1, 1, n, n)
            tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
        save_file(tensors, path, {"format": "pt"})


def trace(model: GPT2LMHeadModel, ids: list[int]) -> dict[str, torch.Tensor]:
    """Every activation by TransformerLens's key, taken from transformers' own modules by hooks."""
    config, body = model.config, model.transformer
    found: dict[str, torch.Tensor] = {}
    handles = []

    def out(key, module, pick=lambda output: output):
        hook = lambda _module, _input, output: found.__setitem__(key, pick(output)[0].detach().clone())
        handles.append(module.register_forward_hook(hook))

    def into(key, module):
        hook = lambda _module, inputs: found.__setitem__(key, inputs[0][0].detach().clone())
        handles.append(module.register_forward_pre_hook(hook))

    def first(output):
        return output[0] if isinstance(output, tuple) else output

    out("hook_embed", body.wte)
    out("hook_pos_embed", body.wpe)
    for l, block in enumerate(body.h):
        name = f"blocks.{l}"
        into(f"{name}.hook_resid_pre", block.ln_1)
        out(f"{name}.ln1.hook_normalized", block.ln_1)
        out(f"{name}.qkv", block.attn.c_attn)
        into(f"{name}.attn.hook_z", block.attn.c_proj)
        out(f"{name}.hook_attn_out", block.attn, first)
        into(f"{name}.hook_resid_mid", block.ln_2)
        out(f"{name}.ln2.hook_normalized", block.ln_2)
        out(f"{name}.mlp.hook_pre", block.mlp.c_fc)
        into(f"{name}.mlp.hook_post", block.mlp.c_proj)
        out(f"{name}.hook_mlp_out", block.mlp)
        out(f"{name}.hook_resid_post", block, first)
    out("ln_final.hook_normalized", body.ln_f)
    with torch.no_grad():
        result = model(torch.tensor([ids]), output_attentions=True)
    for handle in handles:
        handle.remove()
    found["logits"] = result.logits[0]
    add_heads(found, config, result.attentions)
    return {key: value.contiguous().clone() for key, value in found.items()}


def add_heads(found: dict[str, torch.Tensor], config: GPT2Config, attentions: tuple[torch.Tensor, ...]) -> None:
    """q, k, v, z, scores and pattern with the heads apart, from the fused projection and transformers' pattern."""
    heads, size = config.n_head, config.n_embd // config.n_head
    for l in range(config.n_layer):
        name = f"blocks.{l}"
        q, k, v = found.pop(f"{name}.qkv").split(config.n_embd, dim=-1)
        for key, value in (("q", q), ("k", k), ("v", v)):
            found[f"{name}.attn.hook_{key}"] = value.reshape(-1, heads, size)
        found[f"{name}.attn.hook_z"] = found[f"{name}.attn.hook_z"].reshape(-1, heads, size)
        # transformers keeps the pattern only: the scores are q k^T times its own scaling, masked by the causal triangle.
        scale = (size**-0.5 if config.scale_attn_weights else 1.0) / (l + 1 if config.scale_attn_by_inverse_layer_idx else 1)
        q, k = (found[f"{name}.attn.hook_{key}"].transpose(0, 1) for key in "qk")
        scores = (q @ k.transpose(1, 2)) * scale
        future = torch.triu(torch.ones_like(scores[0], dtype=torch.bool), diagonal=1)
        found[f"{name}.attn.hook_attn_scores"] = scores.masked_fill(future, -math.inf)
        found[f"{name}.attn.hook_pattern"] = attentions[l][0]


def losses(model: GPT2LMHeadModel, ids: list[int]) -> tuple[torch.Tensor, float]:
    tokens = torch.tensor([ids])
    with torch.no_grad():
        result = model(tokens, labels=tokens)
    per_position = torch.nn.functional.cross_entropy(result.logits[0, :-1], tokens[0, 1:], reduction="none")
    return per_position, result.loss.item()


def greedy(model: GPT2LMHeadModel, prompt: list[int], count: int) -> list[int]:
    tokens = torch.tensor([prompt])
    with torch.no_grad():
        out = model.generate(tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=count, min_new_tokens=count,
                             do_sample=False, pad_token_id=0)
    return out[0, len(prompt):].tolist()


def write_reference(folder: Path, model: GPT2LMHeadModel, ids: list[int], activations: dict, prompts: list, count: int):
    """reference.safetensors and reference.json; returns the float32 run's largest difference from a float64 run."""
    per_position, mean = losses(model, ids)
    for block in model.transformer.h:
        block.attn.reorder_and_upcast_attn = False  # the same function, but its code insists on float32
    with torch.no_grad():
        exact = model.double()(torch.tensor([ids])).logits[0]
    model.float()
    error = (activations["logits"].double() - exact).abs().max().item()
    save_file({"ids": torch.tensor(ids), **activations, "loss_per_position": per_position},
              folder / "reference.safetensors")
    reference = {"meanLoss": mean, "largestLogit": exact.abs().max().item(), "float32Error": error,
                 "greedy": [{"prompt": p, "ids": greedy(model, p, count)} for p in prompts]}
    (folder / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")
    return {"largestLogit": reference["largestLogit"], "float32Error": error}


def trained_model() -> dict:
    """A trained model on a text of its own voice: logits of the last 4 positions, all losses, a greedy continuation."""
    folder = FIXTURES / TRAINED
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    text = "Once upon a time there was a king who had three daughters, and the youngest was so fair that the sun wondered."
    ids = tokenizer.encode(text, add_special_tokens=False)
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    error = write_reference(folder, model, ids, {"logits": logits}, [ids[:6]], 40)
    kept = load_file(folder / "reference.safetensors")
    kept["logits"] = kept["logits"][-4:].clone()
    save_file(kept, folder / "reference.safetensors")
    (folder / "text.json").write_text(json.dumps({"text": text, "ids": ids}) + "\n")
    return error


def operations() -> None:
    """Single operations by PyTorch in float64, on inputs that are exact in float32."""
    torch.manual_seed(SEED)
    exact = lambda t: t.float().double()
    grid = exact(torch.cat([torch.linspace(-12, 12, 97), torch.tensor([0.0, -0.0, 1e-6, -1e-6, 40.0, -40.0])]))
    rows = exact(3 * torch.randn(4, 9))
    weight, bias = exact(torch.randn(9)), exact(torch.randn(9))
    q, k, v = (exact(torch.randn(3, 5, 4)) for _ in range(3))  # H, T, D
    heads = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    values = {
        "gelu": {"x": grid, "tanh": torch.nn.functional.gelu(grid, approximate="tanh"), "erf": torch.nn.functional.gelu(grid),
                 "sigmoid": ACT2FN["quick_gelu"](grid), "silu": ACT2FN["silu"](grid)},
        "softmax": {"x": rows, "softmax": rows.softmax(-1), "logSoftmax": rows.log_softmax(-1)},
        "layerNorm": {"x": rows, "weight": weight, "bias": bias, "epsilon": 1e-5,
                      "out": torch.nn.functional.layer_norm(rows, (9,), weight, bias, 1e-5)},
        "attention": {"q": q, "k": k, "v": v, "out": heads.transpose(0, 1).reshape(5, 12)},
    }
    plain = {op: {key: value.tolist() if torch.is_tensor(value) else value for key, value in parts.items()}
             for op, parts in values.items()}
    OPS.parent.mkdir(parents=True, exist_ok=True)
    OPS.write_text(json.dumps(plain) + "\n")


def write_manifest(head: dict | None = None) -> None:
    """MANIFEST.json: what is said of the fixtures, as it stands or anew, and the SHA-256 of every file."""
    path = FIXTURES / "MANIFEST.json"
    head = head or json.loads(path.read_text())
    files = sorted(path for path in FIXTURES.rglob("*") if path.is_file() and path not in (FIXTURES / "MANIFEST.json", FIXTURES / "README.md"))
    digests = {str(path.relative_to(FIXTURES)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    path.write_text(json.dumps({**head, "made by": MADE_BY, "sha256": digests}, indent=1) + "\n")


def tiny_model(name: str) -> dict:
    changes, dtype, how = CASES[name]
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model = make_model(changes, dtype)
    write_checkpoint(model, folder, dtype, how)
    return write_reference(folder, model, IDS, trace(model, IDS), [[3, 1, 4], [60]], 8)


def main() -> None:
    torch.set_num_threads(1)
    errors = {name: tiny_model(name) for name in CASES}
    errors[TRAINED] = trained_model()
    operations()
    write_manifest({
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__,
                     "tokenizers": tokenizers.__version__},
        "seed": SEED,
        "transformers' float32 against float64": errors,
    })
    for name, error in errors.items():
        print(f"{name:28} largest logit {error['largestLogit']:.2f}, float32 error {error['float32Error']:.1e}")
    check_written.main()


if __name__ == "__main__":
    main()
