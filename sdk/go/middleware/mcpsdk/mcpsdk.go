// Package mcpsdk guards MCP clients of the official Go SDK.
package mcpsdk

import (
	"context"
	"encoding/json"
	"fmt"

	aegis "aegis.dev/sdk/go"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Guarded is for Client.AddSendingMiddleware: every tool call of the client, on any of its sessions, is decided before it is sent. A call that may not
// be made fails with *aegis.BlockedError.
func Guarded(guard *aegis.Guard) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, request mcp.Request) (mcp.Result, error) {
			if method != "tools/call" {
				return next(ctx, method, request)
			}
			called, isCall := request.GetParams().(*mcp.CallToolParams)
			session, isClient := request.GetSession().(*mcp.ClientSession)
			if !isCall || !isClient {
				// A version of the library that sends calls otherwise is not let past.
				return nil, &aegis.SetupError{Message: fmt.Sprintf("This version of the MCP go-sdk calls tools with %T, which cannot be decided on.", request)}
			}
			params := *called
			proposal := aegis.Proposal{Name: params.Name, Args: params.Arguments, Claims: &aegis.Claims{Framework: "mcp"}}
			return aegis.Run(ctx, guard, proposal, func(ctx context.Context, args json.RawMessage) (mcp.Result, error) {
				params.Arguments = args
				return next(ctx, method, &mcp.ClientRequest[mcp.Params]{Session: session, Params: &params})
			})
		}
	}
}
