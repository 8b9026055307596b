// Package ui owns what people see: pages as components over plain view
// models, the circle that every round is drawn as, the style sheet, and the
// words in four languages. It knows view models, never the state of a cell.
//
// A page is a component XPage(p Page, v XView). Page carries what all
// pages share; the view carries people's words, names and dates as they are to
// be read, and typed values where the page chooses the words. Forms post to
// addresses that the view carries; the fields' names are those of the page.
// Files: X.go holds the view models, X.templ the markup in the language of templ,
// X_templ.go is generated from it and needs nothing of templ where it runs.
//
// # Addresses
//
// {ref} names what an operation began, {m} a member. GET shows, POST changes.
//
//	GET  /                        home; who is not signed in sees the door: /in, or /claim before a cell exists
//	GET  /rounds                  all rounds, ?before= pages
//	GET  /rounds/new              a new round          POST /rounds/new
//	GET  /r/{ref}                 the round
//	GET  /r/{ref}/say             give a voice         POST /r/{ref}/say
//	POST /r/{ref}/ask             question             POST /r/{ref}/answer/{q}
//	POST /r/{ref}/react           first thought        POST /r/{ref}/pass
//	POST /r/{ref}/step            the facilitator goes on; POST /r/{ref}/steps asks for the steps
//	GET  /r/{ref}/text            change the text      POST /r/{ref}/text
//	GET  /r/{ref}/changes         what changed, ?from=&to=
//	GET  /r/{ref}/way/{o}         find a way           POST /r/{ref}/way/{o}
//	POST /r/{ref}/o/{o}/back      take an objection back;  /soften: let it be a concern;  /harm: help me see it
//	GET  /r/{ref}/relay           pass on a word       POST /r/{ref}/relay
//	POST /r/{ref}/keep            leave a relayed voice as it is
//	GET  /r/{ref}/review          look again           POST /r/{ref}/review
//	POST /r/{ref}/withdraw, /aside, /adopt, /wait
//	GET  /r/{ref}/sheet           the wall sheet
//	GET  /people                  the ring of members
//	GET  /people/{m}              one person
//	GET  /me                      signed in where, language, words    POST /me/language, /me/out, /me/out-everywhere, /me/away
//	GET  /me/words                new five words       POST /me/words
//	GET  /in                      sign in              POST /in       POST /out
//	GET  /claim                   first boot: the code POST /claim
//	GET  /found                   found the cell       POST /found
//	GET  /door                    the door             POST /door/open, /door/close, /door/{a}/confirm, /door/{a}/refuse
//	GET  /join                    sit down by code     POST /join
//	GET  /join/words              your five words      POST /join/words
//	GET  /join/wait               waiting for a neighbour
//	GET  /invite                  make an invitation   POST /invite
//	GET  /invite/{i}              the invitation, to be printed
//	GET  /lost                    the words are lost   POST /lost
//	GET  /people/{m}/rebind       a neighbour's new words   POST /people/{m}/rebind, /people/{m}/rebind/veto
//	GET  /router                  this router          POST /router/lock
//	GET  /router/clock            tell it the time     POST /router/clock, /router/clock/confirm
//	GET  /router/mode             what unattended means
//	GET  /sealed                  any member can wake it
//	GET  /ledger...               the ledger's pages, named in ledger.go
//	GET  /commons                 our pages            GET, POST /commons/new
//	GET  /commons/p/{page}        one page, ?v= an old version;  /edit, /versions, /changes, /file, /fork, /theirs, /out
//	GET  /commons/agreements      what is in force     GET, POST /commons/bring   GET, POST /commons/starter/{lang}/{name}
//	GET  /live                    server-sent events: one message a change, its data the sentence to announce
//	GET  /static/{file}           Asset and AssetFile
//
// ?lang=es on any address chooses a language for who is not signed in.
package ui
