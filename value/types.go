package value

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
// with. The zero value knows the built-in types and has the default settings. A copy
// has the same settings and knows the same; what either learns from then on is its own.
//
// Any number of goroutines may use it while none calls Learn, LearnRow or Load or changes
// the settings.
type Types struct {
	Settings Settings
	learned  *tree
	count    int    // of those
	parent   *Types // asked for what is not learned here; nil for none
}

// Inherit returns Types that begin with the settings of t and know all that t knows.
// What they learn is their own, and t may serve any number of them at the same time.
func (t *Types) Inherit() *Types { return &Types{Settings: t.Settings, parent: t} }

// Learn adds a user-defined type, or replaces it, and tells whether that is new. Built-in
// types stay what they are.
func (t *Types) Learn(oid uint32, typ Type) bool {
	switch known := t.learned.find(oid); {
	case known == nil:
		t.count++
	case *known == typ:
		return false
	}
	t.learned = t.learned.with(oid, typ)
	return true
}

// Learned returns how many types were learned, those not counted that t inherits.
func (t *Types) Learned() int { return t.count }

// Unlearn forgets them, for t alone.
func (t *Types) Unlearn() { t.learned, t.count = nil, 0 }

// Name returns the name of a data type, built-in as [TypeName] has it or learned, or
// an empty string.
func (t *Types) Name(oid uint32) string { return t.lookup(oid).Name }

// lookup returns what is known of a type: of an unknown one a Base without Element.
func (t *Types) lookup(oid uint32) Type {
	if typ, ok := catalog[oid]; ok {
		return typ
	}
	for ; t != nil; t = t.parent {
		if typ := t.learned.find(oid); typ != nil {
			return *typ
		}
	}
	return Type{}
}
