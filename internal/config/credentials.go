package config

import (
	"fmt"
	"regexp"
)

// authIDs are twenty characters: MA for a main account or SA for a subaccount, and eighteen more.
var authIDs = regexp.MustCompile(`^(MA|SA)[A-Z0-9]{18}$`)

// Credentials gives the auth id and token of the account to work on. Neither set is not ok, and no
// error; one without the other, or an auth id that cannot be one, is an error.
func Credentials(env Env) (authID string, token Secret, ok bool, err error) {
	authID, token = env.Get(plivoAuthID), env.Secret(plivoAuthToken)
	switch {
	case authID == "" && token.Empty():
		return "", Secret{}, false, nil
	case token.Empty():
		return "", Secret{}, false, missing(env, plivoAuthID, plivoAuthToken)
	case authID == "":
		return "", Secret{}, false, missing(env, plivoAuthToken, plivoAuthID)
	}
	if err := checkAuthID(env, authID, token); err != nil {
		return "", Secret{}, false, err
	}
	return authID, token, true, nil
}

func missing(env Env, set, unset string) error {
	return fmt.Errorf("read the credentials: %s is set and %s is not; set both for a live account, or neither for the simulator",
		env.Source(set), unset)
}

func checkAuthID(env Env, authID string, token Secret) error {
	source := env.Source(plivoAuthID)
	if authIDs.MatchString(authID) {
		return nil
	}
	if what := stray(authID, false); what != "" {
		return fmt.Errorf("read the credentials: %s %s; remove it", source, what)
	}
	if authIDs.MatchString(token.Reveal()) {
		return fmt.Errorf("read the credentials: %s looks like a token and %s like an auth id; swap the two",
			source, env.Source(plivoAuthToken))
	}
	if len(authID) > 20 {
		return fmt.Errorf("read the credentials: %s looks like a token; an auth id has 20 characters and begins with MA or SA, copy it from the Plivo console",
			source)
	}
	return fmt.Errorf("read the credentials: %s is no auth id; one has 20 capital letters and digits and begins with MA or SA, copy it from the Plivo console",
		source)
}
