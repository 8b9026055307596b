package web

import "celld/ui"

// goodsView is what lies in store.
func (b *books) goodsView() (out []ui.Good) {
	for _, u := range b.goods() {
		out = append(out, ui.Good{Name: b.label(u), N: int(b.holding(u, store).Balance), URL: accountURL(u, store)})
	}
	return out
}
