"""
Reference fixtures of packages/analysis/src/patch and patterns: what a GPT-2 in float64 computes while activations are set to 0, to
a mean, or to those of another prompt; head scores; and a model with an induction head, whose weights are constructed here.

Run from the repository's root, with the packages of tools/reference/requirements.txt, after make_fixtures.py:
    python tools/reference/make_intervention_fixtures.py
It rewrites packages/gpt/test/fixtures/interventions and packages/gpt/test/fixtures/induction, and their SHA-256 in MANIFEST.json.

The forward pass below is written out, so that any activation can be replaced; without a replacement its logits are those of
transformers in float64 within 1e-12. It works on [T, C] of one text, with TransformerLens's keys.
"""

import json
import math
import shutil
from typing import Callable

import torch
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.activations import ACT2FN

from make_fixtures import FIXTURES, TINY, write_checkpoint, write_manifest

Change = Callable[[str, torch.Tensor], torch.Tensor]
IDS = [3, 1, 4, 1, 5, 9, 2, 6, 53, 58, 60]
OTHER = [3, 1, 4, 1, 15, 9, 2, 44, 53, 58, 7]  # as many tokens
SHORT = [8, 8, 30, 2, 17, 40, 11]
TEXTS = [[5, 9, 33, 5, 9, 33, 5], [0, 7, 1, 44, 12, 60, 7, 1, 44, 12, 60]]
TOKENS, FREQUENCIES, PERIOD = 16, (6, 11, 13), 64  # of the model with an induction head


def run(model: GPT2LMHeadModel, ids: list[int], change: Change = lambda key, x: x) -> dict[str, torch.Tensor]:
    """Every activation of a pass over one text, each as `change` leaves it."""
    config, p = model.config, dict(model.named_parameters())
    heads, size, t = config.n_head, config.n_embd // config.n_head, len(ids)
    found: dict[str, torch.Tensor] = {}

    def tap(key: str, x: torch.Tensor) -> torch.Tensor:
        found[key] = change(key, x)
        return found[key]

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        return torch.nn.functional.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"], config.layer_norm_epsilon)

    def conv1d(x: torch.Tensor, name: str) -> torch.Tensor:
        return x @ p[f"{name}.weight"] + p[f"{name}.bias"]

    masked = torch.triu(torch.ones(t, t, dtype=torch.bool), diagonal=1)
    x = tap("hook_embed", p["transformer.wte.weight"][ids]) + tap("hook_pos_embed", p["transformer.wpe.weight"][:t])
    for l in range(config.n_layer):
        block, h = f"blocks.{l}", f"transformer.h.{l}"
        x = tap(f"{block}.hook_resid_pre", x)
        qkv = conv1d(tap(f"{block}.ln1.hook_normalized", norm(x, f"{h}.ln_1")), f"{h}.attn.c_attn")
        q, k, v = (tap(f"{block}.attn.hook_{name}", part.reshape(t, heads, size))
                   for name, part in zip("qkv", qkv.split(config.n_embd, dim=-1)))
        scores = torch.einsum("ihd,jhd->hij", q, k) / math.sqrt(size)
        scores = tap(f"{block}.attn.hook_attn_scores", scores.masked_fill(masked, -math.inf))
        pattern = tap(f"{block}.attn.hook_pattern", scores.softmax(-1))
        z = tap(f"{block}.attn.hook_z", torch.einsum("hij,jhd->ihd", pattern, v))
        x = x + tap(f"{block}.hook_attn_out", conv1d(z.reshape(t, -1), f"{h}.attn.c_proj"))
        x = tap(f"{block}.hook_resid_mid", x)
        pre = tap(f"{block}.mlp.hook_pre", conv1d(tap(f"{block}.ln2.hook_normalized", norm(x, f"{h}.ln_2")), f"{h}.mlp.c_fc"))
        post = tap(f"{block}.mlp.hook_post", ACT2FN[config.activation_function](pre))
        x = tap(f"{block}.hook_resid_post", x + tap(f"{block}.hook_mlp_out", conv1d(post, f"{h}.mlp.c_proj")))
    head = p.get("lm_head.weight", p["transformer.wte.weight"])
    tap("logits", tap("ln_final.hook_normalized", norm(x, "transformer.ln_f")) @ head.T)
    return found


def is_square(key: str) -> bool:
    return key.endswith(("attn_scores", "pattern"))


def put(key: str, x: torch.Tensor, value: torch.Tensor, head: int | None = None, position: int | None = None) -> torch.Tensor:
    """x with a part of it replaced; a query's row of scores or pattern up to the causal mask."""
    x, value = x.clone(), torch.as_tensor(value, dtype=torch.float64)
    at = slice(None) if head is None else slice(head, head + 1)
    rows = range(x.shape[1 if is_square(key) else 0]) if position is None else [position]
    for i in rows:
        if is_square(key):
            x[at, i, : i + 1] = value.expand(x.shape[0], i + 1, i + 1)[at, i, :] if value.dim() == 0 else value[at, i, : i + 1]
        elif x.dim() == 3:
            x[i, at] = value.expand_as(x)[i, at] if value.dim() < 3 else value[i, at]
        else:
            x[i] = value.expand_as(x)[i] if value.dim() < 2 else value[i]
    return x


def changed(model: GPT2LMHeadModel, ids: list[int], *changes: tuple[str, Callable]) -> torch.Tensor:
    """The logits of the last position while `changes` replace the activations of their keys."""
    def change(key: str, x: torch.Tensor) -> torch.Tensor:
        for name, replace in changes:
            x = replace(x) if name == key else x
        return x
    return run(model, ids, change)["logits"][-1]


def rounded(row: torch.Tensor) -> list[float]:
    """Ten digits: a hundred times as exact as the tests ask."""
    return [float(f"{value:.10g}") for value in row.tolist()]


def parts_of(key: str) -> list[dict]:
    """Which parts of an activation are tried."""
    if key.endswith(("hook_q", "hook_k", "hook_v", "hook_z")) or is_square(key):
        return [{}, {"position": 4}, {"head": 2}, {"head": 1, "position": 6}]
    return [{}, {"position": 4}]


def intervention_cases(model: GPT2LMHeadModel) -> list[dict]:
    clean, cases = run(model, IDS), []
    sources = {"OTHER": run(model, OTHER), "SHORT": run(model, SHORT)}

    def add(kind: str, key: str, part: dict, value: torch.Tensor, **said) -> None:
        logits = changed(model, IDS, (key, lambda x: put(key, x, value, **part)))
        cases.append({"kind": kind, "key": key, "part": part, **said, "logits": rounded(logits)})

    for key in clean:
        for part in parts_of(key):
            source = "SHORT" if "position" in part else "OTHER"
            add("patch", key, part, sources[source][key], source=source)
    for layer in range(model.config.n_layer):
        for head in range(model.config.n_head):
            add("zero", f"blocks.{layer}.attn.hook_z", {"head": head}, 0.0)
    for key, part in (("blocks.0.hook_mlp_out", {}), ("blocks.1.hook_attn_out", {"position": 3}), ("hook_pos_embed", {}),
                      ("blocks.1.attn.hook_pattern", {"head": 1}), ("blocks.0.attn.hook_attn_scores", {"head": 2})):
        add("zero", key, part, 0.0)
    texts = [run(model, text) for text in (SHORT, OTHER)]
    for key, part in (("blocks.0.attn.hook_z", {"head": 1}), ("blocks.1.attn.hook_v", {"head": 0, "position": 2}),
                      ("blocks.0.hook_mlp_out", {}), ("blocks.1.hook_resid_pre", {"position": 10})):
        add("mean", key, part, torch.cat([found[key] for found in texts]).mean(0), over="all")
    texts = [clean, sources["OTHER"]]
    for key, part in (("blocks.1.attn.hook_z", {"head": 2}), ("blocks.0.hook_resid_mid", {}),
                      ("blocks.1.attn.hook_pattern", {}), ("hook_embed", {"position": 4})):
        add("mean", key, part, torch.stack([found[key] for found in texts]).mean(0), over="runs")
    return cases


def sweeps(model: GPT2LMHeadModel) -> dict:
    """Layers by positions, and layers by heads; the metric is logit 9 minus logit 13 of the last position."""
    source = run(model, OTHER)
    layers, heads = range(model.config.n_layer), range(model.config.n_head)

    def metric(key: str, **part) -> float:
        logits = changed(model, IDS, (key, lambda x: put(key, x, source[key], **part)))
        return float(f"{(logits[9] - logits[13]).item():.10g}")

    rows = {name: [[metric(f"blocks.{l}.hook_{key}", position=i) for i in range(len(IDS))] for l in layers]
            for name, key in (("residPre", "resid_pre"), ("attnOut", "attn_out"), ("mlpOut", "mlp_out"))}
    return {**rows, "z": [[metric(f"blocks.{l}.attn.hook_z", head=h) for h in heads] for l in layers]}


def head_scores(model: GPT2LMHeadModel, texts: list[list[int]]) -> dict:
    """Mean attention to the tokens after earlier occurrences of the query's token, and to the token before the query."""
    induction, previous, repeats, rows = 0.0, 0.0, 0, 0
    for ids in texts:
        found = run(model, ids)
        patterns = torch.stack([found[f"blocks.{l}.attn.hook_pattern"] for l in range(model.config.n_layer)])  # [L, H, T, T]
        previous = previous + patterns.diagonal(offset=-1, dim1=-2, dim2=-1).sum(-1)
        rows += len(ids) - 1
        for i, token in enumerate(ids):
            after = [j + 1 for j in range(i) if ids[j] == token]
            repeats += bool(after)
            induction = induction + patterns[:, :, i, after].sum(-1)
    return {"texts": texts, "induction": [rounded(row) for row in induction / repeats],
            "previousToken": [rounded(row) for row in previous / rows]}


def induction_model() -> GPT2LMHeadModel:
    """
    Two layers that complete a repetition. Channels: the token (16), its position (6), the token before it (16, written by head 0
    of layer 0), the prediction (16, written by head 0 of layer 1, and the only one that the head of the model reads). Head 0 of
    layer 0 attends to the position before; head 0 of layer 1 attends to where the token before is the query's token, and copies
    the token there. The other heads and the MLPs do nothing. All weights are exact in float16.
    """
    token, place, before, out = (slice(0, 16), slice(16, 22), slice(22, 38), slice(38, 54))
    channels, size = 54, 27
    config = GPT2Config(**{**TINY, "vocab_size": TOKENS, "n_positions": 48, "n_embd": channels, "n_head": 2, "n_inner": 4,
                           "bos_token_id": 0, "tie_word_embeddings": False})
    config._attn_implementation = "eager"
    model = GPT2LMHeadModel(config).eval()
    p = dict(model.named_parameters())
    with torch.no_grad():
        for name, parameter in p.items():
            parameter.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)
        p["transformer.wte.weight"][:, token] = torch.eye(TOKENS)
        turns = [2 * math.pi * f / PERIOD for f in FREQUENCIES]
        p["transformer.wpe.weight"][:, place] = torch.tensor(
            [[part for turn in turns for part in (math.cos(turn * i), math.sin(turn * i))] for i in range(48)])
        back = torch.block_diag(*(torch.tensor([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
                                  for turn in turns))  # a row times it is the place before
        def head_0(layer: int, query: torch.Tensor, key: torch.Tensor, source: slice, target: slice, write: float) -> None:
            attn, width = p[f"transformer.h.{layer}.attn.c_attn.weight"], query.shape[1]
            attn[place if layer == 0 else token, 0:width] = query
            attn[place if layer == 0 else before, channels:channels + width] = key
            attn[source, 2 * channels:2 * channels + TOKENS] = torch.eye(TOKENS)
            p[f"transformer.h.{layer}.attn.c_proj.weight"][0:TOKENS, target] = write * torch.eye(TOKENS)
        head_0(0, 4 * back, 4 * torch.eye(6), token, before, 0.25)
        head_0(1, 4 * torch.eye(TOKENS), 4 * torch.eye(TOKENS), token, out, 0.5)
        p["lm_head.weight"][:, out] = 4 * torch.eye(TOKENS)
        for parameter in p.values():
            parameter.copy_(parameter.half().float())
    assert size * config.n_head == channels
    return model


def checked(model: GPT2LMHeadModel, ids: list[int]) -> GPT2LMHeadModel:
    """The pass above computes what transformers does."""
    with torch.no_grad():
        expected = model(torch.tensor([ids])).logits[0]
    assert (run(model, ids)["logits"] - expected).abs().max().item() < 1e-12
    return model


def load(name: str) -> GPT2LMHeadModel:
    return GPT2LMHeadModel.from_pretrained(FIXTURES / name, dtype=torch.float64, attn_implementation="eager").eval()


def write(name: str, content: dict) -> None:
    path = FIXTURES / "interventions" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    lines = ",\n".join(f' {json.dumps(key)}: ' + (
        "[\n  " + ",\n  ".join(json.dumps(item) for item in value) + "\n ]" if key == "cases" else json.dumps(value))
        for key, value in content.items())
    path.write_text("{\n" + lines + "\n}\n")
    print(f"{name:14} {path.stat().st_size} bytes")


def of_tiny() -> dict:
    model = checked(load("tiny-untied"), IDS)
    return {"ids": IDS, "OTHER": OTHER, "SHORT": SHORT, "sweeps": sweeps(model), "scores": head_scores(model, TEXTS),
            "cases": intervention_cases(model)}


def of_trained() -> dict:
    """Every 256th logit of the last position with heads set to 0 and activations patched."""
    ids = json.loads((FIXTURES / "fairytales-1/text.json").read_text())["ids"]
    model = checked(load("fairytales-1"), ids)
    other = [*ids[:-2], 77, ids[-1]]
    source, cases = run(model, other), []
    for key, part, kind in (("blocks.0.attn.hook_z", {"head": 3}, "zero"), ("blocks.5.attn.hook_z", {"head": 1}, "zero"),
                            ("blocks.2.hook_resid_pre", {"position": len(ids) - 2}, "patch"),
                            ("blocks.3.attn.hook_pattern", {}, "patch"), ("blocks.4.hook_mlp_out", {}, "patch")):
        value = 0.0 if kind == "zero" else source[key]
        logits = changed(model, ids, (key, lambda x: put(key, x, value, **part)))
        cases.append({"kind": kind, "key": key, "part": part, "source": "OTHER", "logits": rounded(logits[::256]),
                      "largest": logits.abs().max().item()})
    generator = torch.Generator().manual_seed(1)
    repeated = [[0, *(half := (torch.randperm(4095, generator=generator)[:20] + 1).tolist()), *half] for _ in range(2)]
    return {"ids": ids, "OTHER": other, "scores": head_scores(model, repeated), "cases": cases}


def of_induction() -> dict:
    folder = FIXTURES / "induction"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    model = induction_model()
    write_checkpoint(model, folder, torch.float16, {})
    texts = [[0, *half, *half] for half in ([5, 9, 2, 14, 7, 11], [3, 1, 4, 15, 9, 2, 6, 8, 10, 12, 13, 5, 7, 11, 14])]
    double = checked(load("induction"), texts[0])
    for row, following in zip(run(double, texts[1])["logits"][16:-1].softmax(-1), texts[1][17:]):
        assert row[following] > 0.9, "the induction head predicts the repetition"
    return {"scores": head_scores(double, texts)}


def main() -> None:
    torch.set_num_threads(1)
    with torch.no_grad():
        for name, make in (("tiny-untied", of_tiny), ("fairytales-1", of_trained), ("induction", of_induction)):
            write(name, make())
    write_manifest()


if __name__ == "__main__":
    main()
