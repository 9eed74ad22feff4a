package plivo

import "fmt"

// Encoding is how a text goes over the air.
type Encoding string

// The two encodings of SMS.
const (
	GSM7 Encoding = "GSM-7"
	UCS2 Encoding = "UCS-2"
)

// Segmentation is how a text is cut into parts.
type Segmentation struct {
	Encoding Encoding
	Length   int      // septets of GSM-7, UTF-16 units of UCS-2
	Segments int      // 0 for an empty text
	Left     int      // units left in the last part
	Parts    []string // the text of each part; joined they are the text
	Forced   []Forced // characters that are not in GSM-7, in order of first appearance
}

// Capacity is how many units each part of the text holds: a text of one part has more room.
func (s Segmentation) Capacity() int {
	switch {
	case s.Encoding == UCS2 && s.Segments > 1:
		return ucsPart
	case s.Encoding == UCS2:
		return ucsAlone
	case s.Segments > 1:
		return gsmPart
	default:
		return gsmAlone
	}
}

// Limit is the most units that Plivo takes in one request.
func (s Segmentation) Limit() int {
	if s.Encoding == UCS2 {
		return MaxUCS2
	}
	return MaxGSM7
}

// Forced is a character that made a text UCS-2.
type Forced struct {
	Char    string // a rune; shown escaped where it cannot be seen
	Name    string // what it is, as "U+2019"
	Count   int
	Instead string // a GSM-7 look-alike, empty where there is none
}

// Units in a text of one part, and in each part of a longer one, where six bytes go to the header
// that joins the parts again (GSM 03.40).
const (
	gsmAlone, gsmPart = 160, 153
	ucsAlone, ucsPart = 70, 67
)

// Segment cuts text by the rules of GSM 03.38: 160 or 153 septets, 70 or 67 UTF-16 units. An escaped
// septet pair and a surrogate pair stay in one part, which may then hold one unit less. Each byte that
// is no UTF-8 counts as U+FFFD.
func Segment(text string) Segmentation {
	s := Segmentation{Encoding: GSM7}
	units, alone, part := septets, gsmAlone, gsmPart
	if s.Forced = forced(text); s.Forced != nil {
		s.Encoding = UCS2
		units, alone, part = utf16Units, ucsAlone, ucsPart
	}
	for _, r := range text {
		s.Length += units(r)
	}
	switch {
	case text == "":
		s.Left = alone
		return s
	case s.Length <= alone:
		s.Segments, s.Left, s.Parts = 1, alone-s.Length, []string{text}
		return s
	}
	start, used := 0, 0
	for i, r := range text {
		n := units(r)
		if used+n > part {
			s.Parts = append(s.Parts, text[start:i])
			start, used = i, 0
		}
		used += n
	}
	s.Parts = append(s.Parts, text[start:])
	s.Segments, s.Left = len(s.Parts), part-used
	return s
}

func forced(text string) []Forced {
	var list []Forced
	var at map[rune]int
	for _, r := range text {
		if septets(r) > 0 {
			continue
		}
		if i, seen := at[r]; seen {
			list[i].Count++
			continue
		}
		if at == nil {
			at = map[rune]int{}
		}
		at[r] = len(list)
		list = append(list, Forced{Char: string(r), Name: fmt.Sprintf("%U", r), Count: 1, Instead: lookAlike(r)})
	}
	return list
}

func utf16Units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// septets gives what r takes in GSM-7: 1 in the basic table, 2 in the extension table, 0 in neither.
func septets(r rune) int {
	switch {
	case r < rune(len(gsmSeptets)):
		return int(gsmSeptets[r])
	case r == '€':
		return 2
	default:
		return 0
	}
}

// The tables of GSM 03.38 without the escape itself; the euro sign, far from the rest, is in septets.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "\f^{}\\[~]|"
)

var gsmSeptets = func() (t ['Ω' + 1]uint8) {
	for _, r := range gsmBasic {
		t[r] = 1
	}
	for _, r := range gsmExtension {
		t[r] = 2
	}
	return t
}()
