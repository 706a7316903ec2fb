"""
Reference fixtures of the backward pass: gradients by PyTorch in float64, of single operations and of whole models.

Run from the repository's root, with the packages of tools/reference/requirements.txt, after make_fixtures.py:
    python tools/reference/make_gradient_fixtures.py
It rewrites packages/tensor/test/fixtures/gradients.json and packages/gpt/test/fixtures/gradients/, and the SHA-256 of the
latter's files in MANIFEST.json.

Operations: inputs are exact in float32, the loss is the sum of output times `dy`. Models: the loss is the mean cross-entropy
over all scored positions of SEQUENCES, each of which is a text of its own; every parameter's gradient under the name that
GPT2LMHeadModel gives it, rounded to float32 once.
"""

import json

import torch
from safetensors.torch import save_file
from torch.nn import functional
from transformers.activations import ACT2FN

from make_fixtures import CASES, FIXTURES, IDS, ROOT, SEED, write_manifest
from make_score_fixtures import load

OPS = ROOT / "packages/tensor/test/fixtures/gradients.json"
FOLDER = FIXTURES / "gradients"
SEQUENCES = [IDS, [7, 60], [*range(40, 60), 0, 0, 5, 40]]  # 11, 2 and 24 ids: 10 + 1 + 23 scored positions


def exact(t: torch.Tensor) -> torch.Tensor:
    return t.float().double()


def gradients(f, dy: torch.Tensor | float, **inputs: torch.Tensor) -> dict:
    """The inputs, dy, and the gradient of each input."""
    leaves = {name: value.clone().requires_grad_() for name, value in inputs.items()}
    (f(**leaves) * dy).sum().backward()
    values = {**inputs, "dy": dy, **{f"d_{name}": leaf.grad for name, leaf in leaves.items()}}
    return {name: value.tolist() if torch.is_tensor(value) else value for name, value in values.items()}


def causal(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, rows: list[int], heads: int, scale: float) -> torch.Tensor:
    """Attention within each sequence. [sum of T, C] -> [sum of T, C]"""
    apart = lambda x: x.reshape(x.shape[0], heads, -1).transpose(0, 1)
    parts = [functional.scaled_dot_product_attention(apart(a), apart(b), apart(c), is_causal=True, scale=scale)
             for a, b, c in zip(q.split(rows), k.split(rows), v.split(rows))]
    return torch.cat([part.transpose(0, 1).reshape(part.shape[1], -1) for part in parts])


def operations() -> dict:
    torch.manual_seed(SEED)
    random = lambda *shape: exact(torch.randn(*shape))
    grid = exact(torch.cat([torch.linspace(-12, 12, 97), torch.tensor([0.0, 1e-6, -1e-6, 40.0, -40.0])]))
    dy = random(len(grid))
    activations = {
        "tanh": lambda x: functional.gelu(x, approximate="tanh"), "erf": lambda x: functional.gelu(x), "sigmoid": lambda x: ACT2FN["quick_gelu"](x),
        "silu": lambda x: functional.silu(x), "relu": lambda x: functional.relu(x),
    }
    rows, heads, scale = [5, 1, 3], 3, 0.4
    x, dz = random(9, 6), random(9, 6)
    q, k, v = random(9, 6), random(9, 6), random(9, 6)
    targets = [10, 0, 3, 3, 7]
    ids = [2, 0, 2, 2, 5]
    attention = gradients(lambda q, k, v: causal(q, k, v, rows, heads, scale), dz, q=q, k=k, v=v)
    return {
        "linear": gradients(lambda x, weight, bias: x @ weight + bias, random(5, 3), x=random(5, 7), weight=random(7, 3), bias=random(3)),
        "head": {**gradients(lambda x, weight: functional.cross_entropy(x @ weight.T, torch.tensor(targets)), 1.0,
                             x=random(5, 7), weight=random(11, 7)), "targets": targets},
        "attention": {**attention, "z": causal(q, k, v, rows, heads, scale).tolist(), "rows": rows, "heads": heads, "scale": scale},
        "layerNorm": {**gradients(lambda x, weight, bias: functional.layer_norm(x, (6,), weight, bias, 1e-3), dz,
                                  x=x, weight=random(6), bias=random(6)), "epsilon": 1e-3},
        "activations": {name: gradients(f, dy, x=grid) for name, f in activations.items()},
        "embedding": {**gradients(lambda table: functional.embedding(torch.tensor(ids), table), random(5, 4), table=random(6, 4)), "ids": ids},
    }


def model_gradients(name: str) -> None:
    model = load(FIXTURES / name)
    for block in model.transformer.h:
        block.attn.reorder_and_upcast_attn = False  # the same function, but its code insists on float32
    losses = [functional.cross_entropy(model(torch.tensor([ids])).logits[0, :-1], torch.tensor(ids[1:]), reduction="sum")
              for ids in SEQUENCES]
    loss = sum(losses) / sum(len(ids) - 1 for ids in SEQUENCES)
    loss.backward()
    tensors = {"loss": loss.detach().float(), **{key: value.grad.float() for key, value in model.named_parameters()}}
    save_file(tensors, FOLDER / f"{name}.safetensors")
    largest = max(value.abs().max().item() for key, value in tensors.items() if key != "loss")
    print(f"{name:26} loss {loss.item():.4f}, largest gradient {largest:.3f}")


def main() -> None:
    torch.set_num_threads(1)
    OPS.write_text(json.dumps(operations()) + "\n")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "sequences.json").write_text(json.dumps(SEQUENCES) + "\n")
    for name in CASES:
        model_gradients(name)
    write_manifest()


if __name__ == "__main__":
    main()
