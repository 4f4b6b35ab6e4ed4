// Conversations with pgx, which speaks the protocol itself, in binary: pgx NAME; the PG* variables say where.
package main

import (
	"context"
	"log"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
)

var ctx = context.Background()

func main() {
	conn, err := pgx.Connect(ctx, "")
	check(err)
	map[string]func(*pgx.Conn){"client": client, "copy": copyFrom, "batch": batch}[os.Args[1]](conn)
	check(conn.Close(ctx))
}

func client(conn *pgx.Conn) {
	_, err := conn.Exec(ctx, "select $1::int, $2::text, $3::text, $4::timestamptz, $5::bytea",
		42, "Zoë 🐘", nil, time.Date(2024, 2, 29, 12, 34, 56, 789e6, time.UTC), []byte("\xde\xad\xbe\xef\x00"))
	check(err)
	var id int
	check(conn.QueryRow(ctx, "insert into items (name, price) values ($1, $2) returning id", "pgx", 5).Scan(&id))
	if _, err = conn.Exec(ctx, "select $1::int / $2::int", 1, 0); err == nil {
		log.Fatal("no division by zero")
	}
	tx, err := conn.Begin(ctx)
	check(err)
	_, err = tx.Exec(ctx, "update items set price = price + 1 where name = $1", "apple")
	check(err)
	check(tx.Rollback(ctx))
}

// copyFrom sends COPY in the binary format, after a Describe to learn the types of the columns.
func copyFrom(conn *pgx.Conn) {
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"items"}, []string{"name", "price", "note"},
		pgx.CopyFromRows([][]any{{"kiwi", 0.4, nil}, {"lemon", 0.6, "from Sicily"}}))
	check(err)
}

// batch sends all its statements before the first answer; they share one implicit transaction.
func batch(conn *pgx.Conn) {
	var b pgx.Batch
	b.Queue("insert into items (name) values ($1)", "nut")
	b.Queue("select count(*) from items")
	b.Queue("delete from items where name = $1", "nut")
	check(conn.SendBatch(ctx, &b).Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
