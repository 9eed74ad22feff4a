package scenario

import (
	"embed"
	"errors"
	"slices"
	"strings"
	"sync"
)

// One file a scenario, named as it is.
//
//go:embed builtin/*.yaml
var files embed.FS

// order is that of the documentation; every file is in it.
var order = []string{
	"delivered", "undelivered", "failed", "sent-only", "read", "lifecycle", "multi-segment", "several-destinations",
	"out-of-order", "duplicate", "late", "contradiction", "unknown-status", "unknown-params", "missing-params", "get",
	"inbound", "inbound-mms", "inbound-stop", "unicode", "empty-text", "wrong-token", "unsigned", "trailing-slash",
}

var builtin = sync.OnceValue(func() []Scenario {
	list := make([]Scenario, len(order))
	for i, name := range order {
		data, err := files.ReadFile("builtin/" + name + ".yaml")
		if err != nil {
			panic(err) // a test reads them all
		}
		if list[i], err = Parse(data, name+".yaml"); err != nil {
			panic(err)
		}
	}
	return list
})

// Builtin lists the scenarios that are part of the program, in the order of the documentation.
func Builtin() []Scenario { return slices.Clone(builtin()) }

// Find gives the built-in scenario of a name.
func Find(name string) (Scenario, bool) {
	if s := builtinNamed(name); s != nil {
		return *s, true
	}
	return Scenario{}, false
}

// builtinNamed gives the one that all share; nil where there is none.
func builtinNamed(name string) *Scenario {
	list := builtin()
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// Named reads NAME or NAME:CODE: a built-in scenario, and the variables that are given with it.
func Named(word string) (s Scenario, vars map[string]string, err error) {
	name, code, coded := strings.Cut(word, ":")
	s, found := Find(name)
	switch {
	case !found:
		return s, nil, errors.New("there is no scenario \"" + cut(name) + "\"; there are " + strings.Join(order, ", "))
	case !coded:
		return s, nil, nil
	case !s.HasVariable("code"):
		return s, nil, errors.New("the scenario " + name + " takes no error code")
	case code == "" || len(code) > 10 || strings.Trim(code, "0123456789") != "":
		return s, nil, errors.New("\"" + cut(code) + "\" is no error code; write one as " + name + ":30")
	}
	return s, map[string]string{"code": code}, nil
}
