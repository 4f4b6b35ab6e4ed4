package cli

import (
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/filter"
)

// maxTags is how many VLAN tags of a packet the filter for ports looks behind.
const maxTags = 2

// portFilter returns the filter expression of a live capture for which nobody gave
// one: what goes to these ports, and from them. Of a packet in fragments only the
// first says which ports, so that the others are let through.
func portFilter(ports []uint16, link capture.LinkType) string {
	var terms []string
	for _, p := range ports {
		terms = append(terms, fmt.Sprintf("tcp port %d", p))
	}
	terms = append(terms, "(ip[6:2] & 0x1fff != 0 and ip proto 6)", "ip6 proto 44")
	untagged := strings.Join(terms, " or ")
	expression := untagged
	if link == capture.Ethernet {
		for range maxTags {
			expression = untagged + " or (vlan and (" + expression + "))"
		}
	}
	return expression
}

// kernelFilter returns the filter of a live capture and compiles it for the kernel.
func (o *options) kernelFilter(link capture.LinkType, snap int) (string, []bpf.RawInstruction, error) {
	expression := o.expression
	if expression == nil {
		var err error
		if expression, err = filter.Parse(portFilter(o.allPorts(), link)); err != nil {
			return "", nil, err
		}
	}
	program, err := expression.Compile(filter.Target{Link: uint16(link), Snap: snap, Live: runtime.GOOS == "linux"})
	if err != nil {
		return "", nil, usageError{marked(err)}
	}
	return expression.String(), program, nil
}
