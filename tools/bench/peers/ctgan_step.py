"""The ctgan package for `ctgan-step` and `ctgan-step-50`: its own fit, timed from step to step.

Arguments: table, threads, batch. The transformer is replaced by rows that are ready; the fit draws a condition twice a
step (critic, generator), which is what the clock counts.
"""

import sys
import time

import torch
from ctgan.synthesizers import ctgan as package
from encoded import EncodedTable, Paced, new_clock, seconds_per_step, sizes
from serve import serve

encoded = EncodedTable(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
batch = int(sys.argv[3])
warm_up, steps = sizes["ctgan"]["warmUp"], sizes["ctgan"]["stepsPerRun"][str(batch)]
conditions_per_step = 2
clock = new_clock()


class PacedSampler(package.DataSampler):
    def sample_condvec(self, size):
        if clock.calls == warm_up * conditions_per_step:
            clock.start = time.perf_counter()
        if clock.calls == (warm_up + steps) * conditions_per_step:
            clock.seconds = (time.perf_counter() - clock.start) / steps
            raise Paced
        clock.calls += 1
        return super().sample_condvec(size)


package.DataSampler = PacedSampler
package.DataTransformer = lambda: encoded


def run():
    clock.calls = 0
    model = package.CTGAN(batch_size=batch, epochs=1000, enable_gpu=False)
    seconds = seconds_per_step(lambda: model.fit(encoded.table, encoded.discrete), clock)
    return {
        "seconds": seconds,
        "steps": steps,
        "outputs": encoded.output_dimensions,
        "conditions": model._data_sampler.dim_cond_vec(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


serve(run)
