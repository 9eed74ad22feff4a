package simulator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/local"
)

// ControlPath begins the paths of the control API, which is no part of Plivo's: it says what the simulator holds and
// did, and lets a test move its clock on, wait, and begin anew. It takes no credentials, and answers programs of this
// machine alone.
const ControlPath = "/_simulator/"

// controlCall answers a call of the control API. What it gives is answered as JSON with 200, nil with 204.
type controlCall func(s *Simulator, w http.ResponseWriter, r *http.Request) (any, error)

// controls are the calls, by the path behind ControlPath and the method. A path that ends in a slash takes one more
// part, which the call gets by r.PathValue("id").
var controls = map[string]map[string]controlCall{
	"":          {http.MethodGet: (*Simulator).controlState, http.MethodDelete: (*Simulator).controlReset},
	"state":     {http.MethodGet: (*Simulator).controlState},
	"reset":     {http.MethodPost: (*Simulator).controlReset},
	"messages":  {http.MethodGet: (*Simulator).controlMessages},
	"messages/": {http.MethodGet: (*Simulator).controlMessage},
	"callbacks": {http.MethodGet: (*Simulator).controlCallbacks},
	"rules":     {http.MethodGet: (*Simulator).controlRules, http.MethodPut: (*Simulator).controlSetRules, http.MethodDelete: (*Simulator).controlDropRules},
	"chaos":     {http.MethodGet: (*Simulator).controlChaos, http.MethodPut: (*Simulator).controlSetChaos, http.MethodDelete: (*Simulator).controlDropChaos},
	"fate":      {http.MethodGet: (*Simulator).controlFate, http.MethodPut: (*Simulator).controlSetFate},
	"clock":     {http.MethodGet: (*Simulator).controlClock, http.MethodPost: (*Simulator).controlSetClock},
	"inbound":   {http.MethodPost: (*Simulator).controlInbound},
	"wait":      {http.MethodGet: (*Simulator).controlWait, http.MethodPost: (*Simulator).controlWait},
}

// isControl tells whether a path is one of the control API.
func isControl(path string) bool {
	return path == strings.TrimSuffix(ControlPath, "/") || strings.HasPrefix(path, ControlPath)
}

// controlError is an answer that refuses a call, or says that what was asked for did not come about.
type controlError struct {
	status int
	body   any // in place of the words alone; nil for those
	words  string
}

func (e *controlError) Error() string { return e.words }

func refuseControl(status int, format string, args ...any) *controlError {
	return &controlError{status: status, words: fmt.Sprintf(format, args...)}
}

func badControl(format string, args ...any) *controlError {
	return refuseControl(http.StatusBadRequest, format, args...)
}

// serveControl answers a call of the control API.
func (s *Simulator) serveControl(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	body, err := s.control(w, r)
	var refused *controlError
	switch {
	case err == nil && body == nil:
		w.WriteHeader(http.StatusNoContent)
	case err == nil:
		answer(w, http.StatusOK, body)
	case errors.As(err, &refused) && refused.body != nil:
		answer(w, refused.status, refused.body)
	case errors.As(err, &refused):
		answer(w, refused.status, controlProblem{refused.words})
	case errors.Is(err, errStopping), errors.Is(err, context.Canceled):
		answer(w, http.StatusServiceUnavailable, controlProblem{err.Error()})
	case errors.Is(err, errReset):
		answer(w, http.StatusConflict, controlProblem{err.Error()})
	default:
		answer(w, http.StatusBadRequest, controlProblem{err.Error()})
	}
}

// controlDoor is who may call: programs of this machine.
var controlDoor = local.Door{What: "the control API"}

type controlProblem struct {
	Error string `json:"error"`
}

func (s *Simulator) control(w http.ResponseWriter, r *http.Request) (any, error) {
	if why := controlDoor.Refuses(r); why != "" {
		return nil, refuseControl(http.StatusForbidden, "%s", why)
	}
	path := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(ControlPath, "/")), "/"), "/")
	methods, known := controls[path]
	if name, id, found := strings.Cut(path, "/"); found {
		methods, known = controls[name+"/"]
		r.SetPathValue("id", id)
	}
	if !known {
		return nil, refuseControl(http.StatusNotFound, "the simulator has no control call %s; it has %s", path, strings.Join(controlPaths(), ", "))
	}
	call, ok := methods[r.Method]
	if !ok {
		allowed := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
		w.Header().Set("Allow", allowed)
		return nil, refuseControl(http.StatusMethodNotAllowed, "%s does not take %s; it takes %s", r.URL.Path, r.Method, allowed)
	}
	return call(s, w, r)
}

func controlPaths() []string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(controls)) {
		if strings.HasSuffix(path, "/") {
			path += "{uuid}"
		}
		if path != "" {
			all = append(all, ControlPath+path)
		}
	}
	return all
}
