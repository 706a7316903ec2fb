"""
PyTorch's trainer: a process that follows trainer.ts. A GPT-2 as one would write it for speed
(scaled_dot_product_attention, the fused AdamW), in float32, no dropout, the head tied to the embedding. Needs torch
alone; the file is read by hand.
"""

import json
import struct
import sys
import time

import torch
from torch.nn import functional as F

TYPES = {"F32": torch.float32, "I32": torch.int32}


def read(path: str) -> dict[str, torch.Tensor]:
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(data[begin:end], dtype=TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


def loss_of(p: dict[str, torch.Tensor], ids: torch.Tensor, heads: int, epsilon: float) -> torch.Tensor:
    """Mean cross-entropy of ids [B, T + 1]."""
    inputs, targets = ids[:, :-1], ids[:, 1:]
    b, t = inputs.shape
    c = p["wte.weight"].shape[1]

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (c,), p[f"{name}.weight"], p[f"{name}.bias"], epsilon)

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:  # Conv1D: weight [in, out]
        weight = p[f"{name}.weight"]
        return torch.addmm(p[f"{name}.bias"], x.reshape(-1, weight.shape[0]), weight).view(b, t, -1)

    x = p["wte.weight"][inputs] + p["wpe.weight"][:t]
    layer = 0
    while f"h.{layer}.ln_1.weight" in p:
        name = f"h.{layer}"
        q, k, v = (
            part.view(b, t, heads, -1).transpose(1, 2)
            for part in linear(norm(x, f"{name}.ln_1"), f"{name}.attn.c_attn").split(c, dim=2)
        )
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, c)
        x = x + linear(z, f"{name}.attn.c_proj")
        hidden = F.gelu(linear(norm(x, f"{name}.ln_2"), f"{name}.mlp.c_fc"), approximate="tanh")
        x = x + linear(hidden, f"{name}.mlp.c_proj")
        layer += 1
    logits = norm(x, "ln_f") @ p["wte.weight"].T
    return F.cross_entropy(logits.view(b * t, -1), targets.reshape(-1))


def main() -> None:
    assignment = json.loads(sys.argv[1])
    torch.set_num_threads(assignment["threads"])
    tensors = read(assignment["path"])
    batches = tensors.pop("ids").long()
    p = {name.removeprefix("transformer."): value.requires_grad_() for name, value in tensors.items()}
    adamw = assignment["adamw"]
    groups = [
        {"params": [value for value in p.values() if value.dim() == 2], "weight_decay": adamw["weightDecay"]},
        {"params": [value for value in p.values() if value.dim() != 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(
        groups, lr=adamw["learningRate"], betas=tuple(adamw["betas"]), eps=adamw["epsilon"], fused=True
    )
    steps = 0

    def step() -> float:
        nonlocal steps
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(p, batches[steps % len(batches)], assignment["heads"], assignment["epsilon"])
        loss.backward()
        optimizer.step()
        steps += 1
        return loss.item()

    print(json.dumps({"description": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}), flush=True)
    for line in sys.stdin:
        count = json.loads(line)["steps"]
        started = time.perf_counter()
        losses = [step() for _ in range(count)]
        print(json.dumps({"losses": losses, "milliseconds": 1000 * (time.perf_counter() - started)}), flush=True)


main()
