package capture

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// compressions are known by the first bytes of a file, never by its name.
var compressions = []struct {
	magic string
	open  func(io.Reader) (io.Reader, error)
}{
	{"\x1f\x8b", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{"\x28\xb5\x2f\xfd", openZstd},
	{"BZh", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }},
	{"\xfd7zXZ\x00", openXZ},
	{"\x04\x22\x4d\x18", func(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil }},
}

// maxWindow is how far back a zstd stream may refer: the memory that it costs.
const maxWindow = 128 << 20

func openZstd(r io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// openXZ refuses what asks for more memory than maxWindow in the header of its first
// block (The .xz File Format, section 3.1): the others are by the same hand.
func openXZ(r io.Reader) (io.Reader, error) {
	const stream, lzma2 = 12, 0x21
	if in, ok := r.(*input); ok {
		b, _ := in.Peek(stream + 64)
		at := bytes.Index(b[min(stream+2, len(b)):], []byte{lzma2, 1}) // behind the sizes of the block, if they are there
		if i := stream + 2 + at + 2; at >= 0 && i < len(b) {
			if bits := b[i]; bits > 40 || (2|int64(bits&1))<<(bits/2+11) > maxWindow {
				return nil, errors.New("it asks for more memory than 128 MB to be decompressed")
			}
		}
	}
	return xz.NewReader(r)
}

// decompress puts a decompressor in front of f.in where its content asks for one.
func (f *file) decompress() error {
	for layers := 0; ; layers++ {
		open := compression(f.in)
		if open == nil {
			return nil
		}
		if layers > 0 {
			return ErrCompressed
		}
		plain, err := open(f.in)
		if err != nil {
			return err
		}
		if c, ok := plain.(io.Closer); ok {
			f.closers = append(f.closers, c)
		}
		f.in = newInput(plain)
	}
}

// compression returns how to read what is in r, or nil where it is not compressed.
func compression(r *input) func(io.Reader) (io.Reader, error) {
	for _, c := range compressions {
		if b, _ := r.Peek(len(c.magic)); bytes.Equal(b, []byte(c.magic)) {
			return c.open
		}
	}
	return nil
}
