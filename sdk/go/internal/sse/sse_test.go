package sse

import (
	"reflect"
	"strings"
	"testing"

	"aegis.dev/sdk/go/internal/dialect"
)

func decoded(pieces ...string) ([]dialect.Frame, error) {
	var decoder Decoder
	var frames []dialect.Frame
	for _, piece := range pieces {
		more, err := decoder.Push([]byte(piece))
		frames = append(frames, more...)
		if err != nil {
			return frames, err
		}
	}
	return frames, decoder.Fault()
}

func TestDecoder(t *testing.T) {
	t.Run("[SDK-43] an event stream is read as the standard says", func(t *testing.T) {
		for _, one := range []struct{ text, raw, event string }{
			{"data: {\"a\":1}\n\n", `{"a":1}`, ""}, {"data:x\r\n\r\n", "x", ""}, {"data: x\r\r", "x", ""}, {"event: e\ndata: a\ndata: b\n\n", "a\nb", "e"},
			{": comment\nid: 1\nretry: 5\ndata: x\n\n", "x", ""}, {"\xef\xbb\xbfdata: x\n\n", "x", ""}, {"data: [DONE]\n\n", "[DONE]", ""},
			{"data:  x\n\n", " x", ""},
		} {
			frames, err := decoded(one.text)
			if err != nil || len(frames) != 1 || frames[0].Raw != one.raw || frames[0].Event != one.event {
				t.Errorf("%q: %+v, %v", one.text, frames, err)
			}
		}
	})
	t.Run("[SDK-43] what ends nothing, says nothing or is cut off is no event", func(t *testing.T) {
		for _, text := range []string{"data: x\n", "data: x", "\n\n\n", "event: e\n\n", "data:\n\n", "data:  \n\n", ": x\n\n", ""} {
			if frames, err := decoded(text); err != nil || len(frames) != 0 {
				t.Errorf("%q: %+v, %v", text, frames, err)
			}
		}
	})
	t.Run("[SDK-43] what clients could read in two ways is a fault", func(t *testing.T) {
		for _, text := range []string{
			"data: {\"a\":1,\"a\":2}\n\n", "data: {\"a\":1}{\"b\":2}\n\n", "data: {\"a\":\n\n", "data: [{\"name\":\"pay\",\"arguments\":{\"a\":1}}]\n\n",
			"data: \xff{\n\n", "data: {\"name\":\"x\",\"arguments\":{\"n\":9007199254740993}}\n\n",
		} {
			if frames, err := decoded(text); err == nil {
				t.Errorf("%q: %+v", text, frames)
			}
		}
	})
}

func FuzzDecoder(f *testing.F) {
	f.Add("data: {\"a\":1}\n\ndata: x\r\n\r\n", uint16(3))
	f.Add("event: e\rdata: a\rdata: b\r\r", uint16(9))
	f.Fuzz(func(t *testing.T, text string, at uint16) {
		cut := min(int(at), len(text))
		whole, wholeErr := decoded(text)
		parts, partsErr := decoded(text[:cut], text[cut:])
		if (wholeErr == nil) != (partsErr == nil) || (wholeErr == nil && !reflect.DeepEqual(whole, parts)) {
			t.Fatalf("%q cut at %d: %+v %v, whole %+v %v", text, cut, parts, partsErr, whole, wholeErr)
		}
		var again strings.Builder
		for _, frame := range whole {
			again.WriteString(frame.Text())
		}
		if wholeErr == nil && !strings.Contains(text, "\r") {
			if frames, err := decoded(again.String()); err != nil || !reflect.DeepEqual(frames, whole) {
				t.Fatalf("%q is written as %q", text, again.String())
			}
		}
	})
}
