"""
Reference fixtures of packages/gpt/src/decode: what transformers' beam search finds, and contrastive search by its formula.

Run from the repository's root, with the packages of tools/reference/requirements.txt, after make_fixtures.py:
    python tools/reference/make_decode_fixtures.py
It rewrites packages/gpt/test/fixtures/decode/*.json and their SHA-256 in MANIFEST.json.
"""

import json
from pathlib import Path

import torch
import transformers
from transformers import GPT2LMHeadModel

from make_fixtures import FIXTURES, TRAINED, write_manifest

PROMPTS = {"tiny-tied": [[3, 1, 4], [60], [9, 9, 9, 9]], "tiny-untied": [[3, 1, 4], [5, 2]]}
TEXTS = ["Once upon a time there was a king", "The fox said to the wolf, \"", "In the forest"]

# Each search differs from the defaults (4 beams, penalty 1, early stopping off, one returned) in what is named.
SEARCHES = [
    *({"beams": beams, "numReturn": beams} for beams in (2, 3, 4, 8)),
    *({"lengthPenalty": penalty, "numReturn": 4} for penalty in (0, 0.5, 2, -1)),
    *({"earlyStopping": early, "lengthPenalty": penalty, "numReturn": 3}
      for early in (True, "never") for penalty in (1, 0, 2, -1)),
    {"beams": 3, "repetitionPenalty": 1.3},
    {"beams": 3, "noRepeatNgram": 2, "numReturn": 3},
    {"repetitionPenalty": 1.2, "noRepeatNgram": 3, "lengthPenalty": 0.5},
]
CONTRASTIVE = [{"topK": 4, "penaltyAlpha": 0.6}, {"topK": 8, "penaltyAlpha": 0.3}, {"topK": 3, "penaltyAlpha": 1.0},
               {"topK": 5, "penaltyAlpha": 0.0}]


def beam_search(model: GPT2LMHeadModel, prompt: list[int], search: dict, eos: int | None, max_tokens: int) -> dict:
    """The sequences found, without prompt and padding, and their scores."""
    tokens = torch.tensor([prompt])
    processors = {"repetition_penalty": search.get("repetitionPenalty"),
                  "no_repeat_ngram_size": search.get("noRepeatNgram")}
    out = model.generate(
        tokens, attention_mask=torch.ones_like(tokens), do_sample=False, max_new_tokens=max_tokens,
        num_beams=search.get("beams", 4), length_penalty=float(search.get("lengthPenalty", 1)),
        early_stopping=search.get("earlyStopping", False), num_return_sequences=search.get("numReturn", 1),
        eos_token_id=eos, pad_token_id=0, return_dict_in_generate=True, output_scores=True,
        **{name: value for name, value in processors.items() if value is not None})
    lengths = (out.beam_indices >= 0).sum(dim=1).tolist()
    found = [{"ids": row[len(prompt):len(prompt) + length].tolist(), "score": score}
             for row, length, score in zip(out.sequences, lengths, out.sequences_scores.tolist())]
    return {"prompt": prompt, "eos": eos, "maxTokens": max_tokens, **search, "sequences": found}


def common_token(model: GPT2LMHeadModel, prompt: list[int]) -> int:
    """A token in the middle of a beam's text: as end-of-text it ends some beams and not others."""
    ids = beam_search(model, prompt, {}, None, 8)["sequences"][0]["ids"]
    return ids[3]


def contrastive_search(model: GPT2LMHeadModel, prompt: list[int], top_k: int, alpha: float, count: int) -> list[int]:
    """
    Su et al., arXiv 2202.06417, equation 5, on whole passes without a cache: of the top_k most probable tokens, that of the
    largest (1 - alpha) p - alpha max_j cos(h, h_j), h the last hidden state (after ln_f) that the token has, h_j those before it.
    """
    ids = list(prompt)
    with torch.no_grad():
        for _ in range(count):
            probabilities, candidates = model(torch.tensor([ids])).logits[0, -1].softmax(-1).topk(top_k)
            batch = torch.tensor([ids + [candidate] for candidate in candidates.tolist()])
            hidden = model(batch, output_hidden_states=True).hidden_states[-1]
            hidden = hidden / hidden.norm(dim=-1, keepdim=True)
            similarity = (hidden[:, :-1] @ hidden[:, -1:].transpose(1, 2)).squeeze(-1).amax(dim=1)
            scores = (1 - alpha) * probabilities - alpha * similarity
            ids.append(candidates[scores.argmax()].item())
    return ids[len(prompt):]


def searches(model: GPT2LMHeadModel, prompts: list[list[int]], max_tokens: int) -> list[dict]:
    found = []
    for prompt in prompts:
        for eos in (None, common_token(model, prompt)):
            found += [beam_search(model, prompt, search, eos, max_tokens) for search in SEARCHES]
    return found


def fixture(folder: Path, prompts: list[list[int]], max_tokens: int) -> dict:
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    model.generation_config.eos_token_id = None
    contrastive = [{"prompt": prompt, **search,
                    "ids": contrastive_search(model, prompt, search["topK"], search["penaltyAlpha"], max_tokens)}
                   for prompt in prompts for search in CONTRASTIVE]
    return {"beams": searches(model, prompts, max_tokens), "contrastive": contrastive}


def main() -> None:
    torch.set_num_threads(1)
    folder = FIXTURES / "decode"
    folder.mkdir(exist_ok=True)
    trained = FIXTURES / TRAINED
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(trained / "tokenizer.json"))
    texts = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
    found = {name: fixture(FIXTURES / name, prompts, 12) for name, prompts in PROMPTS.items()}
    found[TRAINED] = fixture(trained, texts, 16)
    for name, cases in found.items():
        lines = (f' "{kind}": [\n  ' + ",\n  ".join(json.dumps(case) for case in rows) + "\n ]" for kind, rows in cases.items())
        (folder / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
        print(f"{name:14} {len(cases['beams'])} beam searches, {len(cases['contrastive'])} contrastive")
    write_manifest()


if __name__ == "__main__":
    main()
