"""Conversations that no client library has, byte by byte: raw.py NAME HOST."""
import os
import socket
import struct
import sys

NEGOTIATE_GSSENC, PROTOCOL_2, PROTOCOL_3 = 80877104, 2 << 16, 3 << 16
server = socket.create_connection((sys.argv[2], 5432))
stream = server.makefile("rb")


def send(body, kind=b""):
    server.sendall(kind + struct.pack("!i", 4 + len(body)) + body)


def receive():
    kind = stream.read(1)
    return kind, stream.read(struct.unpack("!i", stream.read(4))[0] - 4)


def until_ready():
    while receive()[0] not in (b"Z", b""):
        pass


def start(*more, protocol=PROTOCOL_3):
    words = ["user", os.environ["PGUSER"], "database", os.environ["PGDATABASE"], *more]
    send(struct.pack("!i", protocol) + "".join(w + "\0" for w in words).encode() + b"\0")


def query_and_leave():
    until_ready()
    send(b"select 'hello'\0", b"Q")
    until_ready()
    send(b"", b"X")


def gssenc_refused():
    send(struct.pack("!i", NEGOTIATE_GSSENC))
    assert stream.read(1) == b"N"
    start()
    query_and_leave()


def unknown_option():
    """An extension the server has not heard of: it answers NegotiateProtocolVersion and goes on."""
    start("_pq_.pgwdump_test", "1")
    query_and_leave()


def protocol_2():
    """The server refuses it, with a message in the format of that protocol."""
    start(protocol=PROTOCOL_2)
    stream.read()


def reset():
    """Half a message, then RST."""
    start()
    until_ready()
    server.sendall(b"Q\0\0\0\x64select 'the rest of this never ")
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


globals()[sys.argv[1]]()
stream.close()
server.close()
