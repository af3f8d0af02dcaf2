"""SDV for `ctgan-fit`, `copulagan-fit` and `tvae-fit`: one whole fit of its synthesizer on a table in memory.

Arguments: table, threads, generator, epochs.
"""

import resource
import sys

import torch
from serve import serve, timed
from table import read_table, sdv_metadata
from sdv.single_table import CopulaGANSynthesizer, CTGANSynthesizer, TVAESynthesizer

synthesizers = {"ctgan": CTGANSynthesizer, "copulagan": CopulaGANSynthesizer, "tvae": TVAESynthesizer}
table = read_table(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
synthesizer_of = synthesizers[sys.argv[3]]
epochs = int(sys.argv[4])
metadata = sdv_metadata(table)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run():
    synthesizer = synthesizer_of(metadata, epochs=epochs, enable_gpu=False)
    started = cpu_seconds()
    seconds, _ = timed(lambda: synthesizer.fit({"table": table}))
    return {
        "seconds": seconds,
        "cpuSeconds": cpu_seconds() - started,
        "epochs": epochs,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "peakMemoryMB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6),
    }


serve(run)
