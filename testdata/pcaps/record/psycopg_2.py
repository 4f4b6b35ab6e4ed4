"""Conversations with psycopg 2 (on libpq): psycopg_2.py NAME; the PG* variables say where."""
import sys
from datetime import datetime, timezone

import psycopg2


def client():
    conn = psycopg2.connect("")
    cur = conn.cursor()
    cur.execute(
        "select %s::int, %s::text, %s::text, %s::timestamptz, %s::bytea",
        (42, "Zoë 🐘", None, datetime(2024, 2, 29, 12, 34, 56, 789000, timezone.utc), b"\xde\xad\xbe\xef\0"),
    )
    cur.fetchall()
    cur.execute("insert into items (name, price) values (%s, %s) returning id", ("psycopg 2", 2.90))
    conn.commit()
    try:
        cur.execute("select %s::int / %s::int", (1, 0))
    except psycopg2.errors.DivisionByZero:
        conn.rollback()
    cur.execute("update items set price = price + 1 where name = %s", ("apple",))
    conn.rollback()
    conn.close()


def large_object():
    """libpq reads and writes large objects by FunctionCall messages."""
    conn = psycopg2.connect("")
    lob = conn.lobject(0, "wb")
    lob.write(b"kept in a large object\0\xff")
    lob.seek(5)
    lob.close()
    lob = conn.lobject(lob.oid, "rb")
    lob.read()
    lob.unlink()
    conn.commit()
    conn.close()


globals()[sys.argv[1]]()
