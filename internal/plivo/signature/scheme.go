package signature

// Scheme is one of Plivo's ways to sign a request.
type Scheme string

// Plivo's schemes. The Ma- ones are always keyed with the main account's token, the plain ones with
// the token of the account or subaccount that the request belongs to.
const (
	V1   Scheme = "V1"
	V2   Scheme = "V2"
	MaV2 Scheme = "Ma-V2"
	V3   Scheme = "V3"
	MaV3 Scheme = "Ma-V3"
)

// Header is the canonical name of the header that carries the scheme's signatures.
func (s Scheme) Header() string {
	switch s {
	case V1:
		return "X-Plivo-Signature"
	case V2:
		return "X-Plivo-Signature-V2"
	case MaV2:
		return "X-Plivo-Signature-Ma-V2"
	case V3:
		return "X-Plivo-Signature-V3"
	case MaV3:
		return "X-Plivo-Signature-Ma-V3"
	default:
		return "X-Plivo-Signature-" + string(s)
	}
}

// NonceHeader is the canonical name of the header that carries the scheme's nonce; V1 has none.
func (s Scheme) NonceHeader() string {
	switch s {
	case V2, MaV2:
		return "X-Plivo-Signature-V2-Nonce"
	case V3, MaV3:
		return "X-Plivo-Signature-V3-Nonce"
	default:
		return ""
	}
}

// form is the scheme without its owner: what decides how the base string is made.
func (s Scheme) form() Scheme {
	switch s {
	case MaV2:
		return V2
	case MaV3:
		return V3
	default:
		return s
	}
}
