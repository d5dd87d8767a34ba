package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits bound what is read. Zero members take the defaults: 1 MiB, 64 levels, 10,000 keys.
type Limits struct {
	Bytes int
	Depth int
	Keys  int
	// Lossy takes numbers that a double would change as they are: for JSON that decides nothing.
	Lossy bool
}

// ErrLossy says that a number would lose digits in a reader that uses doubles.
var ErrLossy = errors.New("a number would lose digits; send it as a string")

func (l Limits) filled() Limits {
	if l.Bytes == 0 {
		l.Bytes = 1 << 20
	}
	if l.Depth == 0 {
		l.Depth = 64
	}
	if l.Keys == 0 {
		l.Keys = 10_000
	}
	return l
}

type parser struct {
	text   []byte
	at     int
	depth  int
	keys   int
	limits Limits
}

// Parse reads exactly one value: no key twice, no byte-order mark, no invalid UTF-8, no lone surrogate, no U+0000 in keys, no number that a double
// would change.
func Parse(text []byte, limits Limits) (Value, error) {
	limits = limits.filled()
	if len(text) > limits.Bytes {
		return nil, fmt.Errorf("more than %d bytes", limits.Bytes)
	}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		return nil, errors.New("a byte-order mark stands before the value")
	}
	if !utf8.Valid(text) {
		return nil, errors.New("the bytes are not valid UTF-8")
	}
	p := &parser{text: text, limits: limits}
	p.space()
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.at != len(text) {
		return nil, p.fault("more stands behind the value")
	}
	return value, nil
}

// ParseObject reads exactly one object.
func ParseObject(text []byte, limits Limits) (*Object, error) {
	value, err := Parse(text, limits)
	if err != nil {
		return nil, err
	}
	object, ok := value.(*Object)
	if !ok {
		return nil, errors.New("it is no object")
	}
	return object, nil
}

func (p *parser) fault(what string) error { return fmt.Errorf("%s (offset %d)", what, p.at) }

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) next() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) value() (Value, error) {
	switch c := p.next(); {
	case c == '{':
		return p.nested(p.object)
	case c == '[':
		return p.nested(p.array)
	case c == '"':
		return p.string()
	case c == '-' || (c >= '0' && c <= '9'):
		return p.number()
	}
	for _, word := range words {
		if bytes.HasPrefix(p.text[p.at:], word.text) {
			p.at += len(word.text)
			return word.value, nil
		}
	}
	return nil, p.fault("it is not a JSON value")
}

var words = []struct {
	text  []byte
	value Value
}{{[]byte("true"), true}, {[]byte("false"), false}, {[]byte("null"), nil}}

func (p *parser) nested(read func() (Value, error)) (Value, error) {
	if p.depth++; p.depth > p.limits.Depth {
		return nil, p.fault(fmt.Sprintf("more than %d levels", p.limits.Depth))
	}
	defer func() { p.depth-- }()
	p.at++
	p.space()
	return read()
}

func (p *parser) object() (Value, error) {
	made := NewObject()
	if p.next() == '}' {
		p.at++
		return made, nil
	}
	for {
		if err := p.member(made); err != nil {
			return nil, err
		}
		more, err := p.more('}')
		if err != nil {
			return nil, err
		}
		if !more {
			return made, nil
		}
	}
}

func (p *parser) member(into *Object) error {
	if p.next() != '"' {
		return p.fault("a member has no name")
	}
	key, err := p.string()
	if err != nil {
		return err
	}
	if p.keys++; p.keys > p.limits.Keys {
		return p.fault(fmt.Sprintf("more than %d keys", p.limits.Keys))
	}
	if into.Has(key) {
		return p.fault("a key stands twice in one object")
	}
	if strings.IndexByte(key, 0) >= 0 {
		return p.fault("a key holds U+0000")
	}
	p.space()
	if p.next() != ':' {
		return p.fault("a member has no value")
	}
	p.at++
	p.space()
	value, err := p.value()
	if err != nil {
		return err
	}
	into.Set(key, value)
	return nil
}

func (p *parser) array() (Value, error) {
	items := []Value{}
	if p.next() == ']' {
		p.at++
		return items, nil
	}
	for {
		item, err := p.value()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		more, err := p.more(']')
		if err != nil {
			return nil, err
		}
		if !more {
			return items, nil
		}
	}
}

// more reads what stands behind an item: a comma, or the end.
func (p *parser) more(end byte) (bool, error) {
	p.space()
	c := p.next()
	if c != end && c != ',' {
		return false, p.fault("it is not a JSON value")
	}
	p.at++
	p.space()
	return c == ',', nil
}

func (p *parser) string() (string, error) {
	p.at++
	from := p.at
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return string(p.text[from : p.at-1]), nil
		case c == '\\':
			return p.escaped(from)
		case c < 0x20:
			return "", p.fault("a string holds a control character")
		}
		p.at++
	}
	return "", p.fault("a string does not end")
}

func (p *parser) escaped(from int) (string, error) {
	made := append([]byte(nil), p.text[from:p.at]...)
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			return string(made), nil
		case c < 0x20:
			return "", p.fault("a string holds a control character")
		case c != '\\':
			made = append(made, c)
			p.at++
			continue
		}
		r, err := p.escape()
		if err != nil {
			return "", err
		}
		made = utf8.AppendRune(made, r)
	}
	return "", p.fault("a string does not end")
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *parser) escape() (rune, error) {
	p.at++
	c := p.next()
	if r, known := escapes[c]; known {
		p.at++
		return r, nil
	}
	if c != 'u' {
		return 0, p.fault("a string holds an invalid escape")
	}
	p.at++
	first, err := p.hex()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	if p.next() == '\\' && p.at+1 < len(p.text) && p.text[p.at+1] == 'u' {
		p.at += 2
		second, err := p.hex()
		if err != nil {
			return 0, err
		}
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, nil
		}
	}
	return 0, p.fault("a string holds a lone surrogate")
}

func (p *parser) hex() (rune, error) {
	if p.at+4 > len(p.text) {
		return 0, p.fault("a string holds an invalid escape")
	}
	var r rune
	for _, c := range p.text[p.at : p.at+4] {
		digit := strings.IndexByte(hexDigits, c|0x20)
		if c < '0' || digit < 0 || (c > '9' && c < 'A') {
			return 0, p.fault("a string holds an invalid escape")
		}
		r = r<<4 | rune(digit)
	}
	p.at += 4
	return r, nil
}

func (p *parser) number() (Value, error) {
	from := p.at
	if p.next() == '-' {
		p.at++
	}
	whole := p.digits()
	ok := whole > 0 && (whole == 1 || p.text[p.at-whole] != '0')
	plain := true
	if p.next() == '.' {
		p.at++
		plain = false
		ok = ok && p.digits() > 0
	}
	if c := p.next(); c == 'e' || c == 'E' {
		p.at++
		plain = false
		if c := p.next(); c == '+' || c == '-' {
			p.at++
		}
		ok = ok && p.digits() > 0
	}
	if !ok {
		return nil, p.fault("it is not a JSON number")
	}
	token := string(p.text[from:p.at])
	if !p.limits.Lossy && !lossless(token, plain) {
		return nil, fmt.Errorf("%w (offset %d)", ErrLossy, from)
	}
	return Number(token), nil
}

func (p *parser) digits() int {
	from := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at - from
}
