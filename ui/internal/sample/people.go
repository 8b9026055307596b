// Package sample owns the made-up cell that the gallery and the golden tests
// draw: Mill Lane, seven neighbours, seen by Moss.
package sample

import (
	"celld/ui"
	"celld/ui/locale"
)

// Page is one page of the gallery.
type Page struct {
	Name string
	View ui.Component
}

// cast are the names and words of the cell in one language.
type cast struct {
	cell                                          string
	moss, heron, lantern, tide, ember, fern, kite string
	title, why, what, who, criteria, review       string
	objection, concern, evening, saturday         string
	router                                        string
}

var casts = map[locale.Lang]cast{
	locale.English: {
		cell: "Mill Lane", moss: "Moss", heron: "Heron", lantern: "Lantern", tide: "Tide", ember: "Ember", fern: "Fern", kite: "Kite",
		title:     "Borrow the church hall on Thursdays",
		why:       "The kitchen is too small when all of us come, and two of us cannot climb the stairs.",
		what:      "We use the church hall every Thursday from six to nine, from December.",
		who:       "Lantern holds the key. Tide brings the chairs.",
		criteria:  "Everyone can come in. Nobody is turned away because of us.",
		review:    "On 14 January, after six Thursdays.",
		objection: "Thursday is the food bank’s evening. If we are in the hall, people who come for food have to queue in the street.",
		concern:   "Who locks up in winter?", evening: "Tuesday evening", saturday: "on Saturday, after the second text",
		router: "Kitchen router. Met 2 of the 3 others today; not the barn’s since yesterday.",
	},
	locale.Spanish: {
		cell: "Calle del Molino", moss: "Musgo", heron: "Garza", lantern: "Farol", tide: "Marea", ember: "Brasa", fern: "Helecho", kite: "Cometa",
		title:     "Usar el salón de la iglesia los jueves",
		why:       "La cocina se queda pequeña cuando venimos todos, y dos no podemos subir la escalera.",
		what:      "Usamos el salón cada jueves de seis a nueve, desde diciembre.",
		who:       "Farol guarda la llave. Marea lleva las sillas.",
		criteria:  "Todo el mundo puede entrar. A nadie se le cierra la puerta por nuestra causa.",
		review:    "El 14 de enero, después de seis jueves.",
		objection: "El jueves es la noche del banco de alimentos. Si ocupamos el salón, quienes vienen por comida harán cola en la calle.",
		concern:   "¿Quién cierra en invierno?", evening: "el martes por la noche", saturday: "el sábado, después del segundo texto",
		router: "Router de la cocina. Hoy ha visto a 2 de los otros 3; al del granero, no desde ayer.",
	},
	locale.Portuguese: {
		cell: "Rua do Moinho", moss: "Musgo", heron: "Garça", lantern: "Lampião", tide: "Maré", ember: "Brasa", fern: "Samambaia", kite: "Pipa",
		title:     "Usar o salão da igreja às quintas",
		why:       "A cozinha fica pequena quando vem todo mundo, e duas pessoas não conseguem subir a escada.",
		what:      "Usamos o salão toda quinta, das seis às nove, a partir de dezembro.",
		who:       "Lampião guarda a chave. Maré leva as cadeiras.",
		criteria:  "Todo mundo consegue entrar. Ninguém fica de fora por nossa causa.",
		review:    "Em 14 de janeiro, depois de seis quintas.",
		objection: "Quinta é a noite do banco de alimentos. Se ocuparmos o salão, quem vem buscar comida fica na fila na rua.",
		concern:   "Quem fecha no inverno?", evening: "terça à noite", saturday: "no sábado, depois do segundo texto",
		router: "Roteador da cozinha. Hoje encontrou 2 dos outros 3; o do celeiro, só ontem.",
	},
	locale.Arabic: {
		cell: "حارة الطاحونة", moss: "طحلب", heron: "بلشون", lantern: "فانوس", tide: "مدّ", ember: "جمرة", fern: "سرخس", kite: "طيّارة",
		title:     "استعارة قاعة الكنيسة أيام الخميس",
		why:       "المطبخ يضيق بنا حين نجتمع كلنا، واثنان منا لا يقدران على صعود الدرج.",
		what:      "نستعمل القاعة كل خميس من السادسة إلى التاسعة ابتداءً من ديسمبر.",
		who:       "فانوس يحفظ المفتاح، ومدّ يحضر الكراسي.",
		criteria:  "يستطيع الجميع الدخول، ولا يُردّ أحد بسببنا.",
		review:    "في 14 يناير، بعد ستة أيام خميس.",
		objection: "مساء الخميس لبنك الطعام. إن شغلنا القاعة وقف من يأتون للطعام في الشارع.",
		concern:   "مَن يُقفل الباب في الشتاء؟", evening: "مساء الثلاثاء", saturday: "يوم السبت بعد النص الثاني",
		router: "موجّه المطبخ. التقى اليوم اثنين من الثلاثة الآخرين، ولم يلتقِ موجّه المخزن منذ أمس.",
	},
}

// table is the ring of the church hall round.
func (c cast) table() []ui.Place {
	return []ui.Place{
		{Name: c.moss, You: true},
		{Name: c.heron, Seat: ui.Consent},
		{Name: c.lantern, Seat: ui.Consent, Asks: true},
		{Name: c.tide, Seat: ui.Concern},
		{Name: c.ember, Seat: ui.Objection},
		{Name: c.fern, Seat: ui.Consent, Relayed: c.heron},
		{Name: c.kite, Seat: ui.NeedTime},
	}
}

// page is the frame as Moss sees it.
func (c cast) page(l locale.Lang, title string) ui.Page {
	return ui.Page{
		Lang: l, Title: title, Cell: c.cell, Members: 7, Me: c.moss, Token: "token", Stream: "/live",
		Foot: ui.Foot{
			Routers:  []ui.Place{{Seat: ui.Consent}, {Seat: ui.Consent}, {Seat: ui.Consent}, {Seat: ui.Stale}},
			Sentence: c.router, LockURL: "/router/lock",
		},
	}
}

// inner is a page with a way back.
func (c cast) inner(l locale.Lang, title string) ui.Page {
	p := c.page(l, title)
	p.Back = ui.Home(l)
	return p
}

// seats makes a ring of seven without names.
func seats(states ...ui.Seat) []ui.Place {
	places := make([]ui.Place, len(states))
	for i, s := range states {
		places[i] = ui.Place{Seat: s, You: i == 0}
	}
	return places
}
