// Code generated from the walks of the messages by "go generate ./message". DO NOT EDIT.

package message

import (
	"encoding/binary"
	"math"
	"slices"
)

// Kind returns [KindUnknown].
func (*Unknown) Kind() Kind { return KindUnknown }

func (m *Unknown) read(w *Walker, body []byte) error {
	return w.read(m, KindUnknown, body)
}

func (m *Unknown) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindUnknown)
}

// Kind returns [KindStartupMessage].
func (*StartupMessage) Kind() Kind { return KindStartupMessage }

func (m *StartupMessage) read(w *Walker, body []byte) error {
	return w.read(m, KindStartupMessage, body)
}

func (m *StartupMessage) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindStartupMessage)
}

// Kind returns [KindSSLRequest].
func (*SSLRequest) Kind() Kind { return KindSSLRequest }

func (m *SSLRequest) read(w *Walker, body []byte) error {
	return w.read(m, KindSSLRequest, body)
}

func (m *SSLRequest) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindSSLRequest)
}

// Kind returns [KindGSSENCRequest].
func (*GSSENCRequest) Kind() Kind { return KindGSSENCRequest }

func (m *GSSENCRequest) read(w *Walker, body []byte) error {
	return w.read(m, KindGSSENCRequest, body)
}

func (m *GSSENCRequest) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindGSSENCRequest)
}

// Kind returns [KindCancelRequest].
func (*CancelRequest) Kind() Kind { return KindCancelRequest }

func (m *CancelRequest) read(w *Walker, body []byte) error {
	return w.read(m, KindCancelRequest, body)
}

func (m *CancelRequest) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindCancelRequest)
}

// Kind returns [KindSSLResponse].
func (*SSLResponse) Kind() Kind { return KindSSLResponse }

func (m *SSLResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindSSLResponse, body)
}

func (m *SSLResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindSSLResponse)
}

// Kind returns [KindGSSENCResponse].
func (*GSSENCResponse) Kind() Kind { return KindGSSENCResponse }

func (m *GSSENCResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindGSSENCResponse, body)
}

func (m *GSSENCResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindGSSENCResponse)
}

// Kind returns [KindErrorResponseV2].
func (*ErrorResponseV2) Kind() Kind { return KindErrorResponseV2 }

func (m *ErrorResponseV2) read(w *Walker, body []byte) error {
	return w.read(m, KindErrorResponseV2, body)
}

func (m *ErrorResponseV2) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindErrorResponseV2)
}

// Kind returns [KindNegotiateProtocolVersion].
func (*NegotiateProtocolVersion) Kind() Kind { return KindNegotiateProtocolVersion }

func (m *NegotiateProtocolVersion) read(w *Walker, body []byte) error {
	return w.read(m, KindNegotiateProtocolVersion, body)
}

func (m *NegotiateProtocolVersion) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindNegotiateProtocolVersion)
}

// Kind returns [KindAuthenticationOk].
func (*AuthenticationOk) Kind() Kind { return KindAuthenticationOk }

func (m *AuthenticationOk) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationOk, body)
}

func (m *AuthenticationOk) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationOk)
}

// Kind returns [KindAuthenticationKerberosV4].
func (*AuthenticationKerberosV4) Kind() Kind { return KindAuthenticationKerberosV4 }

func (m *AuthenticationKerberosV4) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationKerberosV4, body)
}

func (m *AuthenticationKerberosV4) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationKerberosV4)
}

// Kind returns [KindAuthenticationKerberosV5].
func (*AuthenticationKerberosV5) Kind() Kind { return KindAuthenticationKerberosV5 }

func (m *AuthenticationKerberosV5) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationKerberosV5, body)
}

func (m *AuthenticationKerberosV5) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationKerberosV5)
}

// Kind returns [KindAuthenticationCleartextPassword].
func (*AuthenticationCleartextPassword) Kind() Kind { return KindAuthenticationCleartextPassword }

func (m *AuthenticationCleartextPassword) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationCleartextPassword, body)
}

func (m *AuthenticationCleartextPassword) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationCleartextPassword)
}

// Kind returns [KindAuthenticationCryptPassword].
func (*AuthenticationCryptPassword) Kind() Kind { return KindAuthenticationCryptPassword }

func (m *AuthenticationCryptPassword) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationCryptPassword, body)
}

func (m *AuthenticationCryptPassword) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationCryptPassword)
}

// Kind returns [KindAuthenticationMD5Password].
func (*AuthenticationMD5Password) Kind() Kind { return KindAuthenticationMD5Password }

func (m *AuthenticationMD5Password) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationMD5Password, body)
}

func (m *AuthenticationMD5Password) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationMD5Password)
}

// Kind returns [KindAuthenticationSCMCredential].
func (*AuthenticationSCMCredential) Kind() Kind { return KindAuthenticationSCMCredential }

func (m *AuthenticationSCMCredential) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationSCMCredential, body)
}

func (m *AuthenticationSCMCredential) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationSCMCredential)
}

// Kind returns [KindAuthenticationGSS].
func (*AuthenticationGSS) Kind() Kind { return KindAuthenticationGSS }

func (m *AuthenticationGSS) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationGSS, body)
}

func (m *AuthenticationGSS) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationGSS)
}

// Kind returns [KindAuthenticationGSSContinue].
func (*AuthenticationGSSContinue) Kind() Kind { return KindAuthenticationGSSContinue }

func (m *AuthenticationGSSContinue) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationGSSContinue, body)
}

func (m *AuthenticationGSSContinue) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationGSSContinue)
}

// Kind returns [KindAuthenticationSSPI].
func (*AuthenticationSSPI) Kind() Kind { return KindAuthenticationSSPI }

func (m *AuthenticationSSPI) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationSSPI, body)
}

func (m *AuthenticationSSPI) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationSSPI)
}

// Kind returns [KindAuthenticationSASL].
func (*AuthenticationSASL) Kind() Kind { return KindAuthenticationSASL }

func (m *AuthenticationSASL) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationSASL, body)
}

func (m *AuthenticationSASL) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationSASL)
}

// Kind returns [KindAuthenticationSASLContinue].
func (*AuthenticationSASLContinue) Kind() Kind { return KindAuthenticationSASLContinue }

func (m *AuthenticationSASLContinue) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationSASLContinue, body)
}

func (m *AuthenticationSASLContinue) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationSASLContinue)
}

// Kind returns [KindAuthenticationSASLFinal].
func (*AuthenticationSASLFinal) Kind() Kind { return KindAuthenticationSASLFinal }

func (m *AuthenticationSASLFinal) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationSASLFinal, body)
}

func (m *AuthenticationSASLFinal) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationSASLFinal)
}

// Kind returns [KindAuthenticationUnknown].
func (*AuthenticationUnknown) Kind() Kind { return KindAuthenticationUnknown }

func (m *AuthenticationUnknown) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 4 {
		return w.read(m, KindAuthenticationUnknown, body)
	}
	m.Code = uint32(binary.BigEndian.Uint32(b[0:]))
	b = b[4:]
	m.Data, b = b[:len(b):len(b)], nil
	if len(b) > 0 {
		return w.read(m, KindAuthenticationUnknown, body)
	}
	return nil
}

func (m *AuthenticationUnknown) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 4 + len(m.Data)
	if uint(n) > MaxLength {
		return w.write(dst, m, KindAuthenticationUnknown)
	}
	length := uint32(n)
	b := append(dst, 'R', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = binary.BigEndian.AppendUint32(b, uint32(m.Code))
	b = append(b, m.Data...)
	return b, nil
}

// Kind returns [KindPasswordMessage].
func (*PasswordMessage) Kind() Kind { return KindPasswordMessage }

func (m *PasswordMessage) read(w *Walker, body []byte) error {
	return w.read(m, KindPasswordMessage, body)
}

func (m *PasswordMessage) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindPasswordMessage)
}

// Kind returns [KindGSSResponse].
func (*GSSResponse) Kind() Kind { return KindGSSResponse }

func (m *GSSResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindGSSResponse, body)
}

func (m *GSSResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindGSSResponse)
}

// Kind returns [KindSASLInitialResponse].
func (*SASLInitialResponse) Kind() Kind { return KindSASLInitialResponse }

func (m *SASLInitialResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindSASLInitialResponse, body)
}

func (m *SASLInitialResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindSASLInitialResponse)
}

// Kind returns [KindSASLResponse].
func (*SASLResponse) Kind() Kind { return KindSASLResponse }

func (m *SASLResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindSASLResponse, body)
}

func (m *SASLResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindSASLResponse)
}

// Kind returns [KindAuthenticationResponse].
func (*AuthenticationResponse) Kind() Kind { return KindAuthenticationResponse }

func (m *AuthenticationResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindAuthenticationResponse, body)
}

func (m *AuthenticationResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindAuthenticationResponse)
}

// Kind returns [KindBackendKeyData].
func (*BackendKeyData) Kind() Kind { return KindBackendKeyData }

func (m *BackendKeyData) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 4 {
		return w.read(m, KindBackendKeyData, body)
	}
	m.ProcessID = uint32(binary.BigEndian.Uint32(b[0:]))
	b = b[4:]
	m.SecretKey, b = b[:len(b):len(b)], nil
	if len(b) > 0 {
		return w.read(m, KindBackendKeyData, body)
	}
	return nil
}

func (m *BackendKeyData) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 4 + len(m.SecretKey)
	if uint(n) > MaxLength {
		return w.write(dst, m, KindBackendKeyData)
	}
	length := uint32(n)
	b := append(dst, 'K', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = binary.BigEndian.AppendUint32(b, uint32(m.ProcessID))
	b = append(b, m.SecretKey...)
	return b, nil
}

// Kind returns [KindParameterStatus].
func (*ParameterStatus) Kind() Kind { return KindParameterStatus }

func (m *ParameterStatus) read(w *Walker, body []byte) error {
	b := body
	if n := zeroAt(b); n >= 0 {
		m.Name, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindParameterStatus, body)
	}
	if n := zeroAt(b); n >= 0 {
		m.Value, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindParameterStatus, body)
	}
	if len(b) > 0 {
		return w.read(m, KindParameterStatus, body)
	}
	return nil
}

func (m *ParameterStatus) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.Name) + 1 + len(m.Value) + 1
	if uint(n) > MaxLength {
		return w.write(dst, m, KindParameterStatus)
	}
	length := uint32(n)
	b := append(dst, 'S', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	if b = appendText(b, m.Name); b == nil {
		return w.write(dst, m, KindParameterStatus)
	}
	if b = appendText(b, m.Value); b == nil {
		return w.write(dst, m, KindParameterStatus)
	}
	return b, nil
}

// Kind returns [KindReadyForQuery].
func (*ReadyForQuery) Kind() Kind { return KindReadyForQuery }

func (m *ReadyForQuery) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 1 {
		return w.read(m, KindReadyForQuery, body)
	}
	m.Status = TransactionStatus(b[0])
	if m.Status.String() == "" {
		return w.read(m, KindReadyForQuery, body)
	}
	b = b[1:]
	if len(b) > 0 {
		return w.read(m, KindReadyForQuery, body)
	}
	return nil
}

func (m *ReadyForQuery) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 'Z', 0, 0, 0, 5)
	b = append(b, byte(m.Status))
	return b, nil
}

// Kind returns [KindErrorResponse].
func (*ErrorResponse) Kind() Kind { return KindErrorResponse }

func (m *ErrorResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindErrorResponse, body)
}

func (m *ErrorResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindErrorResponse)
}

// Kind returns [KindNoticeResponse].
func (*NoticeResponse) Kind() Kind { return KindNoticeResponse }

func (m *NoticeResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindNoticeResponse, body)
}

func (m *NoticeResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindNoticeResponse)
}

// Kind returns [KindNotificationResponse].
func (*NotificationResponse) Kind() Kind { return KindNotificationResponse }

func (m *NotificationResponse) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 4 {
		return w.read(m, KindNotificationResponse, body)
	}
	m.ProcessID = uint32(binary.BigEndian.Uint32(b[0:]))
	b = b[4:]
	if n := zeroAt(b); n >= 0 {
		m.Channel, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindNotificationResponse, body)
	}
	if n := zeroAt(b); n >= 0 {
		m.Payload, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindNotificationResponse, body)
	}
	if len(b) > 0 {
		return w.read(m, KindNotificationResponse, body)
	}
	return nil
}

func (m *NotificationResponse) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 4 + len(m.Channel) + 1 + len(m.Payload) + 1
	if uint(n) > MaxLength {
		return w.write(dst, m, KindNotificationResponse)
	}
	length := uint32(n)
	b := append(dst, 'A', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = binary.BigEndian.AppendUint32(b, uint32(m.ProcessID))
	if b = appendText(b, m.Channel); b == nil {
		return w.write(dst, m, KindNotificationResponse)
	}
	if b = appendText(b, m.Payload); b == nil {
		return w.write(dst, m, KindNotificationResponse)
	}
	return b, nil
}

// Kind returns [KindTerminate].
func (*Terminate) Kind() Kind { return KindTerminate }

func (m *Terminate) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindTerminate, body)
	}
	return nil
}

func (m *Terminate) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 'X', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindQuery].
func (*Query) Kind() Kind { return KindQuery }

func (m *Query) read(w *Walker, body []byte) error {
	b := body
	if n := zeroAt(b); n >= 0 {
		m.SQL, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindQuery, body)
	}
	if len(b) > 0 {
		return w.read(m, KindQuery, body)
	}
	return nil
}

func (m *Query) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.SQL) + 1
	if uint(n) > MaxLength {
		return w.write(dst, m, KindQuery)
	}
	length := uint32(n)
	b := append(dst, 'Q', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	if b = appendText(b, m.SQL); b == nil {
		return w.write(dst, m, KindQuery)
	}
	return b, nil
}

// Kind returns [KindRowDescription].
func (*RowDescription) Kind() Kind { return KindRowDescription }

func (m *RowDescription) read(w *Walker, body []byte) error {
	b := body
	if n := count(b, 19); n >= 0 {
		m.Columns, b = slices.Grow(m.Columns[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindRowDescription, body)
	}
	for i := range m.Columns {
		e := &m.Columns[i]
		if n := zeroAt(b); n >= 0 {
			e.Name, b = b[:n:n], b[n+1:]
		} else {
			return w.read(m, KindRowDescription, body)
		}
		if len(b) < 18 {
			return w.read(m, KindRowDescription, body)
		}
		e.Table = OID(binary.BigEndian.Uint32(b[0:]))
		e.Attribute = int16(binary.BigEndian.Uint16(b[4:]))
		e.Type = OID(binary.BigEndian.Uint32(b[6:]))
		e.Size = int16(binary.BigEndian.Uint16(b[10:]))
		e.TypeModifier = int32(binary.BigEndian.Uint32(b[12:]))
		e.Format = Format(binary.BigEndian.Uint16(b[16:]))
		if e.Format.String() == "" {
			return w.read(m, KindRowDescription, body)
		}
		b = b[18:]
	}
	if len(b) > 0 {
		return w.read(m, KindRowDescription, body)
	}
	return nil
}

func (m *RowDescription) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 2 + 19*len(m.Columns)
	for i := range m.Columns {
		e := &m.Columns[i]
		n += len(e.Name)
	}
	if uint(n) > MaxLength || len(m.Columns) > math.MaxUint16 {
		return w.write(dst, m, KindRowDescription)
	}
	length := uint32(n)
	b := append(dst, 'T', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.Columns)))
	for i := range m.Columns {
		e := &m.Columns[i]
		if b = appendText(b, e.Name); b == nil {
			return w.write(dst, m, KindRowDescription)
		}
		b = binary.BigEndian.AppendUint32(b, uint32(e.Table))
		b = binary.BigEndian.AppendUint16(b, uint16(e.Attribute))
		b = binary.BigEndian.AppendUint32(b, uint32(e.Type))
		b = binary.BigEndian.AppendUint16(b, uint16(e.Size))
		b = binary.BigEndian.AppendUint32(b, uint32(e.TypeModifier))
		b = binary.BigEndian.AppendUint16(b, uint16(e.Format))
	}
	return b, nil
}

// Kind returns [KindDataRow].
func (*DataRow) Kind() Kind { return KindDataRow }

func (m *DataRow) read(w *Walker, body []byte) error {
	b := body
	if n, end := skipValues(b); end >= 0 {
		m.Values, b = Values{n, b[2:end:end]}, b[end:]
	} else {
		return w.read(m, KindDataRow, body)
	}
	if len(b) > 0 {
		return w.read(m, KindDataRow, body)
	}
	return nil
}

func (m *DataRow) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 2 + len(m.Values.wire)
	if uint(n) > MaxLength || m.Values.n > math.MaxUint16 {
		return w.write(dst, m, KindDataRow)
	}
	length := uint32(n)
	b := append(dst, 'D', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = append(binary.BigEndian.AppendUint16(b, uint16(m.Values.n)), m.Values.wire...)
	return b, nil
}

// Kind returns [KindCommandComplete].
func (*CommandComplete) Kind() Kind { return KindCommandComplete }

func (m *CommandComplete) read(w *Walker, body []byte) error {
	b := body
	if n := zeroAt(b); n >= 0 {
		m.Tag, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindCommandComplete, body)
	}
	if len(b) > 0 {
		return w.read(m, KindCommandComplete, body)
	}
	return nil
}

func (m *CommandComplete) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.Tag) + 1
	if uint(n) > MaxLength {
		return w.write(dst, m, KindCommandComplete)
	}
	length := uint32(n)
	b := append(dst, 'C', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	if b = appendText(b, m.Tag); b == nil {
		return w.write(dst, m, KindCommandComplete)
	}
	return b, nil
}

// Kind returns [KindEmptyQueryResponse].
func (*EmptyQueryResponse) Kind() Kind { return KindEmptyQueryResponse }

func (m *EmptyQueryResponse) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindEmptyQueryResponse, body)
	}
	return nil
}

func (m *EmptyQueryResponse) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 'I', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindParse].
func (*Parse) Kind() Kind { return KindParse }

func (m *Parse) read(w *Walker, body []byte) error {
	b := body
	if n := zeroAt(b); n >= 0 {
		m.Statement, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindParse, body)
	}
	if n := zeroAt(b); n >= 0 {
		m.SQL, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindParse, body)
	}
	if n := count(b, 4); n >= 0 {
		m.ParameterTypes, b = slices.Grow(m.ParameterTypes[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindParse, body)
	}
	for i := range m.ParameterTypes {
		e := &m.ParameterTypes[i]
		if len(b) < 4 {
			return w.read(m, KindParse, body)
		}
		*e = OID(binary.BigEndian.Uint32(b[0:]))
		b = b[4:]
	}
	if len(b) > 0 {
		return w.read(m, KindParse, body)
	}
	return nil
}

func (m *Parse) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.Statement) + 1 + len(m.SQL) + 1 + 2 + 4*len(m.ParameterTypes)
	if uint(n) > MaxLength || len(m.ParameterTypes) > math.MaxUint16 {
		return w.write(dst, m, KindParse)
	}
	length := uint32(n)
	b := append(dst, 'P', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	if b = appendText(b, m.Statement); b == nil {
		return w.write(dst, m, KindParse)
	}
	if b = appendText(b, m.SQL); b == nil {
		return w.write(dst, m, KindParse)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.ParameterTypes)))
	for i := range m.ParameterTypes {
		e := &m.ParameterTypes[i]
		b = binary.BigEndian.AppendUint32(b, uint32(*e))
	}
	return b, nil
}

// Kind returns [KindBind].
func (*Bind) Kind() Kind { return KindBind }

func (m *Bind) read(w *Walker, body []byte) error {
	b := body
	if n := zeroAt(b); n >= 0 {
		m.Portal, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindBind, body)
	}
	if n := zeroAt(b); n >= 0 {
		m.Statement, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindBind, body)
	}
	if n := count(b, 2); n >= 0 {
		m.ParameterFormats, b = slices.Grow(m.ParameterFormats[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindBind, body)
	}
	for i := range m.ParameterFormats {
		e := &m.ParameterFormats[i]
		if len(b) < 2 {
			return w.read(m, KindBind, body)
		}
		*e = Format(binary.BigEndian.Uint16(b[0:]))
		if e.String() == "" {
			return w.read(m, KindBind, body)
		}
		b = b[2:]
	}
	if n, end := skipValues(b); end >= 0 {
		m.Parameters, b = Values{n, b[2:end:end]}, b[end:]
	} else {
		return w.read(m, KindBind, body)
	}
	if n := count(b, 2); n >= 0 {
		m.ResultFormats, b = slices.Grow(m.ResultFormats[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindBind, body)
	}
	for i := range m.ResultFormats {
		e := &m.ResultFormats[i]
		if len(b) < 2 {
			return w.read(m, KindBind, body)
		}
		*e = Format(binary.BigEndian.Uint16(b[0:]))
		if e.String() == "" {
			return w.read(m, KindBind, body)
		}
		b = b[2:]
	}
	if len(b) > 0 {
		return w.read(m, KindBind, body)
	}
	return nil
}

func (m *Bind) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.Portal) + 1 + len(m.Statement) + 1 + 2 + 2*len(m.ParameterFormats) + 2 + len(m.Parameters.wire) + 2 + 2*len(m.ResultFormats)
	if uint(n) > MaxLength || len(m.ParameterFormats) > math.MaxUint16 || m.Parameters.n > math.MaxUint16 || len(m.ResultFormats) > math.MaxUint16 {
		return w.write(dst, m, KindBind)
	}
	length := uint32(n)
	b := append(dst, 'B', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	if b = appendText(b, m.Portal); b == nil {
		return w.write(dst, m, KindBind)
	}
	if b = appendText(b, m.Statement); b == nil {
		return w.write(dst, m, KindBind)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.ParameterFormats)))
	for i := range m.ParameterFormats {
		e := &m.ParameterFormats[i]
		b = binary.BigEndian.AppendUint16(b, uint16(*e))
	}
	b = append(binary.BigEndian.AppendUint16(b, uint16(m.Parameters.n)), m.Parameters.wire...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.ResultFormats)))
	for i := range m.ResultFormats {
		e := &m.ResultFormats[i]
		b = binary.BigEndian.AppendUint16(b, uint16(*e))
	}
	return b, nil
}

// Kind returns [KindDescribe].
func (*Describe) Kind() Kind { return KindDescribe }

func (m *Describe) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 1 {
		return w.read(m, KindDescribe, body)
	}
	m.Target = Target(b[0])
	if m.Target.String() == "" {
		return w.read(m, KindDescribe, body)
	}
	b = b[1:]
	if n := zeroAt(b); n >= 0 {
		m.Name, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindDescribe, body)
	}
	if len(b) > 0 {
		return w.read(m, KindDescribe, body)
	}
	return nil
}

func (m *Describe) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 1 + len(m.Name) + 1
	if uint(n) > MaxLength {
		return w.write(dst, m, KindDescribe)
	}
	length := uint32(n)
	b := append(dst, 'D', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = append(b, byte(m.Target))
	if b = appendText(b, m.Name); b == nil {
		return w.write(dst, m, KindDescribe)
	}
	return b, nil
}

// Kind returns [KindExecute].
func (*Execute) Kind() Kind { return KindExecute }

func (m *Execute) read(w *Walker, body []byte) error {
	b := body
	if n := zeroAt(b); n >= 0 {
		m.Portal, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindExecute, body)
	}
	if len(b) < 4 {
		return w.read(m, KindExecute, body)
	}
	m.MaxRows = int32(binary.BigEndian.Uint32(b[0:]))
	b = b[4:]
	if len(b) > 0 {
		return w.read(m, KindExecute, body)
	}
	return nil
}

func (m *Execute) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.Portal) + 1 + 4
	if uint(n) > MaxLength {
		return w.write(dst, m, KindExecute)
	}
	length := uint32(n)
	b := append(dst, 'E', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	if b = appendText(b, m.Portal); b == nil {
		return w.write(dst, m, KindExecute)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(m.MaxRows))
	return b, nil
}

// Kind returns [KindClose].
func (*Close) Kind() Kind { return KindClose }

func (m *Close) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 1 {
		return w.read(m, KindClose, body)
	}
	m.Target = Target(b[0])
	if m.Target.String() == "" {
		return w.read(m, KindClose, body)
	}
	b = b[1:]
	if n := zeroAt(b); n >= 0 {
		m.Name, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindClose, body)
	}
	if len(b) > 0 {
		return w.read(m, KindClose, body)
	}
	return nil
}

func (m *Close) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 1 + len(m.Name) + 1
	if uint(n) > MaxLength {
		return w.write(dst, m, KindClose)
	}
	length := uint32(n)
	b := append(dst, 'C', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = append(b, byte(m.Target))
	if b = appendText(b, m.Name); b == nil {
		return w.write(dst, m, KindClose)
	}
	return b, nil
}

// Kind returns [KindFlush].
func (*Flush) Kind() Kind { return KindFlush }

func (m *Flush) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindFlush, body)
	}
	return nil
}

func (m *Flush) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 'H', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindSync].
func (*Sync) Kind() Kind { return KindSync }

func (m *Sync) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindSync, body)
	}
	return nil
}

func (m *Sync) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 'S', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindParseComplete].
func (*ParseComplete) Kind() Kind { return KindParseComplete }

func (m *ParseComplete) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindParseComplete, body)
	}
	return nil
}

func (m *ParseComplete) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, '1', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindBindComplete].
func (*BindComplete) Kind() Kind { return KindBindComplete }

func (m *BindComplete) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindBindComplete, body)
	}
	return nil
}

func (m *BindComplete) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, '2', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindCloseComplete].
func (*CloseComplete) Kind() Kind { return KindCloseComplete }

func (m *CloseComplete) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindCloseComplete, body)
	}
	return nil
}

func (m *CloseComplete) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, '3', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindParameterDescription].
func (*ParameterDescription) Kind() Kind { return KindParameterDescription }

func (m *ParameterDescription) read(w *Walker, body []byte) error {
	b := body
	if n := count(b, 4); n >= 0 {
		m.Types, b = slices.Grow(m.Types[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindParameterDescription, body)
	}
	for i := range m.Types {
		e := &m.Types[i]
		if len(b) < 4 {
			return w.read(m, KindParameterDescription, body)
		}
		*e = OID(binary.BigEndian.Uint32(b[0:]))
		b = b[4:]
	}
	if len(b) > 0 {
		return w.read(m, KindParameterDescription, body)
	}
	return nil
}

func (m *ParameterDescription) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 2 + 4*len(m.Types)
	if uint(n) > MaxLength || len(m.Types) > math.MaxUint16 {
		return w.write(dst, m, KindParameterDescription)
	}
	length := uint32(n)
	b := append(dst, 't', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.Types)))
	for i := range m.Types {
		e := &m.Types[i]
		b = binary.BigEndian.AppendUint32(b, uint32(*e))
	}
	return b, nil
}

// Kind returns [KindNoData].
func (*NoData) Kind() Kind { return KindNoData }

func (m *NoData) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindNoData, body)
	}
	return nil
}

func (m *NoData) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 'n', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindPortalSuspended].
func (*PortalSuspended) Kind() Kind { return KindPortalSuspended }

func (m *PortalSuspended) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindPortalSuspended, body)
	}
	return nil
}

func (m *PortalSuspended) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 's', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindFunctionCall].
func (*FunctionCall) Kind() Kind { return KindFunctionCall }

func (m *FunctionCall) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 4 {
		return w.read(m, KindFunctionCall, body)
	}
	m.Function = OID(binary.BigEndian.Uint32(b[0:]))
	b = b[4:]
	if n := count(b, 2); n >= 0 {
		m.ArgumentFormats, b = slices.Grow(m.ArgumentFormats[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindFunctionCall, body)
	}
	for i := range m.ArgumentFormats {
		e := &m.ArgumentFormats[i]
		if len(b) < 2 {
			return w.read(m, KindFunctionCall, body)
		}
		*e = Format(binary.BigEndian.Uint16(b[0:]))
		if e.String() == "" {
			return w.read(m, KindFunctionCall, body)
		}
		b = b[2:]
	}
	if n, end := skipValues(b); end >= 0 {
		m.Arguments, b = Values{n, b[2:end:end]}, b[end:]
	} else {
		return w.read(m, KindFunctionCall, body)
	}
	if len(b) < 2 {
		return w.read(m, KindFunctionCall, body)
	}
	m.ResultFormat = Format(binary.BigEndian.Uint16(b[0:]))
	if m.ResultFormat.String() == "" {
		return w.read(m, KindFunctionCall, body)
	}
	b = b[2:]
	if len(b) > 0 {
		return w.read(m, KindFunctionCall, body)
	}
	return nil
}

func (m *FunctionCall) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 4 + 2 + 2*len(m.ArgumentFormats) + 2 + len(m.Arguments.wire) + 2
	if uint(n) > MaxLength || len(m.ArgumentFormats) > math.MaxUint16 || m.Arguments.n > math.MaxUint16 {
		return w.write(dst, m, KindFunctionCall)
	}
	length := uint32(n)
	b := append(dst, 'F', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = binary.BigEndian.AppendUint32(b, uint32(m.Function))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.ArgumentFormats)))
	for i := range m.ArgumentFormats {
		e := &m.ArgumentFormats[i]
		b = binary.BigEndian.AppendUint16(b, uint16(*e))
	}
	b = append(binary.BigEndian.AppendUint16(b, uint16(m.Arguments.n)), m.Arguments.wire...)
	b = binary.BigEndian.AppendUint16(b, uint16(m.ResultFormat))
	return b, nil
}

// Kind returns [KindFunctionCallResponse].
func (*FunctionCallResponse) Kind() Kind { return KindFunctionCallResponse }

func (m *FunctionCallResponse) read(w *Walker, body []byte) error {
	return w.read(m, KindFunctionCallResponse, body)
}

func (m *FunctionCallResponse) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindFunctionCallResponse)
}

// Kind returns [KindCopyInResponse].
func (*CopyInResponse) Kind() Kind { return KindCopyInResponse }

func (m *CopyInResponse) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 1 {
		return w.read(m, KindCopyInResponse, body)
	}
	m.Format = uint8(b[0])
	if !(m.Format <= 1) {
		return w.read(m, KindCopyInResponse, body)
	}
	b = b[1:]
	if n := count(b, 2); n >= 0 {
		m.Columns, b = slices.Grow(m.Columns[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindCopyInResponse, body)
	}
	for i := range m.Columns {
		e := &m.Columns[i]
		if len(b) < 2 {
			return w.read(m, KindCopyInResponse, body)
		}
		*e = Format(binary.BigEndian.Uint16(b[0:]))
		if e.String() == "" {
			return w.read(m, KindCopyInResponse, body)
		}
		b = b[2:]
	}
	if len(b) > 0 {
		return w.read(m, KindCopyInResponse, body)
	}
	return nil
}

func (m *CopyInResponse) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 1 + 2 + 2*len(m.Columns)
	if uint(n) > MaxLength || len(m.Columns) > math.MaxUint16 {
		return w.write(dst, m, KindCopyInResponse)
	}
	length := uint32(n)
	b := append(dst, 'G', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = append(b, byte(m.Format))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.Columns)))
	for i := range m.Columns {
		e := &m.Columns[i]
		b = binary.BigEndian.AppendUint16(b, uint16(*e))
	}
	return b, nil
}

// Kind returns [KindCopyOutResponse].
func (*CopyOutResponse) Kind() Kind { return KindCopyOutResponse }

func (m *CopyOutResponse) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 1 {
		return w.read(m, KindCopyOutResponse, body)
	}
	m.Format = uint8(b[0])
	if !(m.Format <= 1) {
		return w.read(m, KindCopyOutResponse, body)
	}
	b = b[1:]
	if n := count(b, 2); n >= 0 {
		m.Columns, b = slices.Grow(m.Columns[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindCopyOutResponse, body)
	}
	for i := range m.Columns {
		e := &m.Columns[i]
		if len(b) < 2 {
			return w.read(m, KindCopyOutResponse, body)
		}
		*e = Format(binary.BigEndian.Uint16(b[0:]))
		if e.String() == "" {
			return w.read(m, KindCopyOutResponse, body)
		}
		b = b[2:]
	}
	if len(b) > 0 {
		return w.read(m, KindCopyOutResponse, body)
	}
	return nil
}

func (m *CopyOutResponse) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 1 + 2 + 2*len(m.Columns)
	if uint(n) > MaxLength || len(m.Columns) > math.MaxUint16 {
		return w.write(dst, m, KindCopyOutResponse)
	}
	length := uint32(n)
	b := append(dst, 'H', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = append(b, byte(m.Format))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.Columns)))
	for i := range m.Columns {
		e := &m.Columns[i]
		b = binary.BigEndian.AppendUint16(b, uint16(*e))
	}
	return b, nil
}

// Kind returns [KindCopyBothResponse].
func (*CopyBothResponse) Kind() Kind { return KindCopyBothResponse }

func (m *CopyBothResponse) read(w *Walker, body []byte) error {
	b := body
	if len(b) < 1 {
		return w.read(m, KindCopyBothResponse, body)
	}
	m.Format = uint8(b[0])
	if !(m.Format <= 1) {
		return w.read(m, KindCopyBothResponse, body)
	}
	b = b[1:]
	if n := count(b, 2); n >= 0 {
		m.Columns, b = slices.Grow(m.Columns[:0], n)[:n], b[2:]
	} else {
		return w.read(m, KindCopyBothResponse, body)
	}
	for i := range m.Columns {
		e := &m.Columns[i]
		if len(b) < 2 {
			return w.read(m, KindCopyBothResponse, body)
		}
		*e = Format(binary.BigEndian.Uint16(b[0:]))
		if e.String() == "" {
			return w.read(m, KindCopyBothResponse, body)
		}
		b = b[2:]
	}
	if len(b) > 0 {
		return w.read(m, KindCopyBothResponse, body)
	}
	return nil
}

func (m *CopyBothResponse) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + 1 + 2 + 2*len(m.Columns)
	if uint(n) > MaxLength || len(m.Columns) > math.MaxUint16 {
		return w.write(dst, m, KindCopyBothResponse)
	}
	length := uint32(n)
	b := append(dst, 'W', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = append(b, byte(m.Format))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.Columns)))
	for i := range m.Columns {
		e := &m.Columns[i]
		b = binary.BigEndian.AppendUint16(b, uint16(*e))
	}
	return b, nil
}

// Kind returns [KindCopyData].
func (*CopyData) Kind() Kind { return KindCopyData }

func (m *CopyData) read(w *Walker, body []byte) error {
	b := body
	m.Data, b = b[:len(b):len(b)], nil
	if len(b) > 0 {
		return w.read(m, KindCopyData, body)
	}
	return nil
}

func (m *CopyData) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.Data)
	if uint(n) > MaxLength {
		return w.write(dst, m, KindCopyData)
	}
	length := uint32(n)
	b := append(dst, 'd', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	b = append(b, m.Data...)
	return b, nil
}

// Kind returns [KindCopyDone].
func (*CopyDone) Kind() Kind { return KindCopyDone }

func (m *CopyDone) read(w *Walker, body []byte) error {
	if len(body) > 0 {
		return w.read(m, KindCopyDone, body)
	}
	return nil
}

func (m *CopyDone) append(w *Walker, dst []byte) ([]byte, error) {
	b := append(dst, 'c', 0, 0, 0, 4)
	return b, nil
}

// Kind returns [KindCopyFail].
func (*CopyFail) Kind() Kind { return KindCopyFail }

func (m *CopyFail) read(w *Walker, body []byte) error {
	b := body
	if n := zeroAt(b); n >= 0 {
		m.Reason, b = b[:n:n], b[n+1:]
	} else {
		return w.read(m, KindCopyFail, body)
	}
	if len(b) > 0 {
		return w.read(m, KindCopyFail, body)
	}
	return nil
}

func (m *CopyFail) append(w *Walker, dst []byte) ([]byte, error) {
	n := 4 + len(m.Reason) + 1
	if uint(n) > MaxLength {
		return w.write(dst, m, KindCopyFail)
	}
	length := uint32(n)
	b := append(dst, 'f', byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	if b = appendText(b, m.Reason); b == nil {
		return w.write(dst, m, KindCopyFail)
	}
	return b, nil
}

// Kind returns [KindXLogData].
func (*XLogData) Kind() Kind { return KindXLogData }

func (m *XLogData) read(w *Walker, body []byte) error {
	return w.read(m, KindXLogData, body)
}

func (m *XLogData) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindXLogData)
}

// Kind returns [KindPrimaryKeepalive].
func (*PrimaryKeepalive) Kind() Kind { return KindPrimaryKeepalive }

func (m *PrimaryKeepalive) read(w *Walker, body []byte) error {
	return w.read(m, KindPrimaryKeepalive, body)
}

func (m *PrimaryKeepalive) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindPrimaryKeepalive)
}

// Kind returns [KindStandbyStatusUpdate].
func (*StandbyStatusUpdate) Kind() Kind { return KindStandbyStatusUpdate }

func (m *StandbyStatusUpdate) read(w *Walker, body []byte) error {
	return w.read(m, KindStandbyStatusUpdate, body)
}

func (m *StandbyStatusUpdate) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindStandbyStatusUpdate)
}

// Kind returns [KindHotStandbyFeedback].
func (*HotStandbyFeedback) Kind() Kind { return KindHotStandbyFeedback }

func (m *HotStandbyFeedback) read(w *Walker, body []byte) error {
	return w.read(m, KindHotStandbyFeedback, body)
}

func (m *HotStandbyFeedback) append(w *Walker, dst []byte) ([]byte, error) {
	return w.write(dst, m, KindHotStandbyFeedback)
}
