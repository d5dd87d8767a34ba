package verify

import (
	"strconv"

	"aegis.dev/sdk/go/internal/strictjson"
)

// entryLimits: an entry may be larger than the request that caused it.
var entryLimits = strictjson.Limits{Bytes: 16 << 20, Depth: 96, Keys: 1_000_000}

// entry is one of the log, as far as a verifier reads it.
type entry struct {
	index                        int
	prev, tenant, kind           string
	agent, session, payload      string
	hasAgent, hasSession, hasPay bool
	body                         *strictjson.Object
}

var entryMembers = map[string]bool{"v": true, "tenant": true, "index": true, "prev": true, "at": true, "type": true, "actor": true, "body": true,
	"agent": false, "session": false, "seq": false, "payload": false}

// openEntry reads stored bytes as strictly as a stranger's; a text says what is wrong with them.
func openEntry(text []byte, index int) (*entry, string) {
	value, err := strictjson.Parse(text, entryLimits)
	if err != nil {
		return nil, "its bytes are not strict JSON"
	}
	if form, err := strictjson.Canonical(value); err != nil || form != string(text) {
		return nil, "its bytes are not canonical"
	}
	object, _ := value.(*strictjson.Object)
	if fault := envelopeFault(object); fault != "" {
		return nil, fault
	}
	made := &entry{prev: textAt(object, "prev"), tenant: textAt(object, "tenant"), kind: textAt(object, "type")}
	made.index, _ = wholeAt(object, "index")
	made.agent, made.hasAgent = object.At("agent").(string)
	made.session, made.hasSession = object.At("session").(string)
	made.payload, made.hasPay = object.At("payload").(string)
	made.body, _ = object.At("body").(*strictjson.Object)
	if made.index != index {
		return nil, "it says it is entry " + strconv.Itoa(made.index)
	}
	return made, ""
}

// envelopeFault says why a parsed value is not an entry.
func envelopeFault(object *strictjson.Object) string {
	if object == nil {
		return "it is not an object"
	}
	for _, key := range object.Keys() {
		if _, known := entryMembers[key]; !known {
			return "it has an unknown field"
		}
	}
	for _, key := range []string{"v", "tenant", "index", "prev", "at", "type", "actor", "body"} {
		if !object.Has(key) {
			return "it lacks " + key
		}
	}
	if object.At("v") != strictjson.Number("1") {
		return "its version is unknown"
	}
	_, isIndex := wholeAt(object, "index")
	if _, isTime := wholeAt(object, "at"); !isIndex || !isTime {
		return "its index or time is not an integer"
	}
	if !isDigest(object.At("prev")) {
		return "its prev is not a digest"
	}
	if !isText(object.At("tenant")) || !isText(object.At("type")) {
		return "its tenant or type is not text"
	}
	if !isObject(object.At("actor")) || !isObject(object.At("body")) {
		return "its actor or body is not an object"
	}
	_, isNumber := object.At("seq").(strictjson.Number)
	if !absentOr(object, "agent", isText) || !absentOr(object, "session", isText) || (object.Has("seq") && !isNumber) {
		return "its place is malformed"
	}
	if !absentOr(object, "payload", isDigest) {
		return "its payload is not a digest"
	}
	return ""
}

func absentOr(object *strictjson.Object, key string, is func(strictjson.Value) bool) bool {
	return !object.Has(key) || is(object.At(key))
}

func isText(value strictjson.Value) bool {
	_, is := value.(string)
	return is
}

func isObject(value strictjson.Value) bool {
	_, is := value.(*strictjson.Object)
	return is
}

func isDigest(value strictjson.Value) bool {
	text, _ := value.(string)
	_, ok := ParseHash(text)
	return ok
}

func textAt(object *strictjson.Object, key string) string {
	text, _ := object.At(key).(string)
	return text
}

func wholeAt(object *strictjson.Object, key string) (int, bool) {
	written, _ := object.At(key).(strictjson.Number)
	number, err := strconv.Atoi(string(written))
	return number, err == nil
}
