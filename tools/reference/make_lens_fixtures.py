"""
Reference fixtures of packages/analysis/src/lens: the logit lens and the direct logit attribution by PyTorch in float64.

Run from the repository's root, with the packages of tools/reference/requirements.txt, after make_fixtures.py:
    python tools/reference/make_lens_fixtures.py
It rewrites packages/gpt/test/fixtures/lens/*.json and their SHA-256 in MANIFEST.json.

The activations are those of transformers' own modules, by hooks. Lens: ln_f and lm_head on the residual stream after the embedding and
after each block. Attribution: every part minus its own mean, divided by the deviation of the last residual, times ln_f.weight, times the
target's row of the head; what is left out of a frozen layer norm, ln_f.bias times that row, is the constant.
"""

import json

import torch
from transformers import GPT2LMHeadModel

from make_fixtures import CASES, FIXTURES, IDS, TRAINED, trace, write_manifest
from make_score_fixtures import load

TINY = ["tiny-tied", "tiny-untied", "tiny-f16", "tiny-bf16", "tiny-inverse-layer-scale", "tiny-odd-sizes"]
PLACES = [(len(IDS) - 1, None), (0, 7), (5, 60)]  # position and target; None is the likeliest
TRAINED_PLACES = [(23, None), (3, 262), (12, None)]


def lens(model: GPT2LMHeadModel, found: dict[str, torch.Tensor], position: int, target: int, top: int) -> list[dict]:
    hooks = ["blocks.0.hook_resid_pre", *(f"blocks.{l}.hook_resid_post" for l in range(model.config.n_layer))]
    entries = []
    for hook in hooks:
        log_p = model.lm_head(model.transformer.ln_f(found[hook][position])).log_softmax(-1)
        best = log_p.topk(top)
        entries.append({"hook": hook, "targetLogprob": log_p[target].item(),
                        "top": [[id, value] for id, value in zip(best.indices.tolist(), best.values.exp().tolist())]})
    return entries


def attribution(model: GPT2LMHeadModel, found: dict[str, torch.Tensor], position: int, target: int) -> dict:
    config, body = model.config, model.transformer
    layers, size = range(config.n_layer), config.n_embd // config.n_head
    row = model.lm_head.weight[target]
    last = found[f"blocks.{config.n_layer - 1}.hook_resid_post"][position]
    sigma = torch.sqrt(last.var(unbiased=False) + config.layer_norm_epsilon)
    share = lambda part: ((part - part.mean()) / sigma * body.ln_f.weight @ row).item()
    heads = []
    for l in layers:
        z, output = found[f"blocks.{l}.attn.hook_z"][position], body.h[l].attn.c_proj.weight  # [H, D], [C, C]
        heads.append([share(z[h] @ output[h * size:(h + 1) * size]) for h in range(config.n_head)])
    result = {
        "target": target, "logit": found["logits"][position, target].item(), "constant": (body.ln_f.bias @ row).item(),
        "token": share(found["hook_embed"][position]), "positionEmbedding": share(found["hook_pos_embed"][position]),
        "attentionBias": [share(body.h[l].attn.c_proj.bias) for l in layers], "heads": heads,
        "mlps": [share(found[f"blocks.{l}.hook_mlp_out"][position]) for l in layers],
    }
    parts = [result["constant"], result["token"], result["positionEmbedding"], *result["attentionBias"], *sum(heads, []), *result["mlps"]]
    assert abs(sum(parts) - result["logit"]) < 1e-10 * max(1, abs(result["logit"])), (sum(parts), result["logit"])
    return result


def write(name: str, ids: list[int], places: list[tuple[int, int | None]]) -> None:
    model = load(FIXTURES / name)
    for block in model.transformer.h:
        block.attn.reorder_and_upcast_attn = False  # the same function, but its code insists on float32
    with torch.no_grad():
        found = trace(model, ids)
        cases = []
        for position, given in places:
            target = int(found["logits"][position].argmax()) if given is None else given
            cases.append({"position": position, "target": given, "lens": lens(model, found, position, target, 10),
                          "attribution": attribution(model, found, position, target)})
    path = FIXTURES / "lens" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"ids": ids, "cases": cases}) + "\n")
    print(f"{name:26} {len(ids)} tokens, {len(cases)} cases, {path.stat().st_size} bytes")


def main() -> None:
    torch.set_num_threads(1)
    assert all(name in CASES for name in TINY)
    for name in TINY:
        write(name, IDS, PLACES)
    text = json.loads((FIXTURES / TRAINED / "text.json").read_text())
    write(TRAINED, text["ids"], TRAINED_PLACES)
    write_manifest()


if __name__ == "__main__":
    main()
