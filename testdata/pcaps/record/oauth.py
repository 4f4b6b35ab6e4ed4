"""Logs in with an OAuth bearer token: oauth.py CONNINFO.

A program has to hand libpq its token by a hook, which psql lacks and no Python module has yet."""
import ctypes
import sys

PQAUTHDATA_OAUTH_BEARER_TOKEN = 1


class BearerRequest(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("openid_configuration", "scope")] + [
        (name, ctypes.c_void_p) for name in ("run", "cleanup")] + [("token", ctypes.c_char_p)]


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(BearerRequest))
def hand_over_token(kind, connection, request):
    if kind != PQAUTHDATA_OAUTH_BEARER_TOKEN:
        return 0
    request.contents.token = b"token-in-capture"
    return 1


pq = ctypes.CDLL("libpq.so.5")
pointer = pq.PQconnectdb.restype = pq.PQexec.restype = ctypes.c_void_p
pq.PQsetAuthDataHook(hand_over_token)
connection = pointer(pq.PQconnectdb(sys.argv[1].encode()))
assert pq.PQexec(connection, b"select current_user")
pq.PQfinish(connection)
