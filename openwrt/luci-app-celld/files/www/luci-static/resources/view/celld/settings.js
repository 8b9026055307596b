'use strict';
'require view';
'require form';
'require rpc';
'require celld.told as told';

const callCells = rpc.declare({ object: 'celld', method: 'cells', expect: { '': {} } });

// address judges HOST:PORT or :PORT, as celld does.
function address(section, value) {
	const port = /:(\d{1,5})$/.exec(value || '');
	return !value || (port && +port[1] <= 65535) ? true : _('An address reads HOST:PORT or :PORT');
}

// peer judges IP:PORT, as celld does: it asks nobody where a name leads.
function peer(section, value) {
	const ip = /^(\d+(\.\d+){3}|\[[0-9a-f:.]+(%[\w.-]+)?\]):\d+$/i.test(value || '');
	return !value || ip && address(section, value) === true ? true : _('IP:PORT of routers that are not in sight.');
}

function value(s, tab, name, title, text, placeholder) {
	const o = s.taboption(tab, form.Value, name, title, text);
	o.placeholder = placeholder;
	return o;
}

function list(s, tab, name, title, text) {
	return s.taboption(tab, form.DynamicList, name, title, text);
}

return view.extend({
	load: function() { return callCells(); },

	pages: function(s) {
		value(s, 'pages', 'http', _('Pages'), _('Where this cell serves its pages.'), ':8080').validate = address;
		value(s, 'pages', 'https', _('Encrypted pages'), _('The same, with a certificate that the router makes itself. Empty: not at all.'), '').validate = address;
		value(s, 'pages', 'name', _('Name of this router'), _('As its pages call it.'), '');
		list(s, 'pages', 'hosts', _('Other names'), _('Names that the pages may be asked for by, besides addresses.')).datatype = 'hostname';
	},

	routers: function(s) {
		value(s, 'routers', 'mesh', _('Talk with other routers'), _('By UDP. Empty: not at all.'), ':7431').validate = address;
		const o = s.taboption('routers', form.ListValue, 'announce', _('Show itself'));
		o.value('neighbours', _('to the next router on each link'));
		o.value('mesh', _('through the whole mesh'));
		o.value('off', _('not at all'));
		o.default = 'neighbours';
		list(s, 'routers', 'peers', _('Known addresses'), _('IP:PORT of routers that are not in sight.')).validate = peer;
		list(s, 'routers', 'wide', _('Links through the whole mesh'), _('br-lan and bat0 unless said otherwise.'));
		list(s, 'routers', 'skip', _('Links to stay away from'));
	},

	machine: function(s) {
		const dir = value(s, 'machine', 'dir', _('Folder'), _('Where the cell lives: it has to outlive a power cut. Moving it moves nothing that is there.'), '/srv/celld/...');
		dir.validate = (section, path) => !path || /^\/[^\s]+$/.test(path) && path.length <= 96 ? true : _('A path that begins with / and has at most 96 letters');
		const store = s.taboption('machine', form.ListValue, 'store', _('Storage'));
		store.value('', _('as it was made'));
		store.value('sqlite', 'SQLite');
		store.value('file', _('one file'));
		const memory = value(s, 'machine', 'memory', _('Memory'), _('How many megabytes it should stay under.'), '');
		memory.datatype = 'range(8,65535)';
		const log = s.taboption('machine', form.ListValue, 'log', _('Log'));
		[ 'error', 'warn', 'info', 'debug' ].forEach(l => log.value(l));
		log.default = 'info';
	},

	render: function(answer) {
		const m = new form.Map('celld', _('Settings of the cells'),
			_('What cannot change while celld runs takes effect at its next start. A section with a line that is refused changes nothing.'));
		const s = m.section(form.TypedSection, 'celld');
		s.addremove = true;
		s.anonymous = false;
		s.tab('pages', _('Pages'));
		s.tab('routers', _('Other routers'));
		s.tab('machine', _('This machine'));
		const on = s.taboption('pages', form.Flag, 'enabled', _('Runs'));
		on.default = '1';
		on.rmempty = false;
		this.pages(s);
		this.routers(s);
		this.machine(s);
		return m.render().then(map => E('div', {}, told.problems(answer).concat([ map ])));
	}
});
