"""distilabel answers the prompts: one TextGeneration step, cached in the folder.

A step works through its batches one after another and sends a batch at once, so the batch size is what sets
how many calls are out.
"""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"

from asked import GIVEN, MAX_TOKENS, TEMPERATURE, questions, report
from distilabel.models.llms import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGeneration


def main() -> None:
    sampling = {"max_new_tokens": MAX_TOKENS, "temperature": TEMPERATURE}
    model = OpenAILLM(model="stub", base_url=GIVEN.url, api_key="stub", generation_kwargs=sampling)
    with Pipeline(name="bench", cache_dir=GIVEN.folder) as pipeline:
        rows = [{"instruction": text} for text in questions()]
        prompts = LoadDataFromDicts(data=rows, batch_size=GIVEN.at_once)
        prompts >> TextGeneration(llm=model, input_batch_size=GIVEN.at_once)
    made = pipeline.run(use_cache=True)
    report(made["default"]["train"]["generation"])


if __name__ == "__main__":
    main()
