# SPDX-License-Identifier: Apache-2.0
"""A small pipeline that really computes: simulate measurements, clean them, estimate their mean, report.

Needs nothing but Python where it runs. `python report.py` compiles it to `report.yaml` beside this file.
"""

from pathlib import Path
from typing import NamedTuple

from kfp import compiler, dsl

IMAGE = "python:3.11"


@dsl.component(base_image=IMAGE)
def simulate(count: int, seed: int, measurements: dsl.Output[dsl.Dataset]) -> None:
    """Write measurements around 20, one a line; about one in fifty is a sensor's error."""
    import random

    source = random.Random(seed)
    with open(measurements.path, "w", encoding="utf-8") as file:
        for _ in range(count):
            broken = source.random() < 0.02
            value = source.uniform(-500, 500) if broken else source.gauss(20.0, 2.5)
            file.write(f"{value:.4f}\n")


@dsl.component(base_image=IMAGE)
def clean(measurements: dsl.Input[dsl.Dataset], cleaned: dsl.Output[dsl.Dataset]) -> int:
    """Drop what lies more than five usual deviations from the median; return how many values went."""
    import statistics

    with open(measurements.path, encoding="utf-8") as file:
        values = [float(line) for line in file]
    middle = statistics.median(values)
    usual = 1.4826 * statistics.median(abs(value - middle) for value in values)
    kept = [value for value in values if abs(value - middle) <= 5 * usual]
    with open(cleaned.path, "w", encoding="utf-8") as file:
        file.writelines(f"{value:.4f}\n" for value in kept)
    cleaned.metadata["values"] = len(kept)
    return len(values) - len(kept)


@dsl.component(base_image=IMAGE)
def estimate(
    cleaned: dsl.Input[dsl.Dataset], resamples: int, seed: int
) -> NamedTuple("Estimate", [("mean", float), ("low", float), ("high", float)]):  # type: ignore[valid-type]
    """Compute the mean and, by drawing the sample again and again, where it lies with 95 % confidence."""
    import random
    from typing import NamedTuple

    with open(cleaned.path, encoding="utf-8") as file:
        values = [float(line) for line in file]
    source = random.Random(seed)
    means = []
    for number in range(1, resamples + 1):
        means.append(sum(source.choices(values, k=len(values))) / len(values))
        if number % max(1, resamples // 10) == 0:
            print(f"{number} of {resamples} samples drawn", flush=True)
    means.sort()
    result = NamedTuple("Estimate", [("mean", float), ("low", float), ("high", float)])
    return result(
        round(sum(values) / len(values), 4),
        round(means[int(0.025 * (resamples - 1))], 4),
        round(means[int(0.975 * (resamples - 1))], 4),
    )


@dsl.component(base_image=IMAGE)
def write_report(title: str, count: int, dropped: int, mean: float, low: float, high: float) -> str:
    """Put the numbers into words."""
    return (
        f"{title}: mean {mean:.2f} (95 % between {low:.2f} and {high:.2f}) "
        f"from {count - dropped} of {count} values, {dropped} dropped as faulty"
    )


@dsl.pipeline(name="measurement-report", description="Estimates the mean of simulated measurements.")
def measurement_report(
    count: int = 1000, seed: int = 7, resamples: int = 30000, title: str = "Measurements"
) -> NamedTuple("Outputs", [("mean", float), ("report", str)]):  # type: ignore[valid-type]
    """Join the four steps into a chain."""
    simulated = simulate(count=count, seed=seed)
    cleaning = clean(measurements=simulated.outputs["measurements"])
    estimated = estimate(cleaned=cleaning.outputs["cleaned"], resamples=resamples, seed=seed)
    report = write_report(
        title=title,
        count=count,
        dropped=cleaning.outputs["Output"],
        mean=estimated.outputs["mean"],
        low=estimated.outputs["low"],
        high=estimated.outputs["high"],
    )
    outputs = NamedTuple("Outputs", [("mean", float), ("report", str)])
    return outputs(mean=estimated.outputs["mean"], report=report.output)


if __name__ == "__main__":
    compiler.Compiler().compile(measurement_report, str(Path(__file__).with_suffix(".yaml")))
