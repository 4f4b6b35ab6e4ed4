package tlskeys

import "crypto/tls"

// An agreement is what a client and a server have agreed on by their hellos.
type agreement struct {
	version        uint16
	suite          *suite
	client, server random
	etm            bool
}

// clientHello takes a ClientHello. The one that answers a HelloRetryRequest has the
// same random.
func (c *Conn) clientHello(body []byte) {
	var hello clientHello
	if !hello.read(body) {
		return
	}
	i := &c.info
	if c.hellos == 0 || hello.random != i.Random {
		c.hellos++
		i.Renegotiations = c.hellos - 1
	}
	i.Client = true
	i.Random, i.ServerName, i.Protocols, i.Versions = hello.random, hello.serverName, hello.protocols, hello.versions
	i.EarlyData.Announced = i.EarlyData.Announced || hello.earlyData
	c.agree()
}

// serverHello takes a ServerHello or a HelloRetryRequest.
func (c *Conn) serverHello(body []byte) {
	var hello serverHello
	if !hello.read(body) {
		return
	}
	i := &c.info
	i.Server = true
	i.Version, i.CipherSuite = hello.version, hello.suite
	c.server = hello
	for h := range c.halves {
		c.halves[h].framer.version = min(hello.version, tls.VersionTLS12) // RFC 8446, section 5.1
	}
	if hello.isRetry() {
		i.Retried = true
		c.answerEarly(refused) // RFC 8446, section 4.2.10
		return
	}
	c.answers++
	c.abridged = true
	i.Protocol = hello.protocol
	i.Resumed = hello.resumed
	i.ExtendedMasterSecret, i.EncryptThenMAC = hello.ems, hello.etm
	c.agree()
}

// agree follows from the hellos of both sides which epochs come next.
func (c *Conn) agree() {
	if c.agreements == c.answers || c.answers > c.hellos {
		return
	}
	c.agreements = c.answers
	c.news = true
	a := &agreement{
		version: c.server.version, suite: findSuite(c.server.version, c.server.suite),
		client: c.info.Random, server: c.server.random, etm: c.server.etm,
	}
	var why *Reason
	if a.suite == nil || c.server.compression != 0 {
		why = &Reason{Kind: Unsupported, Version: c.server.version, CipherSuite: c.server.suite}
	}
	for i := range c.halves {
		c.halves[i].follow(a, c.info.EarlyData.Announced, why)
	}
	c.fetchKeys()
}

// follow adds the epochs that an agreement brings.
func (h *half) follow(a *agreement, earlyData bool, why *Reason) {
	last := epoch{level: application, agreement: a, why: why}
	if a.version != tls.VersionTLS13 {
		if before := &h.epochs[len(h.epochs)-1]; before.level == application && before.agreement == nil {
			*before = last // it has begun already
			return
		}
		h.epochs = append(h.epochs, last)
		return
	}
	h.epochs = []epoch{{}}
	if h.client && earlyData {
		h.epochs = append(h.epochs, epoch{level: beforehand, agreement: a, why: why})
	}
	h.epochs = append(h.epochs, epoch{level: handshaking, agreement: a, why: why}, last)
}

// fetchKeys looks for the keys that are not there yet.
func (c *Conn) fetchKeys() {
	for i := range c.halves {
		h := &c.halves[i]
		for n := range h.epochs {
			e := &h.epochs[n]
			if e.agreement == nil || e.protection != nil || e.why != nil {
				continue
			}
			name := h.label(e)
			if secret, more := c.log.find(e.agreement.client, name); secret != nil {
				e.use(secret, i)
				c.found(key{e.agreement.client, name})
				c.news = true
			} else if !more {
				e.why = c.noKey(h, e)
				c.news = true
			}
		}
	}
}

// found takes note of a key.
func (c *Conn) found(k key) {
	if c.used {
		c.log.use(k)
	} else {
		c.keys = append(c.keys, k)
	}
}

// noKey returns why an epoch has no key.
func (c *Conn) noKey(h *half, e *epoch) *Reason {
	why := &Reason{Kind: NoKey, Random: e.agreement.client}
	switch {
	case c.log.empty():
		return &Reason{Kind: NoKeys}
	case c.log.knows(e.agreement.client):
		why.Label = labelNames[h.label(e)]
	}
	return why
}

// label returns the label of a key log that an epoch needs.
func (h *half) label(e *epoch) label {
	switch {
	case e.agreement.version != tls.VersionTLS13:
		return masterSecret
	case e.level == beforehand:
		return clientEarly
	case e.level == handshaking && h.client:
		return clientHandshake
	case e.level == handshaking:
		return serverHandshake
	case h.client:
		return clientTraffic
	}
	return serverTraffic
}

// use makes the keys of an epoch from the secret of its label, of the client (0) or
// the server (1).
func (e *epoch) use(secret []byte, side int) {
	a := e.agreement
	if a.version == tls.VersionTLS13 {
		e.secret = secret
		e.protection = a.suite.keys13(secret)
		return
	}
	e.protection = a.suite.keys12(a.version, secret, a.client, a.server, a.etm)[side]
}
