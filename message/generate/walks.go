package main

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// declarations are what package message declares.
type declarations struct {
	rows  []row
	types map[string]ast.Expr      // by the name of the type
	walks map[string]*ast.FuncDecl // likewise
}

// A row is one of the table of messages.
type row struct {
	kind, message      string
	framing, tag, code string
}

// read parses the source of the package in dir.
func read(dir string) (*declarations, error) {
	d := &declarations{types: map[string]ast.Expr{}, walks: map[string]*ast.FuncDecl{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(f, d.note)
	}
	return d, nil
}

// note keeps a declaration.
func (d *declarations) note(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.TypeSpec:
		d.types[n.Name.Name] = n.Type
	case *ast.FuncDecl:
		if n.Name.Name == "walk" {
			d.walks[strings.TrimPrefix(text(n.Recv.List[0].Type), "*")] = n
		}
	case *ast.KeyValueExpr: // KindSync: declare[Sync](Frontend, Typed, 'S', noCode, smallMax)
		call, ok := n.Value.(*ast.CallExpr)
		if !ok {
			break
		}
		if f, ok := call.Fun.(*ast.IndexExpr); ok && text(f.X) == "declare" {
			d.rows = append(d.rows, row{text(n.Key), text(f.Index), text(call.Args[1]), text(call.Args[2]), text(call.Args[3])})
		}
	}
	return true
}

// text returns the source of an expression.
func text(e ast.Expr) string {
	var b strings.Builder
	printer.Fprint(&b, token.NewFileSet(), e)
	return b.String()
}

// A step is what one line of a walk does.
type step struct {
	what      what
	place     string // the field
	typ       string // its type
	size      int    // bytes of a number, or of an element of a list at the least
	condition string // what must not be
	element   []step // what is done with each element of a list
}

type what int

const (
	number what = iota
	condition
	terminated
	values
	rest
	list
)

// fields says what the methods of a Walker do with a field.
var fields = map[string]struct {
	what    what
	size    int
	named   bool   // a value without a name is an error
	element string // the type of the elements of a list
}{
	"char":    {what: number, size: 1},
	"int8":    {what: number, size: 1},
	"int16":   {what: number, size: 2},
	"int32":   {what: number, size: 4},
	"uint32":  {what: number, size: 4},
	"oid":     {what: number, size: 4},
	"format":  {what: number, size: 2, named: true},
	"text":    {what: terminated},
	"sql":     {what: terminated},
	"values":  {what: values},
	"rest":    {what: rest},
	"formats": {what: list, size: 2, element: "Format"},
	"oids":    {what: list, size: 4, element: "OID"},
}

// listing are the methods of a Walker that matter to the listing of fields only.
var listing = map[string]bool{"open": true, "close": true, "symbol": true, "secret": true, "detail": true, "bare": true}

// A walk is one that is being read.
type walk struct {
	*declarations
	typ      string // whose walk it is
	receiver string // its name there
	value    string // what stands for it in the generated code
	pointer  string // the same, to select a field of
}

// steps returns what the walk of a type does. It returns false where that is more than
// to go over fields in a row.
func (d *declarations) steps(typ, value, pointer string) ([]step, bool) {
	f := d.walks[typ]
	if s, ok := d.types[typ].(*ast.StructType); ok && f == nil && len(s.Fields.List) == 1 {
		return d.steps(text(s.Fields.List[0].Type), value, pointer) // that of what is embedded
	}
	if f == nil {
		return nil, false
	}
	w := walk{declarations: d, typ: typ, value: value, pointer: pointer}
	if names := f.Recv.List[0].Names; len(names) > 0 {
		w.receiver = names[0].Name
	}
	var steps []step
	for _, s := range f.Body.List {
		more, ok := w.statement(s)
		if !ok {
			return nil, false
		}
		steps = append(steps, more...)
	}
	return steps, true
}

func (w *walk) statement(s ast.Stmt) ([]step, bool) {
	var e ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		e = s.Rhs[0]
	}
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return nil, false
	}
	if text(call.Fun) == "list" { // list(w, "columns", &m.Columns, 2, 19, (*Column).walk)
		element := strings.TrimSuffix(strings.TrimPrefix(text(call.Args[5]), "(*"), ").walk")
		least, err := strconv.Atoi(text(call.Args[4]))
		steps, ok := w.list(call.Args[2], element, least)
		return steps, ok && err == nil && text(call.Args[3]) == "2"
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	switch name := method.Sel.Name; {
	case name == "walk" && len(call.Args) == 1:
		place, typ := w.place(method.X)
		return w.steps(typ, place, place)
	case text(method.X) != "w":
		return nil, false
	case listing[name]:
		return nil, true
	case name == "check":
		return []step{{what: condition, condition: "!(" + w.rename(call.Args[0]) + ")"}}, true
	case name == "meaning":
		return []step{{what: condition, condition: w.rename(call.Args[2]) + ` == ""`}}, true
	default:
		return w.field(name, call.Args[len(call.Args)-1])
	}
}

// field returns what a method of the Walker does with the field behind a pointer.
func (w *walk) field(method string, pointer ast.Expr) ([]step, bool) {
	f, ok := fields[method]
	switch {
	case !ok:
		return nil, false
	case f.what == list:
		return w.list(pointer, f.element, f.size)
	}
	place, typ := w.place(pointer)
	steps := []step{{what: f.what, place: place, typ: typ, size: f.size}}
	if f.named {
		steps = append(steps, step{what: condition, condition: strings.TrimPrefix(place, "*") + `.String() == ""`})
	}
	return steps, true
}

func (w *walk) list(pointer ast.Expr, element string, least int) ([]step, bool) {
	place, _ := w.place(pointer)
	inner, ok := w.steps(element, "*e", "e")
	return []step{{what: list, place: place, size: least, element: inner}}, ok
}

// place returns what a pointer points to, and the type of that.
func (w *walk) place(pointer ast.Expr) (place, typ string) {
	switch e := pointer.(type) {
	case *ast.UnaryExpr:
		return w.place(e.X)
	case *ast.CallExpr: // a conversion
		return w.place(e.Args[0])
	case *ast.SelectorExpr:
		for _, f := range w.types[w.typ].(*ast.StructType).Fields.List {
			for _, name := range f.Names {
				if name.Name == e.Sel.Name {
					return w.pointer + "." + name.Name, text(f.Type)
				}
			}
		}
	}
	return w.value, w.typ
}

// rename returns an expression of the walk as it is in the generated code.
func (w *walk) rename(e ast.Expr) string {
	return regexp.MustCompile(`\b`+w.receiver+`\b`).ReplaceAllString(text(e), w.pointer)
}
