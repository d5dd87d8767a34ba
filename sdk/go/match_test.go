package aegis_test

import (
	"fmt"
	"regexp"
	"strings"
)

// names are the texts that $NAME stood for so far in one case.
type names map[string]string

var nameInText = regexp.MustCompile(`\$[A-Z][A-Z_0-9]*`)

// fill puts the texts in for their names in what the gateway answers and the program does.
func (n names) fill(value any) any {
	switch typed := value.(type) {
	case string:
		return nameInText.ReplaceAllStringFunc(typed, func(name string) string {
			if text, known := n[name]; known {
				return text
			}
			return name
		})
	case []any:
		made := make([]any, len(typed))
		for at, item := range typed {
			made[at] = n.fill(item)
		}
		return made
	case map[string]any:
		made := map[string]any{}
		for key, item := range typed {
			made[key] = n.fill(item)
		}
		return made
	}
	return value
}

// match says where got is not what is wanted; "" where it is. Objects are compared as subsets.
func (n names) match(want, got any, there bool) string {
	switch typed := want.(type) {
	case string:
		return n.matchText(typed, got, there)
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%v is no object", got)
		}
		for key, item := range typed {
			value, found := object[key]
			if fault := n.match(item, value, found); fault != "" {
				return key + ": " + fault
			}
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(typed) {
			return fmt.Sprintf("%v, expected %v", got, want)
		}
		for at, item := range typed {
			if fault := n.match(item, list[at], true); fault != "" {
				return fmt.Sprintf("%d: %s", at, fault)
			}
		}
		return ""
	}
	if !there || got != want {
		return fmt.Sprintf("%v, expected %v", got, want)
	}
	return ""
}

func (n names) matchText(want string, got any, there bool) string {
	text, isText := got.(string)
	switch {
	case want == "$ABSENT":
		if there {
			return fmt.Sprintf("%v should not be there", got)
		}
		return ""
	case !there:
		return "absent, expected " + want
	case want == "$ANY":
		return ""
	case want == "$SDK":
		if strings.HasPrefix(text, "sdk-") {
			return ""
		}
	case strings.HasPrefix(want, "$CONTAINS:"):
		if strings.Contains(text, strings.TrimPrefix(want, "$CONTAINS:")) {
			return ""
		}
	case isName(want) && isText:
		return n.matchName(want, text)
	case isText && text == n.fill(want):
		return ""
	}
	return fmt.Sprintf("%v, expected %s", got, want)
}

func (n names) matchName(name, text string) string {
	if known, found := n[name]; found {
		if known != text {
			return fmt.Sprintf("%s, expected %s (%s)", text, known, name)
		}
		return ""
	}
	for other, known := range n {
		if known == text {
			return fmt.Sprintf("%s is %s already, and cannot be %s", text, other, name)
		}
	}
	n[name] = text
	return ""
}

func isName(text string) bool {
	if len(text) < 2 || text[0] != '$' {
		return false
	}
	return strings.Trim(text[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == ""
}

// matchPath is match for a path with names in it, as /v1/actions/$A/outcome.
func (n names) matchPath(want, got string) string {
	wanted, steps := strings.Split(want, "/"), strings.Split(got, "/")
	if len(wanted) != len(steps) {
		return got + ", expected " + want
	}
	for at, one := range wanted {
		if fault := n.matchText(one, steps[at], true); fault != "" {
			return fault
		}
	}
	return ""
}
