// Many statements of all sorts by node-postgres: workload.js ROUNDS; the PG* variables say where.
const { Client } = require('pg')

async function round(client, i) {
  await client.query('insert into workload (n, t, b, ts, num, f, flag, j) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id', [
    i - 50, `it's "row" ${i} \\ Zoë 🐘\n`, Buffer.from([i & 255, 0, 255]), new Date(Date.UTC(2024, 1, 29, 12, 34, 56, i % 1000)),
    -12.5 * i, i / 7, i % 2 === 0, { a: [i, null], 'b"': 'ü' },
  ])
  await client.query('select n, t, b from workload where n = $1 or t = $2 order by id', [(i % 60) - 50, null])
  await client.query('select $1::int / $2::int', [i, 0]).catch(() => {})
  await client.query(`select ${i}; update workload set flag = not flag where n = ${i - 50}; select 'x;y' as "a;b"`)
  await client.query(`select 1; select 1 / 0; select 'never'`).catch(() => {})
  await client.query('begin')
  await client.query({ name: 'named', text: 'update workload set f = $1 where id = $2', values: [i * 1e10, i] })
  await client.query({ name: 'named', text: 'update workload set f = $1 where id = $2', values: [null, i] })
  await client.query(i % 2 ? 'rollback' : 'commit')
  await client.query({ text: 'select g from generate_series(1, $1::int) g', values: [i % 20], rowMode: 'array' })
  // Sent without waiting for each other's answers.
  await Promise.all([client.query('select $1::text', ['a']), client.query('select 2'), client.query('select $1::int[]', [[1, i]])])
}

async function main() {
  const client = new Client()
  await client.connect()
  for (let i = 0; i < Number(process.argv[2]); i++) await round(client, i)
  await client.end()
}

main()
