"""A client of the tests' service zenvoy.it.Echo, by Python's own gRPC.

    grpc_client.py TARGET AUTHORITY SECONDS METHOD TEXT   one call with a deadline
    grpc_client.py TARGET AUTHORITY SECONDS Chat          a stream: every line of the input is sent, every answer printed

The end of a call is printed as one line of JSON: its status, its answer, and its trailers, binary ones in hexadecimal.
"""

import json
import sys

import grpc

SERVICE = "zenvoy.it.Echo"
TEXT = {"request_serializer": str.encode, "response_deserializer": bytes.decode}


def end(call, message):
    trailers = {
        key: value.hex() if isinstance(value, bytes) else value
        for key, value in call.trailing_metadata() or ()
    }
    print(
        json.dumps(
            {
                "code": call.code().name,
                "description": call.details() or "",
                "message": message,
                "trailers": trailers,
            }
        ),
        flush=True,
    )


def call(channel, seconds, method, text):
    unary = channel.unary_unary(f"/{SERVICE}/{method}", **TEXT)
    try:
        message, ended = unary.with_call(text, timeout=seconds)
    except grpc.RpcError as error:
        message, ended = "", error
    end(ended, message)


def chat(channel, seconds):
    texts = (line.rstrip("\n") for line in iter(sys.stdin.readline, ""))
    answers = channel.stream_stream(f"/{SERVICE}/Chat", **TEXT)(texts, timeout=seconds)
    try:
        for answer in answers:
            print(answer, flush=True)
    except grpc.RpcError:
        pass  # its status is printed
    end(answers, "")


def main(target, authority, seconds, method, *texts):
    options = [("grpc.default_authority", authority), ("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(target, options) as channel:
        if method == "Chat":
            chat(channel, float(seconds))
        else:
            call(channel, float(seconds), method, *texts)


main(*sys.argv[1:])
