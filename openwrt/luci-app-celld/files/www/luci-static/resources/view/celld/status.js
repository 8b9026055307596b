'use strict';
'require view';
'require rpc';
'require ui';
'require poll';
'require dom';
'require celld.told as told';

const callCells = rpc.declare({ object: 'celld', method: 'cells', expect: { '': {} } });
const callStatus = rpc.declare({ object: 'celld', method: 'status', params: [ 'section' ], expect: { '': {} } });
const callClaim = rpc.declare({ object: 'celld', method: 'claim', params: [ 'section' ], expect: { '': {} } });
const callLock = rpc.declare({ object: 'celld', method: 'lock', params: [ 'section' ], expect: { '': {} } });
const callInit = rpc.declare({ object: 'luci', method: 'setInitAction', params: [ 'name', 'action' ], expect: { result: false } });

const clocks = {
	none: _('it does not know the date'),
	told: _('set on this router; nobody vouches for it'),
	members: _('set by two members'),
	neighbour: _('from another router of the cell'),
	ntp: _('from the network')
};

function bytes(n) {
	const units = [ 'B', 'kB', 'MB', 'GB' ];
	let i = 0;
	for (; n >= 1024 && i < units.length - 1; i++)
		n /= 1024;
	return '%s %s'.format(i ? n.toFixed(1) : n, units[i]);
}

// little is celld's own judgement (cmd/celld/room.go).
function little(d) { return d.free < Math.max(1048576, Math.min(d.total / 10, 1073741824)); }

function row(title, text) {
	return E('tr', { 'class': 'tr' }, [
		E('td', { 'class': 'td left', 'width': '33%' }, [ title ]),
		E('td', { 'class': 'td left' }, [ text ])
	]);
}

function mode(s) {
	if (s.awake)
		return _('Awake: %d of %d members have woken it.').format(s.held.members, s.members.length);
	return s.cell ? _('Asleep: any member wakes it by signing in.') : _('No cell lives here yet.');
}

function rows(s) {
	const out = [ row(_('Cell'), s.name || (s.cell ? s.cell.substring(0, 16) : '-')), row(_('State'), mode(s)) ];
	if (s.cell)
		out.push(row(_('Members'), '%d'.format(s.members.length)));
	out.push(row(_('Written down'), _('%d entries, %s').format(s.operations, bytes(s.size))));
	if (s.disk)
		out.push(row(_('Room'), _('%s free of %s').format(bytes(s.disk.free), bytes(s.disk.total)) +
			(little(s.disk) ? ' ' + _('That is little: make a backup, and make room.') : '')));
	if (s.machine && s.machine.model)
		out.push(row(_('Router'), s.machine.model));
	if (s.machine && s.machine.memory)
		out.push(row(_('Memory'), _('%s free of %s').format(bytes(s.machine.memory.available), bytes(s.machine.memory.total))));
	out.push(row(_('Clock'), '%s (%s)'.format(s.clock.time, clocks[s.clock.quality] || s.clock.quality)));
	(s.addresses || []).forEach(a => out.push(row(_('Pages'), '%s://%s'.format(a.scheme, a.addr))));
	((s.config || {}).waits || []).forEach(w => out.push(row(_('Waiting'), _('%s takes effect at the next start').format(w))));
	return out;
}

function refuse(err) { ui.addNotification(null, E('p', {}, [ err ]), 'error'); }

return view.extend({
	load: function() {
		return callCells().then(answer => Promise.all((answer.cells || []).map(c =>
			callStatus(c.section).then(s => Object.assign({}, c, s))
		)).then(cells => ({ answer: answer, cells: cells })));
	},

	handleClaim: function(section) {
		return callClaim(section).then(a => a.error ? refuse(a.error) : ui.showModal(_('The code that founds the cell'), [
			E('p', {}, [ _('Type it on the first page of the cell. It is good for half an hour, and once.') ]),
			E('h2', { 'dir': 'ltr' }, [ a.code ]),
			E('div', { 'class': 'right' }, [ E('button', { 'class': 'btn', 'click': ui.hideModal }, [ _('Close') ]) ])
		]));
	},

	handleLock: function(section) {
		return callLock(section).then(a => a.error ? refuse(a.error)
			: ui.addNotification(null, E('p', {}, [ _('It forgot its keys. Any member wakes it by signing in.') ]), 'info'));
	},

	handleRestart: function() { return callInit('celld', 'restart'); },

	button: function(label, action) {
		return E('button', { 'class': 'btn cbi-button-action', 'disabled': L.hasViewPermission() ? null : true,
			'click': ui.createHandlerFn(this, action) }, [ label ]);
	},

	buttons: function(c) {
		const out = [];
		if (c.running && !c.status.cell)
			out.push(this.button(_('Show the code that founds the cell'), () => this.handleClaim(c.section)));
		if (c.running && c.status.awake)
			out.push(this.button(_('Lock now'), () => this.handleLock(c.section)));
		return E('div', { 'class': 'cbi-page-actions' }, out);
	},

	cell: function(c) {
		const body = c.running ? [ E('table', { 'class': 'table' }, rows(c.status)), this.buttons(c) ]
			: [ E('p', {}, [ c.enabled ? (c.why || c.error || _('It does not run.')) : _('It is switched off in the settings.') ]) ];
		return E('div', { 'class': 'cbi-section' }, [ E('h3', {}, [ c.section ]) ].concat(body));
	},

	content: function(data) {
		return told.problems(data.answer).concat(data.cells.map(c => this.cell(c)));
	},

	render: function(data) {
		const live = E('div', {}, this.content(data));
		poll.add(() => this.load().then(fresh => dom.content(live, this.content(fresh))), 10);
		return E('div', {}, [
			E('h2', {}, [ _('The cells of this router') ]),
			live,
			this.button(_('Start celld again: a sealed cell then sleeps until a member signs in'), () => this.handleRestart())
		]);
	},

	handleSave: null,
	handleSaveApply: null,
	handleReset: null
});
