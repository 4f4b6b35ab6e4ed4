"""A conversation with asyncpg, which speaks the protocol itself, in binary; the PG* variables say where."""
import asyncio
from datetime import datetime, timezone

import asyncpg


async def client():
    conn = await asyncpg.connect(ssl=False)
    await conn.fetch(
        "select $1::int, $2::text, $3::text, $4::timestamptz, $5::bytea",
        42, "Zoë 🐘", None, datetime(2024, 2, 29, 12, 34, 56, 789000, timezone.utc), b"\xde\xad\xbe\xef\0",
    )
    await conn.fetchval("insert into items (name, price) values ($1, $2) returning id", "asyncpg", 3)
    try:
        await conn.fetchval("select $1::int / $2::int", 1, 0)
    except asyncpg.DivisionByZeroError:
        pass
    transaction = conn.transaction()
    await transaction.start()
    await conn.execute("update items set price = price + 1 where name = $1", "apple")
    await transaction.rollback()
    await conn.close()


asyncio.run(client())
