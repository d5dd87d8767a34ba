package door

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// prover puts questions with a nonce and tells whether their answers are the daemon's own (docs/formats/answers.md).
type prover struct {
	key  ed25519.PublicKey
	host string
}

func newProver(answerKey, host string) (*prover, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(answerKey)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, &SetupError{fmt.Sprintf("AEGIS_ANSWER_KEY is not an answer key: %s. `npx aegis identity` prints it.", answerKey)}
	}
	return &prover{key: raw, host: strings.ToLower(host)}, nil
}

// asked is one question with the nonce its answer must be bound to.
type asked struct {
	prover *prover
	nonce  string
	line   string
	body   []byte
}

func (p *prover) ask(method, path string, body []byte) (*asked, error) {
	nonce := make([]byte, 24)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return &asked{p, base64.RawURLEncoding.EncodeToString(nonce), method + " " + path, body}, nil
}

// faultIn says why an answer is not the daemon's own to this question; "" when it is.
func (a *asked) faultIn(status int, body []byte, proof string) string {
	parts := strings.Split(proof, ".")
	if len(parts) != 3 || parts[0] != "v1" || (parts[1] != "read" && parts[1] != "unread") {
		return "its answer is not signed"
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(signature) != ed25519.SignatureSize {
		return "its answer is not signed"
	}
	question := "unread"
	if parts[1] == "read" {
		question = digest(a.body)
	} else if status < 400 {
		// What was refused without being read permits nothing, whatever its words are.
		return "it answered without reading what was asked"
	}
	said := strings.Join([]string{
		"aegis-answer/1", a.nonce, digest([]byte(a.line + "\n" + a.prover.host + "\n" + question)), strconv.Itoa(status), digest(body), "",
	}, "\n")
	if !ed25519.Verify(a.prover.key, []byte(said), signature) {
		return "its answer to this question is not signed with the known key"
	}
	return ""
}

func digest(of []byte) string {
	sum := sha256.Sum256(of)
	return hex.EncodeToString(sum[:])
}
