"""The demo checkpoint's shape, its tokenizer, and how it starts out before training."""

from __future__ import annotations

import random

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import nn
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    OPTConfig,
    PreTrainedTokenizerFast,
)

from .captions import NAMES, caption
from .dataset import SIZE, TRAIN_SEEDS
from .scenes import KINDS, TIMES, WEATHERS, describe

BOS, PAD, EOS, UNK = "</s>", "<pad>", "</s>", "<unk>"  # as OPT has them
IMAGE = "<image>"
QUERIES = 8
VOCABULARY = 640


def make_tokenizer(captions: int = 40_000) -> PreTrainedTokenizerFast:
    """A byte-level BPE learned from captions, with OPT's special tokens and BLIP-2's <image>."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 1,
        special_tokens=["<s>", PAD, EOS, UNK],
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    texts = (" " + caption(describe(seed), random.Random(seed)) for seed in TRAIN_SEEDS[:captions])
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens([IMAGE])
    bos = tokenizer.token_to_id(BOS)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B", special_tokens=[(BOS, bos)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        unk_token=UNK,
        model_max_length=64,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
    )


def make_config(tokenizer: PreTrainedTokenizerFast) -> Blip2Config:
    """About 7.3 million parameters: coarse patches, and three narrow towers."""
    vision = Blip2VisionConfig(
        hidden_size=192,
        intermediate_size=768,
        num_hidden_layers=4,
        num_attention_heads=6,
        image_size=SIZE,
        patch_size=32,
        initializer_range=0.02,
    )
    qformer = Blip2QFormerConfig(
        vocab_size=len(tokenizer),
        hidden_size=192,
        intermediate_size=768,
        num_hidden_layers=2,
        num_attention_heads=6,
        cross_attention_frequency=1,
        encoder_hidden_size=192,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        max_position_embeddings=64,
    )
    text = OPTConfig(
        vocab_size=len(tokenizer),
        hidden_size=192,
        word_embed_proj_dim=192,
        ffn_dim=768,
        num_hidden_layers=3,
        num_attention_heads=6,
        max_position_embeddings=96,
        do_layer_norm_before=True,
        dropout=0.0,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
        init_std=0.02,
    )
    config = Blip2Config(
        vision_config=vision.to_dict(),
        qformer_config=qformer.to_dict(),
        text_config=text.to_dict(),
        num_query_tokens=QUERIES,
        image_token_index=tokenizer.convert_tokens_to_ids(IMAGE),
        image_text_hidden_size=192,
    )
    config.tie_word_embeddings = True
    return config


class Heads(nn.Module):
    """Helpers for training only: read the scene's classes straight from the vision tower."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.sizes = (len(KINDS), len(TIMES), len(WEATHERS))
        self.classes = nn.Linear(2 * width, sum(self.sizes))
        self.things = nn.Linear(2 * width, len(NAMES))

    def forward(self, states: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Scores of kind, time and weather, and of each thing being there."""
        pooled = torch.cat((states[:, 0], states[:, 1:].mean(1)), 1)
        return list(self.classes(pooled).split(self.sizes, 1)), self.things(pooled)


def start_filters(model: Blip2ForConditionalGeneration, pictures: torch.Tensor) -> None:
    """Starts the patch filters as the pictures' principal components, so that training begins with useful ones.

    `pictures` are normalized: batch × 3 × 224 × 224.
    """
    conv = model.vision_model.embeddings.patch_embedding
    size, width = conv.kernel_size[0], conv.out_channels
    patches = nn.functional.unfold(pictures, size, stride=size).transpose(1, 2).reshape(-1, 3 * size * size)
    patches = patches - patches.mean(0)
    _, strengths, components = torch.svd_lowrank(patches, q=width, niter=2)
    deviations = (strengths / len(patches) ** 0.5).clamp_min(0.3)
    with torch.no_grad():
        conv.weight.copy_((0.5 * components / deviations).T.reshape(conv.weight.shape))
        conv.bias.zero_()


def build(tokenizer: PreTrainedTokenizerFast) -> Blip2ForConditionalGeneration:
    """An untrained model."""
    torch.manual_seed(0)
    model = Blip2ForConditionalGeneration(make_config(tokenizer))
    with torch.no_grad():
        embeddings = model.vision_model.embeddings
        embeddings.class_embedding.normal_(0, 0.02)
        embeddings.position_embedding.normal_(0, 0.1)
        model.query_tokens.normal_(0, 0.2)
    return model
