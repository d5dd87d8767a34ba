// Package strictjson reads and writes JSON on the decision path: keys in the order they came, numbers as they were written, and nothing that two
// readers could take for two different things (RFC 8259 within I-JSON, RFC 7493).
package strictjson

import (
	"encoding/json"
	"strings"
)

// Value is nil, bool, string, Number, []Value or *Object.
type Value = any

// Number is a JSON number as it was written.
type Number string

// Object is a JSON object whose keys stay in the order they came.
type Object struct {
	keys   []string
	values map[string]Value
}

// NewObject makes an object of alternating keys and values.
func NewObject(pairs ...any) *Object {
	made := &Object{values: make(map[string]Value, len(pairs)/2)}
	for at := 0; at+1 < len(pairs); at += 2 {
		key, _ := pairs[at].(string)
		made.Set(key, pairs[at+1])
	}
	return made
}

// Keys in their order; not to be changed. A nil object has none.
func (o *Object) Keys() []string {
	if o == nil {
		return nil
	}
	return o.keys
}

// Len is the number of members; 0 for nil.
func (o *Object) Len() int { return len(o.Keys()) }

// Get is the member's value; nil and false where there is none.
func (o *Object) Get(key string) (Value, bool) {
	if o == nil {
		return nil, false
	}
	value, found := o.values[key]
	return value, found
}

// At is the member's value, nil where there is none.
func (o *Object) At(key string) Value {
	value, _ := o.Get(key)
	return value
}

// Has tells whether the member is there, even as null.
func (o *Object) Has(key string) bool {
	_, found := o.Get(key)
	return found
}

// Set puts a member in its place, or at the end when it is new.
func (o *Object) Set(key string, value Value) {
	if o.values == nil {
		o.values = map[string]Value{}
	}
	if _, found := o.values[key]; !found {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// Without is a shallow copy that lacks these members.
func (o *Object) Without(names ...string) *Object {
	made := NewObject()
	for _, key := range o.Keys() {
		if !contains(names, key) {
			made.Set(key, o.values[key])
		}
	}
	return made
}

// With is a shallow copy in which these members (alternating keys and values) are set.
func (o *Object) With(pairs ...any) *Object {
	made := o.Without()
	for at := 0; at+1 < len(pairs); at += 2 {
		key, _ := pairs[at].(string)
		made.Set(key, pairs[at+1])
	}
	return made
}

// Merge is a shallow copy laid over with the members of the others, in turn.
func (o *Object) Merge(others ...*Object) *Object {
	made := o.Without()
	for _, other := range others {
		for _, key := range other.Keys() {
			made.Set(key, other.values[key])
		}
	}
	return made
}

func contains(names []string, name string) bool {
	for _, one := range names {
		if one == name {
			return true
		}
	}
	return false
}

// MarshalJSON writes the members in their order.
func (o *Object) MarshalJSON() ([]byte, error) { return []byte(Write(o)), nil }

// Write is the value as JSON text without white space.
func Write(value Value) string {
	var to strings.Builder
	write(&to, value)
	return to.String()
}

func write(to *strings.Builder, value Value) {
	switch typed := value.(type) {
	case nil:
		to.WriteString("null")
	case bool:
		if typed {
			to.WriteString("true")
		} else {
			to.WriteString("false")
		}
	case string:
		writeString(to, typed)
	case Number:
		to.WriteString(string(typed))
	case []Value:
		to.WriteByte('[')
		for at, item := range typed {
			if at > 0 {
				to.WriteByte(',')
			}
			write(to, item)
		}
		to.WriteByte(']')
	case *Object:
		writeObject(to, typed)
	default:
		// What the SDK itself puts into an object: counts and the like.
		text, err := json.Marshal(typed)
		if err != nil {
			text = []byte("null")
		}
		to.Write(text)
	}
}

func writeObject(to *strings.Builder, object *Object) {
	if object == nil {
		to.WriteString("null")
		return
	}
	to.WriteByte('{')
	for at, key := range object.keys {
		if at > 0 {
			to.WriteByte(',')
		}
		writeString(to, key)
		to.WriteByte(':')
		write(to, object.values[key])
	}
	to.WriteByte('}')
}

const hexDigits = "0123456789abcdef"

// writeString escapes as JavaScript's JSON.stringify does, so that all implementations write the same bytes.
func writeString(to *strings.Builder, text string) {
	to.WriteByte('"')
	from := 0
	for at := 0; at < len(text); at++ {
		c := text[at]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		to.WriteString(text[from:at])
		from = at + 1
		switch c {
		case '"', '\\':
			to.WriteByte('\\')
			to.WriteByte(c)
		case '\b':
			to.WriteString(`\b`)
		case '\f':
			to.WriteString(`\f`)
		case '\n':
			to.WriteString(`\n`)
		case '\r':
			to.WriteString(`\r`)
		case '\t':
			to.WriteString(`\t`)
		default:
			to.WriteString(`\u00`)
			to.WriteByte(hexDigits[c>>4])
			to.WriteByte(hexDigits[c&15])
		}
	}
	to.WriteString(text[from:])
	to.WriteByte('"')
}
