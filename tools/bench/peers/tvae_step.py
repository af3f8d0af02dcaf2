"""The ctgan package for `tvae-step`: TVAE's own fit, timed from batch to batch. Arguments: table, threads."""

import sys
import time

import torch
from ctgan.synthesizers import tvae as package
from encoded import EncodedTable, Paced, new_clock, seconds_per_step, sizes
from serve import serve

encoded = EncodedTable(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
batch, warm_up, steps = (sizes["tvae"][name] for name in ("batch", "warmUp", "stepsPerRun"))
clock = new_clock()


class PacedLoader(package.DataLoader):
    def __iter__(self):
        for rows in super().__iter__():
            if clock.calls == warm_up:
                clock.start = time.perf_counter()
            if clock.calls == warm_up + steps:
                clock.seconds = (time.perf_counter() - clock.start) / steps
                raise Paced
            clock.calls += 1
            yield rows


package.DataLoader = PacedLoader
package.DataTransformer = lambda: encoded


def run():
    clock.calls = 0
    model = package.TVAE(batch_size=batch, epochs=1000, enable_gpu=False)
    seconds = seconds_per_step(lambda: model.fit(encoded.table, encoded.discrete), clock)
    return {
        "seconds": seconds,
        "steps": steps,
        "outputs": encoded.output_dimensions,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


serve(run)
