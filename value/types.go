package value

import "maps"

// A Kind is what a data type is made of.
type Kind uint8

// The kinds of data types, and what [Type].Element is for them.
const (
	Base       Kind = iota // a type with functions of its own; Element: a built-in type with the same binary form, 0 if there is none
	Array                  // Element: the type of the elements, 0 for any
	Range                  // Element: the subtype
	Multirange             // Element: the range type
	Composite              // a row of columns, which carry their types with them; no Element
	Enum                   // no Element
	Domain                 // Element: the underlying type
)

// A Type is what it takes to print the values of a data type.
type Type struct {
	Name    string // as SQL has it, with a schema where needed
	Kind    Kind
	Element uint32 // the OID of the type that this one is made from: see the kinds
}

// Types is the knowledge of data types and the [Settings] to print their values
// with. The zero value knows the built-in types and has the default settings.
//
// Any number of goroutines may use it while none calls Learn or Load or changes the
// settings.
type Types struct {
	Settings Settings
	learned  map[uint32]Type
	parent   *Types // asked for what is not learned here; nil for none
}

// Inherit returns Types that begin with the settings of t and know all that t knows.
// What they learn is their own, and t may serve any number of them at the same time.
func (t *Types) Inherit() *Types { return &Types{Settings: t.Settings, parent: t} }

// Clone returns Types with the same settings that know the same. What either learns from
// then on is its own.
func (t *Types) Clone() *Types {
	return &Types{Settings: t.Settings, learned: maps.Clone(t.learned), parent: t.parent}
}

// Learn adds a user-defined type, or replaces it. Built-in types stay what they are.
func (t *Types) Learn(oid uint32, typ Type) {
	if t.learned == nil {
		t.learned = make(map[uint32]Type)
	}
	t.learned[oid] = typ
}

// Learned returns how many types were learned, those not counted that t inherits.
func (t *Types) Learned() int { return len(t.learned) }

// Unlearn forgets them, for t alone.
func (t *Types) Unlearn() { t.learned = nil }

// Name returns the name of a data type, built-in as [TypeName] has it or learned, or
// an empty string.
func (t *Types) Name(oid uint32) string { return t.lookup(oid).Name }

// lookup returns what is known of a type: of an unknown one a Base without Element.
func (t *Types) lookup(oid uint32) Type {
	if typ, ok := catalog[oid]; ok {
		return typ
	}
	for ; t != nil; t = t.parent {
		if typ, ok := t.learned[oid]; ok {
			return typ
		}
	}
	return Type{}
}
