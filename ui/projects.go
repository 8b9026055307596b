package ui

import (
	"context"
	"html"
	"io"
	"strings"

	"celld/ui/locale"
)

// ProjectsView is what members carry out together.
type ProjectsView struct {
	Open           []Row
	Past           []Row
	Previous, Next string // other pages of both
	NewURL         string
}

// ProjectView is one project as it stands.
type ProjectView struct {
	Title, Why string
	Facts      []Fact
	Decision   Link // the round behind it
	With       []string
	Mine       bool // the viewer is with it
	Closed     bool
	Words      string // how it went
	Steps      Steps
	Tasks      []Task
	Needs      []Row
	Money      []Row
	Units      []Choice // what can be put in
	Form       Form
	NeedURL    string // where a need of it is written down
	AskURL     string // where somebody asks that it pays for something
	ChangeURL  string
	URL        string // the acts stand below it, and POST; empty for a project that is over
	AgainURL   string // POST: begins it again
	Keeps      bool   // the viewer may change it
}

// Task is one thing to do.
type Task struct {
	Ref, Words string
	Who        string // says who does it, or that nobody does
	Done, Void bool
	Take, Give bool // the viewer may
	End        bool // the viewer may say that it is done, or is not after all
}

// The fields of a project.
const (
	FieldTask = "task"
)

// Steps draws how far the tasks are: a full square for each that is done, a
// hollow one for each that somebody has taken, a dashed one for each that is
// free. It stands beside a sentence that says the same.
type Steps struct {
	Lang              locale.Lang
	Done, Taken, Void int
}

// stepsARow is how many squares have room beside each other on a small phone.
const stepsARow = 14

// Sentence says the drawing.
func (s Steps) Sentence() string {
	l := s.Lang
	if s.Done+s.Taken+s.Void == 0 {
		return l.T("Nothing is to be done yet.")
	}
	words := l.T("{1} of {2} done.", s.Done, s.Done+s.Taken+s.Void)
	if s.Void > 0 {
		words += " " + l.N("One thing waits for somebody.", "{1} things wait for somebody.", s.Void)
	}
	return words
}

// Render writes the drawing as SVG.
func (s Steps) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, s.SVG())
	return err
}

// SVG returns the drawing.
func (s Steps) SVG() string {
	all := s.Done + s.Taken + s.Void
	if all == 0 {
		return ""
	}
	high := f(float64((all-1)/stepsARow+1) * 22)
	var b strings.Builder
	b.WriteString(`<svg class="scale flip" width="320" height="` + high + `" viewBox="0 0 320 ` + high + `" role="img" aria-label="` + html.EscapeString(s.Sentence()) + `">`)
	for i := range all {
		paint := solid
		switch {
		case i >= s.Done+s.Taken:
			paint = ` class="hollow" stroke-dasharray="3 3"` + hollow
		case i >= s.Done:
			paint = ` class="hollow"` + hollow
		}
		b.WriteString(rect(float64(i%stepsARow)*22+7, float64(i/stepsARow)*22+3, 15, 15, paint))
	}
	return b.String() + "</svg>"
}

// AskPage is a form with its questions and what is said below its button.
func AskPage(p Page, title, lead, action, send string, questions ...Component) Component {
	questions = append(questions, Send(send), Within("p", "small soft", Words(p.T("This router writes it down for {1}.", p.Me))))
	parts := []Component{Within("h1", "", Words(title))}
	if lead != "" {
		parts = append(parts, Within("p", "lead", Words(lead)))
	}
	return Around(Layout(p), append(parts, Around(Post(p, action), questions...))...)
}

// Radios is a question whose few answers all stand there.
func Radios(f Form, name, question string, answers []Choice) Component {
	parts := []Component{Within("legend", "", Words(question))}
	for _, c := range answers {
		parts = append(parts, Radio(name, c.Value, c.Text, f.Is(name, c.Value)))
	}
	return Within("fieldset", "field", parts...)
}

// Hidden is a field that people do not see.
func Hidden(name, value string) Component {
	return piece(`<input type="hidden" name="` + name + `" value="` + html.EscapeString(value) + `">`)
}
