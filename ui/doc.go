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
// Which there are, and who may ask for them, is a table in package web (Routes, as
// test/browser/routes prints it); ledger.go has the ledger's, with what they are for.
// GET shows, POST changes.
//
// ?lang=es on any address chooses a language for who is not signed in.
package ui
