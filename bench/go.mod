module github.com/pgwdump/pgwdump/bench

go 1.26.0

require (
	github.com/jackc/pgx/v5 v5.12.0
	github.com/pgwdump/pgwdump v0.0.0
)

replace github.com/pgwdump/pgwdump => ../
