"""NeMo Data Designer answers the prompts: a seed data set and one text column, kept in the folder and resumed."""

from __future__ import annotations

import os

from asked import GIVEN, MAX_TOKENS, TEMPERATURE, questions, report

os.environ["NEMO_TELEMETRY_ENABLED"] = "false"
os.environ["DATA_DESIGNER_HOME"] = f"{GIVEN.folder}/home"

import data_designer.config as dd
import pandas as pd
from data_designer.interface import DataDesigner


def columns() -> dd.DataDesignerConfigBuilder:
    sampling = dd.ChatCompletionInferenceParams(
        max_tokens=MAX_TOKENS, temperature=TEMPERATURE, max_parallel_requests=GIVEN.at_once
    )
    model = dd.ModelConfig(
        alias="m", model="stub", provider="local", inference_parameters=sampling, skip_health_check=True
    )
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    builder.with_seed_dataset(dd.DataFrameSeedSource(df=pd.DataFrame({"instruction": questions()})))
    builder.add_column(dd.LLMTextColumnConfig(name="generation", model_alias="m", prompt="{{ instruction }}"))
    return builder


def main() -> None:
    served = dd.ModelProvider(name="local", endpoint=GIVEN.url, provider_type="openai", api_key="stub")
    designer = DataDesigner(artifact_path=GIVEN.folder, model_providers=[served])
    buffer = {} if GIVEN.buffer is None else {"buffer_size": GIVEN.buffer}
    designer.set_run_config(dd.RunConfig(otel_metrics_port=None, **buffer))
    made = designer.create(
        columns(), num_records=GIVEN.requests, dataset_name="bench", resume=dd.ResumeMode.IF_POSSIBLE
    )
    report(made.load_dataset()["generation"])


if __name__ == "__main__":
    main()
