package middleware_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
	"aegis.dev/sdk/go/middleware/mcpgo"
	"aegis.dev/sdk/go/middleware/mcpsdk"
	mcpgoclient "github.com/mark3labs/mcp-go/client"
	mcpgomcp "github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// rule allows look, changes pay and denies wipe.
func rule(name string, args map[string]any) scripted.Verdict {
	switch name {
	case "look":
		return scripted.Verdict{Effect: "allow"}
	case "pay":
		return scripted.Verdict{Effect: "modify", Args: map[string]any{"to": args["to"], "amount": 1}}
	}
	return scripted.Verdict{Effect: "deny", Text: "Aegis denied " + name + "."}
}

type payment struct {
	To     string `json:"to"`
	Amount int    `json:"amount"`
}

func TestMCPSDK(t *testing.T) {
	ctx := context.Background()
	decider := scripted.New(t, rule)
	var ran []string
	host := mcp.NewServer(&mcp.Implementation{Name: "s", Version: "1"}, nil)
	for _, name := range []string{"look", "pay", "wipe"} {
		mcp.AddTool(host, &mcp.Tool{Name: name}, func(_ context.Context, _ *mcp.CallToolRequest, in payment) (*mcp.CallToolResult, any, error) {
			text, _ := json.Marshal(in)
			ran = append(ran, name+string(text))
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "done"}}}, nil, nil
		})
	}
	near, far := mcp.NewInMemoryTransports()
	if _, err := host.Connect(ctx, far, nil); err != nil {
		t.Fatal(err)
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "c", Version: "1"}, nil)
	client.AddSendingMiddleware(mcpsdk.Guarded(decider.Guard))
	session, err := client.Connect(ctx, near, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	t.Run("[SDK-47] MCP go-sdk: allowed, changed and denied calls of a client", func(t *testing.T) {
		if tools, err := session.ListTools(ctx, nil); err != nil || len(tools.Tools) != 3 {
			t.Fatal(tools, err)
		}
		for _, name := range []string{"look", "pay"} {
			result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: payment{"ann", 900}})
			if err != nil || result.Content[0].(*mcp.TextContent).Text != "done" {
				t.Error(name, result, err)
			}
		}
		var blocked *aegis.BlockedError
		if _, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "wipe", Arguments: payment{"ann", 900}}); !errors.As(err, &blocked) {
			t.Error(err)
		}
		if !reflect.DeepEqual(ran, []string{`look{"to":"ann","amount":900}`, `pay{"to":"ann","amount":1}`}) {
			t.Error(ran)
		}
		if outcomes := decider.Outcomes(); len(outcomes) != 2 || !strings.HasPrefix(outcomes[0], "succeeded") {
			t.Error(outcomes)
		}
	})
}

func TestMCPGo(t *testing.T) {
	ctx := context.Background()
	decider := scripted.New(t, rule)
	var ran []string
	host := server.NewMCPServer("s", "1", server.WithToolHandlerMiddleware(mcpgo.Guarded(decider.Guard)))
	for _, name := range []string{"look", "pay", "wipe"} {
		host.AddTool(mcpgomcp.NewTool(name, mcpgomcp.WithString("to"), mcpgomcp.WithNumber("amount")),
			func(_ context.Context, request mcpgomcp.CallToolRequest) (*mcpgomcp.CallToolResult, error) {
				text, _ := json.Marshal(request.GetArguments())
				ran = append(ran, name+string(text))
				return mcpgomcp.NewToolResultText("done"), nil
			})
	}
	client, err := mcpgoclient.NewInProcessClient(host)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Start(ctx); err != nil {
		t.Fatal(err)
	}
	hello := mcpgomcp.InitializeRequest{}
	hello.Params.ProtocolVersion = mcpgomcp.LATEST_PROTOCOL_VERSION
	hello.Params.ClientInfo = mcpgomcp.Implementation{Name: "c", Version: "1"}
	if _, err := client.Initialize(ctx, hello); err != nil {
		t.Fatal(err)
	}
	t.Run("[SDK-47] mcp-go: allowed, changed and denied tools of a server", func(t *testing.T) {
		said := map[string]string{}
		for _, name := range []string{"look", "pay", "wipe"} {
			call := mcpgomcp.CallToolRequest{}
			call.Params.Name = name
			call.Params.Arguments = map[string]any{"to": "ann", "amount": 900}
			result, err := client.CallTool(ctx, call)
			if err != nil {
				t.Fatal(name, err)
			}
			text, _ := mcpgomcp.AsTextContent(result.Content[0])
			said[name] = text.Text
			if result.IsError != (name == "wipe") {
				t.Error(name, result)
			}
		}
		if !reflect.DeepEqual(said, map[string]string{"look": "done", "pay": "done", "wipe": "Aegis denied wipe."}) {
			t.Error(said)
		}
		if !reflect.DeepEqual(ran, []string{`look{"amount":900,"to":"ann"}`, `pay{"amount":1,"to":"ann"}`}) {
			t.Error(ran)
		}
	})
}
