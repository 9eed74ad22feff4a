package app

import (
	"context"
	"errors"
	"fmt"

	"dev.internal/plivoscope/internal/plivo/api"
)

// checkCredentials asks a live account once whether its credentials are accepted: a wrong token is seen at the
// start, and not first by signatures that do not verify. What else the API answers is told by who needs it.
func (a *App) checkCredentials(ctx context.Context) error {
	_, err := a.api.Account(api.Quietly(ctx))
	var failed *api.Error
	if errors.As(err, &failed) && failed.Kind == api.Credentials {
		a.Notify(Failure, fmt.Sprintf("Plivo refuses the credentials of %s: nothing can be sent, and callbacks cannot be verified with this token. plivoscope doctor says what is wrong with it.", a.authID))
	}
	return nil
}
