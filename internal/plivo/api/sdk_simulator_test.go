package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	sdk "github.com/plivo/plivo-go/v7"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// toServer sends every request to one server. The SDK's applications are at api.plivo.com whatever its BaseUrl says,
// so who has them simulated needs this too.
type toServer struct{ host string }

func (s toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", s.host, ""
	return http.DefaultTransport.RoundTrip(r)
}

// unmodified is the SDK as it comes, with the base URL of a simulator.
func unmodified(t *testing.T, o simulator.Options) (*sdk.Client, *simulator.Simulator) {
	t.Helper()
	o.Limits = simulator.PlivoLimits()
	sim, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(sim.Close)
	t.Cleanup(func() { stop(server) })
	base, err := url.Parse(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	client, err := sdk.NewClient(sim.AuthID(), sim.AuthToken(), &sdk.ClientOptions{HttpClient: &http.Client{Transport: toServer{base.Host}}})
	if err != nil {
		t.Fatal(err)
	}
	client.BaseUrl = base
	return client, sim
}

func TestUnmodifiedSDKMessages(t *testing.T) {
	const pack = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"
	client, _ := unmodified(t, simulator.Options{Powerpacks: []simulator.Powerpack{{UUID: pack, Name: "pool", Numbers: []string{simulator.DefaultNumber}}}})
	var sent []string
	for range 23 {
		made, err := client.Messages.Create(sdk.MessageCreateParams{Src: simulator.DefaultNumber, Dst: "+14155550123<+15005550030", Text: "a < b & \"c\"", Log: false})
		if err != nil || len(made.MessageUUID) != 2 || made.Message != "message(s) queued" {
			t.Fatalf("the send is answered %+v (%v)", made, err)
		}
		sent = append(sent, made.MessageUUID...)
	}
	m, err := client.Messages.Get(sent[0])
	if err != nil || m.MessageUUID != sent[0] || m.ToNumber != "14155550123" || m.FromNumber != "14155550100" || m.MessageDirection != "outbound" || m.Log != "false" || m.RequesterIP == "" {
		t.Errorf("the message is %+v (%v)", m, err)
	}

	// The pages, by what next says.
	slices.Reverse(sent)
	var listed []string
	for params := (sdk.MessageListParams{Limit: 20}); ; {
		page, err := client.Messages.List(params)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Objects {
			listed = append(listed, m.MessageUUID)
		}
		if page.Meta.Next == nil {
			break
		}
		next, err := url.Parse(*page.Meta.Next)
		if err != nil || next.IsAbs() || !strings.HasPrefix(next.Path, "/v1/Account/"+client.AuthId+"/Message/") {
			t.Fatalf("next is %q (%v)", *page.Meta.Next, err)
		}
		params.Offset = len(listed)
		if got := next.Query().Get("offset"); got != map[int]string{20: "20", 40: "40"}[params.Offset] {
			t.Fatalf("next is %s behind %d messages", next, params.Offset)
		}
	}
	if !slices.Equal(listed, sent) {
		t.Errorf("the pages have %d messages, want the %d that were sent, the newest first", len(listed), len(sent))
	}
	mms, err := client.Messages.Create(sdk.MessageCreateParams{PowerpackUUID: pack, Dst: "14155550123", Type: sdk.MMS, MediaUrls: []string{"https://example.org/a.png"}, MessageExpiry: 60})
	if err != nil || len(mms.MessageUUID) != 1 {
		t.Fatalf("the MMS is answered %+v (%v)", mms, err)
	}
	media, err := client.Messages.ListMedia(mms.MessageUUID[0])
	if err != nil || len(media.Objects) != 1 || media.Objects[0].MediaURL != "https://example.org/a.png" || media.Objects[0].ContentType != "image/png" {
		t.Errorf("its files are %+v (%v)", media, err)
	}
	if packed, err := client.Messages.List(sdk.MessageListParams{PowerpackID: pack}); err != nil || len(packed.Objects) != 1 || packed.Objects[0].PowerpackID != pack {
		t.Errorf("those of the Powerpack are %+v (%v)", packed, err)
	}
	if _, err := client.Messages.Get("5b40a428-bfc7-4daf-9d06-726c558bf3b8"); err == nil || !strings.Contains(err.Error(), "Resource not found exception") {
		t.Errorf("an unknown message: error is %v", err)
	}
	if _, err := client.Messages.Create(sdk.MessageCreateParams{Src: simulator.DefaultNumber, Dst: simulator.DefaultNumber, Text: "to itself"}); err == nil || !strings.Contains(err.Error(), "identical to src") {
		t.Errorf("a refused send: error is %v", err)
	}
}

func TestUnmodifiedSDKNumbersAndApplications(t *testing.T) {
	client, _ := unmodified(t, simulator.Options{MoreNumbers: []simulator.Number{{Number: "+14155550111", Alias: "other"}}})
	app, err := client.Applications.Create(sdk.ApplicationCreateParams{AppName: "mine", MessageURL: "https://example.com/sms", MessageMethod: "GET", AnswerURL: "https://example.com/call"})
	if err != nil || app.AppID == "" || app.Message != "created" {
		t.Fatalf("the new application is %+v (%v)", app, err)
	}
	if _, err := client.Applications.Update(app.AppID, sdk.ApplicationUpdateParams{MessageURL: "https://example.com/other", DefaultNumberApp: true}); err != nil {
		t.Error(err)
	}
	got, err := client.Applications.Get(app.AppID)
	if err != nil || got.AppName != "mine" || got.MessageURL != "https://example.com/other" || got.MessageMethod != "GET" || got.AnswerURL != "https://example.com/call" || !got.DefaultApp || !got.LogIncomingMessages {
		t.Errorf("the application is %+v (%v)", got, err)
	}
	apps, err := client.Applications.List(sdk.ApplicationListParams{Limit: 20})
	if err != nil || len(apps.Objects) != 2 || apps.Objects[0].DefaultApp || apps.Meta.TotalCount != 2 {
		t.Errorf("the applications are %+v (%v)", apps, err)
	}

	changed, err := client.Numbers.Update("14155550111", sdk.NumberUpdateParams{AppID: app.AppID, Alias: "mine"})
	if err != nil || changed.Message != "changed" {
		t.Errorf("the change of a number is answered %+v (%v)", changed, err)
	}
	n, err := client.Numbers.Get("14155550111")
	if err != nil || n.Alias != "mine" || !n.SMSEnabled || !strings.HasSuffix(n.Application, "/Application/"+app.AppID+"/") {
		t.Errorf("the number is %+v (%v)", n, err)
	}
	page, err := client.Numbers.List(sdk.NumberListParams{Services: "sms", Limit: 1})
	if err != nil || len(page.Objects) != 1 || page.Meta.TotalCount != 2 || page.Meta.Next == nil || *page.Meta.Next == "" {
		t.Errorf("the first page of numbers is %+v (%v)", page, err)
	}
	page, err = client.Numbers.List(sdk.NumberListParams{Services: "sms", Limit: 1, Offset: 1})
	if err != nil || len(page.Objects) != 1 || page.Objects[0].Number != "14155550111" {
		t.Errorf("the second page of numbers is %+v (%v)", page, err)
	}

	if err := client.Applications.Delete(app.AppID, sdk.ApplicationDeleteParams{Cascade: true}); err != nil {
		t.Error(err)
	}
	if _, err := client.Applications.Get(app.AppID); err == nil {
		t.Error("the application is still there")
	}
	if n, err := client.Numbers.Get("14155550111"); err != nil || n.Application != "" {
		t.Errorf("the number of the deleted application is %+v (%v)", n, err)
	}
}

func TestUnmodifiedSDKPowerpacks(t *testing.T) {
	const pack = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"
	client, _ := unmodified(t, simulator.Options{
		MoreNumbers: []simulator.Number{{Number: "+18005550111", Type: "tollfree"}},
		Powerpacks:  []simulator.Powerpack{{UUID: pack, Name: "pool", Numbers: []string{simulator.DefaultNumber, "+18005550111"}}},
	})
	packs, err := client.Powerpack.List(sdk.PowerpackListParams{Limit: 20})
	if err != nil || len(packs.Objects) != 1 || packs.Objects[0].UUID != pack || packs.Objects[0].Name != "pool" {
		t.Errorf("the Powerpacks are %+v (%v)", packs, err)
	}
	one, err := client.Powerpack.Get(pack)
	if err != nil || one.Name != "pool" || !one.StickySender {
		t.Fatalf("the Powerpack is %+v (%v)", one, err)
	}
	if all, err := one.List_numbers(sdk.PowerpackSearchParam{}); err != nil || len(all.Objects) != 1 || all.Objects[0].Number != "14155550100" {
		t.Errorf("its numbers are %+v (%v)", all, err)
	}
	if n, err := one.Find_numbers("14155550100"); err != nil || n.Number != "14155550100" || n.Number_pool_uuid != pack {
		t.Errorf("its number is %+v (%v)", n, err)
	}
	if free, err := one.List_tollfree(); err != nil || len(free.Objects) != 1 || free.Objects[0].Tollfree != "18005550111" {
		t.Errorf("its toll-free numbers are %+v (%v)", free, err)
	}
}

func TestUnmodifiedSDKAccounts(t *testing.T) {
	client, sim := unmodified(t, simulator.Options{Balance: "1.5", Subaccounts: []simulator.Subaccount{{Name: "shop"}}})
	a, err := client.Accounts.Get()
	if err != nil || a.AuthID != sim.AuthID() || a.CashCredits != "1.50000" || a.BillingMode != "prepaid" {
		t.Errorf("the account is %+v (%v)", a, err)
	}
	shop := sim.Subaccounts()[0]
	all, err := client.Subaccounts.List(sdk.SubaccountListParams{Limit: 20})
	if err != nil || len(all.Objects) != 1 || all.Objects[0].AuthID != shop.AuthID || all.Objects[0].AuthToken != shop.AuthToken {
		t.Errorf("the subaccounts are %+v (%v)", all, err)
	}
	if one, err := client.Subaccounts.Get(shop.AuthID); err != nil || one.Name != "shop" || !one.Enabled {
		t.Errorf("the subaccount is %+v (%v)", one, err)
	}
	if _, err := client.Subaccounts.Create(sdk.SubaccountCreateParams{Name: "new"}); err == nil || !strings.Contains(err.Error(), "does not have Plivo's POST of Subaccount") {
		t.Errorf("a new subaccount: error is %v", err)
	}
}
