package simulator

import "fmt"

// What is kept of a request, with a message or an application, is at most as long.
const (
	maxURL    = 2048     // bytes
	maxWord   = 255      // bytes of a name, an id and the like
	maxObject = 16 << 10 // bytes of template, interactive and location together
)

func tooLong(name string, most int) string {
	return fmt.Sprintf("%s is too long: at most %d bytes of it are taken", name, most)
}

// within refuses a field that is longer than most bytes.
func within(name, given string, most int) error {
	if len(given) <= most {
		return nil
	}
	return badRequest(tooLong(name, most))
}
