"""Sends every WebSocket message back: websocket_echo.py ADDRESS PORT"""

import asyncio
import sys

import websockets


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def main(address, port):
    async with websockets.serve(echo, address, int(port)):
        await asyncio.Future()


asyncio.run(main(*sys.argv[1:]))
