package dialect_test

import (
	"testing"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/sse"
)

// FuzzReaders: whatever a provider sends, a reader gives frames or a fault, and of what is refused nothing is left.
func FuzzReaders(f *testing.F) {
	f.Add(0, `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"pay","arguments":"{}"}}]}}]}`+"\n\n")
	f.Add(1, `data: {"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"pay","arguments":""}}`+"\n\n")
	f.Add(2, `data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c","name":"pay","input":{}}}`+"\n\n")
	f.Add(3, `data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"pay","args":{"a":1}}}]},"finishReason":"STOP"}]}`+"\n\n")
	f.Fuzz(func(t *testing.T, which int, text string) {
		on := dialects[(which%len(dialects)+len(dialects))%len(dialects)]
		reader := on.NewReader("m")
		var decoder sse.Decoder
		frames, err := decoder.Push([]byte(text))
		if err != nil {
			return
		}
		for _, frame := range frames {
			if _, err := reader.Take(frame); err != nil {
				reader.Abandon("stopped")
				return
			}
		}
		answer, err := reader.Answer()
		if err != nil {
			return
		}
		refusals := make([]dialect.Decision, len(answer.Calls))
		for at := range refusals {
			refusals[at].Refusal = "refused"
		}
		if left, err := reader.Release(refusals); err == nil {
			again := on.NewReader("m")
			for _, frame := range left {
				if _, err := again.Take(frame); err != nil {
					return
				}
			}
			if second, err := again.Answer(); err == nil {
				for _, call := range second.Calls {
					if !call.Done {
						t.Fatalf("a refused call is still there: %+v in %s", call, text)
					}
				}
			}
		}
	})
}
