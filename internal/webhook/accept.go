package webhook

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"
)

// toldListener tells of connections that cannot be taken, which http.Server tries again in silence.
type toldListener struct {
	net.Listener
	tell func(error)
}

func (l toldListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		l.tell(err)
	}
	return conn, err
}

func (s *Server) notAccepted(err error) {
	s.problems.tell(slog.LevelError, "accept", fmt.Sprintf(
		"A caller waits, since no file descriptor is left for its connection (%v): it is taken when others are closed; \"ulimit -n\" says how many there may be.", err))
}
