"""generate: the prompts of a shard → candidates, ratings and votes of live models, as records.

The shards of a wave, and those that run side by side as tasks of a flow, are worked on together, so that
the end of one is no barrier for the next; each is written as soon as its own prompts are done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import aclosing

from prefdata.calls.scheduler import run_all
from prefdata.generation import Generation
from prefdata.outcome import Outcome
from prefdata.plan import Job, Step
from prefdata.questions import Prompt
from prefdata.shards import Manifest
from prefdata.steps.extra import check_plan, extra_of
from prefdata.steps.prompting import check_imported, prompt_ids, prompts
from prefdata.steps.recording import Recording
from prefdata.workshop import Live, Workshop, joined

Place = tuple[Recording, int, Prompt]


def run(job: Job, step: Step) -> Manifest:
    (manifest,) = run_wave(job, [step])
    return manifest


def run_wave(
    job: Job,
    steps: list[Step],
    done: Callable[[Step], None] = lambda step: None,
    watch: Callable[[Live], None] = lambda live: None,
) -> list[Manifest]:
    """Generate for several shards at once. Raises PrefdataError when no more calls can be made."""
    with joined(job, watch) as shop:
        check_imported(job, [step.part for step in steps])
        check_plan(job)
        shop.expect(sum(len(prompt_ids(job, step.part)) for step in steps))
        return shop.run(_run_wave(job, steps, shop, done))


async def _run_wave(job: Job, steps: list[Step], shop: Workshop, done: Callable[[Step], None]) -> list[Manifest]:
    extra = extra_of(job)
    generation = Generation(
        job.config, shop.endpoints.call, shop.verification, lambda prompt_id: extra.get(prompt_id, {})
    )
    recordings = [Recording(job, step) for step in steps]
    manifests: list[Manifest] = []

    async def work(place: Place) -> Outcome:
        async with shop.places:
            shop.endpoints.engine.check()
            return await generation.work(place[2])

    def finish_complete() -> None:
        for recording in [recording for recording in recordings if recording.is_complete]:
            manifests.append(recording.finish())
            recordings.remove(recording)
            done(recording.step)

    try:
        async with aclosing(run_all(_places(job, recordings), work, shop.window)) as ended:
            async for (recording, number, _), outcome in ended:
                recording.add(number, outcome)
                shop.done += 1
                finish_complete()
        finish_complete()  # shards without any prompt
    finally:
        for recording in recordings:
            recording.abandon()
    return manifests


def _places(job: Job, recordings: list[Recording]) -> Iterator[Place]:
    """The prompts of all shards, one shard after the other, each read when its turn comes."""
    for recording in list(recordings):
        number = -1
        for number, prompt in enumerate(prompts(job, recording.step.part)):
            yield recording, number, prompt
        recording.prompts = number + 1
