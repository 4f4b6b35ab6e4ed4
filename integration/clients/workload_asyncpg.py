"""Many statements of all sorts by asyncpg, in binary: workload_asyncpg.py ROUNDS; the PG* variables say where."""
import asyncio
import sys
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import asyncpg


async def round(conn, i):
    await conn.fetchval(
        "insert into workload (n, t, b, ts, d, num, f, flag, j, u, a, iv) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
        i - 50, f"it's \"row\" {i} \\ Zoë 🐘\n", bytes([i & 255, 0, 255]), datetime(2024, 2, 29, 12, 34, 56, i, timezone.utc),
        date(1999, 12, 31) + timedelta(days=i), Decimal("-12.50") * i, i / 7, i % 2 == 0, '{"a": [1, null]}', uuid.UUID(int=i), [i, None, -i],
        timedelta(days=i - 50, seconds=i, microseconds=-i),
    )
    await conn.fetch("select n, t, b, ts, a from workload where n = $1 or t = $2 order by id", i % 60 - 50, None)
    try:
        await conn.fetchval("select $1::int / $2::int", i, 0)
    except asyncpg.DivisionByZeroError:
        pass
    await conn.execute(f"select {i}; update workload set flag = not flag where n = {i - 50}; select 'x;y' as \"a;b\"")
    async with conn.transaction():
        await conn.execute("update workload set f = $1 where id = $2", i * 1e10, i)
        async for _ in conn.cursor("select g from generate_series(1, $1) g", i % 20, prefetch=7):
            pass
    try:
        async with conn.transaction():
            await conn.executemany("update workload set f = 1.0 / $1 where id = $2", [(k * 1.0, k) for k in range(3, -2, -1)])
    except asyncpg.DivisionByZeroError:
        pass
    await conn.copy_records_to_table("workload", records=[(i, "copied"), (None, None)], columns=["n", "t"])
    await conn.fetch("select $1::numrange, $2::inet, $3::point", asyncpg.Range(Decimal(i), None), "10.0.0.1/8", (i, -0.5))


async def main():
    conn = await asyncpg.connect(ssl=False)
    for i in range(int(sys.argv[1])):
        await round(conn, i)
    await conn.close()


asyncio.run(main())
