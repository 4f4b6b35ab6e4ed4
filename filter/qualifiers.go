package filter

// Qualifiers say what a word is about, as `tcp src port` does.
type qualifiers struct {
	protocol  protocol
	direction direction
	kind      kind
}

// A kind says what kind of thing a word is.
type kind uint8

const (
	noKind kind = iota // there is nothing to inherit
	hostByDefault
	host
	net
	port
	portrange
	proto
)

// kinds are the keywords for kinds.
var kinds = map[string]kind{"host": host, "net": net, "port": port, "portrange": portrange, "proto": proto}

// needs are what has to follow the keywords.
var needs = map[kind]string{
	hostByDefault: "an address", host: "an address", net: "a network such as 10.1.0.0/16", port: "a port",
	portrange: "a range of ports such as 6000-6008", proto: "the number of a protocol, or its name behind a backslash",
}

func (k kind) String() string {
	for name, kind := range kinds {
		if k == kind {
			return name
		}
	}
	return "host"
}

// A direction says which of two addresses or ports is meant.
type direction uint8

const (
	either direction = iota // no direction was given, or src or dst
	source
	destination
	sourceAndDestination
)

// of makes one condition of those about the source and the destination, of which
// it is told where they are.
func (d direction) of(from, to uint32, condition func(at uint32) *condition) *condition {
	switch d {
	case source:
		return condition(from)
	case destination:
		return condition(to)
	case sourceAndDestination:
		return and(condition(from), condition(to))
	default:
		return or(condition(from), condition(to))
	}
}
