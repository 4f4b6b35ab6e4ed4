"""Cancels a query by PQcancelBlocking, which asks for encryption as the connection had to: cancel.py CONNINFO.

Only the libpq of PostgreSQL 17 and later has it, for which Debian 12 has no header and no Python module."""
import ctypes
import sys

pq = ctypes.CDLL("libpq.so.5")
pointer = pq.PQconnectdb.restype = pq.PQcancelCreate.restype = pq.PQgetResult.restype = ctypes.c_void_p

connection = pointer(pq.PQconnectdb(sys.argv[1].encode()))
assert pq.PQsendQuery(connection, b"select pg_sleep(60)")
cancel = pointer(pq.PQcancelCreate(connection))
assert pq.PQcancelBlocking(cancel)
pq.PQcancelFinish(cancel)
while pq.PQgetResult(connection):
    pass
pq.PQfinish(connection)
