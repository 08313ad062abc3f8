"""`python -m serving`: serve a bundle, and ONNX files beside it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "assets" / "serving" / "million.zip"


def main() -> int:
    """Exit code: 0 when stopped, 2 for a bundle that is refused or a port that is taken."""
    asked = _asked()
    sys.argv = sys.argv[:1]  # KServe reads it when it is imported
    import faiss

    faiss.omp_set_num_threads(1)  # one request on one core: cores are for requests
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    warnings.filterwarnings("ignore", "ORJSONResponse is deprecated")  # of FastAPI, on KServe's own way
    for noisy in ("kserve", "kserve.trace", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # what a client did wrong is told the client
    logging.getLogger("uvicorn.access").propagate = False  # a line for each request
    from serving.bundle import Refused
    from serving.repository import Repository
    from serving.server import serve

    try:
        repository = Repository(asked.bundle, asked.models)
        asyncio.run(serve(repository, asked.host, asked.port, None if asked.grpc_port < 0 else asked.grpc_port))
    except Refused as error:
        print(f"refused: {error}", file=sys.stderr)  # noqa: T201
        return 2
    except OSError as error:
        print(f"cannot listen: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m serving", description="Serve a trained recommender.")
    add = parser.add_argument
    add("--bundle", type=Path, default=SHIPPED, help="a bundle, zipped or a folder, or a folder of versions 1, 2 …")
    add("--models", type=Path, help="a folder of other ONNX files: NAME.onnx, or NAME/VERSION/model.onnx")
    add("--host", default="127.0.0.1", help="the address to listen on; this machine alone by default")
    add("--port", type=int, default=8080, help="of REST")
    add("--grpc-port", type=int, default=8081, help="of gRPC; -1 for none")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
