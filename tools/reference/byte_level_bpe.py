"""A byte-level BPE as Python's tokenizers trains it: GPT-2's pattern, all 256 bytes, special tokens first."""

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

END_OF_TEXT = "<|endoftext|>"


def train(texts: list[str], vocab_size: int, min_frequency: int = 0, special_tokens: tuple[str, ...] = (END_OF_TEXT,)) -> str:
    """The text of tokenizer.json, as `Tokenizer.save` writes it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=list(special_tokens),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    ))
    return tokenizer.to_str(pretty=True)
