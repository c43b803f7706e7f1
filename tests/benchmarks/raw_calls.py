"""The floor: bare `AsyncOpenAI` calls, nothing kept. `python raw_calls.py BODIES URL AT_ONCE`

BODIES holds a request a line; each is asked once, in order, whatever the others answer.
Prints a JSON line with the number of calls that were answered.
"""

from __future__ import annotations

import asyncio
import json
import sys

from openai import AsyncOpenAI, OpenAIError


async def main(bodies: str, url: str, at_once: int) -> None:
    client, answered = AsyncOpenAI(base_url=url, api_key="stub"), 0

    async def worker() -> None:
        nonlocal answered
        for line in lines:
            try:
                await client.chat.completions.create(**json.loads(line))
                answered += 1
            except OpenAIError:
                continue

    with open(bodies, encoding="utf-8") as lines:
        await asyncio.gather(*(worker() for _ in range(at_once)))
    print(json.dumps({"rows": answered}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
