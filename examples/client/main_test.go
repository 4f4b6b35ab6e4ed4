package main

import (
	"testing"

	"github.com/pgwdump/pgwdump/message"
)

// TestImpostor logs in to servers that do and do not prove that they know the password, with
// the messages of RFC 7677, section 3.
func TestImpostor(t *testing.T) {
	const right = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
	for final, want := range map[string]bool{right: true, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=": false, "e=other-error": false, "": false} {
		c := &client{password: "pencil", unproved: true}
		c.first = message.SCRAMClientFirst{Binding: message.Text("n"), Username: message.Text("user"), Nonce: message.Text("rOprNGfwEbeRWgbNEkqO")}
		challenge := "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
		answer, err := c.prove([]byte(challenge))
		if err != nil || answer.Proof.String() != "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" {
			t.Fatalf("%v, %v", answer, err)
		}
		if final != "" {
			if err := c.login(&message.AuthenticationSASLFinal{Data: []byte(final)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.login(&message.AuthenticationOk{}); (err == nil) != want {
			t.Errorf("%q: %v", final, err)
		}
	}
}
