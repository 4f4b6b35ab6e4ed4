// Load sends small messages back and forth over one TCP connection on loopback, to
// port 5432, for as long as its argument says: packets for rate.sh.
package main

import (
	"io"
	"log"
	"net"
	"os"
	"time"
)

// messageSize is as large as small statements and answers are.
const messageSize = 100

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: load TIME")
	}
	duration, err := time.ParseDuration(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:5432")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		server, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		io.Copy(server, server)
	}()
	client, err := net.Dial("tcp", "127.0.0.1:5432")
	if err != nil {
		log.Fatal(err)
	}
	message := make([]byte, messageSize)
	for end := time.Now().Add(duration); time.Now().Before(end); {
		if _, err := client.Write(message); err != nil {
			log.Fatal(err)
		}
		if _, err := io.ReadFull(client, message); err != nil {
			log.Fatal(err)
		}
	}
}
