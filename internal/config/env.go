package config

import (
	"slices"
	"strings"
)

const (
	plivoAuthID        = "PLIVO_AUTH_ID"
	plivoAuthToken     = "PLIVO_AUTH_TOKEN"
	plivoSenderID      = "PLIVO_SENDER_ID"
	plivoMainAuthToken = "PLIVO_MAIN_AUTH_TOKEN"
	plivoAPIURL        = "PLIVO_API_URL"
	ngrokAuthToken     = "NGROK_AUTHTOKEN"
	ngrokDomain        = "NGROK_DOMAIN"
	ngrokServer        = flagPrefix + "NGROK_SERVER"
	ngrokCA            = flagPrefix + "NGROK_CA"
)

const (
	flagPrefix  = "PLIVOSCOPE_"
	defaultFile = ".env"
	environment = "the environment"
)

// Env is what is set in the environment and the .env file. The zero Env has nothing set.
type Env struct {
	settings map[string]setting
	warnings []string
	held     []string // tokens that the file holds, in order, also where the environment goes before it
}

type setting struct {
	value  Secret // any of them may be one
	source string // "the environment", or the file as it was named
}

// Load reads file and lays environ, in the form of [os.Environ], over it; a variable that is set to
// nothing in environ hides the file's. An empty file means .env in the working folder, which need not
// exist; a file that the user named must. One that is there and cannot be read or parsed is an error.
func Load(file string, environ []string) (Env, error) {
	explicit := file != ""
	if !explicit {
		file = defaultFile
	}
	env := Env{settings: map[string]setting{}}
	settings, mode, err := readFile(file, explicit)
	if err != nil {
		return Env{}, err
	}
	for name, value := range settings {
		env.set(name, value, file)
	}
	env.held = env.Secrets()
	env.warnOfMode(file, mode)
	for _, entry := range environ {
		if name, value, found := strings.Cut(entry, "="); found {
			env.set(name, value, environment)
		}
	}
	env.warnOfValues()
	return env, nil
}

func (e Env) set(name, value, source string) {
	for _, prefix := range []string{"PLIVO_", flagPrefix, "NGROK_"} {
		if strings.HasPrefix(name, prefix) {
			e.settings[name] = setting{value: NewSecret(value), source: source}
		}
	}
}

// Get gives the value of name, empty where it is not set.
func (e Env) Get(name string) string { return e.settings[name].value.Reveal() }

// Secret gives the value of name as one that prints as dots, empty where it is not set.
func (e Env) Secret(name string) Secret { return e.settings[name].value }

// Source says where name was set, for messages: "PLIVO_AUTH_ID in .env"; name alone where it was not.
func (e Env) Source(name string) string {
	if s, ok := e.settings[name]; ok {
		return name + " in " + s.source
	}
	return name
}

// FlagValue gives the value set for a flag and where it was set, for messages. A variable that is set to nothing is not set.
func (e Env) FlagValue(flag string) (value, source string, ok bool) {
	name := Variable(flag)
	value = e.Get(name)
	return value, e.Source(name), value != ""
}

// FlagVariables lists the variables that are set for flags, whether there is such a flag or not. Those that are
// for no flag are left out.
func (e Env) FlagVariables() []string {
	var names []string
	for name := range e.settings {
		if strings.HasPrefix(name, flagPrefix) && e.Get(name) != "" && name != ngrokServer && name != ngrokCA {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Variable is the name of the variable for a flag, as PLIVOSCOPE_ON_INVALID for on-invalid.
func Variable(flag string) string {
	return flagPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Warnings gives a sentence for each thing that is probably a mistake, in a fixed order.
func (e Env) Warnings() []string { return slices.Clone(e.warnings) }
