package door

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

const (
	identityPath = "/v1/identity"
	mostIdentity = 16_384
)

// identify asks who listens and believes nobody but the known daemon. Nothing beyond the answer is read: the rest is the connection's user's.
func (i *identifying) identify(socket net.Conn) error {
	question, err := i.proofs.ask("GET", identityPath, nil)
	if err != nil {
		return err
	}
	asking := fmt.Sprintf("GET %s HTTP/1.1\r\nhost: %s\r\naegis-nonce: %s\r\n\r\n", identityPath, i.proofs.host, question.nonce)
	if _, err := io.WriteString(socket, asking); err != nil {
		return err
	}
	status, body, proof, err := readIdentity(socket)
	if err != nil {
		return err
	}
	fault := question.faultIn(status, body, proof)
	if fault == "" && status != 200 {
		fault = fmt.Sprintf("it says who it is with status %d", status)
	}
	if fault != "" {
		return stranger(i.place, fault)
	}
	return nil
}

func readIdentity(socket net.Conn) (status int, body []byte, proof string, err error) {
	var held []byte
	piece := make([]byte, 4096)
	for len(held) <= mostIdentity {
		count, err := socket.Read(piece)
		held = append(held, piece[:count]...)
		if head, rest, whole := bytes.Cut(held, []byte("\r\n\r\n")); whole {
			length := 0
			status, length, proof = headOf(string(head))
			if len(rest) > length {
				return 0, nil, "", fmt.Errorf("it says more than was asked")
			}
			if len(rest) == length {
				return status, rest, proof, nil
			}
		}
		if err != nil {
			return 0, nil, "", fmt.Errorf("it broke off its answer: %w", err)
		}
	}
	return 0, nil, "", fmt.Errorf("its answer is not one of Aegis")
}

func headOf(head string) (status, length int, proof string) {
	lines := strings.Split(head, "\r\n")
	if words := strings.Fields(lines[0]); len(words) > 1 && words[0] == "HTTP/1.1" {
		status, _ = strconv.Atoi(words[1])
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "content-length":
			length, _ = strconv.Atoi(strings.TrimSpace(value))
		case "aegis-answer":
			proof = strings.TrimSpace(value)
		}
	}
	return status, length, proof
}
