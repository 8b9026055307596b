package web

import (
	"net/http"
	"sort"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

const fundURL = "/ledger/fund"

// purposesShown is how many lines the page has for what the fund goes to.
const purposesShown = 12

// fund is how the money that we share went, for members.
func (b *books) fund() error {
	all := b.cash()
	if len(all) == 0 {
		return away("/ledger/rules/new?rule=" + ruleCash)
	}
	u := all[0]
	for _, x := range all {
		if x.Code() == b.r.URL.Query().Get("unit") {
			u = x
		}
	}
	v := b.fundView(u)
	v.Statement, v.GuestURL, v.RuleURL, v.Shown = accountURL(u, ledger.Tin), "/fund", "/ledger/rules/new?rule="+ruleShown, b.rules.Shown()
	for _, x := range all {
		if x != u {
			v.Others = append(v.Others, ui.Link{URL: fundURL + "?unit=" + x.Code(), Text: x.Code()})
		}
	}
	f := b.flow(u)
	v.In, v.Out = b.flowRows(u, f.in, b.inWords), b.flowRows(u, f.out, b.outWords)
	return b.show(http.StatusOK, ui.FundPage(b.leaf(b.lang.T("How the fund goes")), v))
}

// fundView is what members and guests see alike.
func (b *books) fundView(u ledger.Unit) ui.FundView {
	now := b.holding(u, ledger.Tin).Balance
	v := ui.FundView{Tin: ui.TinView{Sum: b.sum(u, now), Flows: b.flows(u, now)}}
	if f := b.flowOf(u); f.Count > uint64(len(f.Moves)) {
		v.Newest = len(f.Moves)
	}
	return v
}

// publicFund shows guests the figures, once the cell has agreed to that. It says
// no names, and nothing that people wrote.
func (b *books) publicFund() error {
	if !cell.RulesOf(b.state).Ledger().Shown() {
		return errNotFound
	}
	var all []ui.FundView
	for _, u := range b.cash() {
		v, f := b.fundView(u), b.flow(u)
		v.In = b.flowRows(u, plain(f.in), b.plainIn)
		v.Out = b.flowRows(u, plain(f.out), b.plainOut)
		all = append(all, v)
	}
	p := b.page(b.lang.T("How our fund goes"))
	if b.session == nil {
		p.Back = ui.Link{URL: "/in", Text: b.lang.T("Sit down at the table")}
	}
	return b.show(http.StatusOK, ui.PublicFundPage(p, all))
}

// purpose is what money came from or went to: the account of a project or of
// what we put aside, or words that people wrote.
type purpose struct {
	account ledger.Account
	words   string
	pledged bool
}

// flow is what came into the tin and went out, by its purpose, of the newest
// movements.
type flow struct{ in, out map[purpose]ledger.Amount }

func (b *books) flow(u ledger.Unit) flow {
	f := flow{map[purpose]ledger.Amount{}, map[purpose]ledger.Amount{}}
	for _, m := range b.flowOf(u).Moves {
		p := purpose{account: m.Project, words: m.Words, pledged: m.Pledged}
		if !m.Asked.IsZero() {
			p.words = b.purposeOf(m.Asked)
		}
		if m.Amount > 0 {
			f.in[p] += m.Amount
		} else {
			f.out[p] -= m.Amount
		}
	}
	return f
}

// purposeOf reads what was asked for where that was long ago.
func (b *books) purposeOf(ref op.Ref) string {
	var r ledger.Request
	if b.read(ref).Decode(&r) != nil {
		return ""
	}
	return r.Purpose
}

// plain puts together what differs only by what people wrote.
func plain(all map[purpose]ledger.Amount) map[purpose]ledger.Amount {
	out := map[purpose]ledger.Amount{}
	for p, n := range all {
		q := purpose{pledged: p.pledged}
		if p.account != "" {
			q.account = "project:"
		}
		out[q] += n
	}
	return out
}

// flowRows are the largest purposes first; the rest in one line.
func (b *books) flowRows(u ledger.Unit, all map[purpose]ledger.Amount, say func(purpose) string) (out []ui.Row) {
	keys := make([]purpose, 0, len(all))
	for p := range all {
		keys = append(keys, p)
	}
	sort.Slice(keys, func(i, j int) bool {
		if all[keys[i]] != all[keys[j]] {
			return all[keys[i]] > all[keys[j]]
		}
		return say(keys[i]) < say(keys[j])
	})
	rest := ledger.Amount(0)
	for i, p := range keys {
		if i >= purposesShown {
			rest += all[p]
			continue
		}
		row := ui.Row{Title: say(p), Number: b.sum(u, all[p]).Words(b.lang)}
		if ref, ok := p.account.Project(); ok && b.project(ref) != nil {
			row.URL = projectURL(ref)
		} else if ok {
			row.URL = ledgerURL("bucket", ref)
		}
		out = append(out, row)
	}
	if rest > 0 {
		out = append(out, ui.Row{Title: b.lang.T("Everything else"), Number: b.sum(u, rest).Words(b.lang)})
	}
	return out
}

func (b *books) inWords(p purpose) string {
	switch {
	case p.account != "":
		return b.side(p.account).Name
	case p.words != "":
		return p.words
	case p.pledged:
		return b.lang.T("Promises that were kept")
	}
	return b.lang.T("Put in without a word")
}

func (b *books) outWords(p purpose) string {
	switch {
	case p.account != "":
		return b.side(p.account).Name
	case p.words != "":
		return p.words
	}
	return b.lang.T("Taken out without a word")
}

// plainIn says to a guest where something came from.
func (b *books) plainIn(p purpose) string {
	if p.pledged {
		return b.lang.T("Promises that were kept")
	}
	return b.lang.T("What was put in besides")
}

// plainOut says to a guest what something went to.
func (b *books) plainOut(p purpose) string {
	if p.account != "" {
		return b.lang.T("Projects, and what we put aside for")
	}
	return b.lang.T("What we paid for together")
}
