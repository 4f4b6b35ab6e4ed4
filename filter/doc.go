// Package filter compiles capture filters, written in the language of tcpdump
// (pcap-filter(7)), to programs for the classic BPF machine: to be run on
// packets that were read from a file ([Program.Match]), or to be attached to a
// packet socket of Linux and run by the kernel ([Target.Live]).
//
// [Parse] reads an expression once, [Expression.Compile] translates it for
// packets of one link type; a pcapng file may have interfaces of several.
//
// A program accepts the packets that the program of libpcap 1.10 accepts, bugs
// of a compiler excepted. It goes further than the manual page where they differ:
// the meaning of a keyword after `vlan`, which words inherit the qualifiers of
// others, and in which order a packet that was cut short is looked at, are
// those of libpcap. (Of an expression with parts that contradict each other the
// packets that end within their headers are an exception.) Names of hosts and
// networks are not looked up.
//
// # From an expression to a program
//
// The lexer cuts the expression into tokens, and the parser makes a tree of
// primitives of them, which is all that does not depend on the link type. The
// generator gives each primitive a condition: a tree of tests, in which a value
// loaded or computed from the packet is compared with another one. The
// conditions become a graph, in which every test says where to go on if it holds
// and if it does not. The optimizer shortens the ways through that graph, by the
// method of McCanne and Jacobson, "The BSD Packet Filter" (1993). The emitter
// writes the tests as instructions, and loads nothing that a register still
// holds.
package filter
