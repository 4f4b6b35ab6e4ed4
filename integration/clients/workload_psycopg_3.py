"""Many statements of all sorts by psycopg 3: workload_psycopg_3.py ROUNDS; the PG* variables say where."""
import sys
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import psycopg
from psycopg.types.json import Jsonb


def row(i):
    return (
        i - 50, f"it's \"row\" {i} \\ Zoë 🐘\n", bytes([i & 255, 0, 255]), datetime(2024, 2, 29, 12, 34, 56, i, timezone.utc),
        date(1999, 12, 31) + timedelta(days=i), Decimal("-12.50") * i, i / 7, i % 2 == 0, Jsonb({"a": [i, None], "b\"": "ü"}),
        uuid.UUID(int=i), [i, None, -i], timedelta(days=i - 50, seconds=i, microseconds=-i),
    )


def round(conn, i):
    places = ", ".join(["%b" if i % 2 else "%t"] * 12)
    conn.execute(f"insert into workload (n, t, b, ts, d, num, f, flag, j, u, a, iv) values ({places}) returning id", row(i)).fetchone()
    conn.execute("select n, t, b, ts, a from workload where n = %s or t = %s order by id", (i % 60 - 50, None), binary=i % 2 == 0).fetchall()
    try:
        conn.execute("select %s::int / %s::int", (i, 0))
    except psycopg.errors.DivisionByZero:
        pass
    conn.execute(f"select {i}; update workload set flag = not flag where n = {i - 50}; select 'x;y' as \"a;b\"")
    with conn.transaction():
        conn.execute("update workload set f = %s where id = %s", (i * 1e10, i), prepare=True)
        with conn.cursor(name="by_name") as cursor:
            cursor.execute("select g from generate_series(1, %s) g", (i % 20,))
            while cursor.fetchmany(7):
                pass
    with conn.pipeline():
        conn.execute("select %s", ("piped",), prepare=False)
        conn.execute("update workload set t = %s where id = %s", ("piped", i), prepare=False)
        conn.execute("select %s::int[]", ([1, i],), prepare=False)
    try:
        with conn.pipeline():
            conn.execute("select %s", ("before",), prepare=False)
            conn.execute("select 1 / %s::int", (0,), prepare=False)
            conn.execute("select %s", ("behind",), prepare=False)
    except psycopg.errors.DivisionByZero:
        pass
    with conn.cursor().copy("copy workload (n, t) from stdin") as copy:
        copy.write_row((i, "copied\t\\"))
        copy.write_row((None, None))
    with conn.cursor().copy("copy (select n, t from workload where n = %s) to stdout", (i % 60 - 50,)) as copy:
        for _ in copy:
            pass


with psycopg.connect(autocommit=True) as conn:
    for i in range(int(sys.argv[1])):
        round(conn, i)
