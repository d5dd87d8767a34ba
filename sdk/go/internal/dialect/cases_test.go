package dialect_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/dialect/anthropic"
	"aegis.dev/sdk/go/internal/dialect/chat"
	"aegis.dev/sdk/go/internal/dialect/gemini"
	"aegis.dev/sdk/go/internal/dialect/responses"
	"aegis.dev/sdk/go/internal/sse"
	"aegis.dev/sdk/go/internal/strictjson"
)

const folder = "../../../../conformance/dialects"

var dialects = []dialect.Dialect{chat.Dialect, responses.Dialect, anthropic.Dialect, gemini.Dialect}

// omission is what is left out of the cases, with its reason.
type omission struct{ Dialect, What, Why string }

// omissions takes account of what is left out: nothing else may be, and nothing is listed in vain.
type omissions struct {
	listed []omission
	used   map[omission]bool
}

func (o *omissions) omitted(of, what string) bool {
	for _, one := range o.listed {
		if one.What == what && (one.Dialect == "" || one.Dialect == of) {
			o.used[one] = true
			return true
		}
	}
	return false
}

func readFile(t *testing.T, name string) *dialect.Object {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	read, err := strictjson.ParseObject(text, strictjson.Limits{Bytes: 1 << 24, Depth: 200, Keys: 1 << 20, Lossy: true})
	if err != nil {
		t.Fatal(name, err)
	}
	return read
}

func omissionsOf(t *testing.T) *omissions {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "implementations.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]struct {
		Refuses string
		Omits   []omission
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if file["go"].Refuses != "rewrites" {
		t.Fatalf("go refuses otherwise than it says: %q", file["go"].Refuses)
	}
	return &omissions{file["go"].Omits, map[omission]bool{}}
}

func TestDialects(t *testing.T) {
	left := omissionsOf(t)
	for _, one := range dialects {
		file := readFile(t, one.Name+".json")
		for _, request := range dialect.ListOf(file.At("requests")) {
			checkRequest(t, left, one, dialect.ObjectOf(request))
		}
		for _, answer := range dialect.ListOf(file.At("answers")) {
			answer := dialect.ObjectOf(answer)
			name := dialect.TextOf(answer.At("name"))
			if left.omitted(one.Name, name) {
				continue
			}
			t.Run("[SDK-42] "+one.Name+", "+name, func(t *testing.T) {
				for _, key := range dialect.ObjectOf(answer.At("client")).Keys() {
					if !left.omitted(one.Name, "client."+key) {
						t.Errorf("client.%s is neither checked nor left out", key)
					}
				}
				if whole := dialect.ObjectOf(answer.At("whole")); whole != nil {
					checkWhole(t, left, one, answer, whole)
				} else {
					checkStreamed(t, left, one, answer)
				}
			})
		}
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		if name != "implementations" && !guards(name) && !left.omitted(name, "*") {
			t.Errorf("%s is neither guarded nor left out", name)
		}
	}
	for _, one := range left.listed {
		if !left.used[one] {
			t.Errorf("listed, but nothing was left out for it: %+v", one)
		}
	}
}

func guards(name string) bool {
	for _, one := range dialects {
		if one.Name == name {
			return true
		}
	}
	return false
}

func checkRequest(t *testing.T, left *omissions, on dialect.Dialect, request *dialect.Object) {
	name := dialect.TextOf(request.At("name"))
	if left.omitted(on.Name, name) || (request.Has("refused") && left.omitted(on.Name, "request.refused")) {
		return
	}
	t.Run("[SDK-42] "+on.Name+", the request is read: "+name, func(t *testing.T) {
		if !on.Matches(dialect.TextOf(request.At("path"))) {
			t.Fatal("its path is none of the dialect's")
		}
		incoming := on.Incoming(dialect.ObjectOf(request.At("body")))
		reads := dialect.ObjectOf(request.At("reads"))
		users := []dialect.Value{}
		for _, text := range incoming.Users {
			if text != "" {
				users = append(users, text)
			}
		}
		results := []dialect.Value{}
		for _, one := range incoming.Results {
			results = append(results, strictjson.NewObject("callId", one.CallID, "value", one.Value, "failed", one.Failed))
		}
		read := map[string]dialect.Value{"users": users, "results": results}
		for _, key := range reads.Keys() {
			got, carried := read[key]
			if !carried {
				if !left.omitted(on.Name, "request."+key) {
					t.Errorf("request.%s is neither read nor left out", key)
				}
			} else if !dialect.SameJSON(got, reads.At(key)) {
				t.Errorf("%s: %s, expected %s", key, strictjson.Write(got), strictjson.Write(reads.At(key)))
			}
		}
	})
}

func decisionsOf(answer *dialect.Object) []dialect.Decision {
	var made []dialect.Decision
	for _, one := range dialect.ListOf(answer.At("decisions")) {
		decision := dialect.ObjectOf(one)
		switch decision.At("effect") {
		case "allow":
			made = append(made, dialect.Decision{})
		case "modify":
			made = append(made, dialect.Decision{Args: dialect.ObjectOf(decision.At("args"))})
		default:
			made = append(made, dialect.Decision{Refusal: dialect.TextOf(decision.At("text"))})
		}
	}
	return made
}

func checkReading(t *testing.T, left *omissions, on dialect.Dialect, answer *dialect.Object, got dialect.Answer) {
	calls := []dialect.Value{}
	for _, call := range got.Calls {
		var args dialect.Value
		if call.Args != nil {
			args = call.Args
		}
		calls = append(calls, strictjson.NewObject("id", call.ID, "name", call.Name, "args", args))
	}
	read := strictjson.NewObject("text", got.Text, "calls", calls, "complete", got.Complete)
	if got.Failure != "" {
		read.Set("failure", got.Failure)
	}
	if got.Unknown > 0 {
		read.Set("unknown", strictjson.Number(strictjson.Write(got.Unknown)))
	}
	want := dialect.ObjectOf(answer.At("reads"))
	for _, key := range want.Keys() {
		if !read.Has(key) && left.omitted(on.Name, "reads."+key) {
			continue
		}
		if !dialect.SameJSON(read.At(key), want.At(key)) {
			t.Errorf("%s: %s, expected %s", key, strictjson.Write(read.At(key)), strictjson.Write(want.At(key)))
		}
	}
	for _, key := range read.Keys() {
		if !want.Has(key) {
			t.Errorf("%s is %s, and should not be there", key, strictjson.Write(read.At(key)))
		}
	}
}

func checkWhole(t *testing.T, left *omissions, on dialect.Dialect, answer, whole *dialect.Object) {
	got, err := on.ReadAnswer(whole)
	if err != nil {
		t.Fatal(err)
	}
	checkReading(t, left, on, answer, got)
	made, err := on.RewriteAnswer(whole, decisionsOf(answer))
	if err != nil {
		t.Fatal(err)
	}
	want := whole
	if leaves := dialect.ObjectOf(answer.At("leaves")); leaves != nil {
		want = leaves
	}
	if !dialect.SameJSON(made, want) {
		t.Errorf("left %s, expected %s", strictjson.Write(made), strictjson.Write(want))
	}
}

func framesOf(chunks dialect.Value) []dialect.Frame {
	var frames []dialect.Frame
	for _, one := range dialect.ListOf(chunks) {
		chunk := dialect.ObjectOf(one)
		frame := dialect.Frame{Event: dialect.TextOf(chunk.At("event")), Data: dialect.ObjectOf(chunk.At("data")), Raw: dialect.TextOf(chunk.At("data"))}
		if frame.Data != nil {
			frame.Raw = strictjson.Write(frame.Data)
		}
		frames = append(frames, frame)
	}
	return frames
}

func textOf(frames []dialect.Frame) string {
	text := ""
	for _, one := range frames {
		text += one.Text()
	}
	return text
}

// decoded are the frames of a stream's bytes, cut at every byte.
func decoded(t *testing.T, text string) []dialect.Frame {
	t.Helper()
	var decoder sse.Decoder
	var frames []dialect.Frame
	for at := range []byte(text) {
		more, err := decoder.Push([]byte{text[at]})
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, more...)
	}
	return frames
}

func checkStreamed(t *testing.T, left *omissions, on dialect.Dialect, answer *dialect.Object) {
	frames := framesOf(answer.At("chunks"))
	if again := decoded(t, textOf(frames)); !reflect.DeepEqual(again, frames) {
		t.Errorf("frames do not survive their way: %v", again)
	}
	reader := on.NewReader("a-model")
	var flowed []dialect.Frame
	for _, frame := range frames {
		passing, err := reader.Take(frame)
		if err != nil {
			t.Fatal(err)
		}
		flowed = append(flowed, passing...)
	}
	flows, _ := dialect.CountOf(answer.At("flows"))
	if got, want := textOf(flowed), textOf(frames[:flows]); got != want {
		t.Errorf("flowed %s, expected %s", got, want)
	}
	got, err := reader.Answer()
	if err != nil {
		t.Fatal(err)
	}
	checkReading(t, left, on, answer, got)
	if !answer.Has("decisions") && !answer.Has("says") {
		return
	}
	made := reader.Abandon(dialect.TextOf(answer.At("says")))
	if answer.Has("decisions") {
		if made, err = reader.Release(decisionsOf(answer)); err != nil {
			t.Fatal(err)
		}
	}
	want := frames[flows:]
	if answer.Has("leaves") {
		want = framesOf(answer.At("leaves"))
	}
	if got, want := textOf(made), textOf(want); got != want {
		t.Errorf("left\n%s\nexpected\n%s", got, want)
	}
}
