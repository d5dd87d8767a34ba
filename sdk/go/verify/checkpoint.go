package verify

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Key checks signed notes (C2SP signed-note, Ed25519). It is handed about as `<name>+<id>+<base64(01 ‖ public key)>`.
type Key struct {
	Name string
	text string
	id   string
	raw  ed25519.PublicKey
}

// String is the key as it is handed about.
func (k *Key) String() string { return k.text }

// ParseKey fails for what is malformed, and for an id that does not fit the key's bytes.
func ParseKey(text string) (*Key, error) {
	parts := strings.SplitN(strings.TrimSpace(text), "+", 3)
	if len(parts) == 3 && parts[0] != "" && !strings.ContainsAny(parts[0], " \t\r\n") {
		raw, err := base64.StdEncoding.Strict().DecodeString(parts[2])
		if err == nil && len(raw) == 1+ed25519.PublicKeySize && raw[0] == 1 {
			sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
			if id := hex.EncodeToString(sum[:4]); id == parts[1] {
				return &Key{parts[0], strings.Join(parts, "+"), id, raw[1:]}, nil
			}
		}
	}
	return nil, fmt.Errorf("it is not the key of a log: %s. `npx aegis identity` and the file key.pub beside the checkpoints hold it", text)
}

// Checkpoint says: this log had this many entries and this root (C2SP tlog-checkpoint).
type Checkpoint struct {
	// Origin is `<log name>/<tenant>`.
	Origin string
	Size   int
	Root   Hash

	text       string
	signatures []noteSignature
}

type noteSignature struct {
	name, id string
	bytes    []byte
}

// mostNote bounds a note; a longer one is none.
const mostNote = 65_536

// ParseCheckpoint reads a note of which nothing is believed yet; nil when it is none.
func ParseCheckpoint(note string) *Checkpoint {
	text, rest, found := strings.Cut(note, "\n\n")
	if !found || len(note) > mostNote || !strings.HasSuffix(note, "\n") || rest == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 3 || lines[0] == "" || strings.Contains(lines[0], "\r") {
		return nil
	}
	size, err := strconv.ParseUint(lines[1], 10, 53)
	root, rootErr := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || strconv.FormatUint(size, 10) != lines[1] || rootErr != nil || len(root) != sha256.Size {
		return nil
	}
	made := &Checkpoint{Origin: lines[0], Size: int(size), text: text + "\n"}
	copy(made.Root[:], root)
	for _, line := range strings.Split(strings.TrimSuffix(rest, "\n"), "\n") {
		signature, ok := signatureOf(line)
		if !ok {
			return nil
		}
		made.signatures = append(made.signatures, signature)
	}
	return made
}

func signatureOf(line string) (noteSignature, bool) {
	parts := strings.Split(line, " ")
	if len(parts) != 3 || parts[0] != "—" || parts[1] == "" {
		return noteSignature{}, false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(raw) < 5 {
		return noteSignature{}, false
	}
	return noteSignature{parts[1], hex.EncodeToString(raw[:4]), raw[4:]}, true
}

// opened says why no key that is valid for this size signed the checkpoint; "" when one did. Signatures of unknown keys are passed over; a wrong one of
// a known key is fatal.
func (c *Checkpoint) opened(keys []*Key) string {
	signed := false
	for _, key := range keys {
		for _, one := range c.signatures {
			if one.name != key.Name || one.id != key.id {
				continue
			}
			if len(one.bytes) != ed25519.SignatureSize || !ed25519.Verify(key.raw, []byte(c.text), one.bytes) {
				return "the signature of " + key.Name + " is wrong"
			}
			signed = true
		}
	}
	if !signed {
		return "no key that is valid for this size signed it"
	}
	return ""
}

// Open believes a checkpoint that the key signed; an error says why not.
func (c *Checkpoint) Open(key *Key) error {
	if fault := c.opened([]*Key{key}); fault != "" {
		return fmt.Errorf("the checkpoint cannot be believed: %s", fault)
	}
	return nil
}
