package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// completeFunc gives what can stand in the place of what is typed.
type completeFunc = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

// mostOffered bounds what is offered of a history at once.
const mostOffered = 50

const noFiles = cobra.ShellCompDirectiveNoFileComp

// flagWords say what a flag takes, by its name: it means the same everywhere. What takes a file says so by the
// name of its value; nothing else is completed with files.
func flagWords() map[string]completeFunc {
	return map[string]completeFunc{
		"output":        fixed("auto\ttext on a terminal, JSON lines when piped", "text", "json\tJSON lines"),
		"log-level":     fixed("debug", "info", "warn", "error"),
		"on-invalid":    fixed("accept\tanswer 200 and show it", "reject\tanswer 403, or 400 without signature"),
		"forwarded-for": fixed("auto\ttrust ngrok and cloudflared, which append who called", "trust\tits last value is who called", "ignore\twho connects called"),
		"tunnel":        completeWords(func() []string { return append([]string{tunnelAuto}, tunnel.Specs()...) }),
		"method":        fixed("POST", "GET"),
		"scheme":        fixed("v1", "v2", "v3"),
		"wait":          statuses,
		"until":         statuses,
		"fate":          completeFate,
		"sign":          fixed("v2", "ma-v2", "v3", "ma-v3"),
		"disabled":      fixed("now\tits calls are refused with 403", "late\tits messages are taken and fail with 910"),
		"queue-mps":     fixed("plivo\twhat Plivo gives each type of number"),
		"clock":         fixed("now", "now,stopped\tstands still until it is moved on"),
		"status":        statuses,
		"framework":     completeWords(signature.Frameworks),
		"from":          completeSender,
		"to":            completeDestination,
		"filter":        completeFilter,
		"id":            completeCallback,

		"attach-number":         completeNumber,
		"type":                  fixed("sms", "mms", "whatsapp"),
		"log-message":           fixed("true", "false", "content_only", "number_only"),
		"dlt-template-category": fixed("transactional", "promotional", "service_implicit", "service_explicit"),
	}
}

// argumentWords say what a command takes, by its path behind the program's name. Others take nothing.
func argumentWords() map[string]completeFunc {
	return map[string]completeFunc{
		"replay":           completeCallback,
		"simulate advance": fixed(untilNext+"\tto when something is posted next", untilIdle+"\tuntil nothing is left to post"),
		"export":           completeCallback,
		"reconcile":        completeUUID,
		"import":           files,
		"man":              folders,
	}
}

// complete makes every command and flag of the tree complete what it takes.
func complete(root *cobra.Command) {
	byFlag, byCommand := flagWords(), argumentWords()
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		path := strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), root.Name()), " ")
		if cmd.ValidArgsFunction == nil && cmd.ValidArgs == nil {
			cmd.ValidArgsFunction = byCommand[path]
			if cmd.ValidArgsFunction == nil {
				cmd.ValidArgsFunction = nothing
			}
		}
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if _, has := cmd.GetFlagCompletionFunc(flag.Name); has {
				return
			}
			words := byFlag[flag.Name]
			switch value, _ := pflag.UnquoteUsage(flag); {
			case value == "FILE":
				words = files
			case value == "DIR":
				words = folders
			case words == nil || flag.Name == "to" && value != "NUMBER":
				words = nothing
			}
			_ = cmd.RegisterFlagCompletionFunc(flag.Name, words) // fails for one that has it
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
}

func fixed(words ...string) completeFunc { return cobra.FixedCompletions(words, noFiles) }

func nothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, noFiles
}

func files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func folders(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func completeWords(list func() []string) completeFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { return list(), noFiles }
}

// statuses are those that can be waited for.
func statuses(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, w := range store.FilterWords() {
		if w.Name != "status" {
			continue
		}
		for _, v := range w.Values {
			words = append(words, v.Text+"\t"+v.About)
		}
	}
	return slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "sending\t") }), noFiles
}

func completeFate(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	words := []string{
		"delivered", "sent\tand never more", "undelivered\tor undelivered:CODE", "failed\tor failed:CODE", "none\tno callbacks",
	}
	for _, name := range scenarioNames() {
		if !slices.ContainsFunc(words, func(w string) bool { return w == name || strings.HasPrefix(w, name+"\t") }) {
			words = append(words, name+"\tscenario")
		}
	}
	return words, noFiles
}
