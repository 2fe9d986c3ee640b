"""Load for `bench events`: keep-alive connections that post as fast as they are answered, in a process of its own, on bare sockets."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

import uvloop

PATIENCE_S: Final = 30.0


@dataclass(slots=True)
class Answers:
    """What came back within the measured time: latencies in seconds, refusals, and how long it took."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0


def post_events(port: int, key: str, *, connections: int, batch: int, seconds: float, warm_up: float) -> Answers:
    """Post events (`batch` at a time; 1 = alone) for `seconds` after `warm_up`; each connection sends its next when it was answered."""
    return uvloop.run(_post(port, key, connections, batch, seconds, warm_up))


async def _post(port: int, key: str, connections: int, batch: int, seconds: float, warm_up: float) -> Answers:
    loop = asyncio.get_running_loop()
    answers = Answers()
    begins = time.perf_counter() + warm_up
    ends = begins + seconds
    senders = [_Sender(loop, key, number, batch, begins, ends, answers) for number in range(connections)]
    for sender in senders:
        await loop.create_connection(lambda sender=sender: sender, "127.0.0.1", port)
    await asyncio.wait_for(asyncio.gather(*(sender.ended for sender in senders)), warm_up + seconds + PATIENCE_S)
    answers.seconds = seconds
    return answers


class _Sender(asyncio.Protocol):
    """One connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop, key: str, number: int, batch: int, begins: float, ends: float, answers: Answers) -> None:
        self.ended: asyncio.Future[None] = loop.create_future()
        self._head = f"POST /v1/events HTTP/1.1\r\nHost: shop\r\nUser-Agent: Mozilla/5.0\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n"
        self._number = number
        self._batch = batch
        self._begins = begins
        self._ends = ends
        self._answers = answers
        self._turn = 0
        self._sent = 0.0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._buffer = b""
        now = time.perf_counter()
        if self._begins <= self._sent and now <= self._ends:
            if head[9:12] == b"202":
                self._answers.latencies.append(now - self._sent)
            else:
                self._answers.refused += 1
        if now < self._ends:
            self._send()
        else:
            self._transport.close()
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def _send(self) -> None:
        events = ",".join(self._event() for _ in range(self._batch))
        body = (events if self._batch == 1 else f'{{"events":[{events}]}}').encode()
        self._sent = time.perf_counter()
        self._transport.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _event(self) -> str:
        """A visitor does some twenty things, then the next one comes."""
        self._turn += 1
        visit = self._turn // 20
        return (
            f'{{"event_id":"{self._batch}-{self._number}-{self._turn}","name":"view_item","visitor_id":"v-{self._batch}-{self._number}-{visit}",'
            f'"session_id":"s-{visit}","items":[{{"product_id":"sku-{self._turn * 31 % 5000}","price":"39.00 CNY","position":{self._turn % 24}}}],'
            '"list_id":"l-0123456789abcdef","lang":"zh"}'
        )
