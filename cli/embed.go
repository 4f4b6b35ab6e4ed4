package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/render"
)

// embedKeys writes the packets that were read to the file of --embed-keys, behind the
// keys that were of use. The keys of a program that reads a capture but once have to
// come first, so the files are read again.
func (d *dumper) embedKeys() error {
	o := d.options
	out, err := createPrivate(o, "--embed-keys", o.embedKeys)
	if err != nil {
		return err
	}
	defer out.Close()
	used := d.keys.Used()
	w := capture.NewWriter(out, capture.About{Application: "pgwdump " + version()})
	if len(used) > 0 {
		w.Secrets(used)
	}
	files := capture.OpenFiles(o.files...)
	defer files.Close()
	var source capture.Source = files
	if o.expression != nil {
		source = newFiltered(files, o.expression)
	}
	for n := 0; n < d.packets; {
		p, err := source.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			continue // it was reported the first time
		}
		n++
		w.Write(p)
	}
	writeLost(w, d.files, d.last.Time)
	if err := errors.Join(w.Flush(), out.Close()); err != nil {
		return err
	}
	if len(used) == 0 {
		fmt.Fprintf(o.stderr, "pgwdump: %s has no keys: none were of use\n", out.Name())
		return nil
	}
	fmt.Fprintf(o.stderr, "pgwdump: %s now has the packets with %s: whoever has it can read what was encrypted, keep it safe\n",
		out.Name(), render.Many(int64(bytes.Count(used, []byte("\n"))), "TLS key"))
	return nil
}

// checkSecretFiles finds what does not go together with files of secrets.
func (o *options) checkSecretFiles() error {
	switch {
	case o.embedKeys != "" && (o.device != "" || slices.Contains(o.files, "-")):
		return errors.New("--embed-keys reads its captures twice, and needs files; write the packets to one with -w first")
	case o.decrypted != "" && o.decrypted == o.embedKeys:
		return errors.New("--decrypted-pcap and --embed-keys name the same file")
	case o.decrypted != "" && o.records():
		return errors.New("-w - and -w with -q only write packets, so that there is nothing for --decrypted-pcap")
	case o.embedKeys != "" && o.records():
		return errors.New("-w - and -w with -q only write packets, so that there are no keys for --embed-keys")
	}
	return nil
}
