package responses

import (
	"strconv"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// Whether an item is a call, and whose.
const (
	inert = "inert"
	done  = "done"
	asked = "asked"
)

var (
	// inertItems ask for nothing and carry no call: words, thoughts, results of what already ran, lists of tools.
	inertItems = dialect.Set("message reasoning compaction context_compaction mcp_list_tools mcp_approval_response additional_tools function_call_output " +
		"custom_tool_call_output computer_call_output local_shell_call_output shell_call_output apply_patch_call_output tool_search_output program_output")
	// doneItems are calls the provider runs itself; when we read them they have happened.
	doneItems = dialect.Set("web_search_call file_search_call code_interpreter_call image_generation_call mcp_call program")
	// frameMembers every item may have; they say nothing about what its call does.
	frameMembers = dialect.Set("id type status call_id name namespace caller created_by")
)

// kindOf is whether an item is a call, and whose. An unknown kind is a call the agent would run when it is called as calls are, has a name, beside
// which arguments may be streamed, or holds anything a call could stand in.
func kindOf(item *object) string {
	kind := dialect.TextOf(item.At("type"))
	switch {
	case inertItems[kind]:
		return inert
	case doneItems[kind]:
		return done
	case kind == "shell_call" && dialect.ObjectOf(item.At("environment")).At("type") == "container_reference":
		return done
	case kind == "tool_search_call" && item.At("execution") == "server":
		return done
	}
	if _, known := shapes[kind]; known {
		return asked
	}
	if dialect.SoundsLikeCall(kind) || dialect.IsText(item.At("name")) || dialect.CarriesCall(item) {
		return asked
	}
	return inert
}

func isUnknown(item *object) bool {
	kind := dialect.TextOf(item.At("type"))
	_, known := shapes[kind]
	return !known && !inertItems[kind] && !doneItems[kind]
}

// shape is how one type of item holds the arguments of its call.
type shape struct {
	// name of the tool, when the item does not name it.
	name  string
	read  func(item *object) *object
	write func(item, args *object) *object
}

var textShape = shape{
	read:  func(item *object) *object { return dialect.ArgsOf(dialect.TextOf(item.At("arguments"))) },
	write: func(item, args *object) *object { return item.With("arguments", strictjson.Write(args)) },
}

var freeForm = shape{
	read: func(item *object) *object {
		text, is := item.At("input").(string)
		if !is {
			return nil
		}
		return strictjson.NewObject("input", text)
	},
	write: func(item, args *object) *object {
		if text, is := args.At("input").(string); is {
			return item.With("input", text)
		}
		return item.With("input", strictjson.Write(args))
	},
}

func member(name, holds string) shape {
	return shape{name,
		func(item *object) *object { return dialect.ObjectOf(item.At(holds)) },
		func(item, args *object) *object { return item.With(holds, args) },
	}
}

func members(name string, holds ...string) shape {
	return shape{name,
		func(item *object) *object {
			made := strictjson.NewObject()
			for _, one := range holds {
				if item.Has(one) {
					made.Set(one, item.At(one))
				}
			}
			return made
		},
		func(item, args *object) *object { return item.Without(holds...).Merge(args) },
	}
}

var shapes = map[string]shape{
	"function_call":         textShape,
	"mcp_approval_request":  textShape,
	"mcp_call":              textShape,
	"custom_tool_call":      freeForm,
	"local_shell_call":      member("local_shell", "action"),
	"shell_call":            member("shell", "action"),
	"apply_patch_call":      member("apply_patch", "operation"),
	"tool_search_call":      member("tool_search", "arguments"),
	"computer_call":         members("computer", "action", "actions"),
	"web_search_call":       members("web_search", "action", "arguments"),
	"file_search_call":      members("file_search", "queries"),
	"code_interpreter_call": members("code_interpreter", "code", "container_id"),
	"image_generation_call": members("image_generation", "revised_prompt"),
	"program":               members("program", "code"),
}

func shapeOf(item *object) shape {
	kind := dialect.TextOf(item.At("type"))
	if known, found := shapes[kind]; found {
		return known
	}
	var holds []string
	for _, key := range item.Keys() {
		if !frameMembers[key] {
			holds = append(holds, key)
		}
	}
	return members(kind, holds...)
}

// callOf is the call an item asks for or records; ended false: its arguments may not be whole.
func callOf(item *object, place int, ended bool) dialect.Call {
	shape := shapeOf(item)
	made := dialect.Call{ID: firstText(item, "call_id", "id"), Name: shape.name, Done: kindOf(item) == done, Kind: dialect.TextOf(item.At("type"))}
	if made.ID == "" {
		made.ID = "item_" + itoa(place)
	}
	if dialect.IsText(item.At("name")) {
		made.Name = dialect.TextOf(item.At("name"))
	} else if made.Name == "" {
		made.Name = dialect.TextOf(item.At("type"))
	}
	if ended && item.At("status") != "incomplete" {
		made.Args = shape.read(item)
	}
	return made
}

func withArguments(item, args *object) *object { return shapeOf(item).write(item, args) }

func itoa(number int) string { return strconv.Itoa(number) }

// sameCall tells whether two items that must be one say the same of their call.
func sameCall(one, other *object) bool {
	for _, key := range []string{"type", "name", "call_id"} {
		if dialect.TextOf(one.At(key)) != dialect.TextOf(other.At(key)) {
			return false
		}
	}
	if kindOf(one) != kindOf(other) {
		return false
	}
	a, isText := one.At("arguments").(string)
	b, too := other.At("arguments").(string)
	if isText && too {
		return dialect.SameArguments(a, b)
	}
	shape := shapeOf(one)
	left, right := shape.read(one), shape.read(other)
	return (left == nil && right == nil) || (left != nil && right != nil && dialect.SameJSON(left, right))
}
