package tlskeys

import (
	"crypto/tls"
	"strconv"
	"strings"
	"time"
)

// An Info is what is known of a connection so far. Versions, cipher suites and the
// descriptions of alerts are the numbers of crypto/tls. Where a connection was
// negotiated anew it tells of the last time.
type Info struct {
	Client bool // the client's hello was read; the rest of this group is from there
	// Random is the client random, by which a key log names the connection.
	Random [32]byte
	// ServerName is the server_name extension, the name that the client connects to.
	ServerName string
	// Protocols are those of ALPN that the client offers.
	Protocols []string
	// Versions are those that the client offers, in its order.
	Versions []uint16
	// EarlyData is data that the client announced to send before the server's first
	// answer, and that the server may accept.
	EarlyData struct{ Announced, Accepted bool }

	Server bool // the server's hello was read; the rest is from there and what follows
	// Version and CipherSuite are those that the server chose.
	Version     uint16
	CipherSuite uint16
	// Retried says that the server asked for another hello first (HelloRetryRequest).
	Retried bool
	// Resumed says that the keys are from an earlier connection, so that there is no
	// certificate.
	Resumed bool
	// ExtendedMasterSecret and EncryptThenMAC are two extensions of TLS up to 1.2.
	ExtendedMasterSecret bool
	EncryptThenMAC       bool
	// Renegotiations is how many times the connection was negotiated anew.
	Renegotiations int

	// What follows is encrypted in TLS 1.3, and empty where it could not be read.

	// Protocol is that of ALPN that the server chose.
	Protocol string
	// Subject, Issuer and NotAfter are of the server's certificate.
	Subject  string
	Issuer   string
	NotAfter time.Time
	// CertificateRequested says that the server asked for a certificate of the client,
	// ClientSubject whose it is, if there was one (ClientCertificate).
	CertificateRequested bool
	ClientCertificate    bool
	ClientSubject        string

	// Alerts are the first ones of both directions.
	Alerts []Alert

	FromClient, FromServer Direction
}

// Why returns why one of the directions cannot be read, nil if both can.
func (i *Info) Why() *Reason {
	if i.FromClient.Why != nil {
		return i.FromClient.Why
	}
	return i.FromServer.Why
}

// A Direction is what is known of what one side sends. All sizes are in bytes.
type Direction struct {
	Size    int64                 // of the stream, with what is missing of it
	Records [contentTypes]Records // see Of
	Plain   int64                 // application data that came out
	Lost    int64                 // of the stream, that nothing came out of
	Held    int64                 // of the stream, that wait for a key
	Updates int                   // of the key (KeyUpdate of TLS 1.3)

	// Why tells why what came last was not read, nil if it was.
	Why *Reason
}

// Records counts records of one content type.
type Records struct {
	Count int64
	Size  int64 // bytes of the stream, headers included
}

// Of returns the count of one content type. A record that was decrypted is counted
// for what it holds, another for what its header says, which in TLS 1.3 is always
// TypeApplicationData.
func (d *Direction) Of(t ContentType) Records {
	if !t.known() {
		return Records{}
	}
	return d.Records[t-TypeChangeCipherSpec]
}

// Total returns the count of all content types.
func (d *Direction) Total() (all Records) {
	for _, n := range d.Records {
		all.Count += n.Count
		all.Size += n.Size
	}
	return all
}

// A ContentType says what a record holds.
type ContentType uint8

// The content types (RFC 8446, section 5.1; RFC 6520, section 3).
const (
	TypeChangeCipherSpec ContentType = 20 + iota
	TypeAlert
	TypeHandshake
	TypeApplicationData
	TypeHeartbeat
)

const contentTypes = 5

func (t ContentType) known() bool { return TypeChangeCipherSpec <= t && t <= TypeHeartbeat }

// String returns the name in the RFCs.
func (t ContentType) String() string {
	if !t.known() {
		return strconv.Itoa(int(t))
	}
	return [contentTypes]string{"change_cipher_spec", "alert", "handshake", "application_data", "heartbeat"}[t-TypeChangeCipherSpec]
}

// An Alert is one alert. Its Description is that of a crypto/tls.AlertError; 0 is
// close_notify, by which a side says that it sends no more.
type Alert struct {
	FromClient  bool
	Fatal       bool
	Description uint8
	Offset      int64 // in the stream, of its record
}

// String returns the description in words.
func (a Alert) String() string {
	if a.Description == 0 {
		return "close notify"
	}
	return strings.TrimPrefix(tls.AlertError(a.Description).Error(), "tls: ")
}

// maxAlerts is how many alerts are kept.
const maxAlerts = 16
