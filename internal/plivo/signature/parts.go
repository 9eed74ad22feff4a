package signature

// Segment is a stretch of a base string and the part of the request that it comes from; PartRecipe is
// what the scheme itself puts between the others.
type Segment struct {
	Part Part
	Text string
}

// PartQuery is the query within a base string; elsewhere it is a part of the URL.
const PartQuery Part = "query"

// Parts lays a base string out: the texts joined are what Base gives, and it fails where Base does.
func Parts(scheme Scheme, method, rawURL, nonce string, params []Param) ([]Segment, error) {
	panic("unwritten")
}
