package tunnel

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"
)

// tooManyAgents may pass where a session of ours that has just died is not forgotten yet, and only there.
const tooManyAgents = codePrefix + "108"

// down judges why the link is down, or does not come up. The client goes on trying, unless that cannot help.
func (s *ngrokSession) down(err error) error {
	refused := s.refuse("ngrok refuses the connection", err)
	var t *trouble
	if !errors.As(refused, &t) {
		return refused
	}
	s.why, s.code = t.why, t.code
	s.say.away(t.why, t.code)
	return nil
}

// refuse explains an error: a *trouble where trying again may help, else an *Error.
func (s *ngrokSession) refuse(what string, err error) error {
	code := codeOf(err)
	if code == "" {
		s.refused = time.Time{}
		return &trouble{why: s.lost(err)}
	}
	if s.refused.IsZero() {
		s.refused = time.Now()
	}
	known := codes[strings.TrimPrefix(code, codePrefix)]
	why := fmt.Sprintf("%s (%s): %s", what, code, s.explained(code, err))
	if known.final || code == tooManyAgents && !s.say.was {
		return &Error{Why: why, Code: code, Credentials: known.token}
	}
	return &trouble{why: why, code: code, since: s.refused}
}

// late is why the session has not come online in its time.
func (s *ngrokSession) late() error {
	why := s.why
	if why == "" {
		why = "ngrok's service does not answer."
	}
	return &trouble{why: why, code: s.code, since: s.refused}
}

// explained is what a code means; of one that is not known what the service says, too.
func (s *ngrokSession) explained(code string, err error) string {
	if _, known := codes[strings.TrimPrefix(code, codePrefix)]; known {
		return Meaning(code)
	}
	text := s.text(err)
	return fmt.Sprintf("“%s” %s", text, Meaning(code))
}

// lost explains an error of the network.
func (s *ngrokSession) lost(err error) string {
	var certificate *tls.CertificateVerificationError
	text := s.text(err)
	switch {
	case errors.As(err, &certificate) || strings.Contains(text, "failed to verify certificate"):
		return fmt.Sprintf("The certificate of ngrok's server does not verify (%s): a company's proxy may stand between. Use another network, or another --tunnel.", text)
	case strings.Contains(text, "failed to dial"):
		return fmt.Sprintf("ngrok's server cannot be reached (%s). Check the network.", text)
	}
	return fmt.Sprintf("The connection to ngrok was lost (%s).", text)
}

// text is an error in one line that may be shown.
func (s *ngrokSession) text(err error) string {
	text := s.secrets.hide(strings.Join(strings.Fields(err.Error()), " "))
	if len(text) > 2*shownOf {
		text = strings.ToValidUTF8(text[:2*shownOf], "") + "…"
	}
	return text
}

// codeOf finds ngrok's code. The client has errors of several kinds, and some are but text.
func codeOf(err error) string {
	var (
		coded  interface{ Code() string }
		legacy interface{ ErrorCode() string }
	)
	if errors.As(err, &coded) && coded.Code() != "" {
		return codeIn(coded.Code())
	}
	if errors.As(err, &legacy) && legacy.ErrorCode() != "" {
		return codeIn(legacy.ErrorCode())
	}
	return codeIn(err.Error())
}
