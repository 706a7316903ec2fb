"""
Reference fixtures of packages/analysis/src/score and detect: what transformers and PyTorch, in float64, make of a text's tokens.

Run from the repository's root, with the packages of tools/reference/requirements.txt, after make_fixtures.py:
    python tools/reference/make_score_fixtures.py
It rewrites packages/gpt/test/fixtures/score/*.json and their SHA-256 in MANIFEST.json.

Per token: ln p, 0-based rank (tokens strictly more probable), entropy, the five likeliest. Perplexity by two recipes: transformers'
sliding window (Hugging Face, "Perplexity of fixed-length models"; the losses summed over the scored tokens), and llama.cpp's
(tools/perplexity: disjoint chunks, second half scored, its running value and error). Fast-DetectGPT as in fast_detect_gpt.py,
get_sampling_discrepancy_analytic; likelihood, rank, log-rank and entropy as in baselines.py (baoguangsheng/fast-detect-gpt); LRR.
"""

import json
import math

import torch
import transformers
from transformers import GPT2LMHeadModel

from make_fixtures import FIXTURES, ROOT, write_manifest

TINY_IDS = [(7 * i * i + 3 * i + i // 5) % 61 for i in range(100)]
CHARACTERS = 5000  # of bench/texts/tales.txt: more than two contexts of fairytales-1
WHOLE = {"stride": 0}


def rows_of(model: GPT2LMHeadModel, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0]


def windows(length: int, size: int, recipe: dict) -> list[tuple[int, int, int]]:
    """start, first scored, end."""
    if recipe.get("recipe") == "llama.cpp":
        return [(i * size, i * size + size // 2 + 1, (i + 1) * size) for i in range(length // size)]
    found, previous_end = [], 0
    for start in range(0, length, recipe["stride"] or length):
        end = min(start + size, length)
        found.append((start, max(previous_end, start + 1), end))
        previous_end = end
        if end == length:
            break
    return found


def token(row: torch.Tensor, id: int) -> dict:
    log_p = row.log_softmax(-1)
    p = log_p.exp()
    top = log_p.topk(5)
    mean = (p * log_p).sum()
    return {"logprob": log_p[id].item(), "rank": int((row > row[id]).sum()), "entropy": -mean.item(),
            "variance": ((p * log_p.square()).sum() - mean.square()).item(),
            "top": [[i, value] for i, value in zip(top.indices.tolist(), top.values.tolist())]}


def score(model: GPT2LMHeadModel, ids: list[int], bos: int | None, recipe: dict) -> dict:
    added = [] if bos is None else [bos]
    sequence = added + ids
    tokens: list[dict | None] = [None] * len(ids)
    running, nll = [], []
    for start, first, end in windows(len(sequence), model.config.n_positions, recipe):
        fed = sequence[start:end]
        if bos is not None and recipe.get("recipe") == "llama.cpp":
            fed = [bos] + fed[1:]
        rows = rows_of(model, fed)
        for i in range(first, end):
            tokens[i - len(added)] = token(rows[i - 1 - start], sequence[i])
            nll.append(-tokens[i - len(added)]["logprob"])
        if recipe.get("recipe") == "llama.cpp":
            mean = sum(nll) / len(nll)
            variance = sum(value * value for value in nll) / len(nll) - mean * mean
            perplexity = math.exp(mean)
            running.append([perplexity, perplexity * math.sqrt(variance / (len(nll) - 1))])
    return {"bos": bos, **recipe, **totals([t for t in tokens if t]), **({"running": running} if running else {}), "tokens": tokens}


def totals(scored: list[dict]) -> dict:
    log_p, rank, entropy, variance = (torch.tensor([t[key] for t in scored], dtype=torch.float64)
                                      for key in ("logprob", "rank", "entropy", "variance"))
    log_rank = (rank + 1).log().mean()
    return {"scored": len(scored), "loss": -log_p.mean().item(), "perplexity": (-log_p.mean()).exp().item(),
            "rank": (rank + 1).mean().item(), "logRank": log_rank.item(), "entropy": entropy.mean().item(),
            "lrr": (-log_p.mean() / log_rank).item(),
            "fastDetectGpt": ((log_p.sum() + entropy.sum()) / variance.sum().sqrt()).item()}


def checked_against_transformers(model: GPT2LMHeadModel, ids: list[int]) -> None:
    """The loss of one window is that of the labels, which transformers sums in float32."""
    ids = ids[:model.config.n_positions]
    with torch.no_grad():
        loss = model(torch.tensor([ids]), labels=torch.tensor([ids])).loss.item()
    assert abs(loss - score(model, ids, None, WHOLE)["loss"]) < 2e-6, loss


def rounded(value):
    """Ten digits: the fixture stays small, and four times as exact as the tests ask."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


def packed(tokens: list[dict | None], keep_top: int) -> list:
    """[logprob, rank, entropy, variance], and of the first few the five likeliest."""
    rows = []
    for t in tokens:
        if t is None:
            rows.append(None)
            continue
        row = [t["logprob"], t["rank"], t["entropy"], t["variance"]]
        if keep_top > 0:
            row.append(t["top"])
            keep_top -= 1
        rows.append(row)
    return rows


def write(name: str, model: GPT2LMHeadModel, ids: list[int], cases: list[tuple[int, int | None, dict]], text: str | None) -> None:
    checked_against_transformers(model, ids)
    found = []
    for length, bos, recipe in cases:
        case = score(model, ids[:length], bos, recipe)
        tokens = packed(case.pop("tokens"), 10)
        found.append({"length": length, **case, **({"tokens": tokens} if recipe == WHOLE else {})})
    path = FIXTURES / "score" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    head = json.dumps({"text": text, "ids": ids}, ensure_ascii=False)[1:-1]
    lines = ",\n  ".join(json.dumps(rounded(case)) for case in found)
    path.write_text("{" + head + ',\n "cases": [\n  ' + lines + "\n ]}\n")
    print(f"{name:14} {len(ids)} tokens, {len(found)} cases, {path.stat().st_size} bytes")


def load(folder) -> GPT2LMHeadModel:
    return GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()


def main() -> None:
    torch.set_num_threads(1)
    llama = {"recipe": "llama.cpp"}
    tiny = [(24, None, WHOLE), (23, 5, WHOLE), *((100, bos, {"stride": stride}) for stride in (24, 12, 7, 1) for bos in (None, 5)),
            (100, None, llama), (100, 5, llama), (48, None, llama)]
    write("tiny-untied", load(FIXTURES / "tiny-untied"), TINY_IDS, tiny, None)
    trained = FIXTURES / "fairytales-1"
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(trained / "tokenizer.json"))
    text = (ROOT / "bench/texts/tales.txt").read_text()[:CHARACTERS]
    ids = tokenizer.encode(text, add_special_tokens=False)
    cases = [(300, None, WHOLE), (50, 0, WHOLE), *((700, None, {"stride": stride}) for stride in (512, 256, 100)),
             (len(ids), 0, llama)]
    write("fairytales-1", load(trained), ids, cases, text)
    write_manifest()


if __name__ == "__main__":
    main()
