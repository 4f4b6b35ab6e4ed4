package filter

// primitive reads a primitive that begins with a keyword, but not with one of
// arithmetic. It returns the qualifiers for words after it.
func (p *parser) primitive() (expression, qualifiers) {
	t := p.next()
	switch t.kind {
	case tokenNumber, tokenIPv4, tokenIPv6, tokenEthernet:
		fail(t.offset, "what is %s? Write a word such as host, net or port before it", t)
	case tokenName, tokenEnd:
		p.unexpected(t, "an expression")
	}
	if e := p.keyword(t); e != nil {
		return e, qualifiers{}
	}
	var q qualifiers
	if named, ok := protocolNames[t.text]; ok {
		q.protocol = named
		t = p.peek()
		if !p.qualifies(t) {
			return p.alone(named), qualifiers{}
		}
		p.next()
	}
	if t.is("broadcast") || t.is("multicast") {
		return q.group(t), qualifiers{}
	}
	q.direction, q.kind = p.directionAndKind(t)
	if !p.atWord(p.at) {
		p.unexpected(p.peek(), needs[q.kind])
	}
	return p.word(q), q
}

// directionAndKind reads the rest of the qualifiers that begin with t: one of the
// two may be missing.
func (p *parser) directionAndKind(t token) (d direction, k kind) {
	if !t.is("src") && !t.is("dst") {
		if t.kind != tokenKeyword || kinds[t.text] == noKind {
			p.unexpected(t, "an expression")
		}
		return either, kinds[t.text]
	}
	d = p.direction(t)
	if k = kinds[p.peek().text]; p.peek().kind != tokenKeyword || k == noKind || k == proto {
		return d, hostByDefault
	}
	p.next()
	return d, k
}

// group returns what broadcast or multicast means.
func (q qualifiers) group(t token) expression {
	broadcast := t.is("broadcast")
	if named := q.protocol; named > ip6 || named == ip6 && broadcast {
		fail(t.offset, "%s has no %s addresses; write ether, ip or ip6, or nothing, before %s", named, t.text, t.text)
	}
	return groupTest{q.protocol, broadcast, t.offset}
}

// alone returns what the name of a protocol stands for that is all of a primitive.
func (p *parser) alone(name protocol) expression {
	if name == ether {
		fail(p.tokens[p.at-1].offset, "ether alone says nothing; write what follows it, such as `ether host` or `ether proto`")
	}
	return abbreviation(name)
}

// keyword reads what follows a keyword that is a primitive without qualifiers. It
// returns nil if the keyword is not one.
func (p *parser) keyword(t token) expression {
	if kind, ok := encapsulations[t.text]; ok {
		n, ok := p.number()
		if ok && n.number > kind.maximum {
			fail(n.offset, "%s is no %s: the last one is %d", n, kind.name, kind.maximum)
		}
		return encapsulation{kind, n.number, !ok, t.offset}
	}
	switch t.text {
	case "less":
		return relation{"<=", packetLength{}, number(p.needNumber("a length"))}
	case "greater":
		return relation{">=", packetLength{}, number(p.needNumber("a length"))}
	case "pppoed":
		return protocolTest{ether, etherPPPoED}
	case "inbound", "outbound":
		return directionTest{t.text == "outbound", t.offset}
	case "ifindex":
		return interfaceTest{p.needNumber("the number of an interface"), t.offset}
	}
	return nil
}

// needNumber reads a number.
func (p *parser) needNumber(what string) uint32 {
	n, ok := p.number()
	if !ok {
		p.unexpected(p.peek(), what)
	}
	return n.number
}

// qualifies tells whether a token behind the name of a protocol makes it a
// qualifier.
func (p *parser) qualifies(t token) bool {
	if t.kind != tokenKeyword {
		return false
	}
	switch t.text {
	case "src", "dst", "broadcast", "multicast":
		return true
	}
	return kinds[t.text] != noKind
}

// direction reads what follows src or dst.
func (p *parser) direction(first token) direction {
	if second := p.tokens[p.at+1:]; len(second) > 0 && first.text != second[0].text &&
		(second[0].is("src") || second[0].is("dst")) {
		if p.accept("or") {
			p.next()
			return either
		}
		if p.accept("and") {
			p.next()
			return sourceAndDestination
		}
	}
	if first.is("src") {
		return source
	}
	return destination
}
