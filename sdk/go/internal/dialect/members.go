package dialect

import (
	"fmt"
	"strconv"
	"strings"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Fault says how an answer contradicts itself or its interface.
type Fault struct{ Detail string }

func (f *Fault) Error() string { return f.Detail }

// Fail ends the reading of an answer; Catch makes an error of it.
func Fail(format string, values ...any) { panic(&Fault{fmt.Sprintf(format, values...)}) }

// Catch runs a reading and gives the fault that ended it.
func Catch(read func()) (err error) {
	defer func() {
		switch said := recover().(type) {
		case nil:
		case *Fault:
			err = said
		default:
			panic(said)
		}
	}()
	read()
	return nil
}

// ObjectOf is the value when it is an object; nil for anything else.
func ObjectOf(value Value) *Object {
	object, _ := value.(*Object)
	return object
}

// ListOf is the value when it is an array; nil for anything else.
func ListOf(value Value) []Value {
	list, _ := value.([]Value)
	return list
}

// TextOf is the value when it is text; "" for anything else.
func TextOf(value Value) string {
	text, _ := value.(string)
	return text
}

// IsText tells text, which may be empty, from anything else.
func IsText(value Value) bool {
	_, is := value.(string)
	return is
}

// CountOf is a whole number from 0.
func CountOf(value Value) (int, bool) {
	written, _ := value.(strictjson.Number)
	count, err := strconv.ParseUint(string(written), 10, 53)
	return int(count), err == nil
}

// NumberOf is the value when it is a number.
func NumberOf(value Value) (float64, bool) {
	written, is := value.(strictjson.Number)
	number, err := strconv.ParseFloat(string(written), 64)
	return number, is && err == nil
}

// IsEmpty: no object or array with something in it, so that such a member can carry no call.
func IsEmpty(value Value) bool {
	switch typed := value.(type) {
	case []Value:
		return len(typed) == 0
	case *Object:
		return typed.Len() == 0
	}
	return true
}

// IsList tells an array, which may be empty, from anything else.
func IsList(value Value) bool {
	_, is := value.([]Value)
	return is
}

// argsLimits: what a model writes is bounded by its answer.
var argsLimits = strictjson.Limits{Bytes: 1 << 30, Depth: 64, Keys: 10_000}

// ArgsOf are the arguments a model wrote, when they are exactly one strict JSON object; no text at all is no arguments.
func ArgsOf(text string) *Object {
	if strings.TrimSpace(text) == "" {
		return strictjson.NewObject()
	}
	object, err := strictjson.ParseObject([]byte(text), argsLimits)
	if err != nil {
		return nil
	}
	return object
}

// Set makes a set of words.
func Set(words string) map[string]bool {
	made := map[string]bool{}
	for _, word := range strings.Fields(words) {
		made[word] = true
	}
	return made
}

// Cut is at most length bytes of a text, for messages.
func Cut(text string, length int) string {
	if len(text) > length {
		return strings.ToValidUTF8(text[:length], "")
	}
	return text
}

// SameJSON is deep equality; the order of keys does not matter.
func SameJSON(one, other Value) bool {
	switch typed := one.(type) {
	case []Value:
		list, is := other.([]Value)
		if !is || len(list) != len(typed) {
			return false
		}
		for at, item := range typed {
			if !SameJSON(item, list[at]) {
				return false
			}
		}
		return true
	case *Object:
		object, is := other.(*Object)
		if !is || object.Len() != typed.Len() {
			return false
		}
		for _, key := range typed.Keys() {
			value, found := object.Get(key)
			if !found || !SameJSON(typed.At(key), value) {
				return false
			}
		}
		return true
	case strictjson.Number:
		a, is := NumberOf(one)
		b, too := NumberOf(other)
		return is && too && a == b
	}
	return one == other
}

// SameArguments: equal texts, or the same strict JSON object written otherwise.
func SameArguments(one, other string) bool {
	if one == other {
		return true
	}
	a, b := ArgsOf(one), ArgsOf(other)
	return a != nil && b != nil && SameJSON(a, b)
}

// FailureOf is the provider's own name for an error, from what stands under `error`; "" when there is none.
func FailureOf(value Value) string {
	switch typed := value.(type) {
	case nil:
		return ""
	case string:
		if typed == "" {
			return ""
		}
	case bool:
		if !typed {
			return ""
		}
	case []Value:
		if len(typed) == 0 {
			return ""
		}
	case *Object:
		if typed.Len() == 0 {
			return ""
		}
		return nameOf(typed)
	}
	return "UPSTREAM_ERROR"
}

func nameOf(said *Object) string {
	for _, key := range []string{"code", "status", "type"} {
		if name := strings.TrimSpace(TextOf(said.At(key))); name != "" {
			return Cut(printable(name), 128)
		}
	}
	if number, is := said.At("code").(strictjson.Number); is {
		return Cut("UPSTREAM_"+string(number), 128)
	}
	return "UPSTREAM_ERROR"
}

func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '?'
		}
		return r
	}, name)
}

// TextIn is the text of a message's content, whichever of the usual shapes it has.
func TextIn(content Value) string {
	if IsText(content) {
		return TextOf(content)
	}
	var texts []string
	for _, part := range ListOf(content) {
		if text := TextOf(ObjectOf(part).At("text")); text != "" {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n")
}
