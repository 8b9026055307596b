package web

import (
	"net/http"
	"regexp"
	"testing"

	"celld/internal/cell/consent"
	"celld/internal/cell/packet"
	"celld/internal/cell/people"
	"celld/internal/op"
	"celld/ui"
)

// invited makes somebody who sits here one who came by an invitation.
func (e *evening) invited(sponsor, name string) string {
	e.Helper()
	m := e.all[name].by.Member
	code := [32]byte{1}
	if _, err := e.log.Submit(e.all[sponsor].by, op.Draft{Kind: people.KindInvite, Content: people.Invite{Code: code}},
		op.Draft{Kind: people.KindRequest, Content: people.Request{Code: code, Name: "Before", Member: m, Identity: make([]byte, 32), Opening: make([]byte, 32), Slot: []byte{1}}}); err != nil {
		e.Fatal(err)
	}
	return packetURL(m)
}

var wordsField = regexp.MustCompile(`name="agreements" value="([0-9a-f]{32})"`)

// A newcomer goes through five things with somebody; only the two see how far it
// is, and it waits on the first screen until it is done.
func TestANewcomerIsTakenAlong(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern, kite := e.all["Moss"], e.all["Fern"], e.all["Kite"]
	if p := e.log.State().Value(packet.Key); p != nil {
		t.Fatal("there are packets already")
	}
	url := e.invited("Moss", "Kite")
	rule := &consent.Opening{Class: consent.Agreement, Text: consent.Text{What: "Shoes stay at the door", Why: "Mud"}}
	opening, err := consent.Open(e.log.State().Now(), moss.by.Member, *rule)
	if err != nil {
		t.Fatal(err)
	}
	refs, err := e.log.Submit(moss.by, op.Draft{Kind: consent.KindOpen, Content: &opening})
	if err != nil {
		t.Fatal(err)
	}
	e.consent(refs[0], "Moss", "Fern", "Kite")

	kite.says(kite.get("/"), http.StatusOK, "Your first weeks", "0 of five things are done")
	fern.says(fern.get("/"), http.StatusOK, "Nobody goes along with Kite yet")
	fern.says(fern.post(url+"/buddy"), http.StatusOK, "You go along with Kite.")
	moss.says(moss.post(url+"/buddy"), http.StatusUnprocessableEntity, "Somebody goes along with them already.")
	outside := moss.says(moss.get(url), http.StatusOK, "Fern goes along with Kite")
	if wordsField.MatchString(outside.body) || moss.get(url+"/booklet").status != http.StatusNotFound {
		t.Error("somebody else sees how far it is")
	}
	moss.says(moss.post(url+"/tick", ui.FieldThing, "2"), http.StatusUnprocessableEntity, "Only the two")
	fern.says(fern.post(url+"/tick", ui.FieldThing, "2"), http.StatusOK, "Written down.")
	kite.says(kite.post(url+"/tick"), http.StatusUnprocessableEntity, "Tick what is done.")
	kite.says(kite.post(url+"/tick", ui.FieldThing, "9"), http.StatusNotFound)
	kite.says(kite.post(url+"/tick", ui.FieldThing, "0", ui.FieldThing, "1", ui.FieldThing, "2"), http.StatusOK, "Written down.")

	a := kite.says(kite.get(url), http.StatusOK, "Shoes stay at the door", "not signed")
	words := wordsField.FindStringSubmatch(a.body)
	if words == nil {
		t.Fatal(a.body)
	}
	kite.says(kite.post(url+"/sign", ui.FieldAgreements, "00"), http.StatusConflict, "changed while you read")
	fern.says(fern.post(url+"/sign", ui.FieldAgreements, words[1]), http.StatusNotFound)
	kite.says(kite.post(url+"/sign", ui.FieldAgreements, words[1]), http.StatusOK, "You have signed.", "All of it is done.", "signed")
	if p := fern.get("/"); regexp.MustCompile("first weeks").MatchString(p.body) || regexp.MustCompile("first weeks").MatchString(kite.get("/").body) {
		t.Error("what is done still waits")
	}
	moss.says(moss.get("/packet/0000000000000000"), http.StatusNotFound)
}

// A round to practise leaves nothing behind, whatever is said in it.
func TestPractisingLeavesNoTrace(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	before, digest := e.applied(), e.log.State().Digest()
	moss.says(moss.get("/practice"), http.StatusOK, "A cat for the workshop", "nothing that you say here is written down")
	for voice, said := range map[string]string{"consent": "it is agreed", "concern": "your worry stands", "aside": "need not carry it", "time": "waits for you"} {
		moss.says(moss.post("/practice", ui.FieldVoice, voice, ui.FieldReason+"-"+voice, "I sneeze"), http.StatusOK, "Heard.", said)
	}
	moss.says(moss.post("/practice", ui.FieldVoice, "recused"), http.StatusOK) // it is not offered, and is no fault
	moss.says(moss.post("/practice"), http.StatusUnprocessableEntity, "You have not said what you think.")
	moss.says(moss.post("/practice", ui.FieldVoice, "objection"), http.StatusUnprocessableEntity, "needs a reason")
	moss.says(moss.post("/practice", ui.FieldVoice, "objection", "reason-objection", "I sneeze"), http.StatusOK, "I sneeze", "Does that answer your objection?")
	moss.says(moss.post("/practice", ui.FieldVoice, "objection", "reason-objection", "I sneeze", "answer", "yes"), http.StatusOK, "worse text")
	moss.says(moss.post("/practice", ui.FieldVoice, "objection", "reason-objection", "I sneeze", "answer", "no"), http.StatusOK, "Nobody can overrule you")
	if e.applied() != before || e.log.State().Digest() != digest {
		t.Error("something was written down")
	}
}
