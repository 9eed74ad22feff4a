package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
)

// editMultipart writes the parts anew with the same boundary; files and what is not edited keep their
// content.
func editMultipart(contentType string, body []byte, edits []Edit) ([]byte, error) {
	_, attrs, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, fmt.Errorf("the content type %q cannot be read: %w", cut(contentType), err)
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.SetBoundary(attrs["boundary"]); err != nil {
		return nil, fmt.Errorf("the boundary of the multipart body cannot be used again (%w); give the whole body", err)
	}
	if !bytes.Contains(body, []byte("--"+attrs["boundary"]+"--")) {
		return nil, errors.New("the multipart body ends before its last boundary and takes no edit of a parameter; give the whole body")
	}
	ed := newEditor(edits)
	r := multipart.NewReader(bytes.NewReader(body), attrs["boundary"])
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the multipart body cannot be read: %w", err)
		}
		var set *Edit
		keep := true
		if part.FileName() == "" {
			set, keep = ed.at(part.FormName())
		}
		var content io.Reader = part
		if set != nil {
			part.Header.Del("Content-Transfer-Encoding")
			content, keep = bytes.NewReader([]byte(set.Value)), true
		}
		if !keep {
			continue
		}
		into, err := w.CreatePart(part.Header)
		if err != nil {
			return nil, fmt.Errorf("the multipart body cannot be written: %w", err)
		}
		if _, err := io.Copy(into, content); err != nil {
			return nil, fmt.Errorf("the multipart body cannot be read: %w", err)
		}
	}
	for _, e := range ed.rest() {
		if err := w.WriteField(e.Name, e.Value); err != nil {
			return nil, fmt.Errorf("the multipart body cannot be written: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("the multipart body cannot be written: %w", err)
	}
	return out.Bytes(), nil
}
