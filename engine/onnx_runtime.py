"""ONNX Runtime on one core, told before it is loaded to tell nobody what it runs.

Its released builds send the name, the shapes and hashes of a model and what the machine is to their maker, and write an id
for the machine into the home folder, unless a variable says otherwise when they are loaded: it is set here, and nothing
but this module loads them.
"""

from __future__ import annotations

import os
from typing import Any

SILENT = {"ORT_DISABLE_TELEMETRY": "1"}
"""Read once a process, when the library is loaded."""


def inference(file: bytes) -> Any:
    """The session of an ONNX file, ready to run. The library takes a second to load, so it waits for the first."""
    os.environ.update(SILENT)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
