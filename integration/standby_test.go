//go:build integration

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// asOwner prepares a command as the user whom the clusters of servers.sh belong to.
func asOwner(name string, args ...string) *exec.Cmd {
	if os.Getuid() == 0 {
		name, args = "runuser", append([]string{"-u", "postgres", "--", name}, args...)
	}
	return exec.Command(name, args...)
}

// TestStandby lets a standby of each version follow its primary through the proxy.
func TestStandby(t *testing.T) {
	bin := build(t, "../examples/proxy")
	for _, s := range servers(t) {
		t.Run(s.version, func(t *testing.T) {
			through := proxy(t, bin, s)
			psql := func(commands ...string) string {
				args := []string{"-XAtq", "-v", "ON_ERROR_STOP=1", "-c", "set client_min_messages to warning"}
				for _, c := range commands {
					args = append(args, "-c", c)
				}
				return strings.TrimSpace(output(t, command(t, false, s.port, "psql", args...)))
			}
			data := os.Getenv("PG" + s.version + "_DATA")
			dir := filepath.Join(filepath.Dir(data), "standby") // the owner may not enter t.TempDir
			remove := func() { os.RemoveAll(dir) }
			remove()
			t.Cleanup(remove)
			label := psql("select pg_backup_start('standby', true)",
				fmt.Sprintf(`\! cp -a '%s' '%s' && rm -f '%[2]s/postmaster.pid' '%[2]s/log'`, data, dir),
				`\echo ----`, "select labelfile from pg_backup_stop(false)")
			_, label, _ = strings.Cut(label, "----\n")
			write := func(name, text string) {
				c := asOwner("tee", filepath.Join(dir, name))
				c.Stdin = strings.NewReader(text)
				output(t, c)
			}
			write("backup_label", label+"\n")
			write("standby.signal", "")
			write("postgresql.auto.conf", fmt.Sprintf(`
				listen_addresses = ''
				unix_socket_directories = '%s'
				hot_standby_feedback = on
				wal_receiver_status_interval = '1s'
				primary_conninfo = 'host=127.0.0.1 port=%s user=replicator application_name=standby sslmode=disable gssencmode=disable'
			`, dir, through))
			ctl := func(args ...string) {
				args = append([]string{"-w", "-D", dir}, args...)
				if out, err := asOwner(filepath.Join(os.Getenv("PG"+s.version+"_BIN"), "pg_ctl"), args...).CombinedOutput(); err != nil {
					log, _ := os.ReadFile(filepath.Join(dir, "log"))
					t.Fatalf("%v: %s%s", err, out, log)
				}
			}
			ctl("start", "-l", filepath.Join(dir, "log"))
			t.Cleanup(func() { ctl("stop", "-m", "fast") })
			written := psql("create table if not exists followed (id int)", "insert into followed select generate_series(1, 10000)", "select pg_current_wal_lsn()")
			eventually(t, "the standby has replayed "+written, func() bool {
				return psql("select count(*) from pg_stat_replication where application_name = 'standby' and replay_lsn >= '"+written+"' and backend_xmin is not null") == "1"
			})
		})
	}
}
