package dialect

import (
	"strings"

	"aegis.dev/sdk/go/internal/strictjson"
)

// EndOfStream is how OpenAI and those that follow it end a stream; not JSON, and no answer.
const EndOfStream = "[DONE]"

// Frame is one server-sent event: its name, its data, and the text of that data as the provider wrote it.
type Frame struct {
	Event string
	// Data is nil for data that is no JSON object, such as [DONE].
	Data *Object
	// Raw are the data lines joined by LF.
	Raw string
}

// Made is a frame of our own: its data written once.
func Made(data *Object, event string) Frame { return Frame{event, data, strictjson.Write(data)} }

// Text is the frame as a server-sent event.
func (f Frame) Text() string {
	name := ""
	if f.Event != "" {
		name = "event: " + f.Event + "\n"
	}
	return name + "data: " + strings.ReplaceAll(f.Raw, "\n", "\ndata: ") + "\n\n"
}
