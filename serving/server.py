"""One process that listens: REST (v1, v2) and gRPC (v2), on this machine alone unless told."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from concurrent import futures
from typing import Any

from grpc import aio
from kserve.errors import InvalidInput
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.grpc import grpc_predict_v2_pb2 as pb
from kserve.protocol.grpc import grpc_predict_v2_pb2_grpc as rpc
from kserve.protocol.grpc.interceptors import ExceptionToStatusInterceptor
from kserve.protocol.grpc.servicer import InferenceServicer
from kserve.protocol.model_repository_extension import ModelRepositoryExtension
from kserve.protocol.rest.server import RESTServer

from serving.bundle import Refused
from serving.repository import AT, Repository

MOST_BYTES = 64 << 20
"""Of one request."""
VERSIONED = re.compile(rf"^/(v[12])/models/([^/:{AT}]+)/versions/([^/:]+)(.*)$")
App = Callable[[Any, Any, Any], Awaitable[None]]


class Plane(DataPlane):  # type: ignore[misc]
    """KServe's, with versions and a platform in the metadata."""

    async def model_metadata(self, model_name: str) -> dict[str, Any]:
        name, _, version = model_name.partition(AT)
        said = await super().model_metadata(model_name)
        versions = [version] if version else self._model_registry.versions(name)
        return {**said, "name": name, "platform": "onnxruntime_onnx", "versions": versions}


class Extension(ModelRepositoryExtension):  # type: ignore[misc]
    """Loading in a thread, so that requests go on; what is refused is an error of the request."""

    async def load(self, model_name: str) -> None:
        try:
            await asyncio.to_thread(self._model_registry.load, model_name)
        except Refused as error:
            raise InvalidInput(f"not loaded, what was served goes on: {error}") from error


class Servicer(InferenceServicer):  # type: ignore[misc]
    """gRPC's calls, to the version that they name."""

    async def ModelReady(self, request: Any, context: Any) -> Any:
        return await super().ModelReady(_versioned(request, "name", "version"), context)

    async def ModelMetadata(self, request: Any, context: Any) -> Any:
        return await super().ModelMetadata(_versioned(request, "name", "version"), context)

    async def ModelInfer(self, request: Any, context: Any) -> Any:
        return await super().ModelInfer(_versioned(request, "model_name", "model_version"), context)

    async def RepositoryModelLoad(self, request: Any, context: Any) -> Any:
        """KServe's reads an answer that its own repository does not give."""
        await self._mode_repository_extension.load(model_name=request.model_name)
        return pb.RepositoryModelLoadResponse(model_name=request.model_name, isLoaded=True)

    async def RepositoryModelUnload(self, request: Any, context: Any) -> Any:
        await self._mode_repository_extension.unload(model_name=request.model_name)
        return pb.RepositoryModelUnloadResponse(model_name=request.model_name, isUnloaded=True)


def _versioned(request: Any, name: str, version: str) -> Any:
    if getattr(request, version):
        setattr(request, name, f"{getattr(request, name)}{AT}{getattr(request, version)}")
    return request


def routed(app: App) -> App:
    """The path of a version to the model of that version. What is too large is refused before it is read, and so is what a
    browser sends for some site: it reaches this machine's loopback too."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            size = headers.get(b"content-length", b"0")
            if b"origin" in headers and scope["method"] != "GET":
                await _refuse(send, 403, "a page of another site asks: requests with an Origin are not answered")
                return
            if b"transfer-encoding" in headers:
                await _refuse(send, 411, "a request must say its length")
                return
            if not size.isdigit() or int(size) > MOST_BYTES:
                await _refuse(send, 413, f"a request may hold {MOST_BYTES:,} bytes at most")
                return
            if named := VERSIONED.match(scope["path"]):
                protocol, name, version, rest = named.groups()
                scope = {**scope, "path": f"/{protocol}/models/{name}{AT}{version}{rest}"}
        await app(scope, receive, send)

    return answer


async def _refuse(send: Any, status: int, said: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": said}).encode()})


async def serve(repository: Repository, host: str, rest: int, grpc: int | None) -> None:
    """Until the process is told to stop; then what was asked is still answered. Raises OSError where a port is taken."""
    plane, extension = Plane(model_registry=repository), Extension(model_registry=repository)
    listening = None if grpc is None else await _listen(plane, extension, host, grpc)
    server = RESTServer("kserve.model_server:app", plane, extension, rest, grace_period=10)
    server.create_application()
    config = server.config
    config.load()
    config.host, config.loaded_app = host, routed(config.loaded_app)
    logging.getLogger("uvicorn.error").info("ready for %s", ", ".join(repository.get_models()))
    try:
        await server._server.serve()
    finally:
        if listening is not None:
            await listening.stop(grace=10)


async def _listen(plane: Plane, extension: Extension, host: str, port: int) -> Any:
    """gRPC on one address: KServe's own listens on every one."""
    limits = [(f"grpc.max_{way}_message_length", MOST_BYTES) for way in ("send", "receive")]
    server = aio.server(futures.ThreadPoolExecutor(2), interceptors=(ExceptionToStatusInterceptor(),), options=limits)
    rpc.add_GRPCInferenceServiceServicer_to_server(Servicer(plane, extension), server)
    try:
        server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    except RuntimeError as error:
        raise OSError(f"gRPC cannot listen on {host}:{port}: {error}") from error
    await server.start()
    return server
