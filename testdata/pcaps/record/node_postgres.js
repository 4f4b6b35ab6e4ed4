// A conversation with node-postgres (npm pg), which speaks the protocol itself; the PG* variables say where.
const { Client } = require('pg')

async function main() {
  const client = new Client()
  await client.connect()
  await client.query('select $1::int, $2::text, $3::text, $4::timestamptz, $5::bytea', [
    42, 'Zoë 🐘', null, new Date(Date.UTC(2024, 1, 29, 12, 34, 56, 789)), Buffer.from([0xde, 0xad, 0xbe, 0xef, 0]),
  ])
  await client.query('insert into items (name, price) values ($1, $2) returning id', ['node-postgres', 8.2])
  await client.query('select $1::int / $2::int', [1, 0]).catch(() => {})
  await client.query('begin')
  await client.query({ name: 'raise', text: 'update items set price = price + 1 where name = $1', values: ['apple'] })
  await client.query('rollback')
  await client.end()
}

main()
