package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo/api"
)

// Sender is what a message can be sent from: a number of the account, or a Powerpack that chooses one.
type Sender struct {
	From      string // E.164 with '+', or a short code as it is; empty for a Powerpack
	Powerpack string // UUID; empty for a number
	Name      string // that was given to it; empty for none
	Type      string // as the API has it: local, tollfree, mobile …; "powerpack"
	SMS, MMS  bool   // what it sends; of a Powerpack both may be
	// Registration is what carriers of the US think of it, as the API has it: "10DLC COMPLETED" or "toll-free
	// verified"; empty where nothing is known.
	Registration string
	Default      bool // it is taken where no other is named
}

const (
	sendersKept = 5 * time.Minute
	mostNumbers = 200 // of an account: ten pages
)

// senders are those of the account as they were read last.
type senders struct {
	reading sync.Mutex // held while they are read, so that who comes meanwhile does not read too

	mu  sync.Mutex
	all []Sender
	at  time.Time // zero while they were never read
}

func (s *senders) known() (all []Sender, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all), s.at
}

// KnownSenders gives the senders as they were read last, without asking: none before Senders was called.
func (a *App) KnownSenders() []Sender {
	all, _ := a.senders.known()
	return all
}

// Senders gives the account's numbers that send SMS or MMS and its Powerpacks: the default first, then numbers
// in their order. They are read from the API at most each five minutes, some calls in a row, so a screen asks
// beside. With an error those are given that were read before.
func (a *App) Senders(ctx context.Context) ([]Sender, error) {
	a.senders.reading.Lock()
	defer a.senders.reading.Unlock()
	all, at := a.senders.known()
	if !at.IsZero() && a.now().Sub(at) < sendersKept {
		return all, nil
	}
	numbers, err := a.api.Numbers(ctx, mostNumbers)
	if err != nil {
		return all, err
	}
	packs, err := a.api.Powerpacks(ctx)
	if err != nil {
		return all, err
	}
	all = a.sendersOf(numbers, packs)
	a.senders.mu.Lock()
	a.senders.all, a.senders.at = all, a.now()
	a.senders.mu.Unlock()
	return slices.Clone(all), nil
}

func (a *App) sendersOf(numbers []api.Number, packs []api.Powerpack) []Sender {
	usual := strings.TrimPrefix(a.sender(), "+")
	var all []Sender
	for _, n := range numbers {
		if !n.SMS && !n.MMS {
			continue
		}
		all = append(all, Sender{
			From: dialled(n.Number), Name: n.Alias, Type: n.Type, SMS: n.SMS, MMS: n.MMS,
			Registration: registration(n), Default: n.Number == usual,
		})
	}
	slices.SortStableFunc(all, func(x, y Sender) int {
		return cmp.Or(truthFirst(x.Default, y.Default), cmp.Compare(x.From, y.From))
	})
	for _, p := range packs {
		all = append(all, Sender{Powerpack: p.UUID, Name: p.Name, Type: "powerpack", SMS: true, MMS: true})
	}
	return all
}

func truthFirst(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	default:
		return 1
	}
}

// dialled is a number as a draft has it. Short codes have no country code.
func dialled(digits string) string {
	const longestShortCode = 7
	if len(digits) <= longestShortCode {
		return digits
	}
	return "+" + strings.TrimPrefix(digits, "+")
}

func registration(n api.Number) string {
	var words []string
	if n.TenDLC != "" {
		words = append(words, "10DLC "+n.TenDLC)
	}
	if n.TollFree != "" {
		words = append(words, "toll-free "+n.TollFree)
	}
	return strings.Join(words, ", ")
}
