package web

import (
	"io"
	"slices"
	"strings"

	"celld/ui"
)

// Routes lists every address of the house, in the order in which a newcomer
// meets them. Tests enumerate it: a page that nobody has looked at fails them.
func (s *Server) Routes() []Route {
	return slices.Concat(
		doorRoutes(),
		roundRoutes(),
		peopleRoutes(),
		meetingRoutes(),
		circleRoutes(),
		choosingRoutes(),
		ledgerRoutes(),
		projectRoutes(),
		gitRoutes(),
		takeRoutes(),
		safetyRoutes(),
		commonsRoutes(),
		pictureRoutes(),
		pauseRoutes(),
		packetRoutes(),
	)
}

// doorRoutes are those on the way in, and the first screen.
func doorRoutes() []Route {
	return []Route{
		{"GET", "/static/{file}", Anyone, serveStatic},
		{"GET", "/claim", Anyone, (*visit).claim},
		{"POST", "/claim", Anyone, (*visit).claimed},
		{"GET", "/found", Anyone, (*visit).found},
		{"POST", "/found", Anyone, (*visit).founded},
		{"GET", "/taken", Anyone, (*visit).taken},
		{"GET", "/taken/code", Anyone, (*visit).takenCode},
		{"POST", "/taken/yes", Anyone, (*visit).takenYes},
		{"POST", "/taken/no", Anyone, (*visit).takenNo},
		{"POST", "/taken/back", Anyone, (*visit).takenBack},
		{"GET", "/in", Visitor, (*visit).signIn},
		{"POST", "/in", Visitor, (*visit).signInWords},
		{"GET", "/join", Visitor, (*visit).join},
		{"POST", "/join", Visitor, (*visit).joined},
		{"GET", "/join/words", Visitor, (*visit).comerWords},
		{"POST", "/join/words", Visitor, (*visit).written},
		{"GET", "/join/wait", Visitor, (*visit).wait},
		{"GET", "/lost", Visitor, (*visit).lost},
		{"POST", "/lost", Visitor, (*visit).lostBy},
		{"GET", "/lost/words", Visitor, (*visit).lostWords},
		{"POST", "/lost/words", Visitor, (*visit).renewed},
		{"GET", "/lost/asked", Visitor, (*visit).lostAsked},
		{"GET", "/door", Member, (*visit).doorPage},
		{"POST", "/door/open", Member, (*visit).openDoor},
		{"POST", "/door/close", Member, (*visit).closeDoor},
		{"POST", "/door/{guest}/yes", Member, (*visit).letIn},
		{"POST", "/door/{guest}/no", Member, (*visit).turnAway},
		{"GET", "/{$}", Visitor, (*visit).home},
		{"GET", "/kept", Member, (*visit).keptPage},
		{"POST", "/kept", Member, (*visit).letItGo},
		{"GET", "/live", Member, (*visit).live},
		{"GET", "/board", Member, (*visit).board},
		{"POST", "/board", Member, (*visit).leaveNote},
		{"POST", "/board/{ref}/down", Member, (*visit).takeNoteDown},
	}
}

// roundRoutes are those on which a cell decides.
func roundRoutes() []Route {
	return []Route{
		{"GET", "/rounds/founding", Member, (*visit).founding},
		{"POST", "/rounds/founding", Member, (*visit).openFounding},
		{"GET", "/rounds", Member, (*visit).rounds},
		{"GET", "/rounds/new", Member, (*visit).newRound},
		{"POST", "/rounds/new", Member, (*visit).openRound},
		{"GET", "/r/{ref}", Member, onRound((*table).show)},
		{"GET", "/r/{ref}/say", Member, onRound((*table).say)},
		{"POST", "/r/{ref}/say", Member, onRound((*table).speak)},
		{"GET", "/r/{ref}/relay", Member, onRound((*table).relay)},
		{"POST", "/r/{ref}/relay", Member, onRound((*table).passOn)},
		{"POST", "/r/{ref}/keep", Member, onRound((*table).keep)},
		{"GET", "/r/{ref}/text", Member, onRound((*table).newText)},
		{"POST", "/r/{ref}/text", Member, onRound((*table).putText)},
		{"GET", "/r/{ref}/changes", Member, onRound((*table).changes)},
		{"POST", "/r/{ref}/question", Member, onRound((*table).ask)},
		{"POST", "/r/{ref}/q/{question}/answer", Member, onRound((*table).answer)},
		{"POST", "/r/{ref}/reaction", Member, onRound((*table).react)},
		{"POST", "/r/{ref}/pass", Member, onRound((*table).pass)},
		{"POST", "/r/{ref}/steps", Member, onRound((*table).steps)},
		{"POST", "/r/{ref}/phase/{phase}", Member, onRound((*table).move)},
		{"GET", "/r/{ref}/o/{objection}/way", Member, onObjection((*table).way)},
		{"GET", "/r/{ref}/o/{objection}/text", Member, onObjection((*table).newAnswer)},
		{"POST", "/r/{ref}/o/{objection}/text", Member, onObjection((*table).putAnswer)},
		{"POST", "/r/{ref}/o/{objection}/confirm", Member, onObjection((*table).confirm)},
		{"POST", "/r/{ref}/o/{objection}/harm", Member, onObjection((*table).askHarm)},
		{"POST", "/r/{ref}/o/{objection}/back", Member, onObjection((*table).takeBack)},
		{"POST", "/r/{ref}/o/{objection}/concern", Member, onObjection((*table).soften)},
		{"POST", "/r/{ref}/meet", Member, onRound((*table).meet)},
		{"POST", "/r/{ref}/withdraw", Member, onRound((*table).withdraw)},
		{"POST", "/r/{ref}/aside", Member, onRound((*table).setAside)},
		{"POST", "/r/{ref}/adopt", Member, onRound((*table).adopt)},
		{"GET", "/r/{ref}/review", Member, onRound((*table).review)},
		{"POST", "/r/{ref}/review", Member, onRound((*table).reviewed)},
		{"GET", "/r/{ref}/sheet", Member, onRound((*table).sheet)},
	}
}

// peopleRoutes are those about who is here, oneself and this router.
func peopleRoutes() []Route {
	return []Route{
		{"GET", "/people", Member, (*visit).people},
		{"GET", "/people/{member}", Member, (*visit).person},
		{"GET", "/people/{member}/rebind", Member, onClaim((*claim).show)},
		{"POST", "/people/{member}/rebind", Member, onClaim((*claim).assent)},
		{"POST", "/people/{member}/rebind/veto", Member, onClaim((*claim).veto)},
		{"GET", "/people/{member}/rebind/round", Member, onClaim((*claim).newRound)},
		{"POST", "/people/{member}/rebind/round", Member, onClaim((*claim).openRound)},
		{"GET", "/people/{member}/leave", Member, (*visit).leave},
		{"POST", "/people/{member}/leave", Member, (*visit).left},
		{"GET", "/calendar", Member, (*visit).calendarPage},
		{"POST", "/calendar", Member, (*visit).makeCalendar},
		{"POST", "/calendar/end", Member, (*visit).endCalendar},
		{"GET", "/calendar/{address}", Visitor, (*visit).calendarFeed},
		{"GET", "/turns", Member, (*visit).duties},
		{"GET", "/turns/{role}", Member, onDuty((*duty).turns)},
		{"POST", "/turns/{role}/begin", Member, onDuty((*duty).begin)},
		{"POST", "/turns/{role}/decline", Member, onDuty((*duty).decline)},
		{"POST", "/turns/{role}/end", Member, onDuty((*duty).end)},
		{"POST", "/turns/{role}/tick", Member, onDuty((*duty).tick)},
		{"GET", "/invite", Member, (*visit).invite},
		{"POST", "/invite", Member, (*visit).invited},
		{"GET", "/invite/{request}", Member, (*visit).speakFor},
		{"POST", "/invite/{request}", Member, (*visit).spokeFor},
		{"GET", "/me", Member, (*visit).mePage},
		{"POST", "/me/language", Member, (*visit).setLanguage},
		{"POST", "/me/away", Member, (*visit).goAway},
		{"POST", "/me/back", Member, (*visit).comeBack},
		{"GET", "/me/words", Member, (*visit).newWords},
		{"POST", "/me/words", Member, (*visit).changeWords},
		{"GET", "/me/paper", Member, (*visit).paper},
		{"POST", "/out", Member, (*visit).signOut},
		{"POST", "/out/everywhere", Member, (*visit).signOutEverywhere},
		{"POST", "/lock", Member, (*visit).lock},
		{"GET", "/router", Member, (*visit).routerPage},
		{"GET", "/router/time", Member, (*visit).timePage},
		{"POST", "/router/time", Member, (*visit).tellTime},
		{"POST", "/router/time/yes", Member, (*visit).confirmTime},
		{"GET", "/router/mode", Member, (*visit).mode},
		{"GET", "/router/mode/round", Member, (*visit).newMode},
		{"POST", "/router/mode/round", Member, (*visit).openMode},
		{"GET", "/routers", Member, (*visit).routersPage},
		{"GET", "/routers/add", Member, (*visit).addRouter},
		{"POST", "/routers/add", Member, (*visit).coded},
		{"POST", "/greet/{router}", Member, (*visit).greet},
		{"POST", "/routers/new", Member, (*visit).takeIn},
		{"GET", "/routers/carry", Member, (*visit).carryPage},
		{"GET", "/routers/carry/file", Member, (*visit).carryFile},
		{"POST", "/routers/carry", Member, (*visit).carryLook},
		{"POST", "/routers/carry/in", Member, (*visit).carryIn},
		{"POST", "/routers/carry/leave", Member, (*visit).carryLeave},
		{"GET", "/routers/{router}", Member, onRouter((*visit).oneRouter)},
		{"POST", "/routers/{router}/name", Member, onRouter((*visit).nameRouter)},
		{"GET", "/routers/{router}/go", Member, onRouter((*visit).letGo)},
		{"POST", "/routers/{router}/go", Member, onRouter((*visit).letsGo)},
		{"POST", "/routers/{router}/keep", Member, onRouter((*visit).takeBack)},
		{"GET", "/neighbours", Member, (*visit).neighbours},
	}
}

// serveStatic serves the style sheet and the script under names that change
// with their content.
func serveStatic(v *visit) error {
	name, ok := ui.AssetFile(v.r.URL.Path)
	if !ok {
		return errNotFound
	}
	h := v.w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", map[bool]string{true: "text/css; charset=utf-8", false: "text/javascript; charset=utf-8"}[name == "look.css"])
	h.Set("Vary", "Accept-Encoding")
	if takesGzip(v.r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		_, err := v.w.Write(ui.Packed(name))
		return err
	}
	body, err := ui.Unpacked(name)
	if err == nil {
		_, err = io.Copy(v.w, body)
	}
	return err
}

// takesGzip reads Accept-Encoding (RFC 9110, section 12.5.3): a weight of 0 is a no.
func takesGzip(accepted string) bool {
	for one := range strings.SplitSeq(accepted, ",") {
		if coding, weight, _ := strings.Cut(one, ";"); strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			return weight == "" || strings.Trim(weight, " \tqQ=0.") != ""
		}
	}
	return false
}
