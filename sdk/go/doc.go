// Package aegis puts Aegis between a Go agent and the world: every tool call is decided before it runs.
//
// It asks, obeys and reports, and holds no judgement of its own. It needs a running Aegis and the key of an agent (`npx aegis agents add NAME`), which
// it takes from the environment: AEGIS_URL, AEGIS_KEY, AEGIS_AGENT, AEGIS_SESSION, AEGIS_SOCKET, AEGIS_ANSWER_KEY, AEGIS_ASK_TIMEOUT_MS.
//
//	guard, err := aegis.Connect()
//	pay := aegis.Tool(guard, "pay", func(ctx context.Context, in Payment) (Receipt, error) { … })
//	receipt, err := pay(ctx, Payment{To: "DE89", Amount: 12})
//	var blocked *aegis.BlockedError
//	if errors.As(err, &blocked) { … }
//
// The SDK is advisory: it runs in the agent's process, which could bypass it.
package aegis
