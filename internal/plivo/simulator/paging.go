package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// maxPage is how many objects a list gives at once.
const maxPage = 20

// paging is the part of a list that is asked for.
type paging struct{ limit, offset int }

func readPaging(query url.Values) (p paging, err error) {
	if p.limit, err = pageNumber(query, "limit", maxPage, 1, maxPage); err != nil {
		return p, err
	}
	p.offset, err = pageNumber(query, "offset", 0, 0, maxKept)
	return p, err
}

func pageNumber(query url.Values, name string, otherwise, least, most int) (int, error) {
	given := query.Get(name)
	if given == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < least || n > most {
		return 0, badRequest(fmt.Sprintf("%s must be a number from %d to %d", name, least, most))
	}
	return n, nil
}

// meta says where a list's page is. Links are paths, without scheme and host.
type meta struct {
	Limit    int     `json:"limit"`
	Offset   int     `json:"offset"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Total    *int    `json:"total_count,omitempty"` // messages have none
}

type list struct {
	APIID   string `json:"api_id"`
	Meta    meta   `json:"meta"`
	Objects any    `json:"objects"`
}

func (c *call) metaOf(resource string, query url.Values, p paging, more bool) meta {
	link := func(offset int) *string {
		q := url.Values{}
		for name, values := range query {
			q[name] = values
		}
		q.Set("limit", strconv.Itoa(p.limit))
		q.Set("offset", strconv.Itoa(offset))
		return optional(c.by.path(resource + "?" + q.Encode()))
	}
	m := meta{Limit: p.limit, Offset: p.offset}
	if more {
		m.Next = link(p.offset + p.limit)
	}
	if p.offset > 0 {
		m.Previous = link(max(0, p.offset-p.limit))
	}
	return m
}

// answerPage answers with the part of all that is asked for.
func answerPage[T any](c *call, resource string, all []T) error {
	query := c.r.URL.Query()
	p, err := readPaging(query)
	if err != nil {
		return err
	}
	from, to := min(p.offset, len(all)), min(p.offset+p.limit, len(all))
	m := c.metaOf(resource, query, p, to < len(all))
	total := len(all)
	m.Total = &total
	page := make([]T, 0, to-from)
	answer(c.w, http.StatusOK, list{APIID: c.apiID, Meta: m, Objects: append(page, all[from:to]...)})
	return nil
}
