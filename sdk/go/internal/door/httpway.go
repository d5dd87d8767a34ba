package door

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"aegis.dev/sdk/go/internal/strictjson"
)

// httpWay asks over HTTP. Where the daemon's answer key is known, each connection proves whose it is before it is told the agent's key, and each
// answer that it is the daemon's to this very question.
type httpWay struct {
	base   *url.URL
	key    string
	proofs *prover
	sender *http.Transport
}

func newHTTPWay(address, key, answerKey string) (*httpWay, error) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, &SetupError{fmt.Sprintf("AEGIS_URL is not an http:// or https:// address: %s", address)}
	}
	base.Host = plainHost(base)
	way := &httpWay{base: base, key: key}
	// A transport of its own: a guarded default transport must not be asked by its own guard, and no proxy of the environment sees the key.
	way.sender = &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second, DisableCompression: true, ForceAttemptHTTP2: false}
	if answerKey == "" {
		return way, nil
	}
	if way.proofs, err = newProver(answerKey, base.Host); err != nil {
		return nil, err
	}
	dialer := &identifying{way.proofs, base}
	way.sender.DialContext = dialer.plain
	way.sender.DialTLSContext = dialer.secure
	return way, nil
}

// plainHost is the host as it stands in the Host header: without the port its scheme has anyway.
func plainHost(at *url.URL) string {
	host := strings.ToLower(at.Host)
	if usual := map[string]string{"http": ":80", "https": ":443"}[at.Scheme]; strings.HasSuffix(host, usual) {
		return strings.TrimSuffix(host, usual)
	}
	return host
}

func (h *httpWay) ask(ctx context.Context, request Request) (Answer, error) {
	sent, err := http.NewRequestWithContext(ctx, request.Method, h.base.String()+request.Path, bytes.NewReader(request.Body))
	if err != nil {
		return Answer{}, err
	}
	sent.Header.Set("Authorization", "Bearer "+h.key)
	if request.Body != nil {
		sent.Header.Set("Content-Type", "application/json")
	} else {
		// A body of unknown length, which is empty: without one the sender asks again by itself when a connection breaks off.
		sent.Body, sent.ContentLength = io.NopCloser(strings.NewReader("")), 0
		sent.GetBody = nil
	}
	var question *asked
	if h.proofs != nil {
		if question, err = h.proofs.ask(request.Method, request.Path, request.Body); err != nil {
			return Answer{}, err
		}
		sent.Header.Set("Aegis-Nonce", question.nonce)
	}
	// Round trips follow no redirect.
	got, err := h.sender.RoundTrip(sent)
	if err != nil {
		return Answer{}, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, mostBytes+1))
	if err != nil {
		return Answer{}, err
	}
	if len(body) > mostBytes {
		return Answer{}, errTooLong
	}
	if question != nil {
		if fault := question.faultIn(got.StatusCode, body, got.Header.Get("Aegis-Answer")); fault != "" {
			return Answer{}, stranger(h.base, fault)
		}
	}
	value, err := strictjson.Parse(body, answerLimits)
	return Answer{Status: got.StatusCode, Body: value, RetryAfter: retryAfter(got.Header)}, err
}

// retryAfter in whole seconds; a date or anything else is no time (RFC 9110 allows both, Aegis says seconds).
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.ParseUint(header.Get("Retry-After"), 10, 20)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func (h *httpWay) close() { h.sender.CloseIdleConnections() }

func stranger(base *url.URL, why string) error {
	return fmt.Errorf("what answers at %s is not the Aegis this agent knows: %s (NOT_AEGIS). See who listens on that port, then `npx aegis identity`", base, why)
}

// identifying makes connections that have said whose they are.
type identifying struct {
	proofs *prover
	place  *url.URL
}

func (i *identifying) plain(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	socket, err := dialer.DialContext(ctx, network, address)
	return i.identified(ctx, socket, err)
}

func (i *identifying) secure(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := tls.Dialer{Config: &tls.Config{ServerName: i.place.Hostname(), MinVersion: tls.VersionTLS12}}
	socket, err := dialer.DialContext(ctx, network, address)
	return i.identified(ctx, socket, err)
}

func (i *identifying) identified(ctx context.Context, socket net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(10 * time.Second)
	if sooner, ok := ctx.Deadline(); ok && sooner.Before(deadline) {
		deadline = sooner
	}
	if err = socket.SetDeadline(deadline); err == nil {
		err = i.identify(socket)
	}
	if err == nil {
		err = socket.SetDeadline(time.Time{})
	}
	if err != nil {
		socket.Close()
		return nil, err
	}
	return socket, nil
}
