package verify

import (
	"crypto/ed25519"
	"encoding/base64"
	"math"
	"strings"

	"aegis.dev/sdk/go/internal/strictjson"
)

// rotation is a `key-rotated` entry.
type rotation struct {
	index                              int
	previous, next, byPrevious, byNext string
}

func rotationIn(index int, body *strictjson.Object) rotation {
	text := func(key string) string {
		value, _ := body.At(key).(string)
		return value
	}
	return rotation{index, text("previous"), text("next"), text("signatureByPrevious"), text("signatureByNext")}
}

// keysFor are the keys that may sign a tree of this size: the trusted key and those it was handed on to, each from its own entry on. A key signs trees up
// to and including the entry that retires it. False when a handover is not signed by both keys. What came before the trusted key is not vouched for.
func keysFor(log string, trusted *Key, rotations []rotation, size int) ([]*Key, bool) {
	var mine []rotation
	entered := -1
	for _, one := range rotations {
		if !strings.HasPrefix(one.previous, trusted.Name+"+") {
			continue
		}
		if one.next == trusted.text {
			entered = len(mine)
		}
		mine = append(mine, one)
	}
	from, current := -1, trusted
	if entered >= 0 {
		from = mine[entered].index
	}
	var keys []*Key
	add := func(key *Key, from, to int) {
		if size > from && size <= to {
			keys = append(keys, key)
		}
	}
	for _, one := range mine[entered+1:] {
		next, ok := handedTo(log, current, one)
		if !ok {
			return nil, false
		}
		add(current, from, one.index+1)
		from, current = one.index, next
	}
	add(current, from, math.MaxInt)
	return keys, true
}

// handedTo is the key a handover leads to; false when it does not come from previous or is not signed by both.
func handedTo(log string, previous *Key, of rotation) (*Key, bool) {
	next, err := ParseKey(of.next)
	if err != nil || of.previous != previous.text {
		return nil, false
	}
	sentence := []byte("aegis key rotation v1\n" + log + "\n" + of.previous + "\n" + of.next + "\n")
	for key, text := range map[*Key]string{previous: of.byPrevious, next: of.byNext} {
		signature, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(signature) != ed25519.SignatureSize || !ed25519.Verify(key.raw, sentence, signature) {
			return nil, false
		}
	}
	return next, true
}
