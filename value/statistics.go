package value

import (
	"encoding/binary"
	"math"
	"strconv"
)

// The types of this file are extended statistics, in the catalog
// pg_statistic_ext_data. They travel as the server has them in memory.

// native reads numbers in the byte order of the server's machine.
type native struct {
	wire
	order binary.ByteOrder
}

func (n *native) uint16() uint16 {
	if b := n.take(2); b != nil {
		return n.order.Uint16(b)
	}
	return 0
}

func (n *native) uint32() uint32 {
	if b := n.take(4); b != nil {
		return n.order.Uint32(b)
	}
	return 0
}

func (n *native) float64() float64 {
	if b := n.take(8); b != nil {
		return math.Float64frombits(n.order.Uint64(b))
	}
	return 0
}

// statistics begins to read a value: a magic number, which shows the byte order, a
// type, which is always 1, and the number of items.
func statistics(b []byte, magic uint32) (n native, items uint32) {
	n = native{wire{b: b}, binary.LittleEndian}
	if len(b) >= 4 && binary.BigEndian.Uint32(b) == magic {
		n.order = binary.BigEndian
	}
	found, version, items := n.uint32(), n.uint32(), n.uint32()
	n.bad = n.bad || found != magic || version != 1 || items == 0
	return n, items
}

// appendNDistinct is statext_ndistinct_deserialize and pg_ndistinct_out in
// mvdistinct.c: for each group of columns the number of its distinct values.
func (p printer) appendNDistinct(dst, b []byte) ([]byte, error) {
	n, items := statistics(b, 0xA352BFA4)
	dst = append(dst, '{')
	for i := uint32(0); i < items && !n.bad; i++ {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		distinct := n.float64()
		columns := n.uint32()
		dst = append(dst, '"')
		for column := uint32(0); column < columns && !n.bad; column++ {
			if column > 0 {
				dst = append(dst, ", "...)
			}
			dst = strconv.AppendInt(dst, int64(int16(n.uint16())), 10)
		}
		dst = strconv.AppendInt(append(dst, `": `...), int64(int32(distinct)), 10)
	}
	return append(dst, '}'), n.end()
}

// appendDependencies is statext_dependencies_deserialize and pg_dependencies_out in
// dependencies.c: how far the last column of each group follows from the others.
func (p printer) appendDependencies(dst, b []byte) ([]byte, error) {
	n, items := statistics(b, 0xB4549A2C)
	dst = append(dst, '{')
	for i := uint32(0); i < items && !n.bad; i++ {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		degree := n.float64()
		columns := n.uint16()
		dst = append(dst, '"')
		for column := range columns {
			switch {
			case column == columns-1:
				dst = append(dst, " => "...)
			case column > 0:
				dst = append(dst, ", "...)
			}
			dst = strconv.AppendInt(dst, int64(int16(n.uint16())), 10)
		}
		dst = strconv.AppendFloat(append(dst, `": `...), degree, 'f', 6, 64)
	}
	return append(dst, '}'), n.end()
}
