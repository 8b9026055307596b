// Package web turns forms into operations and the State into pages.
//
// A request becomes a visit: who comes, in which language, on which state. A
// handler reads its form, submits drafts at the one door, or builds a view
// model for package ui. What goes wrong is returned as an error and becomes a
// sentence with a way on. Every page works without script.
package web
