package tlskeys

import (
	"crypto/tls"
	"fmt"
)

// A Kind says in general why something cannot be read.
type Kind uint8

const (
	// Missing: the bytes were not captured.
	Missing Kind = iota + 1
	// NoTLS: the connection does not begin as one of TLS.
	NoTLS
	// NoHandshake: the hellos, by which keys are found, were not captured.
	NoHandshake
	// NoKeys: there is no key log, or nothing in it.
	NoKeys
	// NoKey: the key log has no secret under the label Label for the client random
	// Random, or none at all where there is no Label.
	NoKey
	// Unsupported: records are encrypted in a way that is not known here: see Version
	// and CipherSuite.
	Unsupported
	// NoRecord: no record begins where one should, or where one was searched for.
	NoRecord
	// Failed: the record number Record, at Offset, is not authentic under the key.
	Failed
	// LostPlace: which sequence number a record has was not found after something was
	// lost, nor will it be.
	LostPlace
	// Refused: early data that the server did not accept.
	Refused
	// Doubtful: early data of which it is not known whether the server accepted it.
	Doubtful
	// NoRoom: the record or message was not whole, and too much of others was not.
	NoRoom
)

// A Reason is why something cannot be read.
type Reason struct {
	Kind        Kind
	Label       string   // of a key log
	Random      [32]byte // the client random
	Version     uint16
	CipherSuite uint16
	Record      int64 // counted from 1, in its direction
	Offset      int64 // in the stream, of the record
}

// Whole tells whether it is a reason why nothing of a connection can be read.
func (r *Reason) Whole() bool {
	switch r.Kind {
	case NoTLS, NoHandshake, NoKeys, NoKey, Unsupported:
		return true
	}
	return false
}

// Error returns one line.
func (r *Reason) Error() string {
	switch r.Kind {
	case Missing:
		return "not captured"
	case NoTLS:
		return "does not begin as TLS does"
	case NoHandshake:
		return "the beginning of the handshake was not captured"
	case NoKeys:
		return "there are no keys"
	case NoKey:
		if r.Label == "" {
			return fmt.Sprintf("the key log has nothing for client random %x", r.Random)
		}
		return fmt.Sprintf("the key log has no %s for client random %x", r.Label, r.Random)
	case Unsupported:
		return fmt.Sprintf("%s with %s cannot be decrypted", tls.VersionName(r.Version), SuiteName(r.CipherSuite))
	case NoRecord:
		return "no TLS record begins here"
	case Failed:
		return fmt.Sprintf("record %d, at byte %d, is not authentic under the key of the log", r.Record, r.Offset)
	case LostPlace:
		return fmt.Sprintf("lost its place before record %d, at byte %d", r.Record, r.Offset)
	case Refused:
		return "early data that the server did not accept"
	case Doubtful:
		return "early data of which it is not known whether the server accepted it"
	case NoRoom:
		return "more records that are not whole than may be held"
	}
	return "unknown"
}
