package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/hostport"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator/control"
)

// simulatorClient calls the control API of a simulator that runs.
type simulatorClient struct {
	flags
	apiURL string
}

func (c *simulatorClient) add(cmd *cobra.Command) {
	c.printing(cmd)
	cmd.Flags().StringVar(&c.apiURL, "api-url", "", "`URL` of the simulator that runs, on this machine (default PLIVO_API_URL, which has to be there too; without it http://"+simulatorAddr+", or that of a plivoscope on the simulator's history)")
}

// places are where the simulator may be, likeliest first.
func (c *simulatorClient) places(ctx context.Context, env config.Env) ([]string, error) {
	for _, v := range []struct{ name, value string }{{"--api-url", c.apiURL}, {"PLIVO_API_URL", env.Get("PLIVO_API_URL")}} {
		if v.value == "" {
			continue
		}
		u, err := url.Parse(v.value)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return nil, fmt.Errorf("%s %q is no URL of a simulator: give it as http://%s", v.name, cut(v.value), simulatorAddr)
		}
		if err := hostport.URL(u); err != nil {
			return nil, fmt.Errorf("%s %q %w", v.name, cut(v.value), err)
		}
		if !plivo.IsLoopback(u.Hostname()) {
			return nil, fmt.Errorf("%s is %s, which is not on this machine: a simulator is controlled only there; name one with --api-url, as http://%s", v.name, u.Host, simulatorAddr)
		}
		return []string{u.Scheme + "://" + u.Host}, nil // whatever path an SDK has behind it
	}
	all := []string{"http://" + simulatorAddr}
	if path, err := config.HistoryPath("simulator.db"); err == nil {
		if running, err := app.RunningSimulatorURL(ctx, path); err == nil && running != "" {
			all = append(all, running)
		}
	}
	return all, nil
}

// controlAnswer is what a simulator answered.
type controlAnswer control.Answer

// call asks the simulator; in is sent as JSON where it is not nil. The error says that there was no answer.
func (c *simulatorClient) call(ctx context.Context, env config.Env, method, path string, in any) (controlAnswer, error) {
	places, err := c.places(ctx, env)
	if err != nil {
		return controlAnswer{}, err
	}
	var failures []error
	for _, place := range places {
		answer, err := ask(ctx, place, method, path, in)
		if err == nil {
			return controlAnswer(answer), nil
		}
		if ctx.Err() != nil {
			return controlAnswer{}, stopped(ctx, context.Cause(ctx))
		}
		failures = append(failures, err)
	}
	return controlAnswer{}, withCode(exitUpstream, fmt.Errorf("%w; start one with \"plivoscope simulate\", or name the one that runs with --api-url", errors.Join(failures...)))
}

func ask(ctx context.Context, place, method, path string, in any) (control.Answer, error) {
	client, err := control.New(place)
	if err != nil {
		return control.Answer{}, err
	}
	defer client.Close()
	return client.Call(ctx, method, path, in)
}

// problem is the error of an answer that is none of those that were hoped for; nil for 200.
func (a controlAnswer) problem() error {
	switch a.Status {
	case http.StatusOK:
		return nil
	case http.StatusRequestTimeout:
		return withCode(exitUnmet, errors.New(a.Words))
	case http.StatusServiceUnavailable:
		return withCode(exitUpstream, errors.New(a.Words))
	}
	return errors.New(a.Words)
}

// print writes an answer: as one line of JSON, as the simulator gave it, or the text that is made of it.
func (c *simulatorClient) print(s Streams, asJSON bool, a controlAnswer, text func() []string) error {
	out := s.data()
	if !asJSON {
		for _, line := range text() {
			if err := out.write([]byte(escape.Line(line))); err != nil {
				return err
			}
		}
		return nil
	}
	line, err := encode(json.RawMessage(s.masker().Body(a.Body, "application/json")))
	if err != nil {
		return err
	}
	return out.write(line)
}
