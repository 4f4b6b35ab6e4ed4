package capture

import "sync/atomic"

// OnSecrets has f called for each key log of TLS that the files have in them
// (Decryption Secrets Blocks of pcapng), with the name of the file, as Read comes
// across it. It is to be called before Read. The key log is valid until f returns.
func (s *Files) OnSecrets(f func(name string, keyLog []byte)) { s.secrets = f }

// FindSecrets calls f for each key log of TLS in those files that can be read twice:
// they may stand behind the packets that need them. What is wrong with a file Read
// tells. It may be called while another goroutine reads.
func (s *Files) FindSecrets(f func(name string, keyLog []byte)) {
	for _, name := range s.names {
		if name != stdin {
			findSecrets(name, f)
		}
	}
}

func findSecrets(name string, f func(name string, keyLog []byte)) {
	in, err := openFile(name, new(atomic.Int64), nil)
	if err != nil {
		return
	}
	defer in.close()
	in.secrets = f
	blocks, ok := in.format.(*pcapng)
	for ok {
		kind, body, err := blocks.block(in)
		if err != nil {
			return
		}
		if kind == blockSecrets {
			blocks.takeSecrets(in, body)
		}
	}
}
