package strictjson

import (
	"strconv"
	"strings"
)

const (
	mostWhole      = 1<<53 - 1
	smallestNormal = 2.2250738585072014e-308
)

// lossless tells whether a number survives being a double: whole ones up to ±(2^53−1); others when their digits are those of the double's shortest
// or of its 17-digit form.
func lossless(token string, plain bool) bool {
	value, err := strconv.ParseFloat(token, 64)
	if err != nil {
		return false
	}
	if plain {
		return value >= -mostWhole && value <= mostWhole
	}
	written := decimalOf(token)
	if written.digits == "" || (len(written.digits) <= 15 && (value >= smallestNormal || value <= -smallestNormal)) {
		return true
	}
	return written == decimalOf(strconv.FormatFloat(value, 'e', -1, 64)) || written == decimalOf(strconv.FormatFloat(value, 'e', 16, 64))
}

// decimal holds the significant digits without zeros at either end, and the power of ten of the last one.
type decimal struct {
	digits   string
	exponent int
}

func decimalOf(token string) decimal {
	mantissa, power := strings.TrimPrefix(token, "-"), 0
	if mark := strings.IndexAny(mantissa, "eE"); mark >= 0 {
		power, _ = strconv.Atoi(mantissa[mark+1:])
		mantissa = mantissa[:mark]
	}
	if point := strings.IndexByte(mantissa, '.'); point >= 0 {
		power -= len(mantissa) - point - 1
		mantissa = mantissa[:point] + mantissa[point+1:]
	}
	trimmed := strings.TrimRight(mantissa, "0")
	power += len(mantissa) - len(trimmed)
	digits := strings.TrimLeft(trimmed, "0")
	if digits == "" {
		return decimal{}
	}
	return decimal{digits, power}
}

// Soften is the value with each number that a double would change as text, so that a strict reader takes it.
func Soften(value Value) Value {
	switch typed := value.(type) {
	case Number:
		token := string(typed)
		if lossless(token, !strings.ContainsAny(token, ".eE")) {
			return value
		}
		return token
	case []Value:
		made := make([]Value, len(typed))
		for at, item := range typed {
			made[at] = Soften(item)
		}
		return made
	case *Object:
		made := NewObject()
		for _, key := range typed.Keys() {
			made.Set(key, Soften(typed.At(key)))
		}
		return made
	}
	return value
}
