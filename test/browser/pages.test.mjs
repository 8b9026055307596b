// Every page of the house, looked at once in each language and light.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { House } from "./house.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

// What nobody looks at here, and why.
const noPage = new Map([
  ["/static/{file}", "the style sheet and the script"],
  ["/live", "a stream of changes"],
  ["/ledger/export.journal", "a download"],
  ["/ledger/export.beancount", "a download"],
  ["/ledger/export.csv", "a download"],
  ["/ledger/expense/{ref}/picture", "a picture: books.test.mjs looks at it"],
  ["/people/{member}/rebind/round", "a form after a veto: the tests of internal/web hold it"],
  ["/ledger/carry/{ref}", "one button, after a round about a loss: books.test.mjs presses it"],
]);

// The addresses of the house, those with fewer holes first.
const patterns = readFileSync(process.env.ROUTES, "utf8").split("\n")
  .filter((line) => line.startsWith("GET ")).map((line) => line.slice(4))
  .sort((a, b) => a.split("{").length - b.split("{").length)
  .map((name) => ({ name, re: new RegExp(`^${name.replace("{$}", "").replaceAll(".", "\\.").replaceAll(/\{[^}]+\}/g, "[^/]+")}$`) }));

const patternOf = (path) => patterns.find((p) => p.re.test(path))?.name;

const seen = new Set();

// look opens an address and judges it in two lights and two widths.
async function look(person, address, faults) {
  const { page } = await person.sit();
  const heard = [];
  const console = (m) => m.type() === "error" && !m.location().url.endsWith("/favicon.ico") && heard.push(`${m.text()} ${m.location().url}`);
  const thrown = (e) => heard.push(String(e));
  page.on("console", console).on("pageerror", thrown);
  const answer = await page.goto(address, { waitUntil: "load" });
  const path = new URL(page.url()).pathname;
  seen.add(patternOf(path));
  if (answer.status() >= 400) faults.push(`${address}: ${answer.status()}`);
  await page.evaluate(axe);
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    if (wide > 0) faults.push(`${address}: ${wide} px too wide at ${width}`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" }); // colours that still change are no colours
      const { violations } = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }), rules);
      for (const v of violations) faults.push(`${address} ${width} ${colorScheme}: ${v.id}: ${v.nodes.slice(0, 2).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join(" | ")}`);
    }
  }
  page.off("console", console).off("pageerror", thrown);
  for (const words of heard) faults.push(`${address}: the console says ${words}`);
}

// crawl follows links from the first screen, and returns up to `each`
// addresses of every pattern.
async function crawl(person, found, each) {
  const queue = ["/", ...patterns.map((p) => p.name).filter((n) => !n.includes("{"))];
  const known = new Set(queue);
  while (queue.length > 0) {
    const address = queue.shift();
    const pattern = patternOf(address.split("?")[0]);
    if (!pattern || noPage.has(pattern)) continue;
    const list = found.get(pattern) ?? found.set(pattern, []).get(pattern);
    if (list.filter((x) => x.person === person).length >= (pattern === "/r/{ref}" ? 20 : each)) continue;
    const answer = await person.context.request.get(person.house.url + address);
    assert.ok(answer.status() < 500, `${address} answers ${answer.status()}`);
    if (!answer.ok() || patternOf(new URL(answer.url()).pathname) !== pattern) continue;
    list.push({ person, address });
    for (const [, link] of (await answer.text()).matchAll(/(?:href|src)="(\/[^"#]*)/g)) {
      const to = link.replaceAll("&amp;", "&");
      if (!known.has(to)) known.add(to), queue.push(to);
    }
  }
}

let isBusy;
const demo = await House.open(["-demo"]);
after(() => demo.close());

async function members(lang) {
  const people = [];
  for (const [, name, words] of demo.log.matchAll(/name=(\S+) words="([^"]+)"/g)) {
    const p = await demo.person(name, { lang });
    p.words = words;
    await p.signIn();
    people.push(p);
  }
  return people;
}

// busy writes what the demo cell lacks, so that every kind of page is there.
async function busy([moss]) {
  await moss.go("/ledger/expense/new");
  await moss.write("for", "Lamp oil");
  await moss.write("amount", "9.50");
  await moss.send();
  await moss.go("/ledger/pledge/new");
  await moss.write("what", "Two hours of repairs");
  await moss.send();
  await moss.go("/ledger/bucket/new");
  await moss.write("name", "A new roof");
  await moss.write("target", "40");
  await moss.send();
  await moss.go("/ledger/import");
  await moss.page.setInputFiles('[name="file"]', { name: "old.csv", mimeType: "text/csv", buffer: Buffer.from("day;gave;got;minutes\n2026-10-05;Moss;Ember;30\n") });
  await moss.send();
  for (const [i, what] of ["day", "giver", "receiver", "amount"].entries()) await moss.page.locator(`[name="col-${i}"]`).selectOption(what);
  await moss.send();
  await moss.send();

  await moss.go("/invite");
  await moss.send();
  const code = (await moss.page.content()).match(/join\?code=([A-Z0-9-]+)/)?.[1] ?? (await moss.text()).match(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/)[0];
  const guest = await demo.person("Robin", { lang: "en" });
  await guest.go(`/join?code=${code}`);
  await guest.write("name", "Robin");
  await guest.send();
  await guest.pick("written", "1");
  await guest.send();
}

// Pages of the beginning are gone once a cell lives.
async function beginning(lang, faults) {
  const house = await House.open();
  try {
    const [moss, heron] = [await house.person("Moss", { lang }), await house.person("Heron", { lang })];
    await look(moss, "/claim", faults);
    await moss.write("code", house.claim());
    await moss.send();
    await look(moss, "/found", faults);
    await moss.readWords();
    await moss.write("cell", "Mill Lane");
    await moss.write("name", "Moss");
    await moss.pick("written", "1");
    await moss.send();
    await look(moss, "/door", faults);
    await look(moss, "/", faults);
    const door = (await moss.page.context().request.get(`${house.url}/door`).then((r) => r.text())).match(/id="door-code">([^<]*)</)[1].trim();
    await look(heron, "/in", faults);
    await look(heron, `/join?code=${door}`, faults);
    await heron.write("name", "Heron");
    await heron.send();
    await look(heron, "/join/words", faults);
    await heron.pick("written", "1");
    await heron.send();
    await look(heron, "/join/wait", faults);
    await look(moss, "/door", faults);
    await moss.page.locator('form[action$="/yes"] button').click();
    await look(moss, "/rounds/founding", faults);
    await house.cutPower();
    await look(heron, "/in", faults);
  } finally {
    await house.close();
  }
}

// Fern has lost the five words, and a neighbour looks at it.
async function lost([neighbour], lang, faults) {
  const fern = await demo.person("Fern", { lang });
  await look(fern, "/lost", faults);
  await fern.write("name", "Fern");
  await fern.send();
  await look(fern, "/lost/words", faults);
  await fern.pick("written", "1");
  await fern.send();
  await look(fern, "/lost/asked", faults);
  await neighbour.go("/people");
  const page = await neighbour.page.locator("a.row", { hasText: "Fern" }).first().getAttribute("href");
  await look(neighbour, `${page}/rebind`, faults);
}

for (const lang of ["es", "ar"]) {
  test(`every page reads well in ${lang}`, { timeout: 600_000 }, async (t) => {
    const faults = [];
    await beginning(lang, faults);
    const found = new Map();
    const people = await members(lang);
    await (isBusy ??= busy(people));
    for (const p of people) await crawl(p, found, 2);
    await lost(people, lang, faults);
    let pages = 0;
    for (const [pattern, list] of found) {
      const few = pattern === "/r/{ref}" ? list.slice(0, 6) : list.slice(0, 1);
      for (const { person, address } of few) {
        await look(person, address, faults);
        pages++;
      }
    }
    assert.equal(await people[0].page.locator("html").getAttribute("lang"), lang);
    t.diagnostic(`${pages} pages of the demo cell`);
    assert.equal(faults.length, 0, faults.join("\n"));
  });
}

test("nobody has forgotten a page", () => {
  const forgotten = patterns.map((p) => p.name).filter((name) => !seen.has(name) && !noPage.has(name));
  assert.deepEqual(forgotten, []);
});
