package aegis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"aegis.dev/sdk/go/internal/strictjson"
)

// argumentLimits leave it to Aegis to refuse what is too much for it.
var argumentLimits = strictjson.Limits{Bytes: 256 << 20, Depth: 1000, Keys: 1 << 24}

// under is the member a bare value is put under: arguments are always an object on the wire.
const under = "input"

// arguments are a value as Aegis sees it: a copy, taken before anything is asked.
type arguments struct {
	object *strictjson.Object
	// bare: the value is no object, and stands under `input`.
	bare bool
	// replaced stand as texts in the copy; the function gets the values themselves.
	replaced []replacedValue
}

type replacedValue struct {
	// pointer is an RFC 6901 pointer into the copy.
	pointer string
	value   any
	// unreadable: it has no JSON form. A whole number beyond 2^53 has one, as the text of its digits.
	unreadable bool
}

func argumentsOf(value any) arguments {
	made := arguments{object: strictjson.NewObject()}
	if value == nil {
		return made
	}
	reader := &reader{into: &made}
	read, ok := exact(value)
	if !ok {
		read = reader.value(reflect.ValueOf(value), "")
	}
	if object, isObject := read.(*strictjson.Object); isObject {
		made.object = object
		return made
	}
	made.bare = true
	made.object.Set(under, read)
	for at := range made.replaced {
		made.replaced[at].pointer = "/" + under + made.replaced[at].pointer
	}
	return made
}

// unreadable are the pointers to what has no JSON form.
func (a arguments) unreadable() []strictjson.Value {
	var pointers []strictjson.Value
	for _, one := range a.replaced {
		if one.unreadable {
			pointers = append(pointers, one.pointer)
		}
	}
	return pointers
}

// exact is a value that JSON can say as it is.
func exact(value any) (strictjson.Value, bool) {
	read, err := parsed(value)
	return read, err == nil
}

var errNoText = errors.New("bytes that are no UTF-8")

func parsed(value any) (strictjson.Value, error) {
	text, err := encode(value)
	if err != nil {
		return nil, err
	}
	// The encoder writes bytes that are no UTF-8 as this escape: what would be decided on is not what would run.
	if bytes.Contains(text, []byte(`\ufffd`)) {
		return nil, errNoText
	}
	return strictjson.Parse(text, argumentLimits)
}

func encode(value any) ([]byte, error) {
	if raw, ok := value.(json.RawMessage); ok {
		return raw, nil
	}
	var to bytes.Buffer
	encoder := json.NewEncoder(&to)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimRight(to.Bytes(), "\n"), err
}

// reader takes a value apart of which some piece has no JSON form.
type reader struct {
	into *arguments
	// open are the containers around the value: one that comes again within itself is said as a text there.
	open []uintptr
}

func (r *reader) value(of reflect.Value, pointer string) strictjson.Value {
	for of.Kind() == reflect.Interface && !of.IsNil() {
		of = of.Elem()
	}
	if !of.IsValid() {
		return nil
	}
	read, err := parsed(of.Interface())
	if err == nil {
		return read
	}
	switch of.Kind() {
	case reflect.Map, reflect.Slice:
		return r.container(of, pointer)
	case reflect.Pointer:
		if kind := of.Elem().Kind(); kind == reflect.Map || kind == reflect.Slice || kind == reflect.Interface || kind == reflect.Pointer {
			return r.container(of, pointer)
		}
	case reflect.Array:
		return r.items(of, pointer)
	}
	if errors.Is(err, strictjson.ErrLossy) {
		r.replace(of, pointer, false)
		return resultOf(of.Interface())
	}
	return r.unreadable(of, pointer)
}

// container is a map, a list, or a pointer to one: what can hold itself.
func (r *reader) container(of reflect.Value, pointer string) strictjson.Value {
	self := of.Pointer()
	for _, one := range r.open {
		if one == self {
			return r.unreadable(of, pointer)
		}
	}
	r.open = append(r.open, self)
	defer func() { r.open = r.open[:len(r.open)-1] }()
	switch {
	case of.Kind() == reflect.Pointer:
		return r.value(of.Elem(), pointer)
	case of.Kind() == reflect.Slice:
		return r.items(of, pointer)
	case of.Type().Key().Kind() == reflect.String:
		return r.members(of, pointer)
	}
	return r.unreadable(of, pointer)
}

func (r *reader) items(of reflect.Value, pointer string) strictjson.Value {
	items := make([]strictjson.Value, of.Len())
	for at := range items {
		items[at] = r.value(of.Index(at), pointer+"/"+strconv.Itoa(at))
	}
	return items
}

func (r *reader) members(of reflect.Value, pointer string) strictjson.Value {
	keys := of.MapKeys()
	for _, key := range keys {
		if !utf8.ValidString(key.String()) || strings.Contains(key.String(), "\x00") {
			return r.unreadable(of, pointer)
		}
	}
	sort.Slice(keys, func(a, b int) bool { return keys[a].String() < keys[b].String() })
	made := strictjson.NewObject()
	for _, key := range keys {
		made.Set(key.String(), r.value(of.MapIndex(key), pointer+"/"+steps.Replace(key.String())))
	}
	return made
}

var steps = strings.NewReplacer("~", "~0", "/", "~1")

func (r *reader) unreadable(of reflect.Value, pointer string) strictjson.Value {
	r.replace(of, pointer, true)
	return textOf(of)
}

func (r *reader) replace(of reflect.Value, pointer string, unreadable bool) {
	r.into.replaced = append(r.into.replaced, replacedValue{pointer, of.Interface(), unreadable})
}

// textOf says what a value is without following what it points to: it may hold itself.
func textOf(of reflect.Value) string {
	switch of.Kind() {
	case reflect.String, reflect.Float32, reflect.Float64, reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return strings.ToValidUTF8(fmt.Sprint(of.Interface()), "\ufffd")
	}
	if named, ok := of.Interface().(fmt.Stringer); ok && of.Kind() != reflect.Map && of.Kind() != reflect.Slice {
		return strings.ToValidUTF8(named.String(), "\ufffd")
	}
	return of.Type().String()
}

// resultOf is a result for the log: what JSON cannot say becomes text, never an error in the agent's own path.
func resultOf(value any) strictjson.Value {
	if text, err := encode(value); err == nil {
		lossy := argumentLimits
		lossy.Lossy = true
		if read, err := strictjson.Parse(text, lossy); err == nil {
			return strictjson.Soften(read)
		}
	}
	return strings.ToValidUTF8(fmt.Sprintf("%T", value), "\ufffd")
}
