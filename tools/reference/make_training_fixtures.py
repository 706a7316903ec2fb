"""
Reference fixtures of packages/train: ten steps of torch.optim.AdamW and torch.optim.Muon, and a hundred losses of a
training loop in PyTorch.

Run from the repository's root, with the packages of tools/reference/requirements.txt, after make_fixtures.py:
    python tools/reference/make_training_fixtures.py
It rewrites packages/gpt/test/fixtures/training and its SHA-256 in MANIFEST.json.
"""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.optim import _muon
from transformers import GPT2LMHeadModel

from make_fixtures import FIXTURES, write_manifest

FOLDER = FIXTURES / "training"
STEPS, SEQUENCES, CONTEXT = 100, 4, 12
LEARNING_RATE, WARMUP, WEIGHT_DECAY, CLIP = 3e-3, 10, 0.1, 1.0


def groups(named: list[tuple[str, torch.Tensor]]) -> list[dict]:
    """Parameters of two dimensions decay, the others do not."""
    return [{"params": [p for _, p in named if p.ndim == 2], "weight_decay": WEIGHT_DECAY},
            {"params": [p for _, p in named if p.ndim != 2], "weight_decay": 0.0}]


def adamw(parameter_groups: list[dict]) -> torch.optim.AdamW:
    return torch.optim.AdamW(parameter_groups, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-8)


def float32_newton_schulz(grad: torch.Tensor, coefficients: tuple, steps: int, eps: float) -> torch.Tensor:
    """torch's _zeropower_via_newtonschulz without its rounding to bfloat16."""
    a, b, c = coefficients
    x = grad.T if grad.size(0) > grad.size(1) else grad
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if grad.size(0) > grad.size(1) else x


def optimizer_steps(make, shapes: dict[str, list[int]]) -> dict:
    """Values, gradients of ten steps, and the values after them, as flat lists."""
    generator = torch.Generator().manual_seed(28)
    values = {name: torch.randn(shape, generator=generator) * 0.1 for name, shape in shapes.items()}
    gradients = [{name: torch.randn(shape, generator=generator) * 10.0 ** -i for i, (name, shape) in enumerate(shapes.items())}
                 for _ in range(10)]
    flat = lambda tensors: {name: tensor.flatten().tolist() for name, tensor in tensors.items()}
    start = flat(values)
    parameters = {name: torch.nn.Parameter(value.clone()) for name, value in values.items()}
    optimizers = make(list(parameters.items()))
    after = []
    for step in gradients:
        for name, parameter in parameters.items():
            parameter.grad = step[name].clone()
        for optimizer in optimizers:
            optimizer.step()
        after.append(flat({name: parameter.detach().clone() for name, parameter in parameters.items()}))
    return {"shapes": shapes, "values": start, "gradients": [flat(step) for step in gradients], "after": after}


def make_muon(named: list[tuple[str, torch.Tensor]]) -> list[torch.optim.Optimizer]:
    own = [(name, p) for name, p in named if p.ndim == 2 and name.startswith("h.")]
    others = [(name, p) for name, p in named if not (p.ndim == 2 and name.startswith("h."))]
    muon = torch.optim.Muon([p for _, p in own], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, momentum=0.95,
                            adjust_lr_fn="match_rms_adamw")
    return [muon, adamw(groups(others))]


def batches() -> torch.Tensor:
    """Sequences that can be learned: each id follows from the one before, or, one time in four, from chance."""
    generator = torch.Generator().manual_seed(28)
    ids = torch.randint(0, 61, (STEPS, SEQUENCES, CONTEXT + 1), generator=generator)
    for t in range(1, CONTEXT + 1):
        follow = torch.rand((STEPS, SEQUENCES), generator=generator) < 0.75
        ids[:, :, t] = torch.where(follow, (ids[:, :, t - 1] * 7 + 3) % 61, ids[:, :, t])
    return ids.to(torch.int32)


def learning_rate(step: int) -> float:
    if step < WARMUP:
        return LEARNING_RATE * step / WARMUP
    return LEARNING_RATE * (0.1 + 0.45 * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP))))


def training_loop(ids: torch.Tensor) -> list[dict]:
    """What a person's own loop would be: the mean loss, clip_grad_norm_, AdamW. No dropout."""
    model = GPT2LMHeadModel.from_pretrained(FIXTURES / "tiny-tied", dtype=torch.float32, attn_implementation="eager").eval()
    optimizer = adamw(groups(list(model.named_parameters())))
    log = []
    for step, batch in enumerate(ids.long(), 1):
        logits = model(batch[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        optimizer.step()
        log.append({"loss": loss.item(), "gradientNorm": norm.item(), "learningRate": learning_rate(step)})
    return log


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    FOLDER.mkdir(exist_ok=True)
    _muon._zeropower_via_newtonschulz = float32_newton_schulz
    shapes = {"wte.weight": [5, 3], "h.0.attn.c_attn.weight": [3, 9], "h.0.mlp.c_proj.weight": [12, 3], "h.0.ln_1.bias": [3]}
    steps = {"learningRate": LEARNING_RATE, "weightDecay": WEIGHT_DECAY,
             "adamw": optimizer_steps(lambda named: [adamw(groups(named))], shapes),
             "muon": optimizer_steps(make_muon, shapes)}
    (FOLDER / "optimizers.json").write_text(json.dumps(steps) + "\n")
    ids = batches()
    save_file({"ids": ids}, FOLDER / "batches.safetensors")
    options = {"learningRate": LEARNING_RATE, "warmup": WARMUP, "schedule": "cosine", "weightDecay": WEIGHT_DECAY, "clip": CLIP}
    (FOLDER / "losses.json").write_text(json.dumps({"options": options, "steps": training_loop(ids)}, indent=1) + "\n")
    write_manifest()


if __name__ == "__main__":
    main()
