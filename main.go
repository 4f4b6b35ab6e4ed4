// Command pgwdump shows what goes over a PostgreSQL wire. See README.md.
package main

import (
	"os"

	"github.com/pgwdump/pgwdump/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
