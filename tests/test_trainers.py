"""Other tools take the data set as it is: datasets reads it, TRL trains on it."""

from __future__ import annotations

import json

import pytest

from .conftest import drops, triplets

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


def test_datasets_reads_every_split(build, tmp_path):
    run = build(export={"splits": {"train": 0.6, "validation": 0.2, "test": 0.2}})
    files = {split: str(run.dataset / f"{split}-*.parquet") for split in ("train", "validation", "test")}
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=tmp_path / "cache")
    assert sum(len(part) for part in loaded.values()) == len(triplets(run))
    assert set(loaded["train"]["split"]) == {"train"}
    assert loaded["train"][0]["chosen"][0]["role"] == "assistant"


def test_datasets_reads_the_folder_by_its_card(build, tmp_path):
    run = build(export={"splits": {"train": 0.7, "test": 0.3}})
    loaded = datasets.load_dataset(str(run.path), cache_dir=tmp_path / "cache")
    assert set(loaded) == {"train", "test"}
    assert sum(len(part) for part in loaded.values()) == len(triplets(run))


def test_images_are_stored_and_decode_by_themselves(build, tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (8, 6), (200, 30, 30)).save(tmp_path / "red.png")
    prompts = [{"prompt_id": "p", "messages": [{"role": "user", "content": "What colour?"}], "image": "red.png"}]
    prompts += [{"prompt_id": "q", "messages": [{"role": "user", "content": "Hi"}], "image": "missing.png"}]
    candidates = [{"prompt_id": p, "candidate_id": c, "text": c} for p in "pq" for c in ("red", "blue")]
    votes = [{"prompt_id": p, "a": "red", "b": "blue", "winner": "a", "judge": "j"} for p in "pq"]
    run = build({"p.jsonl": prompts, "c.jsonl": candidates, "v.jsonl": votes})
    assert [row["prompt_id"] for row in triplets(run)] == ["p"]
    assert triplets(run)[0]["images"] == [{"bytes": (tmp_path / "red.png").read_bytes(), "path": "red.png"}]
    loaded = datasets.load_dataset("parquet", data_files=str(run.dataset / "*.parquet"), cache_dir=tmp_path / "cache")
    assert loaded["train"][0]["images"][0].getpixel((1, 1)) == (200, 30, 30)
    assert "1.00×" in run.card.read_text(encoding="utf-8")

    from prefdata.cli import main

    assert main(["export", str(run.path), "--format", "llama_factory", "--out", str(tmp_path / "out")]) == 0
    (row,) = map(json.loads, (tmp_path / "out" / "train.jsonl").read_text(encoding="utf-8").splitlines())
    assert row["conversations"][0]["value"] == "<image>What colour?"
    assert (tmp_path / "out" / row["images"][0]).read_bytes() == (tmp_path / "red.png").read_bytes()
    assert main(["export", str(run.path), "--format", "openai", "--out", str(tmp_path / "none")]) == 0
    assert (tmp_path / "none" / "train.jsonl").read_text(encoding="utf-8") == ""


def test_a_changed_image_changes_the_data_set_and_a_bad_one_is_named(build, tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (4, 4), (1, 2, 3)).save(tmp_path / "x.png")
    (tmp_path / "text.png").write_text("not an image", encoding="utf-8")
    names = {"p": "x.png", "q": "text.png", "r": "../outside.png"}
    files = {
        "p.jsonl": [
            {"prompt_id": p, "messages": [{"role": "user", "content": "?"}], "image": i} for p, i in names.items()
        ],
        "c.jsonl": [{"prompt_id": p, "candidate_id": c, "text": c} for p in "pqr" for c in "ab"],
        "v.jsonl": [{"prompt_id": p, "a": "a", "b": "b", "winner": "a", "judge": "j"} for p in "pqr"],
    }
    (first,) = triplets(build(files))
    image.new("RGB", (4, 4), (200, 2, 3)).save(tmp_path / "x.png")
    run = build(files)
    (second,) = triplets(run)
    assert first["images"][0]["bytes"] != second["images"][0]["bytes"] == (tmp_path / "x.png").read_bytes()
    named = {drop["prompt_id"]: (drop["reason"], drop["detail"]) for drop in drops(run)}
    assert named["q"] == ("bad_image", "text.png is not an image that can be read")
    assert named["r"] == ("image_outside", "../outside.png lies outside the folder of its input file")


@pytest.mark.filterwarnings("ignore")  # TRL and transformers warn of each other
def test_trl_takes_a_step_on_the_data_set_unchanged(build, tmp_path):
    trl = pytest.importorskip("trl")
    run = build(export={"splits": {"train": 1.0}})
    data = datasets.load_dataset("parquet", data_files=str(run.dataset / "*.parquet"), cache_dir=tmp_path / "cache")
    arguments = trl.DPOConfig(
        output_dir=str(tmp_path / "out"), max_steps=1, per_device_train_batch_size=2, report_to=[], use_cpu=True,
        save_strategy="no", logging_steps=1, max_length=64, bf16=False, dataloader_pin_memory=False,
    )  # fmt: skip
    _tiny_model().save_pretrained(tmp_path / "model")
    trainer = trl.DPOTrainer(
        str(tmp_path / "model"), args=arguments, train_dataset=data["train"], processing_class=_tokenizer()
    )
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert losses == [pytest.approx(0.6931, abs=1e-3)]  # log 2: policy and reference are still the same


def _tiny_model():
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    return LlamaForCausalLM(LlamaConfig(vocab_size=300, max_position_embeddings=512, **shape))


def _tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = {letter: n for n, letter in enumerate(["<pad>", "<eos>", *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = Tokenizer(models.BPE(vocab=letters, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")
    turns = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}<eos>{% endfor %}"
    fast.chat_template = turns + "{% if add_generation_prompt %}assistant: {% endif %}"
    return fast


def test_the_other_formats_hold_every_pair(build, tmp_path):
    from prefdata.cli import main

    run = build()
    pairs = triplets(run)
    written = {}
    for name in ("trl", "kto", "llama_factory", "openai"):
        out = tmp_path / name
        assert main(["export", str(run.path), "--format", name, "--out", str(out)]) == 0
        assert main(["export", str(run.path), "--format", name, "--out", str(out)]) == 2  # not into a full folder
        lines = (out / "train.jsonl").read_text(encoding="utf-8").splitlines()
        written[name] = [json.loads(line) for line in lines]
    assert {name: len(written[name]) for name in ("trl", "llama_factory", "openai")} == dict.fromkeys(
        ("trl", "llama_factory", "openai"), len(pairs)
    )
    said = [(str(row["prompt"]), str(row["completion"])) for row in written["kto"]]
    by_candidate = {(row["prompt_id"], row[f"{side}_id"]) for row in pairs for side in ("chosen", "rejected")}
    assert 0 < len(said) <= len(by_candidate)  # each response once
    first = json.loads((tmp_path / "llama_factory" / "train.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["chosen"] == {"from": "gpt", "value": pairs[0]["chosen"][0]["content"]}
    info = json.loads((tmp_path / "llama_factory" / "dataset_info.json").read_text(encoding="utf-8"))
    assert info["prefdata_train"]["ranking"] is True


def test_an_exported_trl_file_can_be_imported_again(build, tmp_path):
    from prefdata.audit import audit
    from prefdata.cli import main

    run = build()
    assert main(["export", str(run.path), "--format", "trl", "--out", str(tmp_path / "out")]) == 0
    (ours,) = run.dataset.glob("train*")
    assert audit([ours]).figures()["pairs_decided"] == len(triplets(run))
    texts = {(str(row["prompt"]), row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in triplets(run)}
    # This format has no ids, so that equal texts of two models are one candidate.
    assert audit([tmp_path / "out" / "train.jsonl"]).figures()["pairs_decided"] == len(texts)
