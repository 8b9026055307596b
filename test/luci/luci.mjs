// A small fake of what LuCI gives its views: enough to run one of ours in node,
// to press its buttons, and to see what it asks of rpc. It is stricter than LuCI
// in one thing: there a child that is a bare string is taken for HTML, here it is
// an error, so that nothing a router or a member wrote becomes markup.

import { readFileSync } from 'node:fs';

const resources = new URL('../../openwrt/luci-app-celld/files/www/luci-static/resources/', import.meta.url);

String.prototype.format ??= function (...args) {
	return this.replace(/%[sd]/g, () => String(args.shift()));
};

// element stands for a node of the page.
class Element {
	constructor(tag, attrs, children) {
		Object.assign(this, { tag, attrs, children });
	}

	get text() {
		return this.children.map(c => (c instanceof Element ? c.text : c)).join(' ');
	}

	all(tag) {
		const below = this.children.flatMap(c => (c instanceof Element ? c.all(tag) : []));
		return this.tag === tag ? [this, ...below] : below;
	}
}

function E(tag, attrs = {}, children = []) {
	if (!Array.isArray(children)) throw new Error(`<${tag}> has ${typeof children} for children: LuCI would read it as HTML`);
	return new Element(tag, attrs, children.filter(c => c != null).map(c => (c instanceof Element ? c : String(c))));
}

// The parts of forms that views use. Each option is kept by its name.
function forms(seen) {
	class Option {
		constructor(kind, name) { Object.assign(this, { kind, name, values: [] }); }
		value(v) { this.values.push(v); }
	}
	class Section {
		constructor(type) { this.type = type; }
		tab() {}
		taboption(tab, kind, name) { return (seen.options[name] = new Option(kind, name)); }
	}
	return {
		Value: 'Value', ListValue: 'ListValue', DynamicList: 'DynamicList', Flag: 'Flag', TypedSection: 'TypedSection',
		Map: class {
			constructor(config) { seen.config = config; }
			section(kind, type) { return (seen.section = new Section(type)); }
			render() { return Promise.resolve(E('form')); }
		},
	};
}

// open runs a view. answers has what each method of rpc says, as
// "object.method": a value, or a function of the arguments.
export async function open(name, answers, { mayWrite = true } = {}) {
	const seen = { asked: [], told: [], polls: [], options: {}, sent: [] };
	const declare = ({ object, method, params = [] }) => async (...args) => {
		const given = Object.fromEntries(params.map((p, i) => [p, args[i]]));
		seen.asked.push([`${object}.${method}`, given]);
		const answer = answers[`${object}.${method}`];
		if (answer === undefined) throw new Error(`nobody answers ${object}.${method}`);
		return typeof answer === 'function' ? answer(given) : answer;
	};
	const page = {
		createElement: E,
		body: { appendChild: form => Object.assign(form, { submit: () => seen.sent.push(form), parentNode: { removeChild() {} } }) },
	};
	const modules = {
		view: { extend: v => v },
		baseclass: { extend: v => v },
		rpc: { declare, getSessionID: () => 'session' },
		ui: {
			createHandlerFn: (self, action) => () => action.call(self),
			addNotification: (title, node) => seen.told.push(node.text),
			showModal: (title, nodes) => seen.told.push([title, ...nodes.map(n => n.text)].join(' ')),
			hideModal() {},
		},
		poll: { add: action => seen.polls.push(action) },
		dom: { content: (node, children) => { node.children = [].concat(children); } },
		form: forms(seen),
	};
	const load = file => {
		const source = readFileSync(new URL(file, resources), 'utf8');
		const wanted = [...source.matchAll(/^'require ([\w.]+)(?: as (\w+))?';$/gm)].map(m => [m[1], m[2] ?? m[1]]);
		const values = wanted.map(([module]) => modules[module] ?? load(module.replaceAll('.', '/') + '.js'));
		const globals = { E, _: s => s, L: { hasViewPermission: () => mayWrite, env: { cgi_base: '/cgi-bin' } }, document: page };
		return new Function(...wanted.map(w => w[1]), ...Object.keys(globals), source)(...values, ...Object.values(globals));
	};
	const view = load(`view/celld/${name}.js`);
	seen.node = await view.render(await view.load());
	seen.press = label => {
		const button = seen.node.all('button').find(b => b.text === label);
		if (!button) throw new Error(`no button ${label} among: ${seen.node.all('button').map(b => b.text).join('; ')}`);
		if (button.attrs.disabled) throw new Error(`${label} is switched off`);
		return button.attrs.click();
	};
	return seen;
}
