package filter

import "fmt"

// An Expression is a filter that has been read.
type Expression struct {
	text string
	root expression // nil if the expression is empty, and accepts everything
}

// Parse reads an expression. Its error is an *[Error].
func Parse(text string) (e *Expression, err error) {
	e = &Expression{text: text}
	defer e.recover(&err)
	p := parser{tokens: lex(text)}
	e.root = p.parse()
	return e, nil
}

// recover makes an error of a failure.
func (e *Expression) recover(err *error) {
	switch f := recover().(type) {
	case nil:
	case failure:
		*err = &Error{Expression: e.text, Offset: f.offset, Message: f.message}
	default:
		panic(f)
	}
}

// String returns the expression as it was written.
func (e *Expression) String() string { return e.text }

// A Target is what a program is compiled for.
type Target struct {
	// Link is the link type of the packets: one of the LINKTYPE_ values of the
	// libpcap project.
	Link uint16
	// Snap is what the program returns for a packet that it accepts: of how many
	// bytes the kernel is to make a copy. 0 stands for DefaultSnap.
	Snap int
	// Netmask is that of the interface, or 0, which is for `ip broadcast` to know.
	Netmask uint32
	// Live says that the kernel will run the program, on a packet socket of Linux,
	// and nobody else can. The kernel has removed the outer VLAN tag of a packet, and
	// tells what it was, and whether the packet is an outgoing one. If Link is one of
	// the Linux cooked headers, the socket is to be of type SOCK_DGRAM: packets begin
	// with the header of the network layer, and the program is made for that.
	Live bool
}

// datagram tells whether the packets come from a socket of type SOCK_DGRAM.
func (t Target) datagram() bool { return t.Live && (t.Link == linkSLL || t.Link == linkSLL2) }

// DefaultSnap is what tcpdump uses, too.
const DefaultSnap = 262144

// maxTests is how many tests an expression may come to. Ten times as many as fit
// into a program, before those are dropped that are made already, take seconds.
const maxTests = 2 * maxInstructions

// Compile makes a program of the expression. It returns an *[Error] if the
// expression asks for what packets of this link type do not have, or is too long.
func (e *Expression) Compile(t Target) (program Program, err error) {
	defer e.recover(&err)
	if t.Snap == 0 {
		t.Snap = DefaultSnap
	}
	if _, known := links[t.Link]; !known {
		return nil, fmt.Errorf("filter: packets with headers of LINKTYPE %d cannot be filtered", t.Link)
	}
	g := newGenerator(t)
	graph := newGraph(g.generate(e.root))
	if len(graph.inOrder()) > maxTests {
		fail(0, "the expression is too long, for a program has %d instructions at the most", maxInstructions)
	}
	if g.tag == nil {
		graph.optimize()
	}
	var blocks []block
	if err = graph.fold(g.values); err == nil {
		blocks, err = graph.emit(g.values, t)
	}
	if err == nil {
		program, err = assemble(blocks)
	}
	if err != nil {
		fail(0, "%s", err)
	}
	return program, nil
}

// Compile makes a program of an expression: it is [Parse] and [Expression.Compile].
func Compile(text string, t Target) (Program, error) {
	e, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return e.Compile(t)
}
