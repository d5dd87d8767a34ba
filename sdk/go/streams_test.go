package aegis_test

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"runtime"
	"testing"

	"aegis.dev/sdk/go/internal/scripted"
)

func TestStreams(t *testing.T) {
	noEnvironment(t)
	t.Run("[SDK-42, SDK-43] words flow before the call is there, and the call waits for a person", func(t *testing.T) {
		decider := scripted.New(t, func(string, map[string]any) scripted.Verdict { return scripted.Verdict{Effect: "ask"} })
		got := make(chan struct{})
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		response := post(t, client, context.Background(), streaming(t, got)+"/v1/chat/completions", ask)
		defer response.Body.Close()
		early := make([]byte, len(words))
		if _, err := io.ReadFull(response.Body, early); err != nil || string(early) != words {
			t.Fatal(err, string(early))
		}
		close(got)
		rest := make(chan string)
		go func() {
			text, _ := io.ReadAll(response.Body)
			rest <- string(text)
		}()
		id := <-decider.Waiting
		select {
		case text := <-rest:
			t.Fatalf("handed on before a person answered: %s", text)
		default:
		}
		decider.Approval(id) <- scripted.Verdict{Effect: "allow"}
		if text := <-rest; text != begin+done {
			t.Errorf("the granted call left as %s", text)
		}
	})
	t.Run("[SDK-43] a stream that is closed while a person is asked withdraws the question", func(t *testing.T) {
		decider := scripted.New(t, func(string, map[string]any) scripted.Verdict { return scripted.Verdict{Effect: "ask"} })
		got := make(chan struct{})
		close(got)
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		response := post(t, client, context.Background(), streaming(t, got)+"/v1/chat/completions", ask)
		rest := make(chan error)
		go func() {
			_, err := io.ReadAll(response.Body)
			rest <- err
		}()
		<-decider.Waiting
		response.Body.Close()
		if err := <-rest; err == nil {
			t.Error("the end of a closed stream looks like that of an answer")
		}
		if said := decider.Outcomes(); !reflect.DeepEqual(said, []string{"cancelled null"}) {
			t.Errorf("outcomes %v", said)
		}
	})
	t.Run("[SDK-43] streams closed early leave no goroutine", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		base := &http.Transport{}
		client := &http.Client{Transport: decider.Guard.Transport(base)}
		address := streaming(t, make(chan struct{})) + "/v1/chat/completions"
		once := func() {
			response := post(t, client, context.Background(), address, ask)
			if _, err := io.ReadFull(response.Body, make([]byte, len(words))); err != nil {
				t.Error(err)
			}
			response.Body.Close()
		}
		once()
		base.CloseIdleConnections()
		before := runtime.NumGoroutine()
		for range 50 {
			once()
		}
		// Connections end in their own time; one goroutine for each stream would stay above for ever.
		for runtime.NumGoroutine() > before+5 {
			base.CloseIdleConnections()
			runtime.Gosched()
		}
	})
}
