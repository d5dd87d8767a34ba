// Package mcpgo guards MCP servers of mcp-go.
package mcpgo

import (
	"context"
	"encoding/json"

	aegis "aegis.dev/sdk/go"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Guarded is for server.WithToolHandlerMiddleware: every tool of the server is decided on before its handler runs. A call that may not run is a tool
// error that the model can read.
func Guarded(guard *aegis.Guard) server.ToolHandlerMiddleware {
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			var args any = request.Params.Arguments
			if request.Params.RawArguments != nil {
				args = request.Params.RawArguments
			}
			var own error
			proposal := aegis.Proposal{Name: request.Params.Name, Args: args, Claims: &aegis.Claims{Framework: "mcp"}}
			result, err := aegis.Run(ctx, guard, proposal, func(ctx context.Context, decided json.RawMessage) (*mcp.CallToolResult, error) {
				var arguments map[string]any
				if err := json.Unmarshal(decided, &arguments); err != nil {
					return nil, err
				}
				request.Params.Arguments, request.Params.RawArguments = arguments, decided
				result, err := next(ctx, request)
				own = err
				return result, err
			})
			if err != nil && own == nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
			return result, err
		}
	}
}
