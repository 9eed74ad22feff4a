// Package signature computes and checks the signatures with which Plivo vouches for a callback: the
// V3 and V2 families with their Ma- variants, and the legacy V1.
//
// It is pure: method, URL, headers, parameters and tokens go in, a [Verdict] comes out. It reads no
// clock, file or network, keeps nothing between calls, and imports the standard library alone. A
// token's value enters through [NewToken] and never leaves.
//
// What each scheme signs:
//
//   - V1 signs the whole URL as given, followed by the sorted parameters, name and value run
//     together; HMAC-SHA1.
//   - V2 signs scheme, host, port and path of the URL followed by the nonce; HMAC-SHA256. Query and
//     parameters are not covered.
//   - V3 signs scheme, host, port and path, the sorted and decoded query, the sorted parameters, and
//     the nonce; HMAC-SHA256. A GET's parameters stand in its query.
//
// Signatures travel in standard base64. The official SDKs disagree about unusual URLs; this package
// takes the plain reading that most of them share: the path stays as it was written, a port that was
// written stays, a repeated name keeps all its values, a name without a value stays.
//
// [Diagnose] says why a request does not verify: it undoes, one by one and in pairs, what usually
// happens to token, URL, nonce, method and parameters, and what signers other than Plivo get wrong,
// until a signature of the request is reproduced or its bound of work is reached. A finding is certain
// only where it reproduces one; what merely looks wrong is told as possible.
//
// A caller that has no token, no header or no usable URL still gets a Verdict: nothing here panics on
// any input.
package signature
