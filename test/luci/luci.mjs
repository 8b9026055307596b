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

// LuCI's browsers find a sentence by this hash of its bytes, in what the router
// has read from its .lmo files.
function hash(text) {
	const b = [...new TextEncoder().encode(text)];
	let h = b.length, at = 0;
	const two = i => b[i] | b[i + 1] << 8;
	const signed = c => (c << 24) >> 24;
	for (; b.length - at >= 4; at += 4) {
		h = (h + two(at)) | 0;
		h = (h << 16) ^ ((two(at + 2) << 11) ^ h);
		h = (h + (h >>> 11)) | 0;
	}
	if (b.length - at === 3) {
		h = (h + two(at)) | 0;
		h ^= h << 16;
		h ^= signed(b[at + 2]) << 18;
		h = (h + (h >>> 11)) | 0;
	} else if (b.length - at === 2) {
		h = (h + two(at)) | 0;
		h ^= h << 11;
		h = (h + (h >>> 17)) | 0;
	} else if (b.length - at === 1) {
		h = (h + signed(b[at])) | 0;
		h ^= h << 10;
		h = (h + (h >>> 1)) | 0;
	}
	h ^= h << 3;
	h = (h + (h >>> 5)) | 0;
	h ^= h << 4;
	h = (h + (h >>> 17)) | 0;
	h ^= h << 25;
	return (h + (h >>> 6)) >>> 0;
}

// catalogue reads a language's .lmo as the router does: by halving.
export function catalogue(lang) {
	const file = readFileSync(new URL(`../../../usr/lib/lua/luci/i18n/celld.${lang}.lmo`, resources));
	const begins = file.readUInt32BE(file.length - 4);
	return sentence => {
		const key = hash(sentence);
		for (let low = 0, high = (file.length - 4 - begins) / 16; low < high;) {
			const middle = (low + high) >> 1, at = begins + middle * 16, here = file.readUInt32BE(at);
			if (here === key) return file.toString('utf8', file.readUInt32BE(at + 8), file.readUInt32BE(at + 8) + file.readUInt32BE(at + 12));
			if (here < key) low = middle + 1; else high = middle;
		}
		return sentence;
	};
}

// open runs a view. answers has what each method of rpc says, as
// "object.method": a value, or a function of the arguments.
export async function open(name, answers, { mayWrite = true, lang } = {}) {
	const said = lang ? catalogue(lang) : s => s;
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
		const globals = { E, _: said, L: { hasViewPermission: () => mayWrite, env: { cgi_base: '/cgi-bin' } }, document: page };
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
