package aegis_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	aegis "aegis.dev/sdk/go"
)

func ExampleTool() {
	type payment struct {
		To     string `json:"to"`
		Amount int    `json:"amount"`
	}
	guard, err := aegis.Connect() // AEGIS_URL, AEGIS_KEY, AEGIS_AGENT, AEGIS_SESSION
	if err != nil {
		log.Fatal(err)
	}
	pay := aegis.Tool(guard, "pay", func(ctx context.Context, in payment) (string, error) {
		return fmt.Sprintf("paid %d to %s", in.Amount, in.To), nil
	})
	said, err := pay(context.Background(), payment{To: "DE89", Amount: 12})
	var blocked *aegis.BlockedError
	switch {
	case errors.Is(err, aegis.ErrHalted):
		log.Fatal("stop: ", err)
	case errors.As(err, &blocked):
		// What the model may read in place of a result.
		said = blocked.Error()
	case err != nil:
		log.Fatal(err)
	}
	fmt.Println(said)
}

func ExampleGuard_Wrap() {
	guard, err := aegis.Connect()
	if err != nil {
		log.Fatal(err)
	}
	result, err := guard.Wrap("lookup", map[string]any{"id": 7}, func(args aegis.Args) (any, error) {
		return fmt.Sprint("balance of ", args["id"]), nil
	})
	fmt.Println(result, err)
}

func ExampleGuard_Transport() {
	guard, err := aegis.Connect()
	if err != nil {
		log.Fatal(err)
	}
	client := &http.Client{Transport: guard.Transport(http.DefaultTransport)}
	_ = client // tool calls in the answers of models that this client gets are decided before the program sees them
}

func ExampleGuard_WhileHeld() {
	guard, err := aegis.Connect()
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	lock := aegis.Resource{Name: "prod", TTL: time.Minute}
	decision, err := guard.Decide(ctx, aegis.Proposal{Name: "deploy", Resource: &lock})
	if err != nil || decision.Effect != aegis.Allow {
		log.Fatal(err)
	}
	err = guard.WhileHeld(ctx, lock.Name, decision.Fence, lock.TTL, func(ctx context.Context) error {
		return nil // stop when ctx ends: the lock is lost then
	})
	fmt.Println(err)
}
