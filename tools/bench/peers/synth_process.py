"""SDV for `synth-process`: starts synth_script.py as a user would and times it from its start to its end."""

import os
import subprocess
import sys
import tempfile

from serve import serve, timed

script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "synth_script.py")


def run():
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "synthetic.csv")
        command = [sys.executable, script, sys.argv[1], out]
        seconds, result = timed(lambda: subprocess.run(command, check=True, capture_output=True, text=True))
        return {"seconds": seconds, "fileBytes": os.path.getsize(out), "score": float(result.stdout.split()[-1])}


serve(run)
