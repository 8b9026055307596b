'use strict';
'require view';
'require rpc';
'require ui';
'require celld.told as told';

const callCells = rpc.declare({ object: 'celld', method: 'cells', expect: { '': {} } });
const callBackup = rpc.declare({ object: 'celld', method: 'backup', params: [ 'section', 'recipient' ], expect: { '': {} } });

function refuse(err) { ui.addNotification(null, E('p', {}, [ err ]), 'error'); }

function hidden(name, value) { return E('input', { 'type': 'hidden', 'name': name, 'value': value }); }

// fetch has the browser save a file of the router's.
function fetch(section, path) {
	const form = E('form', { 'method': 'post', 'action': L.env.cgi_base + '/cgi-download', 'enctype': 'application/x-www-form-urlencoded' }, [
		hidden('sessionid', rpc.getSessionID()),
		hidden('path', path),
		hidden('filename', 'cell-%s.age'.format(section)),
		hidden('mimetype', 'application/octet-stream')
	]);
	document.body.appendChild(form);
	form.submit();
	form.parentNode.removeChild(form);
}

return view.extend({
	load: function() { return callCells(); },

	handleBackup: function(section, key) {
		return callBackup(section, key.value.trim()).then(a => a.error ? refuse(a.error) : fetch(section, a.path));
	},

	cell: function(c) {
		const key = E('input', { 'type': 'text', 'class': 'cbi-input-text', 'dir': 'ltr', 'size': 70, 'maxlength': 62,
			'placeholder': 'age1...', 'aria-label': _('Public key') });
		return E('div', { 'class': 'cbi-section' }, [
			E('h3', {}, [ c.section ]),
			E('p', {}, [ _('The public key of whoever keeps the backup:') ]),
			key,
			E('div', { 'class': 'cbi-page-actions' }, [
				E('button', { 'class': 'btn cbi-button-action', 'disabled': L.hasViewPermission() ? null : true,
					'click': ui.createHandlerFn(this, () => this.handleBackup(c.section, key)) }, [ _('Make a backup') ])
			])
		]);
	},

	render: function(answer) {
		return E('div', {}, [
			E('h2', {}, [ _('Backup') ]),
			E('p', {}, [ _('The whole cell in one file, encrypted with age to a key that you made with age-keygen. Nobody opens it without the secret half, which never comes here.') ]),
			E('p', {}, [ _('To restore one, stop celld and run cellctl restore -with KEYS FILE on the router: what is restored there replaces nothing by itself.') ])
		].concat(told.problems(answer), (answer.cells || []).map(c => this.cell(c))));
	},

	handleSave: null,
	handleSaveApply: null,
	handleReset: null
});
