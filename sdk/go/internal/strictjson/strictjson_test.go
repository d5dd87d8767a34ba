package strictjson

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Run("[SDK-41] what two readers could take for two things is refused", func(t *testing.T) {
		for _, text := range []string{
			`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, "\xef\xbb\xbf{}", `{} {}`, `{}x`, `[1,]`, `{"a":1,}`, `{a:1}`, `'a'`, `01`, `1.`, `.5`, `+1`, `1e`, `NaN`,
			`"\ud800"`, `"\udc00\ud800"`, "\"\xff\"", "\"\n\"", `"\x"`, `"\u12g4"`, `"a`, `[`, `{"a"`, `{"a":`, ``, ` `, `tru`, `9007199254740993`, `1e400`,
			`0.1234567890123456789`, `{"\u0000":1}`, strings.Repeat("[", 65) + strings.Repeat("]", 65),
		} {
			if value, err := Parse([]byte(text), Limits{}); err == nil {
				t.Errorf("%s is taken for %s", text, Write(value))
			}
		}
	})
	t.Run("[SDK-41] strict JSON is read whole, keys in their order and numbers as they were written", func(t *testing.T) {
		for _, text := range []string{
			`{"b":1,"a":[true,false,null,"x"],"":{}}`, `1.50`, `-0`, `1E+2`, `9007199254740991`, `0.1`, `""`, `"ключ 漢字 👍"`, `[]`, `"\u0000\u001f\"\\"`,
			`1e300`, `123456789012345e5`,
		} {
			value, err := Parse([]byte(" "+text+"\n"), Limits{})
			if err != nil || Write(value) != text {
				t.Errorf("%s became %s, %v", text, Write(value), err)
			}
		}
		if value, err := Parse([]byte(`"\ud83d\udc4d\u00e9\/"`), Limits{}); err != nil || value != "👍é/" {
			t.Error(value, err)
		}
	})
	t.Run("[SDK-41] the limits hold", func(t *testing.T) {
		if _, err := Parse([]byte(`{"a":{"b":1}}`), Limits{Keys: 1}); err == nil {
			t.Error("too many keys")
		}
		if _, err := Parse([]byte(`[1]`), Limits{Bytes: 2}); err == nil {
			t.Error("too many bytes")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{`{"a":[1,"\u00e9",null]}`, `[-1.5e3,""]`, `{"a":1,"a":2}`, `"\ud83d\ude00"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, err := Parse([]byte(text), Limits{Lossy: true})
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%q is no JSON", text)
		}
		again, err := Parse([]byte(Write(value)), Limits{Lossy: true})
		if err != nil || Write(again) != Write(value) {
			t.Fatalf("%q is written as %s", text, Write(value))
		}
		if form, err := Canonical(value); err == nil {
			if back, err := Parse([]byte(form), Limits{Lossy: true}); err != nil {
				t.Fatalf("%q has the canonical form %s: %v, %v", text, form, back, err)
			}
		}
	})
}
