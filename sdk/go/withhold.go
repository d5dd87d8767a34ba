package aegis

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"aegis.dev/sdk/go/internal/strictjson"
)

// instructs: text that steers a model, or that is spelled in characters nobody sees.
func (f Finding) instructs() bool {
	switch f.Detector {
	case "injection":
		return f.Risk == "HIGH" || f.Risk == "CRITICAL"
	case "unicode":
		return f.Risk == "CRITICAL"
	}
	return false
}

// withoutInstructions is the result as the model may read it: texts that hold instructions are replaced, or all of it is withheld, as the policy says.
// What JSON does not say whole cannot be masked, so it is withheld.
func withoutInstructions[Out any](tool string, result Out, decision *Decision, findings []Finding) (Out, error) {
	word := decision.Obligations.InjectedResults
	var bad []Finding
	var codes []string
	for _, finding := range findings {
		if word != "" && finding.instructs() {
			bad = append(bad, finding)
			codes = appendNew(codes, finding.Code)
		}
	}
	if len(bad) == 0 {
		return result, nil
	}
	if word == "mask" {
		if masked, ok := maskedCopy(result, bad); ok {
			return masked, nil
		}
	}
	var none Out
	return none, &WithheldError{tool, codes}
}

func appendNew(list []string, text string) []string {
	for _, one := range list {
		if one == text {
			return list
		}
	}
	return append(list, text)
}

func maskedCopy[Out any](result Out, bad []Finding) (masked Out, ok bool) {
	read, isExact := exact(any(result))
	if !isExact || !saysAll(result, read) {
		return masked, false
	}
	for _, finding := range bad {
		if read, ok = maskAt(read, strings.Split(finding.Pointer, "/")[1:], finding.Code); !ok {
			return masked, false
		}
	}
	err := json.Unmarshal([]byte(strictjson.Write(read)), &masked)
	return masked, err == nil
}

// saysAll: a copy made from the JSON is the value itself, or data of JSON's own types.
func saysAll[Out any](result Out, read strictjson.Value) bool {
	var again Out
	if json.Unmarshal([]byte(strictjson.Write(read)), &again) != nil {
		return false
	}
	return reflect.DeepEqual(again, result) || isPlain(reflect.ValueOf(any(result)))
}

// isPlain: maps, lists, texts and numbers, nothing with fields or methods of its own.
func isPlain(of reflect.Value) bool {
	switch of.Kind() {
	case reflect.Invalid, reflect.Bool, reflect.String, reflect.Int, reflect.Int64, reflect.Float64:
		return true
	case reflect.Interface:
		return isPlain(of.Elem())
	case reflect.Map, reflect.Slice:
		items := []reflect.Value{}
		if of.Kind() == reflect.Map {
			for _, key := range of.MapKeys() {
				items = append(items, of.MapIndex(key))
			}
		} else {
			for at := 0; at < of.Len(); at++ {
				items = append(items, of.Index(at))
			}
		}
		for _, item := range items {
			if !isPlain(item) {
				return false
			}
		}
		return true
	}
	return false
}

// maskAt is false where nothing stands at the path, or something that is no text.
func maskAt(value strictjson.Value, path []string, code string) (strictjson.Value, bool) {
	if len(path) == 0 {
		_, isText := value.(string)
		return "[withheld by Aegis: " + code + "]", isText
	}
	key := unstep.Replace(path[0])
	switch typed := value.(type) {
	case []strictjson.Value:
		at, err := strconv.Atoi(key)
		if err != nil || at < 0 || at >= len(typed) {
			return nil, false
		}
		inner, ok := maskAt(typed[at], path[1:], code)
		made := append([]strictjson.Value(nil), typed...)
		made[at] = inner
		return made, ok
	case *strictjson.Object:
		if !typed.Has(key) {
			return nil, false
		}
		inner, ok := maskAt(typed.At(key), path[1:], code)
		return typed.With(key, inner), ok
	}
	return nil, false
}
