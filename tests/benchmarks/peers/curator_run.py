"""bespokelabs-curator answers the prompts: its online processor, cached in the folder; rate limits out of the way."""

from __future__ import annotations

import os
from importlib.util import find_spec

from asked import GIVEN, MAX_TOKENS, TEMPERATURE, questions, report

os.environ["CURATOR_CACHE_DIR"] = GIVEN.folder
os.environ["CURATOR_DISABLE_RICH_DISPLAY"] = "1"
os.environ["TELEMETRY_ENABLED"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OPENAI_API_KEY"] = "stub"
# The tokenizer that it counts with; without this it is fetched from the network.
os.environ["TIKTOKEN_CACHE_DIR"] = f"{find_spec('litellm').submodule_search_locations[0]}/litellm_core_utils/tokenizers"

from bespokelabs import curator
from datasets import Dataset


class Answerer(curator.LLM):
    """A row's instruction as it is; the answer as it comes."""

    def prompt(self, row: dict) -> str:
        return row["instruction"]

    def parse(self, row: dict, response: str) -> dict:
        return {"instruction": row["instruction"], "generation": response}


def main() -> None:
    answerer = Answerer(
        model_name="stub",
        backend="openai",
        generation_params={"max_tokens": MAX_TOKENS, "temperature": TEMPERATURE},
        backend_params={
            "base_url": GIVEN.url,
            "api_key": "stub",
            "max_concurrent_requests": GIVEN.at_once,
            "max_requests_per_minute": 1_000_000,
            "max_tokens_per_minute": 1_000_000_000,
            "require_all_responses": False,
        },
    )
    made = answerer(Dataset.from_list([{"instruction": text} for text in questions()]))
    report(made.dataset["generation"])


if __name__ == "__main__":
    main()
