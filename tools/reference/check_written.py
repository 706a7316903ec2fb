"""
What tsgpt writes, read by Python's safetensors and transformers. Run from the repository's root after `npx -y pnpm@12 build`:
    python tools/reference/check_written.py
make_fixtures.py runs it too. Fails loudly: an AssertionError names the file and what differs.
"""

import json
import math
import subprocess
import tempfile
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from transformers import AutoTokenizer, GPT2LMHeadModel

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "packages/gpt/test/fixtures"
TORCH_DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def tsgpt(*arguments: str) -> None:
    subprocess.run(["node", str(ROOT / "packages/cli/dist/main.js"), *arguments], check=True)


def check_dumps(folder: Path) -> None:
    """`tsgpt logits --trace` of every tiny checkpoint: all tensors under the reference's names, and its values."""
    for reference in sorted(FIXTURES.glob("tiny-*/reference.safetensors")):
        name = reference.parent.name
        expected = load_file(reference)
        output = folder / f"{name}.safetensors"
        ids = ",".join(str(id) for id in expected["ids"].tolist())
        tsgpt("logits", "--model", str(reference.parent), "--tokens", ids, "--output", str(output), "--trace")
        written = load_file(output)
        expected.pop("loss_per_position")
        assert written.keys() == expected.keys(), f"{output}: {written.keys() ^ expected.keys()}"
        for key, tensor in expected.items():
            assert written[key].dtype == tensor.dtype, f"{output}: {key} is {written[key].dtype}, not {tensor.dtype}"
            assert torch.allclose(written[key], tensor, rtol=1e-4, atol=1e-4), f"{output}: {key} differs"
        print(f"{name}: {len(written)} tensors as transformers has them")


def check_random(folder: Path) -> None:
    """`tsgpt random` in every dtype: a GPT2LMHeadModel, initialized as transformers does, narrowed as torch narrows."""
    weights = {}
    for dtype, torch_dtype in TORCH_DTYPES.items():
        path = folder / dtype
        tsgpt("random", "--preset", "gpt2", "--output", str(path), "--dtype", dtype)
        with safe_open(path / "model.safetensors", "pt") as file:
            assert file.metadata() == {"format": "pt"}, f"{path}: metadata {file.metadata()}"
        model, loading = GPT2LMHeadModel.from_pretrained(path, output_loading_info=True)
        assert not any(loading.values()), f"{path}: {loading}"
        assert model.dtype == torch_dtype, f"{path}: {model.dtype}"
        assert json.loads((path / "config.json").read_text())["architectures"] == ["GPT2LMHeadModel"]
        weights[dtype] = load_file(path / "model.safetensors")
    for dtype in ("f16", "bf16"):
        for name, tensor in weights["f32"].items():
            assert torch.equal(weights[dtype][name], tensor.to(TORCH_DTYPES[dtype])), f"{dtype}: {name} is rounded otherwise"
    for name, tensor in weights["f32"].items():
        check_initialized(name, tensor.double(), layers=12)
    print(f"random gpt2: {len(weights['f32'])} tensors in f32, f16 and bf16")


def check_initialized(name: str, tensor: torch.Tensor, layers: int) -> None:
    if tensor.dim() == 1:
        constant = 1.0 if ".ln_" in name and name.endswith("weight") else 0.0
        assert torch.all(tensor == constant), f"{name}: not all {constant}"
        return
    deviation = 0.02 / math.sqrt(2 * layers) if name.endswith("c_proj.weight") else 0.02
    assert math.isclose(tensor.std().item(), deviation, rel_tol=0.01), f"{name}: deviation {tensor.std()}, not {deviation}"
    kurtosis = ((tensor / tensor.std()) ** 4).mean().item()
    assert math.isclose(kurtosis, 3, rel_tol=0.02), f"{name}: kurtosis {kurtosis}: not normal"


def check_trained(folder: Path) -> None:
    """`tsgpt train`: a folder that AutoTokenizer and GPT2LMHeadModel load, with the ids and the logits of tsgpt."""
    text = "The fox said to the wolf: the moon is in the well, and the well is in the yard.\n" * 12
    (folder / "text.txt").write_text(text)
    path = folder / "trained"
    tsgpt("train", str(folder / "text.txt"), "--output", str(path), "--vocab-size", "300", "--context", "16", "--steps", "5")
    tokenizer = AutoTokenizer.from_pretrained(path)
    model, loading = GPT2LMHeadModel.from_pretrained(path, output_loading_info=True)
    assert not any(loading.values()), f"{path}: {loading}"
    assert model.dtype == torch.float32, f"{path}: {model.dtype}"
    assert tokenizer.vocab_size == model.config.vocab_size, f"{path}: {tokenizer.vocab_size}, {model.config.vocab_size}"
    ids = tokenizer("The wolf is in the well.")["input_ids"]
    tsgpt("logits", "--model", str(path), "--prompt", "The wolf is in the well.", "--output", str(folder / "logits.safetensors"))
    written = load_file(folder / "logits.safetensors")
    assert written["ids"].flatten().tolist() == ids, f"{path}: {written['ids']}, not {ids}"
    with torch.no_grad():
        expected = model(torch.tensor([ids])).logits[0]
    difference = (written["logits"] - expected).abs().max().item()
    assert difference < 1e-5, f"{path}: logits differ by {difference}"
    print(f"trained: {len(ids)} ids, and logits within {difference:.1e} of transformers'")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_dumps(Path(folder))
        check_random(Path(folder))
        check_trained(Path(folder))


if __name__ == "__main__":
    main()
