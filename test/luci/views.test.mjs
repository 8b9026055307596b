import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, open } from './luci.mjs';

const evil = '<img src=x onerror=alert(1)>';

const status = {
	cell: 'c0ffee00c0ffee00c0ffee00', name: 'Mill Lane', mode: 'sealed', awake: true,
	members: [{ id: 'a', name: evil }, { id: 'b' }], held: { members: 1 }, operations: 12, size: 4096,
	disk: { free: 500000, total: 9000000 }, machine: { model: 'TP-Link Archer C7 v2', rtc: false, memory: { total: 127709184, available: 71680000 } },
	clock: { time: '2026-11-29T13:00:00Z', quality: 'ntp' }, addresses: [{ scheme: 'http', addr: '0.0.0.0:8080' }],
	config: { waits: ['mesh'] },
	peers: {
		routers: [
			{ router: 'r1', name: 'Weir', here: true, met: '2026-11-29T12:00:00Z', address: '192.0.2.1:7431', lacks: 0, ahead: 0 },
			{ router: 'r2', here: false, met: '2026-11-28T12:00:00Z', lacks: 3, ahead: 1 },
			{ router: 'r3', here: false, met: null, let_go: true, lacks: 0, ahead: 0 },
		],
		in_sight: [{ router: 'r9', address: 'fe80::9', looking: true, since: '2026-11-29T12:30:00Z' }],
	},
};

const cells = {
	file: '/etc/config/celld',
	cells: [{ section: 'cell', dir: '/srv/celld/cell', enabled: true }, { section: 'second', dir: '/srv/two', enabled: false }],
	problems: [{ line: 7, text: `http "${evil}": an address reads HOST:PORT or :PORT`, refused: true }],
};

const running = ({ section }) => (section === 'cell' ? { running: true, status } : { running: false, why: 'no celld is running there' });

test('status shows every cell and each line that was refused, as text', async () => {
	const seen = await open('status', { 'celld.cells': cells, 'celld.status': running });
	assert.deepEqual(seen.asked, [['celld.cells', {}], ['celld.status', { section: 'cell' }], ['celld.status', { section: 'second' }]]);
	for (const text of ['Mill Lane', '1 of 2 members', '12 entries, 4.0 kB', 'That is little', 'Archer C7', '68.4 MB free of 121.8 MB',
		'from the network', 'http://0.0.0.0:8080', 'mesh takes effect at the next start', 'switched off in the settings',
		`/etc/config/celld:7: http "${evil}"`, 'lines that are refused'])
		assert.ok(seen.node.text.includes(text), `${text} is not in: ${seen.node.text}`);
	assert.equal(seen.node.all('img').length, 0);
});

test('a large disk is not nearly full because it holds much', async () => {
	for (const [free, warned] of [[9e9, false], [1e9, true]]) {
		const seen = await open('status', { 'celld.cells': cells, 'celld.status': { running: true, status: { ...status, disk: { free, total: 1e11 } } } });
		assert.equal(seen.node.text.includes('That is little'), warned, `${free} B are free`);
	}
});

test('status looks again, and shows what has changed', async () => {
	let asleep = false;
	const now = () => ({ running: true, status: { ...status, awake: !asleep } });
	const seen = await open('status', { 'celld.cells': { ...cells, problems: [] }, 'celld.status': now });
	assert.ok(!seen.node.text.includes('Asleep') && !seen.node.text.includes('refused'));
	asleep = true;
	await seen.polls[0]();
	assert.ok(seen.node.text.includes('Asleep: any member wakes it'));
	assert.throws(() => seen.press('Lock now'), /no button/);
});

test('the buttons of status ask for what they say', async () => {
	const answers = { 'celld.cells': cells, 'celld.status': running, 'celld.lock': { locked: true }, 'luci.setInitAction': true };
	let seen = await open('status', answers);
	await seen.press('Lock now');
	assert.deepEqual(seen.asked.at(-1), ['celld.lock', { section: 'cell' }]);
	assert.match(seen.told[0], /forgot its keys/);
	await seen.press('Start celld again: a sealed cell then sleeps until a member signs in');
	assert.deepEqual(seen.asked.at(-1), ['luci.setInitAction', { name: 'celld', action: 'restart' }]);

	const nobody = { ...status, cell: null, awake: false, members: [] };
	seen = await open('status', { ...answers, 'celld.status': { running: true, status: nobody }, 'celld.claim': { code: 'ABCD-EFGH' } });
	await seen.press('Show the code that founds the cell');
	assert.match(seen.told[0], /ABCD-EFGH/);
	seen = await open('status', { ...answers, 'celld.status': { running: true, status: nobody }, 'celld.claim': { error: evil } });
	await seen.press('Show the code that founds the cell');
	assert.deepEqual(seen.told, [evil]);
});

test('who may only look presses nothing', async () => {
	const seen = await open('status', { 'celld.cells': cells, 'celld.status': running }, { mayWrite: false });
	assert.throws(() => seen.press('Lock now'), /switched off/);
});

test('a configuration that cannot be read is told', async () => {
	const seen = await open('status', { 'celld.cells': { error: 'open /etc/config/celld: no such file' } });
	assert.ok(seen.node.text.includes('no such file'));
});

test('what is wrong with the portal is told beside', async () => {
	const portal = { file: '/etc/config/celld-portal', problems: [{ line: 3, text: `device "${evil}": no link is called so`, refused: true }] };
	for (const problems of [[], cells.problems]) {
		const seen = await open('status', { 'celld.cells': { ...cells, problems, portal }, 'celld.status': running });
		assert.ok(seen.node.text.includes(`/etc/config/celld-portal:3: device "${evil}"`), seen.node.text);
		assert.equal(seen.node.text.includes('/etc/config/celld:7'), problems.length > 0);
	}
});

test('settings hold addresses and folders to their form, and tell the same problems', async () => {
	const seen = await open('settings', { 'celld.cells': cells });
	assert.equal(seen.config, 'celld');
	assert.equal(seen.section.type, 'celld');
	assert.ok(seen.node.text.includes('/etc/config/celld:7: http'));
	const judge = (option, value) => seen.options[option].validate('cell', value) === true;
	for (const [option, value, good] of [
		['http', ':8080', true], ['http', '[::1]:80', true], ['http', '', true], ['http', 'nowhere', false], ['http', ':99999', false],
		['mesh', ':7431', true], ['peers', '192.0.2.1', false],
		['peers', '192.0.2.1:7431', true], ['peers', '[fe80::1%br-lan]:7431', true], ['peers', 'mill.internal:7431', false], ['peers', ':7431', false], ['dir', '/mnt/stick/cell', true], ['dir', 'cell', false], ['dir', '/a b', false],
		['dir', '/' + 'a'.repeat(96), false],
	])
		assert.equal(judge(option, value), good, `${option} ${value}`);
	assert.deepEqual(seen.options.announce.values, ['neighbours', 'mesh', 'off']);
});

test('neighbours shows who is here, who is missed, and strangers', async () => {
	const seen = await open('neighbours', { 'celld.cells': cells, 'celld.status': running });
	for (const text of ['Weir', 'here', 'last heard 2026-11-28', 'it lacks 3, this one 1', 'let go by the cell', 'In sight, and not of the cell', 'it looks for its cell', 'It does not run'])
		assert.ok(seen.node.text.includes(text), `${text} is not in: ${seen.node.text}`);
	await seen.polls[0]();
	assert.ok(seen.node.text.includes('Weir'));
	const alone = await open('neighbours', { 'celld.cells': cells, 'celld.status': { running: true, status: { ...status, peers: null } } });
	assert.ok(alone.node.text.includes('neither looks for other routers'));
});

test('backup asks for a key, and has the browser fetch what was made', async () => {
	const seen = await open('backup', { 'celld.cells': cells, 'celld.backup': { path: '/var/run/celld/backup/cell.age' } });
	seen.node.all('input')[0].value = '  age1abc ';
	await seen.press('Make a backup');
	assert.deepEqual(seen.asked.at(-1), ['celld.backup', { section: 'cell', recipient: 'age1abc' }]);
	const sent = Object.fromEntries(seen.sent[0].children.map(i => [i.attrs.name, i.attrs.value]));
	assert.deepEqual(sent, { sessionid: 'session', path: '/var/run/celld/backup/cell.age', filename: 'cell-cell.age', mimetype: 'application/octet-stream' });
	const refused = await open('backup', { 'celld.cells': cells, 'celld.backup': { error: 'the key is not an age public key' } });
	refused.node.all('input')[0].value = 'x';
	await refused.press('Make a backup');
	assert.deepEqual(refused.told, ['the key is not an age public key']);
	assert.equal(refused.sent.length, 0);
});

test('the views speak four languages, by the files that LuCI reads', async () => {
	for (const [lang, words] of [['es', ['Anotado', '12 anotaciones, 4.0 kB', 'de la red']], ['pt', ['Registado', 'Trancar agora']], ['pt-br', ['Trancar agora']], ['ar', ['المدوَّن', 'اقفل الآن', 'في الإعداد أسطر مرفوضة']]]) {
		const seen = await open('status', { 'celld.cells': cells, 'celld.status': running }, { lang });
		for (const text of words) assert.ok(seen.node.text.includes(text), `${text} is not in: ${seen.node.text}`);
		assert.ok(!seen.node.text.includes('Written down'), seen.node.text);
	}
	assert.equal(catalogue('es')('nobody ever said this'), 'nobody ever said this');
});
