// Package messagetest has samples of every message, for the tests of this module
// and of those who build on it.
package messagetest

import . "github.com/pgwdump/pgwdump/message" //lint:ignore ST1001 a table of nothing else

// A Sample is a message and its bytes on the wire.
type Sample struct {
	Name    string
	Message Message
	Wire    string
}

// Samples returns at least one sample of every Kind, whole and valid, with the odd
// forms that are valid too.
func Samples() []Sample {
	return []Sample{
		{"start-up", &StartupMessage{Protocol: Version30, Parameters: []Parameter{p("user", "app"), p("database", "shop")}},
			"\x00\x00\x00\x20\x00\x03\x00\x00user\x00app\x00database\x00shop\x00\x00"},
		{"start-up without parameters", &StartupMessage{Protocol: Version32}, "\x00\x00\x00\x09\x00\x03\x00\x02\x00"},
		{"start-up that repeats a name", &StartupMessage{Protocol: 3<<16 | 9999, Parameters: []Parameter{p("user", "a"), p("user", ""), p("_pq_.x", "\xff")}},
			"\x00\x00\x00\x1f\x00\x03\x27\x0fuser\x00a\x00user\x00\x00_pq_.x\x00\xff\x00\x00"},
		{"start-up of protocol 2", &StartupMessage{Protocol: 2 << 16, Data: []byte("old")}, "\x00\x00\x00\x0b\x00\x02\x00\x00old"},
		{"TLS request", &SSLRequest{}, "\x00\x00\x00\x08\x04\xd2\x16\x2f"},
		{"GSSAPI encryption request", &GSSENCRequest{}, "\x00\x00\x00\x08\x04\xd2\x16\x30"},
		{"cancel", &CancelRequest{ProcessID: 1<<32 - 1, SecretKey: []byte("key4")}, "\x00\x00\x00\x10\x04\xd2\x16\x2e\xff\xff\xff\xffkey4"},
		{"cancel with a long key", &CancelRequest{ProcessID: 1, SecretKey: []byte("0123456789abcdef")}, "\x00\x00\x00\x1c\x04\xd2\x16\x2e\x00\x00\x00\x010123456789abcdef"},
		{"TLS accepted", &SSLResponse{Answer: SSLAccepted}, "S"},
		{"TLS refused", &SSLResponse{Answer: Refused}, "N"},
		{"GSSAPI encryption accepted", &GSSENCResponse{Answer: GSSAccepted}, "G"},
		{"GSSAPI encryption refused", &GSSENCResponse{Answer: Refused}, "N"},
		{"error of protocol 2", &ErrorResponseV2{Message: t("FATAL:  unsupported\n")}, "EFATAL:  unsupported\n\x00"},
		{"version offered", &NegotiateProtocolVersion{Newest: Version30}, "v\x00\x00\x00\x0c\x00\x03\x00\x00\x00\x00\x00\x00"},
		{"options refused", &NegotiateProtocolVersion{Newest: Version32, Unrecognized: []Text{t("_pq_.a"), t("")}},
			"v\x00\x00\x00\x14\x00\x03\x00\x02\x00\x00\x00\x02_pq_.a\x00\x00"},

		{"logged in", &AuthenticationOk{}, "R\x00\x00\x00\x08\x00\x00\x00\x00"},
		{"Kerberos 4", &AuthenticationKerberosV4{}, "R\x00\x00\x00\x08\x00\x00\x00\x01"},
		{"Kerberos 5", &AuthenticationKerberosV5{}, "R\x00\x00\x00\x08\x00\x00\x00\x02"},
		{"password asked", &AuthenticationCleartextPassword{}, "R\x00\x00\x00\x08\x00\x00\x00\x03"},
		{"crypt asked", &AuthenticationCryptPassword{Salt: [2]byte{'s', 'a'}}, "R\x00\x00\x00\x0a\x00\x00\x00\x04sa"},
		{"MD5 asked", &AuthenticationMD5Password{Salt: [4]byte{1, 2, 3, 4}}, "R\x00\x00\x00\x0c\x00\x00\x00\x05\x01\x02\x03\x04"},
		{"SCM asked", &AuthenticationSCMCredential{}, "R\x00\x00\x00\x08\x00\x00\x00\x06"},
		{"GSSAPI asked", &AuthenticationGSS{}, "R\x00\x00\x00\x08\x00\x00\x00\x07"},
		{"GSSAPI goes on", &AuthenticationGSSContinue{Data: []byte("token")}, "R\x00\x00\x00\x0d\x00\x00\x00\x08token"},
		{"SSPI asked", &AuthenticationSSPI{}, "R\x00\x00\x00\x08\x00\x00\x00\x09"},
		{"SASL asked", &AuthenticationSASL{Mechanisms: []Text{t("SCRAM-SHA-256-PLUS"), t("SCRAM-SHA-256")}},
			"R\x00\x00\x00\x2a\x00\x00\x00\x0aSCRAM-SHA-256-PLUS\x00SCRAM-SHA-256\x00\x00"},
		{"SASL asked, nothing offered", &AuthenticationSASL{}, "R\x00\x00\x00\x09\x00\x00\x00\x0a\x00"},
		{"SASL goes on", &AuthenticationSASLContinue{Data: []byte("r=nonce,s=c2FsdA==,i=4096")}, "R\x00\x00\x00\x21\x00\x00\x00\x0br=nonce,s=c2FsdA==,i=4096"},
		{"SASL ends", &AuthenticationSASLFinal{Data: []byte("v=c2ln")}, "R\x00\x00\x00\x0e\x00\x00\x00\x0cv=c2ln"},
		{"unknown authentication", &AuthenticationUnknown{Code: 99, Data: []byte("?")}, "R\x00\x00\x00\x09\x00\x00\x00\x63?"},
		{"password", &PasswordMessage{Password: t("secret")}, "p\x00\x00\x00\x0bsecret\x00"},
		{"GSSAPI token", &GSSResponse{Data: []byte("NTLMSSP\x00\x01\x00")}, "p\x00\x00\x00\x0eNTLMSSP\x00\x01\x00"},
		{"SASL mechanism chosen", &SASLInitialResponse{Mechanism: t("SCRAM-SHA-256"), Data: []byte("n,,n=,r=nonce")},
			"p\x00\x00\x00\x23SCRAM-SHA-256\x00\x00\x00\x00\x0dn,,n=,r=nonce"},
		{"SASL mechanism without a response", &SASLInitialResponse{Mechanism: t("X")}, "p\x00\x00\x00\x0aX\x00\xff\xff\xff\xff"},
		{"SASL mechanism with an empty response", &SASLInitialResponse{Mechanism: t("X"), Data: []byte{}}, "p\x00\x00\x00\x0aX\x00\x00\x00\x00\x00"},
		{"SASL response", &SASLResponse{Data: []byte("c=biws,r=nonce,p=cHJvb2Y=")}, "p\x00\x00\x00\x1dc=biws,r=nonce,p=cHJvb2Y="},
		{"some response", &AuthenticationResponse{Data: []byte("?")}, "p\x00\x00\x00\x05?"},

		{"key", &BackendKeyData{ProcessID: 4711, SecretKey: []byte{0, 1, 2, 3}}, "K\x00\x00\x00\x0c\x00\x00\x12\x67\x00\x01\x02\x03"},
		{"parameter", &ParameterStatus{Name: t("TimeZone"), Value: t("UTC")}, "S\x00\x00\x00\x11TimeZone\x00UTC\x00"},
		{"ready", &ReadyForQuery{Status: Idle}, "Z\x00\x00\x00\x05I"},
		{"ready in a transaction", &ReadyForQuery{Status: InTransaction}, "Z\x00\x00\x00\x05T"},
		{"ready in a failed transaction", &ReadyForQuery{Status: FailedTransaction}, "Z\x00\x00\x00\x05E"},
		{"error", &ErrorResponse{Fields: []ErrorField{e('S', t("ERROR")), e('V', t("ERROR")), e('C', t("42P01")), e('M', t("no \"t\"")), e('P', t("15"))}},
			"E\x00\x00\x00\x26SERROR\x00VERROR\x00C42P01\x00Mno \"t\"\x00P15\x00\x00"},
		{"error with odd fields", &ErrorResponse{Fields: []ErrorField{e('S', t("")), e('S', t("twice")), e(0xff, t("\xff"))}}, "E\x00\x00\x00\x11S\x00Stwice\x00\xff\xff\x00\x00"},
		{"error without fields", &ErrorResponse{}, "E\x00\x00\x00\x05\x00"},
		{"notice", &NoticeResponse{Fields: []ErrorField{e('M', t("hi"))}}, "N\x00\x00\x00\x09Mhi\x00\x00"},
		{"notification", &NotificationResponse{ProcessID: 7, Channel: t("news"), Payload: t("sold out")}, "A\x00\x00\x00\x16\x00\x00\x00\x07news\x00sold out\x00"},
		{"goodbye", &Terminate{}, "X\x00\x00\x00\x04"},

		{"query", &Query{SQL: t("select 1")}, "Q\x00\x00\x00\x0dselect 1\x00"},
		{"empty query", &Query{SQL: t("")}, "Q\x00\x00\x00\x05\x00"},
		{"query in LATIN1", &Query{SQL: t("select '\xe9'")}, "Q\x00\x00\x00\x0fselect '\xe9'\x00"},
		{"columns", &RowDescription{Columns: []Column{
			{Name: t("id"), Table: 16384, Attribute: 1, Type: 23, Size: 4, TypeModifier: -1},
			{Name: t(""), Type: 1<<32 - 1, Size: -2, TypeModifier: 68, Format: BinaryFormat},
		}}, "T\x00\x00\x00\x2e\x00\x02id\x00\x00\x00\x40\x00\x00\x01\x00\x00\x00\x17\x00\x04\xff\xff\xff\xff\x00\x00" +
			"\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xfe\x00\x00\x00\x44\x00\x01"},
		{"no columns", &RowDescription{}, "T\x00\x00\x00\x06\x00\x00"},
		{"row", &DataRow{Values: NewValues([]byte("1"), nil, []byte{}, []byte("\x00\xff"))},
			"D\x00\x00\x00\x19\x00\x04\x00\x00\x00\x011\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x02\x00\xff"},
		{"row without columns", &DataRow{}, "D\x00\x00\x00\x06\x00\x00"},
		{"command complete", &CommandComplete{Tag: t("SELECT 1")}, "C\x00\x00\x00\x0dSELECT 1\x00"},
		{"nothing to do", &EmptyQueryResponse{}, "I\x00\x00\x00\x04"},

		{"parse", &Parse{Statement: t("s1"), SQL: t("select $1"), ParameterTypes: []OID{23, 0}}, "P\x00\x00\x00\x1bs1\x00select $1\x00\x00\x02\x00\x00\x00\x17\x00\x00\x00\x00"},
		{"bind", &Bind{Portal: t("c"), Statement: t("s1"), ParameterFormats: []Format{BinaryFormat, TextFormat}, Parameters: NewValues([]byte{0, 0, 0, 1}, nil), ResultFormats: []Format{BinaryFormat}},
			"B\x00\x00\x00\x21c\x00s1\x00\x00\x02\x00\x01\x00\x00\x00\x02\x00\x00\x00\x04\x00\x00\x00\x01\xff\xff\xff\xff\x00\x01\x00\x01"},
		{"bind with nothing", &Bind{Portal: t(""), Statement: t("")}, "B\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"describe a statement", &Describe{Target: Statement, Name: t("s1")}, "D\x00\x00\x00\x08Ss1\x00"},
		{"describe a portal", &Describe{Target: Portal, Name: t("")}, "D\x00\x00\x00\x06P\x00"},
		{"execute", &Execute{Portal: t("c"), MaxRows: 100}, "E\x00\x00\x00\x0ac\x00\x00\x00\x00\x64"},
		{"execute with a negative number", &Execute{Portal: t(""), MaxRows: -1}, "E\x00\x00\x00\x09\x00\xff\xff\xff\xff"},
		{"close", &Close{Target: Statement, Name: t("s1")}, "C\x00\x00\x00\x08Ss1\x00"},
		{"flush", &Flush{}, "H\x00\x00\x00\x04"},
		{"sync", &Sync{}, "S\x00\x00\x00\x04"},
		{"parsed", &ParseComplete{}, "1\x00\x00\x00\x04"},
		{"bound", &BindComplete{}, "2\x00\x00\x00\x04"},
		{"closed", &CloseComplete{}, "3\x00\x00\x00\x04"},
		{"parameters", &ParameterDescription{Types: []OID{23, 25}}, "t\x00\x00\x00\x0e\x00\x02\x00\x00\x00\x17\x00\x00\x00\x19"},
		{"no data", &NoData{}, "n\x00\x00\x00\x04"},
		{"suspended", &PortalSuspended{}, "s\x00\x00\x00\x04"},

		{"function call", &FunctionCall{Function: 952, ArgumentFormats: []Format{BinaryFormat}, Arguments: NewValues([]byte("x"), nil), ResultFormat: BinaryFormat},
			"F\x00\x00\x00\x19\x00\x00\x03\xb8\x00\x01\x00\x01\x00\x02\x00\x00\x00\x01x\xff\xff\xff\xff\x00\x01"},
		{"function result", &FunctionCallResponse{Value: []byte("ok")}, "V\x00\x00\x00\x0a\x00\x00\x00\x02ok"},
		{"function result NULL", &FunctionCallResponse{}, "V\x00\x00\x00\x08\xff\xff\xff\xff"},
		{"function result empty", &FunctionCallResponse{Value: []byte{}}, "V\x00\x00\x00\x08\x00\x00\x00\x00"},

		{"copy in", &CopyInResponse{CopyFormat: CopyFormat{Columns: []Format{0, 0}}}, "G\x00\x00\x00\x0b\x00\x00\x02\x00\x00\x00\x00"},
		{"copy out", &CopyOutResponse{CopyFormat: CopyFormat{Format: 1, Columns: []Format{1}}}, "H\x00\x00\x00\x09\x01\x00\x01\x00\x01"},
		{"copy both", &CopyBothResponse{}, "W\x00\x00\x00\x07\x00\x00\x00"},
		{"copy data", &CopyData{Data: []byte("1\tx\n")}, "d\x00\x00\x00\x081\tx\n"},
		{"copy data, empty", &CopyData{Data: []byte{}}, "d\x00\x00\x00\x04"},
		{"copy done", &CopyDone{}, "c\x00\x00\x00\x04"},
		{"copy failed", &CopyFail{Reason: t("no more")}, "f\x00\x00\x00\x0cno more\x00"},

		{"log data", &XLogData{Start: 0x16B3748, End: 1 << 40, SentAt: 86400e6, Data: []byte("BEGIN")},
			"w\x00\x00\x00\x00\x01\x6b\x37\x48\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x14\x1d\xd7\x60\x00BEGIN"},
		{"keepalive", &PrimaryKeepalive{End: 1, SentAt: -1, ReplyNow: 1}, "k\x00\x00\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
		{"standby status", &StandbyStatusUpdate{Written: 3, Flushed: 2, Applied: 1, SentAt: 4},
			"r\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x04\x00"},
		{"hot standby feedback", &HotStandbyFeedback{SentAt: 1, Xmin: 2, Epoch: 3, CatalogXmin: 4, CatalogEpoch: 5},
			"h\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05"},

		{"unknown type", &Unknown{Tag: '@', Data: []byte("what?")}, "@\x00\x00\x00\x09what?"},
	}
}

func t(s string) Text                    { return Text(s) }
func p(name, value string) Parameter     { return Parameter{Name: t(name), Value: t(value)} }
func e(code byte, value Text) ErrorField { return ErrorField{Code: code, Value: value} }
