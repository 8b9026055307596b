'use strict';
'require view';
'require rpc';
'require poll';
'require dom';

const callCells = rpc.declare({ object: 'celld', method: 'cells', expect: { '': {} } });
const callStatus = rpc.declare({ object: 'celld', method: 'status', params: [ 'section' ], expect: { '': {} } });

function table(titles, rows) {
	return E('table', { 'class': 'table' }, [
		E('tr', { 'class': 'tr table-titles' }, titles.map(t => E('th', { 'class': 'th' }, [ t ])))
	].concat(rows.map(r => E('tr', { 'class': 'tr' }, r.map(x => E('td', { 'class': 'td' }, [ x ]))))));
}

function state(r) {
	if (r.let_go)
		return _('let go by the cell');
	if (r.here)
		return _('here');
	return r.met ? _('last heard %s').format(r.met) : _('not met since celld started');
}

function missing(r) {
	if (!r.lacks && !r.ahead)
		return r.met ? _('nothing') : '-';
	return _('it lacks %d, this one %d').format(r.lacks, r.ahead);
}

function ours(peers) {
	if (!peers.routers.length)
		return E('p', {}, [ _('The cell has no other router.') ]);
	return table([ _('Router'), _('State'), _('Address'), _('Entries missing') ],
		peers.routers.map(r => [ r.name || r.router, state(r), r.address || (r.addresses || []).join(', ') || '-', missing(r) ]));
}

function strangers(peers) {
	if (!peers.in_sight.length)
		return [];
	return [ E('h4', {}, [ _('In sight, and not of the cell') ]),
		table([ _('Router'), _('Address'), _('Since'), '' ],
			peers.in_sight.map(r => [ r.router, r.address, r.since, r.looking ? _('it looks for its cell') : '' ])) ];
}

return view.extend({
	load: function() {
		return callCells().then(answer => Promise.all((answer.cells || []).map(c =>
			callStatus(c.section).then(s => ({ section: c.section, status: s.status })))));
	},

	cell: function(c) {
		let body = [ E('p', {}, [ _('It does not run.') ]) ];
		if (c.status && !c.status.peers)
			body = [ E('p', {}, [ _('It neither looks for other routers nor shows itself. The settings change that.') ]) ];
		else if (c.status)
			body = [ ours(c.status.peers) ].concat(strangers(c.status.peers));
		return E('div', { 'class': 'cbi-section' }, [ E('h3', {}, [ c.section ]) ].concat(body));
	},

	render: function(cells) {
		const live = E('div', {}, cells.map(this.cell));
		poll.add(() => this.load().then(fresh => dom.content(live, fresh.map(this.cell))), 10);
		return E('div', {}, [
			E('h2', {}, [ _('Other routers') ]),
			E('p', {}, [ _('Whether a router belongs to the cell is decided by its members, on the pages of the cell.') ]),
			live
		]);
	},

	handleSave: null,
	handleSaveApply: null,
	handleReset: null
});
