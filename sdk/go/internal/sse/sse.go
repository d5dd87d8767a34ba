// Package sse reads and writes event streams (WHATWG HTML, 9.2.6).
package sse

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// Bounds of a stream: bytes of one event, bytes in all, keys of one event's JSON.
const (
	mostEvent = 16 << 20
	mostTotal = 64 << 20
	mostKeys  = 200_000
)

// Decoder makes frames of bytes, cut anywhere: lines end with CR, LF or CRLF, data lines are joined by LF, comments, `id`, `retry`, unknown fields and
// empty events mean nothing, one byte-order mark may stand first. Unlike a browser it refuses bytes that are not UTF-8.
type Decoder struct {
	line, data  []byte
	event       string
	hasData     bool
	afterCR     bool
	begun       bool
	size, total int
	fault       error
}

// Push gives the whole frames so far. A fault behind frames of the same piece is given by the next call.
func (d *Decoder) Push(piece []byte) ([]dialect.Frame, error) {
	if d.fault != nil {
		return nil, d.fault
	}
	var frames []dialect.Frame
	d.fault = dialect.Catch(func() { d.scan(piece, &frames) })
	if len(frames) == 0 {
		return nil, d.fault
	}
	return frames, nil
}

// Fault is what ended the reading; the event that was not ended is dropped, as the standard says.
func (d *Decoder) Fault() error { return d.fault }

func (d *Decoder) scan(piece []byte, frames *[]dialect.Frame) {
	if d.total += len(piece); d.total > mostTotal {
		dialect.Fail("the stream is longer than %d bytes", mostTotal)
	}
	for len(piece) > 0 {
		if d.afterCR && piece[0] == '\n' {
			piece = piece[1:]
		}
		d.afterCR = false
		end := bytes.IndexAny(piece, "\r\n")
		if end < 0 {
			d.grow(piece)
			return
		}
		d.grow(piece[:end])
		d.afterCR = piece[end] == '\r'
		piece = piece[end+1:]
		d.endLine(frames)
	}
}

func (d *Decoder) grow(piece []byte) {
	if d.size += len(piece) + 1; d.size > mostEvent {
		dialect.Fail("one event is longer than %d bytes", mostEvent)
	}
	d.line = append(d.line, piece...)
}

func (d *Decoder) endLine(frames *[]dialect.Frame) {
	line := d.line
	d.line = d.line[:0]
	if !d.begun {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		d.begun = true
	}
	if len(line) == 0 {
		d.endEvent(frames)
		return
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	if !utf8.Valid(line) {
		dialect.Fail("the bytes are not valid UTF-8")
	}
	switch string(name) {
	case "data":
		if d.hasData {
			d.data = append(d.data, '\n')
		}
		d.data, d.hasData = append(d.data, value...), true
	case "event":
		d.event = string(value)
	}
}

func (d *Decoder) endEvent(frames *[]dialect.Frame) {
	event, raw := d.event, string(d.data)
	d.event, d.data, d.hasData, d.size = "", d.data[:0], false, 0
	if strings.TrimSpace(raw) == "" {
		// Nothing but white space means nothing, and would be no JSON to any client.
		return
	}
	*frames = append(*frames, dialect.Frame{Event: event, Data: dataOf(raw), Raw: raw})
}

// dataOf is nil for what is no object and can carry no call.
func dataOf(raw string) *dialect.Object {
	if raw == dialect.EndOfStream || !strings.Contains(raw, "{") {
		return nil
	}
	value, err := dialect.ReadLenient([]byte(raw), strictjson.Limits{Bytes: mostEvent, Keys: mostKeys})
	if err != nil {
		dialect.Fail("the data of an event is no strict JSON: %v", err)
	}
	object := dialect.ObjectOf(value)
	if object == nil && dialect.CarriesCall(value) {
		dialect.Fail("the data of an event is not a JSON object")
	}
	return object
}
