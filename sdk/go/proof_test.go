package aegis_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

func encodeKey(key ed25519.PublicKey) string { return base64.RawURLEncoding.EncodeToString(key) }

// proofOf signs an answer as docs/formats/answers.md says.
func proofOf(key ed25519.PrivateKey, line, host, nonce string, asked []byte, status int, said []byte) string {
	question := sha(line + "\n" + strings.ToLower(host) + "\n" + sha(string(asked)))
	text := fmt.Sprintf("aegis-answer/1\n%s\n%s\n%d\n%s\n", nonce, question, status, sha(string(said)))
	return "v1.read." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(text)))
}

func sha(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
