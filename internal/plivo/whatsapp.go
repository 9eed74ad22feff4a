package plivo

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// checkWhatsApp finds the problems of what only WhatsApp messages have.
func (o Options) checkWhatsApp(ps *problems) {
	given := 0
	for _, v := range []struct {
		field, value string
		check        func(string) error
	}{
		{"template", o.Template, checkTemplate},
		{"interactive", o.Interactive, checkInteractive},
		{"location", o.Location, checkLocation},
	} {
		if v.value == "" {
			continue
		}
		given++
		if o.Type != WhatsApp {
			ps.fail(v.field, "", "Only WhatsApp messages have a %s; choose the type whatsapp, or leave it out.", v.field)
		}
		if err := v.check(v.value); err != nil {
			ps.fail(v.field, "", "The %s cannot be used: %s.", v.field, err)
		}
	}
	if given > 1 {
		ps.warn("template", "", "A WhatsApp message is one of template, interactive message and location; Plivo will probably refuse several.")
	}
}

// whatsAppTemplate and what follows are what Plivo's API takes, so that a word that is spelt wrong is found
// before it is sent: the SDK leaves out what it does not know.
type whatsAppTemplate struct {
	Name       string              `json:"name"`
	Language   string              `json:"language"`
	Components []whatsAppComponent `json:"components"`
}

type whatsAppComponent struct {
	Type       string `json:"type"`
	SubType    string `json:"sub_type"`
	Index      string `json:"index"`
	Parameters []struct {
		Type     string `json:"type"`
		Text     string `json:"text"`
		Media    string `json:"media"`
		Payload  string `json:"payload"`
		Currency *struct {
			Fallback string `json:"fallback_value"`
			Code     string `json:"currency_code"`
			Amount   int    `json:"amount_1000"`
		} `json:"currency"`
		DateTime *struct {
			Fallback string `json:"fallback_value"`
		} `json:"date_time"`
		Location *whatsAppLocation `json:"location"`
		Name     string            `json:"parameter_name"`
	} `json:"parameters"`
	Cards []struct {
		Index      int                 `json:"card_index"`
		Components []whatsAppComponent `json:"components"`
	} `json:"cards"`
}

type whatsAppLocation struct {
	Latitude  string `json:"latitude"`
	Longitude string `json:"longitude"`
	Name      string `json:"name"`
	Address   string `json:"address"`
}

type whatsAppInteractive struct {
	Type   string `json:"type"`
	Header *struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Media string `json:"media"`
	} `json:"header"`
	Body *struct {
		Text string `json:"text"`
	} `json:"body"`
	Footer *struct {
		Text string `json:"text"`
	} `json:"footer"`
	Action *struct {
		Buttons []struct {
			ID    string `json:"id"`
			Title string `json:"title"`
			URL   string `json:"cta_url"`
		} `json:"buttons"`
		Sections []struct {
			Title string `json:"title"`
			Rows  []struct {
				ID          string `json:"id"`
				Title       string `json:"title"`
				Description string `json:"description"`
			} `json:"rows"`
		} `json:"sections"`
	} `json:"action"`
}

// readObject reads one JSON object into v, which names all that it may have.
func readObject(raw string, v any) error {
	d := json.NewDecoder(strings.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil && d.More():
		return errors.New("there is something behind its JSON object")
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Errorf("its %s is a JSON %s, and has to be %s", wrong.Field, shown(wrong.Value), kindOf(wrong.Type.Kind()))
	default:
		if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
			if plain, err := strconv.Unquote(name); err == nil {
				name = plain
			}
			return fmt.Errorf("%s is nothing that Plivo knows there", quoted(name))
		}
		return fmt.Errorf("it is no JSON object (%s)", shown(strings.TrimPrefix(err.Error(), "json: ")))
	}
}

// kindOf names what JSON calls a type of Go.
func kindOf(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string, in quotes"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}

func checkTemplate(raw string) error {
	var t whatsAppTemplate
	if err := readObject(raw, &t); err != nil {
		return err
	}
	if t.Name == "" || t.Language == "" {
		return fmt.Errorf("it needs a name and a language, as in %s", `{"name":"order","language":"en_US"}`)
	}
	return componentsNamed(t.Components)
}

func componentsNamed(all []whatsAppComponent) error {
	for _, c := range all {
		if c.Type == "" {
			return errors.New("one of its components has no type, as header, body or button")
		}
		for _, p := range c.Parameters {
			if p.Type == "" {
				return fmt.Errorf("a parameter of its %s has no type, as text or media", c.Type)
			}
		}
		for _, card := range c.Cards {
			if err := componentsNamed(card.Components); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkInteractive(raw string) error {
	var i whatsAppInteractive
	if err := readObject(raw, &i); err != nil {
		return err
	}
	kinds := []string{"button", "reply", "list", "cta_url"}
	switch {
	case !slices.Contains(kinds, i.Type):
		return fmt.Errorf("its type is none of %s", strings.Join(kinds, ", "))
	case i.Action == nil || len(i.Action.Buttons)+len(i.Action.Sections) == 0:
		return fmt.Errorf("its action has neither buttons nor sections")
	}
	return nil
}

func checkLocation(raw string) error {
	var l whatsAppLocation
	if err := readObject(raw, &l); err != nil {
		return err
	}
	if l.Latitude == "" || l.Longitude == "" {
		return fmt.Errorf("it needs latitude and longitude, both in quotes, as in %s", `{"latitude":"48.85","longitude":"2.35"}`)
	}
	return nil
}
