package capture

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
)

// Files is one or several capture files, read as one capture in the order of
// time. Only those are open that overlap at that time, so that any number of
// rotated files can be given.
type Files struct {
	waiting []waiting // not yet reached, in the order of their first packets
	open    []*head
	errs    []error // met, and not yet returned by Read
	packets int     // read so far
	names   []string
	secrets func(name string, keyLog []byte)
	losses  losses
	over    *atomic.Bool // set when files grow no more; nil where they do not
	size    int64        // bytes of all files on disk
	read    atomic.Int64
}

type waiting struct {
	name  string
	first int64 // time of its first packet
}

// A head is an open file with its next packet.
type head struct {
	*file
	packet Packet
	have   bool
}

// OpenFiles opens capture files; "-" is standard input. A file that cannot be
// read does not keep the others from being read: Read returns its *FileError.
func OpenFiles(names ...string) *Files {
	s := &Files{names: names, losses: losses{}}
	for _, name := range names {
		w := waiting{name: name}
		if len(names) > 1 && name != stdin {
			w.first = s.probe(name)
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			s.size += info.Size()
		}
		s.waiting = append(s.waiting, w)
	}
	slices.SortStableFunc(s.waiting, func(a, b waiting) int { return cmp.Compare(a.first, b.first) })
	return s
}

// probe returns the time of the first packet of a file, 0 where there is none.
// What is wrong with the file will be found once more when its time comes.
func (s *Files) probe(name string) int64 {
	f, err := openFile(name, new(atomic.Int64), nil)
	if err != nil {
		return 0
	}
	defer f.close()
	var p Packet
	if f.next(&p) != nil {
		return 0
	}
	return p.Time
}

// Read returns the next packet of the capture.
func (s *Files) Read() (*Packet, error) {
	for {
		next := s.first()
		if len(s.errs) > 0 {
			err := s.errs[0]
			s.errs = s.errs[1:]
			return nil, err
		}
		if len(s.waiting) > 0 && (next == nil || next.packet.Time >= s.waiting[0].first) {
			s.reach()
			continue
		}
		if next == nil {
			return nil, io.EOF
		}
		next.have = false
		s.packets++
		next.packet.Number = s.packets
		return &next.packet, nil
	}
}

// reach opens the next of the waiting files.
func (s *Files) reach() {
	name := s.waiting[0].name
	s.waiting = s.waiting[1:]
	f, err := openFile(name, &s.read, s.over)
	if err != nil {
		s.errs = append(s.errs, err)
		return
	}
	f.secrets, f.losses = s.secrets, s.losses
	s.open = append(s.open, &head{file: f})
}

// first reads ahead where a packet was handed out, and returns the file whose
// packet is the earliest. Files that end are closed.
func (s *Files) first() *head {
	var first *head
	for i := 0; i < len(s.open); i++ {
		h := s.open[i]
		if !h.have {
			if err := h.next(&h.packet); err != nil {
				s.note(h, err)
				if goesOn(err) {
					i--
					continue
				}
				h.close()
				s.open = slices.Delete(s.open, i, i+1)
				i--
				continue
			}
			h.have = true
			h.file.packets++
		}
		if first == nil || h.packet.Time < first.packet.Time {
			first = h
		}
	}
	return first
}

// maxFlaws is how many errors of a file are told of after which reading goes on.
const maxFlaws = 10

// note keeps an error for Read to return, unless there were enough of its kind.
func (s *Files) note(h *head, err error) {
	e := h.fail(err)
	if goesOn(err) {
		switch h.flaws++; {
		case h.flaws == maxFlaws:
			e.Detail += "; from here on such places are only counted"
		case h.flaws > maxFlaws:
			return
		}
	} else if n := h.flaws - maxFlaws; n > 0 {
		flaws := h.fail(&reason{ErrSkipped, fmt.Sprintf("and so at %d more places before", n)})
		s.errs = append(s.errs, flaws)
	}
	if err != io.EOF {
		s.errs = append(s.errs, e)
	}
}

// Ready tells whether the next Read returns without waiting for a file.
func (s *Files) Ready() bool {
	for _, h := range s.open {
		if !h.have && !h.format.ready(h.file) {
			return false
		}
	}
	return len(s.open) > 0
}

// Progress returns how many bytes of the files have been read, of how many. It
// may be called while another goroutine reads. The size is 0 where nobody knows.
func (s *Files) Progress() (read, size int64) {
	return s.read.Load(), s.size
}

// Close closes the files.
func (s *Files) Close() {
	for _, h := range s.open {
		h.close()
	}
}
