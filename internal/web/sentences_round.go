package web

import "celld/ui/locale"

// roundSentences are why a round, or a turn in the rota, did not go on.
var roundSentences = []refused{
	{"actor.not-eligible", say{locale.M("This round counts those who sat at the table when it opened, and you were not among them. Tell one of them what you think.")}},

	{"round.kind", &newer},
	{"round.content", &unread},
	{"round.unknown", say{locale.M("This router does not know that round."), locale.M("Perhaps it has not reached this router yet.")}},
	{"round.not-open", standing{locale.M("This round is no longer being decided: {1}."), locale.M("Whoever wants something else brings a new round.")}},
	{"round.full", say{locale.M("This round has grown as long as a round can be. Bring it anew, with what you have found out.")}},

	{"open.class", say{locale.M("Say how weighty it is: choose one of the four.")}},
	{"open.concerns", say{locale.M("Only a round about who belongs is about one person. Choose that weight, or leave the person out.")}},
	{"open.own-case", say{locale.M("Nobody brings a round about themselves. Ask somebody else at the table to bring it.")}},
	{"open.too-many", tell(func(t telling) string {
		return t.N("You have one round open already. Let the others be heard on that first.",
			"You have {1} rounds open already. Let the others be heard on those first.")
	})},
	{"open.plain", say{locale.M("Rules, limits and belonging go step by step. Begin with the questions.")}},
	{"open.roster", &moved},
	{"open.limits", &moved},
	{"open.facilitator", &moved},
	{"open.silence", &moved},
	{"open.amends-nothing", say{locale.M("What this would change is not in force any more. See how it stands, then bring a round of its own.")}},
	{"open.amends-membership", say{locale.M("What we decided about belonging is not changed by another text. Bring a new round about that person.")}},
	{"open.lighter-class", tell(func(t telling) string {
		return t.lang.T("What was agreed with more care is not changed with less. Choose this weight: {1}.", t.class(0))
	})},

	{"text.what", say{locale.M("Say what you propose. One line is enough to begin.")}},
	{"text.why", say{locale.M("Say why. The others need to see what it is for.")}},
	{"text.criteria", tell(func(t telling) string {
		return t.N("There is room for one sign by which we will know. Put them together.",
			"There is room for {1} signs by which we will know. Put some together, or leave some out.")
	})},
	{"text.date", say{locale.M("That is not a date."), locale.M("Write it as 2026-11-30.")}},
	{"text.trial", say{locale.M("A first trial is looked at again within six weeks. Choose a day before that.")}},
	{"text.effect", say{locale.M("What the house would do by itself does not fit this round. Bring it as a round of its own.")}},
	{"text.base", say{locale.M("The text changed while you wrote. Look at the new one first, then write yours again.")}},
	{"text.same", say{locale.M("This says the same as the text on the table. Change something, or leave it as it is.")}},
	{"text.too-many", tell(func(t telling) string {
		return t.N("This round has had one text, which is as many as fit. Bring it anew as a round of its own.",
			"This round has had {1} texts, which is as many as fit. Bring it anew as a round of its own.")
	})},
	{"text.proposer", say{locale.M("Only who brought this can change the text now. Tell them what you would change.")}},
	{"text.phase", standing{locale.M("The text does not change at this step: {1}."), locale.M("It can change again when we look for a way together.")}},
	{"text.resolves-nothing", say{locale.M("A new text has to answer the objection that we look at now. Go back to the round and see which one that is.")}},
	{"text.candidate-waiting", say{locale.M("Another new text waits for a yes or no. When that has been said, you can bring yours.")}},

	{"words.missing", say{locale.M("A few words are missing."), locale.M("One line is enough.")}},
	{"talk.phase", standing{locale.M("There is no place for this at the step where the round is: {1}."), locale.M("Go back and see what it asks for now.")}},
	{"talk.no-question", say{locale.M("That question is not in this round. Go back and answer it there.")}},

	{"phase.not-plain", say{locale.M("This round goes step by step already."), locale.M("See how it stands now.")}},
	{"phase.order", tell(func(t telling) string {
		return join(t.lang.T("The round does not go straight from “{1}” to “{2}”.", t.phase(0), t.phase(1)), t.lang.T("See how it stands now."))
	})},
	{"phase.facilitator", say{locale.M("Whoever looks after the round leads on to the next step. Ask them.")}},

	{"stance.kind", say{locale.M("You have not said what you think."), locale.M("Choose one of these.")}},
	{"stance.lens", say{locale.M("Only an objection says what it is about. Choose “I object”, or leave these empty.")}},
	{"stance.reason", say{locale.M("Say why. One line is enough, and the others can only answer what they know.")}},
	{"stance.stale", say{locale.M("The text changed since you opened this page. Look at the new one first, then say what you think.")}},
	{"stance.phase", standing{locale.M("No voice is asked for at this step: {1}."), locale.M("Go back and see what it asks for now.")}},
	{"stance.concerned", say{locale.M("It is about you. You are heard, and not counted either way.")}},
	{"relay.oneself", say{locale.M("Your own word needs nobody to pass it on. Say it yourself.")}},
	{"relay.own-word", say{locale.M("They have spoken for themselves, and their own word stays.")}},
	{"relay.class", say{locale.M("On a decision this weighty a yes cannot be passed on, an objection can.")}},

	{"objection.lens", say{locale.M("Say what your objection is about: it would not do what it is for, it would do harm, or there is a clearly better way.")}},
	{"objection.already", say{locale.M("That objection stands already. It stays until it is answered or taken back.")}},
	{"objection.owner", say{locale.M("Only who raised an objection can end it. Help to find a way that answers it.")}},
	{"objection.not-open", say{locale.M("That objection does not stand any more."), locale.M("See how it stands now.")}},
	{"objection.fate", say{locale.M("An objection is taken back, or stays as a concern. Choose one of the two.")}},
	{"objection.deed-done", say{locale.M("This decision has been carried out, so it can no longer be held up. Bring a new round about it.")}},
	{"confirm.no-candidate", say{locale.M("That text does not wait for a yes or no any more."), locale.M("See how it stands now.")}},
	{"confirm.not-yours", say{locale.M("Whoever objected and whoever brought this say whether the new text will do. Tell them what you think of it.")}},
	{"confirm.already", say{locale.M("You have said yes already. Now it waits for the other.")}},

	{"withdraw.proposer", say{locale.M("Only who brought this can take it back. If you see harm in it, say so: object.")}},
	{"withdraw.adopted", say{locale.M("It was agreed, so one of us alone does not take it back. Help to find a way, or bring a round that changes it.")}},
	{"table.too-soon", tell(func(t telling) string {
		return t.N("It was agreed once, so we set it aside only after one text that tried to answer the objection. Look for one together.",
			"It was agreed once, so we set it aside only after {1} texts that tried to answer the objection. Look for one together.")
	})},

	{"adopt.stale", say{locale.M("The text changed. Look at the new one first; only that one can be agreed.")}},
	{"adopt.phase", standing{locale.M("It cannot be agreed at this step: {1}."), locale.M("First every voice is asked.")}},
	{"adopt.objection-open", tell(func(t telling) string {
		return t.N("An objection stands, and nothing is decided until it is answered or taken back. Help to find a way.",
			"{1} objections stand, and nothing is decided until they are answered or taken back. Help to find a way.")
	})},
	{"adopt.quorum", tell(missingVoices)},
	{"adopt.nobody", say{locale.M("Nobody has consented yet. Silence is not a yes: one of us at least has to say it.")}},
	{"adopt.stand-asides", tell(func(t telling) string {
		return t.N("One of us stands aside, and that leaves too few to carry it. Change the text, so that more of us can.",
			"{1} of us stand aside, and that leaves too few to carry it. Change the text, so that more of us can.")
	})},
	{"adopt.time", tell(openStill)},
	{"await.nobody", say{locale.M("No voice is missing, so there is nobody to wait for."), locale.M("See how it stands now.")}},
	{"timer.phase", standing{locale.M("Nothing ends by the clock at this step: {1}."), locale.M("See how it stands now.")}},

	{"review.not-in-force", standing{locale.M("We look again only at what is in force. This one: {1}."), locale.M("Whoever wants something else brings a new round.")}},
	{"review.needs-round", say{locale.M("An agreement ends only by a round that changes it. Bring a better text as a new round.")}},
	{"review.again", say{locale.M("You have said so already. It takes the word of somebody else, too.")}},
	{"review.next", say{locale.M("Say the day on which we look again."), locale.M("It has to come within a year. What we let go needs none.")}},

	{"rota.kind", &newer},
	{"rota.content", &unread},
	{"rota.role", say{locale.M("Nobody takes turns at that.")}},
	{"rota.length", &moved},
	{"rota.running", say{locale.M("Somebody has the turn already. When it is over, the next one takes it.")}},
	{"rota.number", &moved},
	{"rota.not-next", say{locale.M("It is not your turn yet. It goes round the table, one after another.")}},
	{"rota.others", say{locale.M("Only who gives this and who takes it can tick that.")}},
	{"rota.things", say{locale.M("Tick at least one thing of the list.")}},
	{"rota.void", say{locale.M("That turn is over already."), locale.M("See how it stands now.")}},
	{"rota.holder", say{locale.M("Only who has the turn can give it back before it is over. Ask them.")}},
}

// missingVoices says how many must still be heard. A founding asks all, also
// those who sat down after it was opened.
func missingVoices(t telling) string {
	n := t.number(0)
	if n <= 0 {
		return t.lang.T("Somebody sat down after this round was opened. Bring it anew, so that all are asked.")
	}
	return join(t.lang.N("One more voice is needed before we can agree.", "{1} more voices are needed before we can agree.", n),
		t.lang.T("Ask those who have not spoken, or pass on their word."))
}

// openStill says until when a round waits for the voices that are missing.
func openStill(t telling) string {
	n, until := t.number(0), t.until(1)
	if until == "" {
		return t.lang.N("One voice is still missing, and no clock that we trust has said when its time is over. It is agreed when that voice has been heard.",
			"{1} voices are still missing, and no clock that we trust has said when their time is over. It is agreed when all have been heard.", n)
	}
	return t.lang.N("One voice is still missing. It stays open until {2}, or until that voice has been heard.",
		"{1} voices are still missing. It stays open until {2}, or until all have been heard.", n, until)
}
