"""Calls over gRPC, by the server's own environment: `python grpc_client.py PORT`, [[call, request], …] as JSON on stdin."""

from __future__ import annotations

import json
import sys
from typing import Any

import grpc  # here and below: of .venv-serving
from google.protobuf.json_format import MessageToDict, ParseDict
from kserve.protocol.grpc import grpc_predict_v2_pb2 as pb
from kserve.protocol.grpc import grpc_predict_v2_pb2_grpc as rpc


def answered(stub: Any, call: str, asked: Any) -> Any:
    """The answer, or the status."""
    try:
        answer = getattr(stub, call)(ParseDict(asked, getattr(pb, f"{call}Request")()))
    except grpc.RpcError as error:
        return {"code": error.code().name, "details": error.details()}
    return MessageToDict(answer, preserving_proto_field_name=True)


with grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}") as channel:
    there = rpc.GRPCInferenceServiceStub(channel)
    print(json.dumps([answered(there, *one) for one in json.loads(sys.stdin.read())]))
