package plivo

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

// Forced is a character that made a text UCS-2.
type Forced struct {
	Char    string // a rune; shown escaped where it cannot be seen
	Name    string // what it is, as "U+2019"
	Count   int
	Instead string // a GSM-7 look-alike, empty where there is none
}

// Segment cuts text by the rules of GSM 03.38: 160 or 153 septets, 70 or 67 UTF-16 units.
func Segment(text string) Segmentation { panic("unwritten") }
