// Package consent owns the rounds in which a cell decides: present, clarify,
// react, check, test, integrate, adopt, review.
//
// A round is the fold of its operations. Judge decides whether an operation
// is lawful, on the past its author had seen; Apply folds every lawful
// operation in the one order, and so meets words that had not seen each other.
// What it does with those was chosen so that doubt leaves things as they are:
//
//   - An objection counts from wherever it comes. Whatever the order, an
//     adoption that had not seen an open objection is contested: not in force,
//     back to testing. So is one that somebody objects to later, since nothing
//     is in force with an open objection (I1).
//   - A contested round does not slip back into force when its objection is
//     taken back: it returns to the check, where the voices given to that text
//     still count, and needs a new adoption. So coming into force always names
//     somebody who did it, having seen the objection end (I3).
//   - An open objection outlives a new text. Only its owner ends it, or the
//     owner and the proposer together by agreeing on a text (C3, C4). When the
//     owner has left the cell, somebody may write it down as a concern.
//   - A withdrawal or tabling that had not seen an adoption wins over it. A
//     lapse does not: what people did with their hands outweighs a timer.
//   - Of two texts on the same base the first in the order is the next version
//     and the other is kept, shown as not taken. An adoption of a text that was
//     not taken is contested.
//   - One's own word outweighs a relayed one that had not seen it, and an
//     objection is never silenced by a word that had not seen it.
//
// Deadlines run from the first trusted clock mark since the text that is being
// checked was brought; a new text gives everybody their time again.
package consent
