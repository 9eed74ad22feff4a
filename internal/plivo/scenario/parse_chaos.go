package scenario

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// ParseChaos reads chaos as String writes it: none, or a comma list as in
// duplicate=5%,lost=1%,delay=20ms..2s,api-latency=50ms,api-429=2%. The error is an *Error with the column.
func ParseChaos(s string) (Chaos, error) {
	var c Chaos
	if word := strings.TrimSpace(s); word == "" || word == noChaos {
		return c, nil
	}
	r := reader{file: strconv.Quote(cut(s)), what: "a chaos"}
	column := 1
	seen := map[string]bool{}
	for _, part := range strings.Split(s, ",") {
		at := position{1, column + len(part) - len(strings.TrimLeft(part, " "))}
		column += len(part) + 1
		name, value, given := strings.Cut(strings.TrimSpace(part), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !given {
			return Chaos{}, r.fail(at, "%q has no value; write each as name=value, as in duplicate=5%%,api-latency=50ms", cut(name))
		}
		if seen[name] {
			return Chaos{}, r.fail(at, "%q is there twice", cut(name))
		}
		seen[name] = true
		var problem string
		switch of, api := strings.CutPrefix(name, "api-"); {
		case api && of == "latency":
			c.Latency, problem = parseDelay(value, MaxLatency)
		case api:
			problem = c.addError(of, value)
		default:
			problem = c.set(name, value)
		}
		if problem != "" {
			return Chaos{}, r.fail(at, "%s: %s", cut(name), problem)
		}
	}
	if c.Check() != nil {
		return Chaos{}, r.fail(position{1, 1}, "the API's errors %s", tooManyErrors)
	}
	c.settle()
	return c, nil
}

// set reads a value of callbacks.
func (c *Chaos) set(name, value string) (problem string) {
	if name == "delay" {
		c.Delay, problem = parseDelay(value, MaxTime)
		return problem
	}
	for _, one := range c.chances() {
		if one.name == name {
			*one.p, problem = parseChance(value)
			return problem
		}
	}
	return "there is no such chaos; of callbacks there are " + strings.Join(c.names(), ", ") + ", and of the API api-latency and api-STATUS"
}

// names are what callbacks have.
func (c *Chaos) names() []string {
	names := []string{"delay"}
	for _, one := range c.chances() {
		names = append(names, one.name)
	}
	return names
}

func (c *Chaos) has(name string) bool { return slices.Contains(c.names(), name) }

func (c *Chaos) addError(status, chance string) string {
	code, problem := parseErrorStatus(status)
	if problem != "" {
		return problem
	}
	if slices.ContainsFunc(c.Errors, func(e ErrorChance) bool { return e.Status == code }) {
		return "the status is there twice"
	}
	p, problem := parseChance(chance)
	c.Errors = append(c.Errors, ErrorChance{code, p})
	return problem
}

// settle brings what means the same to one form.
func (c *Chaos) settle() {
	c.Errors = slices.DeleteFunc(c.Errors, func(e ErrorChance) bool { return e.Chance == 0 })
	slices.SortFunc(c.Errors, func(a, b ErrorChance) int { return cmp.Compare(a.Status, b.Status) })
	if len(c.Errors) == 0 {
		c.Errors = nil
	}
}

// The keys of chaos in a file, in the order of the documentation.
var (
	chaosKeys = []string{"api", "callbacks"}
	apiKeys   = []string{"latency", "errors"}
)

func (r reader) chaos(n ast.Node) (Chaos, error) {
	var c Chaos
	entries, err := r.mapping(n, "chaos", len(chaosKeys))
	if err != nil {
		return c, err
	}
	for _, e := range entries {
		switch e.key {
		case "api":
			err = r.chaosOfAPI(e.value, &c)
		case "callbacks":
			err = r.chaosOfCallbacks(e.value, &c)
		default:
			err = r.unknown(e, "chaos", chaosKeys)
		}
		if err != nil {
			return c, err
		}
	}
	c.settle()
	return c, nil
}

func (r reader) chaosOfAPI(n ast.Node, c *Chaos) error {
	entries, err := r.mapping(n, "chaos of the API", len(apiKeys))
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch e.key {
		case "latency":
			c.Latency, err = r.delay(e, MaxLatency)
		case "errors":
			err = r.chaosErrors(e.value, c)
		default:
			err = r.unknown(e, "chaos of the API", apiKeys)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r reader) chaosErrors(n ast.Node, c *Chaos) error {
	entries, err := r.mapping(n, "errors", maxErrors)
	if err != nil {
		return err
	}
	for _, e := range entries {
		f, err := r.scalar(e.value, e.key)
		if err != nil {
			return err
		}
		if problem := c.addError(e.key, f.text); problem != "" {
			return r.fail(e.at, "%s", problem)
		}
	}
	if c.Check() != nil {
		return r.fail(where(n), "the API's errors %s", tooManyErrors)
	}
	return nil
}

func (r reader) chaosOfCallbacks(n ast.Node, c *Chaos) error {
	entries, err := r.mapping(n, "chaos of callbacks", len(c.chances())+1)
	if err != nil {
		return err
	}
	for _, e := range entries {
		f, err := r.scalar(e.value, e.key)
		if err != nil {
			return err
		}
		if !c.has(e.key) {
			return r.unknown(e, "chaos of callbacks", c.names())
		}
		if problem := c.set(e.key, f.text); problem != "" {
			return r.fail(f.at, "%s: %s", e.key, problem)
		}
	}
	return nil
}
