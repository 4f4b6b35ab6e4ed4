"""Values of user-defined types with asyncpg, in binary: it asks the catalog for what it does not know; the PG* variables say where."""
import asyncio

import asyncpg


async def client():
    conn = await asyncpg.connect(ssl=False)
    await conn.execute("""
        create type mood as enum ('sad', 'so so', 'happy');
        create domain age as int check (value >= 0);
        create type spot as (name text, at point);
        create table people (id int, mood mood, age age, moods mood[], home spot);
    """)
    await conn.execute(
        "insert into people values ($1, $2, $3, $4, $5)",
        1, "happy", 42, ["sad", "so so", None], ("a place", asyncpg.Point(1.5, -2)),
    )
    await conn.fetch("select * from people where mood = $1", "happy")
    await conn.execute("drop table people; drop type mood, spot; drop domain age")
    await conn.close()


asyncio.run(client())
