"""Many statements of all sorts by psycopg 2, all of them simple queries: workload_psycopg_2.py ROUNDS; the PG* variables say where."""
import io
import sys

import psycopg2


def round(conn, i):
    cur = conn.cursor()
    cur.execute("insert into workload (n, t, b, f) values (%s, %s, %s, %s) returning id", (i - 50, f"it's \"row\" {i} \\ Zoë 🐘\n", bytes([i & 255, 0]), i / 7))
    cur.execute("select n, t, b from workload where n = %s or t = %s order by id", (i % 60 - 50, None))
    cur.execute(f"select {i}; update workload set flag = not flag where n = {i - 50}; select 'x;y' as \"a;b\"")
    cur.execute("prepare p (int, text) as select $1 + 1, $2; execute p (%s, 'x'); deallocate p", (i,))
    try:
        cur.execute("savepoint s")
        cur.execute("select 1 / %s", (i % 2,))
    except psycopg2.errors.DivisionByZero:
        cur.execute("rollback to savepoint s")
    cur.copy_expert("copy workload (n, t) from stdin with (format csv)", io.StringIO(f'{i},"copied, ""so"""\n,\n'))
    cur.copy_expert(f"copy (select n, t from workload where n = {i}) to stdout", io.StringIO())
    by_name = conn.cursor("by name")
    by_name.itersize = 7
    by_name.execute("select g from generate_series(1, %s) g", (i % 20,))
    for _ in by_name:
        pass
    by_name.close()
    conn.commit() if i % 2 else conn.rollback()


conn = psycopg2.connect("")
for i in range(int(sys.argv[1])):
    round(conn, i)
conn.close()
