package strictjson

import (
	"errors"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Canonical is the value in the form of RFC 8785 (JCS): keys by their UTF-16 units, numbers as ECMAScript writes them.
func Canonical(value Value) (string, error) {
	var to strings.Builder
	err := canonical(&to, value)
	return to.String(), err
}

func canonical(to *strings.Builder, value Value) error {
	switch typed := value.(type) {
	case Number:
		text, err := ecmaNumber(typed)
		to.WriteString(text)
		return err
	case []Value:
		to.WriteByte('[')
		for at, item := range typed {
			if at > 0 {
				to.WriteByte(',')
			}
			if err := canonical(to, item); err != nil {
				return err
			}
		}
		to.WriteByte(']')
	case *Object:
		to.WriteByte('{')
		for at, key := range sortedKeys(typed) {
			if at > 0 {
				to.WriteByte(',')
			}
			writeString(to, key)
			to.WriteByte(':')
			if err := canonical(to, typed.At(key)); err != nil {
				return err
			}
		}
		to.WriteByte('}')
	default:
		write(to, typed)
	}
	return nil
}

func sortedKeys(object *Object) []string {
	keys := append([]string(nil), object.Keys()...)
	sort.Slice(keys, func(a, b int) bool { return lessUTF16(keys[a], keys[b]) })
	return keys
}

func lessUTF16(a, b string) bool {
	left, right := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for at := 0; at < len(left) && at < len(right); at++ {
		if left[at] != right[at] {
			return left[at] < right[at]
		}
	}
	return len(left) < len(right)
}

// ecmaNumber is Number::toString of ECMA-262.
func ecmaNumber(number Number) (string, error) {
	value, err := strconv.ParseFloat(string(number), 64)
	if err != nil || math.IsInf(value, 0) {
		return "", errors.New("a number out of range")
	}
	if value == 0 {
		return "0", nil
	}
	sign := ""
	if value < 0 {
		sign, value = "-", -value
	}
	mantissa, power, _ := strings.Cut(strconv.FormatFloat(value, 'e', -1, 64), "e")
	digits := strings.Replace(mantissa, ".", "", 1)
	exponent, _ := strconv.Atoi(power)
	point, count := exponent+1, len(digits)
	switch {
	case count <= point && point <= 21:
		return sign + digits + strings.Repeat("0", point-count), nil
	case 0 < point && point <= 21:
		return sign + digits[:point] + "." + digits[point:], nil
	case -6 < point && point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits, nil
	}
	tail := ""
	if count > 1 {
		tail = "." + digits[1:]
	}
	if exponent > 0 {
		return sign + digits[:1] + tail + "e+" + strconv.Itoa(exponent), nil
	}
	return sign + digits[:1] + tail + "e" + strconv.Itoa(exponent), nil
}
