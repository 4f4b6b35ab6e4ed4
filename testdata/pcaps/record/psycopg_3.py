"""Conversations with psycopg 3 (on libpq): psycopg_3.py NAME; the PG* variables say where."""
import sys
from datetime import datetime, timezone

import psycopg


def client():
    with psycopg.connect(autocommit=True) as conn:
        conn.execute(
            "select %s::int, %s::text, %s::text, %s::timestamptz, %s::bytea",
            (42, "Zoë 🐘", None, datetime(2024, 2, 29, 12, 34, 56, 789000, timezone.utc), b"\xde\xad\xbe\xef\0"),
        ).fetchall()
        conn.execute("insert into items (name, price) values (%s, %s) returning id", ("psycopg 3", 3.10)).fetchone()
        try:
            conn.execute("select %s::int / %s::int", (1, 0))
        except psycopg.errors.DivisionByZero:
            pass
        with conn.transaction():
            conn.execute("update items set price = price + 1 where name = %s", ("apple",))
            raise psycopg.Rollback


def extended_text():
    extended("%t", binary=False)


def extended_binary():
    extended("%b", binary=True)


def extended(placeholder, binary):
    """Parameters and results in one format, some of them NULL; the second time with a named statement."""
    query = "select v as value, v is null as missing from (values (%t::numeric), (%t), (null)) as x (v)"
    dates = "select %t::date as day, %t::uuid as id, %t::float8 as number, %t::bool as flag, %t::text as missing"
    with psycopg.connect(autocommit=True) as conn, conn.cursor(binary=binary) as cur:
        cur.execute(query.replace("%t", placeholder), (1.25, None)).fetchall()
        row = (datetime(2024, 2, 29).date(), "12345678-9abc-def0-1234-56789abcdef0", 0.1, True, None)
        if binary:
            import uuid
            row = (row[0], uuid.UUID(row[1]), *row[2:])
        for _ in range(2):
            cur.execute(dates.replace("%t", placeholder), row, prepare=True).fetchone()


def pipeline():
    """The second statement fails, the third is skipped up to Sync, and the fourth works again."""
    with psycopg.connect(autocommit=True) as conn:
        # By libpq itself, as psycopg would send no third statement once it knows that the second failed.
        pq = conn.pgconn
        pq.enter_pipeline_mode()
        pq.send_query_params(b"insert into items (name) values ($1)", [b"piped"])
        pq.send_query_params(b"select $1::int / $2::int", [b"1", b"0"])
        pq.send_query_params(b"insert into items (name) values ($1)", [b"never"])
        pq.pipeline_sync()
        pq.send_query_params(b"select count(*) from items", None)
        pq.pipeline_sync()
        for _ in range(2):
            while (result := pq.get_result()) is None or result.status != psycopg.pq.ExecStatus.PIPELINE_SYNC:
                pass
        pq.exit_pipeline_mode()


def copy_fail():
    """The client gives up in the middle of its rows, which sends CopyFail."""
    with psycopg.connect(autocommit=True) as conn, conn.cursor() as cur:
        try:
            with cur.copy("copy items (name, price) from stdin") as copy:
                copy.write_row(("grape", "3.00"))
                raise ValueError("no more grapes")
        except psycopg.errors.QueryCanceled:
            pass


def copy_extended():
    """COPY in and out, not by Query but by Parse, Bind, Execute and Sync."""
    with psycopg.connect(autocommit=True) as conn:
        pq = conn.pgconn
        pq.exec_params(b"copy items (name, price) from stdin", None)
        pq.put_copy_data(b"plum\t1.10\n")
        pq.put_copy_data(b"pear\t0.90\n")
        pq.put_copy_end()
        while pq.get_result():
            pass
        pq.exec_params(b"copy items to stdout", None)
        while pq.get_copy_data(0)[0] > 0:
            pass
        while pq.get_result():
            pass


def notify():
    """One connection listens, another notifies."""
    with psycopg.connect(autocommit=True) as listener, psycopg.connect(autocommit=True) as sender:
        listener.execute("listen news")
        sender.execute("notify news, 'apples are sold out'")
        sender.execute("select pg_notify('news', 'café')")
        received = listener.notifies()
        next(received), next(received)
        received.close()


globals()[sys.argv[1]]()
