// Package mcpsdk guards MCP clients of the official Go SDK.
package mcpsdk

import (
	"context"
	"encoding/json"

	aegis "aegis.dev/sdk/go"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Guarded is for Client.AddSendingMiddleware: every tool call of the client, on any of its sessions, is decided before it is sent. A call that may not
// be made fails with *aegis.BlockedError.
func Guarded(guard *aegis.Guard) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, request mcp.Request) (mcp.Result, error) {
			params, isCall := request.GetParams().(*mcp.CallToolParams)
			if method != "tools/call" || !isCall {
				return next(ctx, method, request)
			}
			proposal := aegis.Proposal{Name: params.Name, Args: params.Arguments, Claims: &aegis.Claims{Framework: "mcp"}}
			return aegis.Run(ctx, guard, proposal, func(ctx context.Context, args json.RawMessage) (mcp.Result, error) {
				params.Arguments = args
				return next(ctx, method, request)
			})
		}
	}
}
