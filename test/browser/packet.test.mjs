// A newcomer's first weeks: somebody goes along, a round is practised that leaves
// nothing behind, a promise, a talk, agreements signed; and the booklet of it,
// whose squares a phone's camera reads from the paper.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { House } from "./house.mjs";
import { seated } from "./pen.mjs";

const run = promisify(execFile);
const work = await mkdtemp(path.join(tmpdir(), "celld-paper-"));
after(() => rm(work, { recursive: true, force: true }));

// Root tells celld of the Wi-Fi by this file, as the package does on a router.
await mkdir(path.join(work, "var/run/celld"), { recursive: true });
await writeFile(path.join(work, "var/run/celld/wifi"), "config wifi 'members'\n\toption ssid 'Mill; Lane'\n\toption key 'kite fern 12:3'\n");

// squares are what zbarimg reads of a page as Chromium prints it.
async function squares(person, name) {
  const pdf = path.join(work, `${name}.pdf`);
  await person.page.pdf({ path: pdf, preferCSSPageSize: true });
  await run("pdftoppm", ["-r", "150", "-png", pdf, path.join(work, name)]);
  const pages = (await readdir(work)).filter((f) => f.startsWith(`${name}-`)).sort();
  // It ends with 4 where a page has no square, as most have none.
  const { stdout } = await run("zbarimg", ["-q", "--nodbus", "--raw", ...pages.map((f) => path.join(work, f))])
    .catch((e) => { if (e.code !== 4) throw e; return e; });
  const { stdout: size } = await run("pdfinfo", [pdf]);
  return { pages: pages.length, read: stdout.trim().split("\n").sort(), size: size.match(/Page size:\s+([\d.]+) x ([\d.]+)/).slice(1).map((x) => Math.round(Number(x))) };
}

const wifi = 'WIFI:T:WPA;S:Mill\\; Lane;P:kite fern 12\\:3;;';

for (const script of [true, false]) {
  test(`somebody new is taken along, script ${script ? "on" : "off"}`, async (t) => {
    const house = await House.open(["-root", work]);
    t.after(() => house.close());
    const [moss, fern, kite] = await seated(house, ["Moss", "Fern", "Kite"], { script });

    await kite.go("/me");
    await kite.press("How the others see you");
    const person = new URL(kite.page.url()).pathname;
    await fern.go(person);
    await fern.press("The first weeks of Kite");
    const packet = new URL(fern.page.url()).pathname;
    await fern.press("I go along with them");
    assert.match(await fern.text(), /You go along with Kite/);
    await moss.go(packet);
    assert.doesNotMatch(await moss.text(), /Try, promise, talk/);

    await kite.go("/");
    assert.match(await kite.text(), /Your first weeks/);
    await kite.go(packet);
    await kite.press("A round to practise");
    await kite.pick("voice", "objection");
    await kite.write("reason-objection", "I sneeze near cats");
    await kite.press("Say it, to practise");
    assert.match(await kite.text(), /Nothing is decided while your objection stands/);
    await kite.press("Yes, it does");
    assert.match(await kite.text(), /with every voice it is agreed/);
    await kite.press("Back to your first weeks");
    await moss.go("/rounds");
    assert.doesNotMatch(await moss.text(), /cat/i);

    for (const thing of ["0", "1", "2"]) await kite.pick("thing", thing);
    await kite.submit("/tick");
    await fern.go(packet);
    await fern.pick("thing", "2");
    await fern.submit("/tick");
    await kite.go(packet);
    if (await kite.at('form[action$="/sign"]').count() > 0) await kite.submit("/sign");
    assert.match(await kite.text(), /All of it is done/);
    await kite.go("/");
    assert.doesNotMatch(await kite.text(), /Your first weeks/);

    await kite.go(`${packet}/booklet`);
    const paper = await squares(kite, `packet-${script}`);
    assert.deepEqual(paper.read, [wifi, `${house.url}/`].sort());
    assert.deepEqual(paper.size, [420, 595], "it is not A5"); // in points
    assert.ok(paper.pages >= 3 && paper.pages <= 8, `${paper.pages} pages`);
    for (const p of [moss, fern, kite]) assert.deepEqual(p.failures, []);
  });
}

for (const [lang, words] of [["es", /Cinco cosas/], ["ar", /خمسة أمور/]]) {
  test(`the booklet in ${lang}`, async (t) => {
    const house = await House.open(["-root", work]);
    t.after(() => house.close());
    const moss = await house.person("Moss");
    await moss.found("Mill Lane");
    const reader = await house.person("Moss", { lang });
    reader.words = moss.words;
    await reader.signIn();
    await reader.go("/me");
    await reader.leaves(() => reader.at('a[href^="/people/"]').first().click());
    await reader.leaves(() => reader.at('a[href^="/packet/"]').first().click());
    await reader.go(`${new URL(reader.page.url()).pathname}/booklet`);
    assert.match(await reader.text(), words);
    assert.deepEqual((await squares(reader, `packet-${lang}`)).read, [wifi, `${house.url}/`].sort());
  });
}
