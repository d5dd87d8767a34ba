package dialect

import (
	"errors"
	"strings"
	"unicode"

	"aegis.dev/sdk/go/internal/strictjson"
)

// What of an answer can carry or cause a call is read or refused; everything else passes as it came. Whether an unknown place can is told by its shape:
// a name beside arguments, or a kind or a member that is called as calls are, with something in it.

// deepest is how many levels of a value are looked through, JSON written as text included.
const deepest = 64

var (
	callWords = Set("tool tools function functions func call calls command commands cmd computer mcp exec execute execution executable shell bash terminal " +
		"action actions operation operations invoke invocation invocations plugin plugins program script patch approval")
	nameWords     = Set("name tool function command recipient method qualname")
	argumentWords = Set("arguments argument args kwargs input inputs parameters params payload")
	// labels say which one or what kind, and carry nothing themselves.
	labels = Set("type kind object status event index role")
)

// WordsIn: `web_search_call`, `webSearchCall`, `web-search.call` are the same words.
func WordsIn(name string) []string {
	if len(name) > 256 {
		name = name[:256]
	}
	var spaced strings.Builder
	before := ' '
	for _, r := range name {
		if r >= 'A' && r <= 'Z' && (before >= 'a' && before <= 'z' || before >= '0' && before <= '9') {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(r)
		before = r
	}
	return strings.FieldsFunc(strings.ToLower(spaced.String()), func(r rune) bool {
		return (r < 'a' || r > 'z') && !(r < unicode.MaxASCII && unicode.IsDigit(r))
	})
}

// SoundsLikeCall tells whether a kind of item, part, block or event is called as calls are.
func SoundsLikeCall(kind string) bool {
	if kind == "input_json_delta" {
		return true
	}
	for _, word := range WordsIn(kind) {
		if callWords[word] {
			return true
		}
	}
	return false
}

// CarriesCall tells whether anything in an unknown value could carry a call, or a piece of one.
func CarriesCall(value Value) bool { return carries(value, 0) }

func carries(value Value, depth int) bool {
	if depth > deepest {
		// Nobody writes as deep as this, and what was not read may be anything.
		return true
	}
	switch typed := value.(type) {
	case string:
		return writtenCall(typed, depth)
	case []Value:
		for _, one := range typed {
			if carries(one, depth+1) {
				return true
			}
		}
	case *Object:
		return objectCarries(typed, depth)
	}
	return false
}

func objectCarries(owner *Object, depth int) bool {
	if nameAndArguments(owner, nil) {
		return true
	}
	kind := false
	for _, label := range []string{"type", "kind", "event"} {
		kind = kind || SoundsLikeCall(TextOf(owner.At(label)))
	}
	for _, key := range owner.Keys() {
		if memberCarries(key, owner.At(key), depth) || (kind && !isLabel(key) && HoldsWords(owner.At(key))) {
			return true
		}
	}
	return false
}

func memberCarries(key string, value Value, depth int) bool {
	switch value.(type) {
	case []Value, *Object:
		if SoundsLikeCall(key) && HoldsWords(value) {
			return true
		}
	}
	return carries(value, depth+1)
}

// nameAndArguments: a member that names and a member that holds arguments, known members left out.
func nameAndArguments(owner *Object, known map[string]bool) bool {
	named, given := false, false
	for _, key := range owner.Keys() {
		if known[key] {
			continue
		}
		words := WordsIn(key)
		last := ""
		if len(words) > 0 {
			last = words[len(words)-1]
		}
		value := owner.At(key)
		if nameWords[last] {
			named = named || TextOf(value) != ""
		} else if argumentWords[last] {
			switch value.(type) {
			case string, []Value, *Object:
				given = true
			}
		}
	}
	return named && given
}

func isLabel(key string) bool {
	words := WordsIn(key)
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	return labels[key] || last == "id" || last == "ids"
}

// HoldsWords tells whether a value has any text in it, or could name something: counts and switches alone carry nothing.
func HoldsWords(value Value) bool {
	switch typed := value.(type) {
	case string:
		return typed != ""
	case []Value:
		for _, one := range typed {
			if HoldsWords(one) {
				return true
			}
		}
	case *Object:
		for _, key := range typed.Keys() {
			if !isLabel(key) && HoldsWords(typed.At(key)) {
				return true
			}
		}
	}
	return false
}

// writtenCall: JSON written as text is read by some clients; text that is no object is words.
func writtenCall(text string, depth int) bool {
	start := strings.TrimLeft(text, " \t\r\n")
	if !strings.HasPrefix(start, "{") && !strings.HasPrefix(start, "[") {
		return false
	}
	read, err := strictjson.Parse([]byte(text), strictjson.Limits{Bytes: 1 << 30, Depth: 1000, Keys: 1 << 24, Lossy: true})
	if err != nil {
		// What another reader may take for JSON is looked through as words of calls are.
		return looksLikeCall(start)
	}
	return carries(read, depth+1)
}

// looksLikeCall is for text that only a lenient reader takes for JSON (a key twice, for one): a name and arguments stand in it.
func looksLikeCall(text string) bool {
	return strings.Contains(text, `"name"`) && (strings.Contains(text, `"arguments"`) || strings.Contains(text, `"input"`) || strings.Contains(text, `"args"`))
}

// UnknownCarries is the unknown member of an object that can carry a call; "" for none.
func UnknownCarries(owner *Object, known map[string]bool) (string, bool) {
	first := ""
	for _, key := range owner.Keys() {
		if known[key] {
			continue
		}
		if first == "" {
			first = key
		}
		if memberCarries(key, owner.At(key), 0) {
			return key, true
		}
	}
	return first, nameAndArguments(owner, known)
}

// UnknownIn counts the unknown members of an object. It fails when one of them can carry a call.
func UnknownIn(owner *Object, known map[string]bool) int {
	if carrying, is := UnknownCarries(owner, known); is {
		Fail("the unknown member %s can carry a tool call", Cut(carrying, 64))
	}
	unknown := 0
	for _, key := range owner.Keys() {
		if !known[key] {
			unknown++
		}
	}
	return unknown
}

// ReadLenient reads JSON of an answer. Numbers that a double would change matter where arguments are, and nowhere else.
func ReadLenient(text []byte, limits strictjson.Limits) (Value, error) {
	value, err := strictjson.Parse(text, limits)
	if !errors.Is(err, strictjson.ErrLossy) {
		return value, err
	}
	limits.Lossy = true
	lossy, again := strictjson.Parse(text, limits)
	if again != nil || CarriesCall(lossy) {
		return nil, err
	}
	return lossy, nil
}
