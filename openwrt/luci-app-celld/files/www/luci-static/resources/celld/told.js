'use strict';
'require baseclass';

return baseclass.extend({
	// problems shows each line of the configuration that is not as it should be.
	// What stands in the file is text here, never markup.
	problems: function(answer) {
		const told = answer.problems || [];
		const portal = answer.portal ? this.problems(answer.portal) : [];
		if (answer.error)
			return [ E('p', { 'class': 'alert-message warning' }, [ answer.error ]) ];
		if (!told.length)
			return portal;
		return [ E('div', { 'class': 'alert-message warning' }, [
			E('h4', {}, [ told.some(p => p.refused)
				? _('The configuration has lines that are refused. Until they are right, what was good last runs on.')
				: _('Some lines of the configuration are odd.') ]),
			E('ul', {}, told.map(p => E('li', {}, [
				(p.line ? '%s:%d: '.format(answer.file, p.line) : '%s: '.format(answer.file)) + p.text
			])))
		]) ].concat(portal);
	}
});
