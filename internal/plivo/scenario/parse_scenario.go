package scenario

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// The keys of each mapping, in the order of the documentation.
var (
	scenarioKeys = []string{"name", "summary", "wait", "variables", "messages", "steps"}
	messageKeys  = []string{"from", "to", "text", "type", "media", "uuid", "requester_ip", "powerpack"}
	stepKeys     = []string{"message", "kind", "status", "code", "sequence", "after", "late", "method", "path", "params", "unset", "signature", "repeat"}
)

func (r reader) scenario(n ast.Node, s *Scenario) error {
	entries, err := r.mapping(n, "a scenario", len(scenarioKeys))
	if err != nil {
		return err
	}
	var steps ast.Node
	for _, e := range entries {
		switch e.key {
		case "name":
			var f field
			if f, err = r.scalar(e.value, "the name"); err == nil {
				err = r.name(entry{key: f.text, at: f.at}, "a scenario")
			}
			s.Name = f.text
		case "summary":
			var f field
			f, err = r.scalar(e.value, "the summary")
			s.Summary = f.text
		case "wait":
			s.Wait, err = r.yes(e.value, "wait")
		case "variables":
			s.Variables, err = r.variables(e.value)
		case "messages":
			s.messages, err = r.messages(e.value)
		case "steps":
			steps = e.value
		default:
			err = r.unknown(e, "a scenario", scenarioKeys)
		}
		if err != nil {
			return err
		}
	}
	if len(s.messages) == 0 {
		s.messages = []message{{name: "message"}}
	}
	if steps == nil {
		return r.fail(where(n), "it has no steps: the callbacks that go, each behind a dash")
	}
	s.steps, err = r.steps(steps, s.messages)
	return err
}

func (r reader) variables(n ast.Node) ([]Variable, error) {
	entries, err := r.mapping(n, "variables", maxVariables)
	if err != nil {
		return nil, err
	}
	var list []Variable
	for _, e := range entries {
		if err := r.name(e, "a variable"); err != nil {
			return nil, err
		}
		if slices.Contains(generatedNames, e.key) {
			return nil, r.fail(e.at, "%s is made anew at each use and cannot be declared; choose another name", e.key)
		}
		f, err := r.scalar(e.value, "the variable "+e.key)
		if err != nil {
			return nil, err
		}
		list = append(list, Variable{Name: e.key, Value: f.text, at: f.at})
	}
	return list, nil
}

func (r reader) messages(n ast.Node) ([]message, error) {
	entries, err := r.mapping(n, "messages", maxMessages)
	if err != nil {
		return nil, err
	}
	var list []message
	for _, e := range entries {
		if err := r.name(e, "a message"); err != nil {
			return nil, err
		}
		m := message{name: e.key}
		if err := r.message(e.value, &m); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

func (r reader) message(n ast.Node, m *message) error {
	entries, err := r.mapping(n, "a message", len(messageKeys))
	if err != nil {
		return err
	}
	for _, e := range entries {
		into := map[string]*field{
			"from": &m.from, "to": &m.to, "text": &m.text, "type": &m.kind, "uuid": &m.uuid,
			"requester_ip": &m.requester, "powerpack": &m.powerpack,
		}[e.key]
		switch {
		case into != nil:
			*into, err = r.scalar(e.value, e.key)
		case e.key == "media":
			m.media, err = r.texts(e.value, "media", maxMedia)
		default:
			err = r.unknown(e, "a message", messageKeys)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// texts reads a list of values, or one.
func (r reader) texts(n ast.Node, what string, most int) ([]field, error) {
	nodes := []ast.Node{n}
	if _, list := n.(*ast.SequenceNode); list {
		var err error
		if nodes, err = r.list(n, what, most); err != nil {
			return nil, err
		}
	}
	fields := make([]field, len(nodes))
	for i, one := range nodes {
		var err error
		if fields[i], err = r.scalar(one, what); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

func (r reader) steps(n ast.Node, messages []message) ([]step, error) {
	nodes, err := r.list(n, "steps", maxSteps)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, r.fail(where(n), "it has no steps: the callbacks that go, each behind a dash")
	}
	steps := make([]step, len(nodes))
	for i, one := range nodes {
		if err := r.step(one, messages, &steps[i]); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

func (r reader) step(n ast.Node, messages []message, st *step) error {
	entries, err := r.mapping(n, "a step", len(stepKeys))
	if err != nil {
		return err
	}
	*st = step{at: where(n), message: -1, kind: DeliveryReport, signature: Right}
	for _, e := range entries {
		into := map[string]*field{
			"status": &st.status, "code": &st.code, "sequence": &st.sequence, "after": &st.after, "late": &st.late,
			"method": &st.method, "path": &st.path, "repeat": &st.repeat,
		}[e.key]
		switch {
		case into != nil:
			*into, err = r.scalar(e.value, e.key)
		case e.key == "message":
			st.message, err = r.whichMessage(e.value, messages)
		case e.key == "kind":
			st.kind, err = oneOf(r, e.value, "the kind", []Kind{DeliveryReport, Inbound, Other})
		case e.key == "signature":
			st.signature, err = oneOf(r, e.value, "the signature", Signatures())
		case e.key == "params":
			st.set, err = r.params(e.value)
		case e.key == "unset":
			st.unset, err = r.paramNames(e.value)
		default:
			err = r.unknown(e, "a step", stepKeys)
		}
		if err != nil {
			return err
		}
	}
	return r.fitting(st)
}

// fitting holds that a step has what its kind needs, and nothing that means nothing there.
func (r reader) fitting(st *step) error {
	if st.kind == DeliveryReport {
		if !st.status.given {
			return r.fail(st.at, "a delivery report needs a status, as status: delivered; for another kind say kind: inbound or kind: other")
		}
		return nil
	}
	for name, f := range map[string]field{"status": st.status, "code": st.code, "sequence": st.sequence} {
		if f.given {
			return r.fail(f.at, "%s belongs to a delivery report, and this step is of the kind %s; set a parameter under params", name, st.kind)
		}
	}
	return nil
}

func (r reader) whichMessage(n ast.Node, messages []message) (int, error) {
	f, err := r.scalar(n, "the message")
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(messages, func(m message) bool { return m.name == f.text })
	if i < 0 {
		return 0, r.fail(f.at, "there is no message %q under messages", cut(f.text))
	}
	return i, nil
}

func (r reader) params(n ast.Node) ([]param, error) {
	entries, err := r.mapping(n, "params", maxParams)
	if err != nil {
		return nil, err
	}
	list := make([]param, len(entries))
	for i, e := range entries {
		if e.key == "" || len(e.key) > maxName {
			return nil, r.fail(e.at, "the name of a parameter has 1 to %d bytes", maxName)
		}
		f, err := r.scalar(e.value, "the parameter "+cut(e.key))
		if err != nil {
			return nil, err
		}
		list[i] = param{e.key, f}
	}
	return list, nil
}

func (r reader) paramNames(n ast.Node) ([]string, error) {
	fields, err := r.texts(n, "unset", maxParams)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		if names[i] = f.text; f.text == "" {
			return nil, r.fail(f.at, "unset names no parameter here; give its name, as ErrorCode")
		}
	}
	return names, nil
}
