"""
Reference fixtures for sampling: what transformers' logits processors leave of thousands of rows of logits.

Run from the repository's root, with the packages of tools/reference/requirements.txt:
    python tools/reference/make_sampling_fixtures.py
It rewrites packages/sampling/test/fixtures/{steps,chains}.json. Rows are not stored: both languages make them from a seed by
the same integer formula (packages/sampling/test/reference-rows.ts), so a result is only how many tokens are left, digests and
probe probabilities. The processors run on float64, so that the rule is compared and not its rounding; how many rows come out
otherwise in float32, as generate runs them, is written to the files. Top-p alone decides in float32 what it keeps: its limit is
often met exactly (five equal tokens at 0.4), and then rounding is the rule. ties.json is all float32.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel
from transformers.generation import logits_process as hf

FIXTURES = Path(__file__).resolve().parents[2] / "packages/sampling/test/fixtures"
LARGE = 50257
MASK = 0xFFFFFFFF
HISTORY_SEED = 0x5BD1E995


UNSTABLE_SORT = torch.sort


def stable_sort(values, dim=-1, descending=False):
    """torch.sort keeps the order of equal numbers on some processors and up to 16 of them; the fixtures need one order on all."""
    return UNSTABLE_SORT(values, dim=dim, descending=descending, stable=True)


torch.sort = stable_sort


def mix(words):
    """32 bits to 32 bits, a bijection (lowbias32 by Chris Wellons); on numbers or uint64 arrays."""
    words = words ^ (words >> 16)
    words = (words * 0x7FEB352D) & MASK
    words = words ^ (words >> 15)
    words = (words * 0x846CA68B) & MASK
    return words ^ (words >> 16)


def words(seed: int, count: int) -> np.ndarray:
    return mix((np.arange(count, dtype=np.uint64) + mix(seed & MASK)) & MASK)


def bell(w: np.ndarray) -> np.ndarray:
    """The sum of four bytes, spread by 14 more bits: about normal, deviation 4.6, ties rare; exact in float32."""
    total = sum((w >> shift) & 255 for shift in (0, 8, 16, 24))
    return ((total << 14) + (mix(w) >> 18)).astype(np.float64) / 2**19 - 510 / 2**5


def row(kind: str, size: int, seed: int) -> np.ndarray:
    w = words(seed, size)
    if kind == "flat":
        return (w >> 8).astype(np.float64) / 2**24 - 0.5
    if kind == "tied":
        return (w % 7).astype(np.float64) - 3
    if kind == "equal":
        return np.full(size, 1.5)
    if kind == "few":
        values = (w % (2 + seed % 4)).astype(np.float64)
        values[((w >> 8) % 5 == 0) & (np.arange(size) != seed % size) & (seed % 3 == 0)] = -math.inf
        return values
    values = bell(w)
    if kind == "peaked":
        values[mix(seed) % size] = 20
    if kind == "masked":
        masked = w % 3 == 0
        masked[seed % size] = False
        values[masked] = -math.inf
    return values


def history(seed: int, length: int, size: int) -> list[int]:
    """Six tokens of the vocabulary in any order, so that n-grams come again."""
    different = min(size, 6)
    return [int(w) % different * (size // different) for w in words(seed ^ HISTORY_SEED, length)]


def digest(scores_in: list, scores_out: torch.Tensor, processors: list) -> list:
    """[left, hash of ids or null at ties in min-p, and of several: weighted sum, largest, middle, smallest probability]."""
    kept = torch.isfinite(scores_out[0])
    ids = kept.nonzero()[:, 0].numpy()
    p = torch.softmax(scores_out[0], -1)[kept].numpy()
    is_tied = any(isinstance(each, hf.MinPLogitsWarper) and tied(before[0], after[0])
                  for each, before, after in zip(processors, scores_in, scores_in[1:]))
    if is_tied:
        p = np.sort(p)[::-1]
    numbers = np.arange(len(p)) if is_tied else ids
    weights = mix(numbers.astype(np.uint64) + 1).astype(np.float64) / 2**32
    hashed = None if is_tied else int(mix(ids.astype(np.uint64) + 1).sum() & MASK)
    probes = [(p * weights).sum(), p.max(), p[len(p) // 2], p.min()] if len(p) > 1 else []
    return [len(ids), hashed, *(float(f"{value:.8f}") or 0 for value in probes)]


def tied(before: torch.Tensor, after: torch.Tensor) -> bool:
    """Whether a token that was removed had the score of one that was kept: of those min-p keeps what torch.topk happens to."""
    kept = torch.isfinite(after)
    removed = torch.isfinite(before) & ~kept
    return bool(torch.isin(before[removed], before[kept]).any())


OWN = {"runs": 0, "othersKept": 0, "largestDifference": 0.0}


def run(processors: list, ids: list[int], logits: np.ndarray) -> list:
    """What the processors leave, as a digest; [0] if that is nothing."""
    input_ids = torch.tensor([ids], dtype=torch.long)
    traces = [torch.tensor(logits)[None]]
    for each in processors:
        traces.append(each(input_ids, traces[-1].clone()))
        if leaves_none(each, traces[-2], traces[-1]):
            return [0]
    compare_with_float32(processors, input_ids, logits, traces[-1])
    return digest(traces, traces[-1], processors)


class TopPOfFloat32(hf.TopPLogitsWarper):
    """Keeps what transformers keeps of float32 scores, and the scores as they are."""

    def __call__(self, input_ids, scores):
        kept = torch.isfinite(super().__call__(input_ids, scores.float()))
        return scores.masked_fill(~kept, self.filter_value)


def leaves_none(each, before: torch.Tensor, after: torch.Tensor) -> bool:
    """Where ours is an error: nothing is left, or the list of allowed tokens is revived because all of it was masked."""
    revived = isinstance(each, hf.PrefixConstrainedLogitsProcessor) and (torch.isfinite(after) & ~torch.isfinite(before)).any()
    return bool(revived) or not torch.isfinite(after).any()


def compare_with_float32(processors: list, input_ids: torch.Tensor, logits: np.ndarray, exact: torch.Tensor) -> None:
    scores = torch.tensor(logits, dtype=torch.float32)[None]
    for each in processors:
        scores = each(input_ids, scores.clone())
    OWN["runs"] += 1
    if (torch.isfinite(scores) != torch.isfinite(exact)).any():
        OWN["othersKept"] += 1
    else:
        difference = (scores.double().softmax(-1) - exact.softmax(-1)).abs().max().item()
        OWN["largestDifference"] = max(OWN["largestDifference"], difference)


def processor(step: dict, prompt_length: int):
    """transformers' processor for a step of ours."""
    keep = step.get("minKeep", 1)
    return {
        "temperature": lambda: hf.TemperatureLogitsWarper(float(step["temperature"])),
        "top-k": lambda: hf.TopKLogitsWarper(step["k"]),
        "top-p": lambda: TopPOfFloat32(step["p"], min_tokens_to_keep=keep),
        "min-p": lambda: hf.MinPLogitsWarper(step["p"], min_tokens_to_keep=keep),
        "typical": lambda: hf.TypicalLogitsWarper(step["mass"], min_tokens_to_keep=keep),
        "epsilon": lambda: hf.EpsilonLogitsWarper(step["epsilon"], min_tokens_to_keep=keep),
        "eta": lambda: hf.EtaLogitsWarper(step["epsilon"], min_tokens_to_keep=keep),
        "repetition-penalty": lambda: hf.RepetitionPenaltyLogitsProcessor(float(step["penalty"])),
        "no-repeat-ngram": lambda: hf.NoRepeatNGramLogitsProcessor(step["n"]),
        "banned-words": lambda: hf.NoBadWordsLogitsProcessor(step["sequences"]),
        "logit-bias": lambda: hf.SequenceBiasLogitsProcessor({(int(i),): float(b) for i, b in step["bias"].items()}),
        "min-length": lambda: (hf.MinLengthLogitsProcessor(step["length"], step["eos"]) if step["of"] == "all" else
                               hf.MinNewTokensLengthLogitsProcessor(prompt_length, step["length"], step["eos"])),
        "allowed-tokens": lambda: hf.PrefixConstrainedLogitsProcessor(lambda _batch, _ids: step["ids"], 1),
        "forced-token": lambda: (hf.ForcedBOSTokenLogitsProcessor(step["id"]) if step["at"] == 1 else
                                 hf.ForcedEOSTokenLogitsProcessor(step["at"] + 1, step["id"])),
    }[step["type"]]()


def truncations(size: int) -> list[dict]:
    """Each with its parameter's boundaries and what people use."""
    steps = [{"type": "temperature", "temperature": t} for t in (0.01, 0.5, 0.7, 1.3, 2, 100)]
    steps += [{"type": "top-k", "k": k, "boundary": "hf"} for k in sorted({1, 2, min(40, size - 1), size - 1, size, size + 1})]
    keeps = [{}, {"minKeep": 2}]
    steps += [{"type": "top-p", "p": p, "boundary": "hf", **keep} for p in (1e-9, 0.1, 0.5, 0.8, 0.9, 0.95, 0.999999) for keep in keeps]
    steps += [{"type": "min-p", "p": p, **keep} for p in (1e-9, 0.05, 0.1, 0.5, 1) for keep in keeps]
    steps += [{"type": "typical", "mass": m, **keep} for m in (1e-9, 0.2, 0.5, 0.9, 0.95, 0.999999) for keep in keeps]
    for name in ("epsilon", "eta"):
        steps += [{"type": name, "epsilon": e, **keep} for e in (1e-9, 3e-4, 0.002, 0.01, 0.3, 0.999) for keep in keeps]
    return steps


def by_history(size: int) -> list[dict]:
    """Penalties and constraints over a history of LENGTH tokens; the ids are among those that a history has."""
    a, b, c = (i * (size // min(size, 6)) for i in (0, 1, 2))
    steps = [{"type": "repetition-penalty", "penalty": r} for r in (0.5, 1.1, 1.3, 10)]
    steps += [{"type": "no-repeat-ngram", "n": n} for n in (1, 2, 3, 4, LENGTH, LENGTH + 1)]
    steps += [{"type": "banned-words", "sequences": s} for s in ([[a]], [[a, b]], [[a, b, c], [b, c], [c]], [[a, b, c, a]])]
    steps += [{"type": "logit-bias", "bias": bias} for bias in ({str(a): 1.5}, {str(b): -100.0, str(size - 1): 100.0})]
    steps += [{"type": "min-length", "length": n, "eos": a, "of": of} for of, at in (("all", LENGTH), ("generated", NEW))
              for n in (at, at + 1)]
    steps += [{"type": "allowed-tokens", "ids": ids} for ids in ([b], [a, c, size - 1])]
    steps += [{"type": "forced-token", "id": c, "at": at, "of": "all"} for at in (1, LENGTH - 1, LENGTH, LENGTH + 1)]
    return steps


LENGTH, PROMPT = 12, 5
NEW = LENGTH - PROMPT
KINDS = ("flat", "bell", "peaked", "tied", "masked", "equal")


def seeds(kind: str, size: int) -> int:
    return 1 if kind == "equal" else {4: 3, 1000: 2, LARGE: 1}[size]


def step_groups() -> list[dict]:
    groups = []
    for size in (4, 1000, LARGE):
        for steps, kinds in ((truncations(size), KINDS), (by_history(size), ("bell", "tied", "masked"))):
            for number, step in enumerate(steps):
                # Of the large rows each step gets two kinds, in turn; of the others all.
                chosen = kinds if size < LARGE else [kinds[(number + i) % len(kinds)] for i in (0, 1)]
                results = {kind: [results_of(step, kind, size, seed) for seed in range(seeds(kind, size))] for kind in chosen}
                groups.append({"step": step, "size": size, "results": results})
    return groups


def results_of(step: dict, kind: str, size: int, seed: int) -> list:
    return run([processor(step, PROMPT)], history(seed, LENGTH, size), row(kind, size, seed))


MODEL = GPT2LMHeadModel(GPT2Config(vocab_size=4, n_positions=8, n_embd=4, n_layer=1, n_head=1))


def assembled(options: dict, prompt_length: int) -> list:
    """The processors that generate would use, in its order."""
    config = GenerationConfig(
        do_sample=not options.get("greedy", False), num_beams=1, temperature=float(options.get("temperature", 1)),
        top_k=options.get("topK", 50), top_p=float(options.get("topP", 1)), min_p=options.get("minP"),
        typical_p=float(options.get("typical", 1)), epsilon_cutoff=options.get("epsilon", 0.0),
        eta_cutoff=options.get("eta", 0.0), repetition_penalty=float(options.get("repetitionPenalty", 1)),
        no_repeat_ngram_size=options.get("noRepeatNgram", 0), bad_words_ids=options.get("banned"),
        sequence_bias={(int(i),): float(b) for i, b in options["logitBias"].items()} if "logitBias" in options else None,
        min_new_tokens=options.get("minLength", {}).get("length"), forced_bos_token_id=options.get("forcedFirst"))
    if "forcedLast" in options:
        config.forced_eos_token_id = options["forcedLast"]["id"]
        config.max_length = options["forcedLast"]["at"] + prompt_length + 1
    config._eos_token_tensor = torch.tensor([options["minLength"]["eos"]]) if "minLength" in options else None
    allowed = (lambda _batch, _ids: options["allowed"]) if "allowed" in options else None
    processors = MODEL._get_logits_processor(config, prompt_length, prefix_allowed_tokens_fn=allowed, model_kwargs={})
    return [TopPOfFloat32(each.top_p) if type(each) is hf.TopPLogitsWarper else each for each in processors]


def random_options(case: int, size: int, new: int) -> dict:
    """Each option is given in about a third of the cases."""
    w = [int(word) for word in words(1000 + case, 40)]
    token = lambda i: w[i] % min(size, 6) * (size // min(size, 6))
    pick = lambda i, *values: values[w[i] % len(values)]
    possible = {
        "temperature": pick(20, 0.3, 0.7, 1.5, 2.5), "topK": pick(21, 0, 1, 3, 20, 200), "topP": pick(22, 0.3, 0.8, 0.9, 0.95),
        "minP": pick(23, 0.01, 0.1, 0.3), "typical": pick(24, 0.3, 0.9, 0.95), "epsilon": pick(25, 3e-4, 0.01, 0.1),
        "eta": pick(26, 3e-4, 0.01, 0.1), "repetitionPenalty": pick(27, 0.8, 1.1, 1.3, 2), "noRepeatNgram": pick(28, 1, 2, 3),
        "banned": [[token(29)], [token(30), token(31)]], "logitBias": {str(token(32)): pick(33, -5, 2.5, 4)},
        "minLength": {"length": new + w[34] % 2, "eos": token(35)}, "allowed": sorted({*map(token, (36, 37)), 1, 2, 3}),
        "forcedLast": {"id": token(38), "at": new + w[39] % 4},
    }
    options = {name: value for i, (name, value) in enumerate(possible.items()) if w[i] % 3 == 0}
    if w[18] % 8 == 0:
        options["forcedFirst"] = token(19)
    if [options["minLength"]["eos"]] == options.get("banned", [[]])[0] if "minLength" in options else False:
        del options["banned"]  # transformers drops the end-of-text token from its list of bad words in silence
    return options


def chain_groups() -> list[dict]:
    groups = []
    for case in range(360):
        size = (4, 1000, 1000, LARGE)[case % 4] if case % 12 == 3 else (4, 1000)[case % 2]
        length = (1, LENGTH)[case % 5 > 0]
        prompt = 1 if length == 1 else PROMPT
        options = random_options(case, size, length - prompt)
        if case % 10 == 0:
            shaping = ("temperature", "topK", "topP", "minP", "typical", "epsilon", "eta")
            options = {"greedy": True, **{name: value for name, value in options.items() if name not in shaping}}
        kinds = KINDS[:5] if size < LARGE else (KINDS[case // 12 % 5],)
        results = {kind: chain_result(options, kind, size, case, length, prompt) for kind in kinds}
        groups.append({"options": options, "size": size, "seed": case, "length": length, "prompt": prompt, "results": results})
    return groups


def chain_result(options: dict, kind: str, size: int, seed: int, length: int, prompt: int) -> list:
    processors = assembled(options, prompt)
    if options.get("greedy"):
        processors.append(Greedy())
    return run(processors, history(seed, length, size), row(kind, size, seed))


def tie_groups() -> list[dict]:
    """Which tokens are left of rows of two to five distinct values, a hexadecimal number a row, bit i for token i."""
    groups = []
    for size, count in ((6, 60), (24, 100)):
        for step in tie_steps(size):
            make = (lambda: Greedy()) if step["type"] == "greedy" else (lambda: processor(step, PROMPT))
            rows = [torch.tensor(row("few", size, seed), dtype=torch.float32)[None] for seed in range(count)]
            kept = [torch.isfinite(make()(torch.tensor([[0]]), each.clone()))[0] for each in rows]
            if step["type"] == "min-p" and any(tied(each[0], each[0].masked_fill(~left, -math.inf)) for each, left in zip(rows, kept)):
                raise AssertionError("what torch.topk keeps of tied tokens is no rule")
            masks = [sum(1 << i for i in left.nonzero()[:, 0].tolist()) for left in kept]
            OWN["runs"] += count
            groups.append({"step": step, "size": size, "kept": " ".join(f"{mask:x}" for mask in masks)})
    return groups


def uniform_groups() -> list[dict]:
    """How many of V equal tokens top-p k/V keeps, for k from 1 to V - 1: the limit is met exactly, or missed by rounding."""
    groups = []
    for size in (*range(2, 101), 500, 1000):
        scores = torch.zeros(1, size)
        kept = [int(torch.isfinite(hf.TopPLogitsWarper(k / size)(None, scores.clone())).sum()) for k in range(1, size)]
        OWN["runs"] += len(kept)
        # Only by how much they are not k.
        groups.append({"equal": size, "more": " ".join(f"{k}:{n - k}" for k, n in enumerate(kept, 1) if n != k)})
    return groups


def tie_steps(size: int) -> list[dict]:
    keeps = [{}, {"minKeep": 3}]
    steps = [{"type": "greedy"}]
    steps += [{"type": "top-k", "k": k, "boundary": "hf"} for k in (1, 2, 3, size // 2, size - 1)]
    steps += [{"type": "top-p", "p": p, "boundary": "hf", **keep} for p in (0.05, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95) for keep in keeps]
    steps += [{"type": "min-p", "p": p} for p in (0.01, 0.1, 0.2, 0.5, 1)]
    steps += [{"type": "typical", "mass": m, **keep} for m in (0.05, 0.2, 0.5, 0.9, 0.95) for keep in keeps]
    for name in ("epsilon", "eta"):
        steps += [{"type": name, "epsilon": e, **keep} for e in (0.002, 0.01, 0.05, 0.3) for keep in keeps]
    return steps


class Greedy:
    """generate's argmax, as a processor."""

    def __call__(self, _input_ids, scores):
        return torch.full_like(scores, -math.inf).index_fill(1, scores.argmax(-1), 0.0)


def write(name: str, groups: list[dict]) -> None:
    own = {**OWN, "largestDifference": float(f"{OWN['largestDifference']:.1e}")}
    head = {
        "made by": "tools/reference/make_sampling_fixtures.py",
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "transformers' float32 against float64": own,
    }
    lines = ",\n".join(json.dumps(group, separators=(",", ":")) for group in groups)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / name).write_text(json.dumps(head, indent=1)[:-2] + f',\n "groups": [\n{lines}\n]\n}}\n')
    print(f"{name}: {OWN['runs']} rows, {(FIXTURES / name).stat().st_size} bytes, {own}")
    OWN.update(runs=0, othersKept=0, largestDifference=0.0)


def main() -> None:
    torch.set_num_threads(1)
    write("steps.json", step_groups())
    write("chains.json", chain_groups())
    write("ties.json", tie_groups() + uniform_groups())


if __name__ == "__main__":
    main()
