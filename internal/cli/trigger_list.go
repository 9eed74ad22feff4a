package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// scenarioLineJSON is a built-in scenario as trigger list prints it.
type scenarioLineJSON struct {
	Name      string         `json:"name"`
	Summary   string         `json:"summary"`
	Steps     int            `json:"steps"`
	Wait      bool           `json:"wait"`    // its callbacks go at their times
	Refused   bool           `json:"refused"` // an app that checks signatures refuses some of it
	Variables []variableJSON `json:"variables"`
}

type variableJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"` // unless another is given
}

var scenarioColumns = []column{
	{title: "NAME", width: 20},
	{title: "STEPS", width: 5, right: true},
	{title: "WHAT HAPPENS", least: 20},
}

func newTriggerList(s Streams) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios that are part of the program",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := f.plainSettings(cmd, s)
			if err != nil {
				return err
			}
			p := newPrinter(s, set.json, nil)
			for _, sc := range scenario.Builtin() {
				if err := listScenario(p, &sc); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.printing(cmd)
	return cmd
}

func listScenario(p *printer, sc *scenario.Scenario) error {
	if !p.json {
		return p.text(scenarioColumns, []string{sc.Name, fmt.Sprint(sc.Steps()), sc.Summary})
	}
	j := scenarioLineJSON{
		Name: sc.Name, Summary: sc.Summary, Steps: sc.Steps(), Wait: sc.Wait, Refused: sc.Refused(), Variables: []variableJSON{},
	}
	for _, v := range sc.Variables {
		j.Variables = append(j.Variables, variableJSON{v.Name, v.Value})
	}
	line, err := encode(j)
	if err != nil {
		return err
	}
	return p.lines.write(line)
}

func newTriggerShow(s Streams) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Print the file of a scenario, to begin one of your own with",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("trigger show takes the name of one scenario; \"plivoscope trigger list\" shows them")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarioNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := f.plainSettings(cmd, s); err != nil {
				return err
			}
			sc, _, err := scenario.Named(args[0])
			if err != nil {
				return err
			}
			out := s.data()
			return out.write([]byte(strings.TrimSuffix(sc.Source, "\n")))
		},
	}
	f.printing(cmd)
	return cmd
}
