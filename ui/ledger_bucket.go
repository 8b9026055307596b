package ui

import "celld/ui/locale"

// BucketsView is what people put aside for.
type BucketsView struct {
	Open    []BucketRow
	Past    []BucketRow
	NewURL  string
	Members int
}

// BucketRow is a bucket in a list.
type BucketRow struct {
	URL               string
	Name              string
	In                Measure
	Put, Target, Most int
	State             BucketState
}

// BucketState is where a bucket stands.
type BucketState uint8

// The states of a bucket.
const (
	BucketOpen BucketState = iota
	BucketKept             // committed: it is for its purpose now
	BucketCancelled
)

// filling draws the bucket.
func (b BucketRow) filling(l locale.Lang) Filling {
	return Filling{Lang: l, In: b.In, Put: b.Put, Target: b.Target, Most: b.Most}
}

func (b BucketRow) sum(n int) Sum { return Sum{int64(n), b.In} }

var bucketStates = [...]string{locale.M("open"), locale.M("kept for its purpose"), locale.M("cancelled, everything went back")}

// Row is the bucket in a list.
func (b BucketRow) Row(l locale.Lang) Row {
	text := b.filling(l).Sentence()
	if b.State != BucketOpen {
		text = locale.Capital(l.T(bucketStates[b.State]))
	}
	return Row{URL: b.URL, Title: b.Name, Text: text, Number: b.sum(b.Put).Words(l), Struck: b.State == BucketCancelled}
}

func bucketRows(l locale.Lang, buckets []BucketRow) []Row {
	var out []Row
	for _, b := range buckets {
		out = append(out, b.Row(l))
	}
	return out
}

// BucketView is one bucket.
type BucketView struct {
	BucketRow
	Opener    Side
	Yours     int // what the viewer put in and did not take back
	Funders   []Funder
	Spent     int
	InURL     string // POST: put in
	OutURL    string // POST: take back
	KeepURL   string // POST: it is enough, keep it for its purpose
	CancelURL string // POST: give everything back
	SpendURL  string // leads to a request that this bucket pays
	Form      Form
	History   []Change
}

// Funder is who put in how much.
type Funder struct {
	Side
	N int
}

// The fields of a bucket.
const (
	FieldTarget  = "target"
	FieldCap     = "cap"
	FieldPut     = "put"
	FieldTaken   = "taken"
	FieldMeasure = "measure"
)

// NewBucketView is the form of a bucket.
type NewBucketView struct {
	Form     Form
	Measures []Choice
}

// CapWrong says that a bucket takes no more than its cap.
func CapWrong(l locale.Lang, room, asked Sum, field string) Wrong {
	return Wrong{Title: l.T("It takes {1} more, not {2}.", room.Words(l), asked.Words(l)), Text: l.T("We agreed on a most when it was opened."), Field: field}
}

// FundedWrong says that nobody takes out more than they put in.
func FundedWrong(l locale.Lang, yours, asked Sum, field string) Wrong {
	return Wrong{Title: l.T("You put in {1}, so you cannot take out {2}.", yours.Words(l), asked.Words(l)), Text: l.T("The rest is from others."), Field: field}
}
