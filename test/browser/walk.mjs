// A walk through every page of the house in one language, by the table of its
// addresses: with the script and without it, filled and empty, right and wrong.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { House, here, loss, tin } from "./house.mjs";
import { judge } from "./judge.mjs";
import { pens } from "./pen.mjs";

// What nobody looks at here, and why.
const noPage = new Map([
  ["/static/{file}", "the style sheet and the script"],
  ["/live", "a stream of changes"],
  ["/ledger/export.journal", "a download"],
  ["/ledger/export.beancount", "a download"],
  ["/ledger/export.csv", "a download"],
  ["/routers/carry/file", "a download"],
  ["/calendar/{address}", "what a calendar reads"],
  ["/commons.git/info/refs", "what git reads"],
  ["/git/{address}/commons.git/info/refs", "what git reads"],
  ["/commons/take/pages.zip", "a download"],
  ["/commons/p/{page}/file", "a download"],
  ["/commons/take/pages.html", "a download"],
  ["/safety/known/file", "a download"],
  ["/taken/code", "a code as bare text, to copy"],
  ["/commons/p/{page}/picture/{name}", "a picture: commons.test.mjs looks at it"],
  ["/ledger/expense/{ref}/picture", "a picture: books.test.mjs looks at it"],
]);

// The addresses of the house, those with fewer holes first.
const patterns = readFileSync(process.env.ROUTES, "utf8").split("\n")
  .filter((line) => line.startsWith("GET ")).map((line) => line.slice(4))
  .sort((a, b) => a.split("{").length - b.split("{").length)
  .map((name) => ({ name, re: new RegExp(`^${name.replace("{$}", "").replaceAll(".", "\\.").replaceAll(/\{[^}]+\}/g, "[^/]+")}$`) }));

const patternOf = (path) => patterns.find((p) => p.re.test(path))?.name;
const has = (path) => patterns.some((p) => p.name === path);

const seen = new Set(), faults = [];
const count = { pages: 0, judged: 0, empty: 0 };

// look comes to a page by a way that returns the answer, and has it judged as it
// came, which is what is seen without the script, and as the script leaves it. Where
// the script changes nothing it is judged once.
async function look(person, way, { name = way, status = 200 } = {}) {
  const { page } = await person.sit();
  await person.takesUp();
  const heard = [];
  const console = (m) => m.type() === "error" && !/favicon|status of/.test(m.location().url + m.text()) && heard.push(m.text());
  const thrown = (e) => heard.push(String(e));
  page.on("console", console).on("pageerror", thrown);
  try {
    const answer = await (typeof way === "string" ? person.comes(way) : way());
    if (answer.status() !== status) faults.push(`${name}: ${answer.status()}, not ${status}`);
    for (const { script, html } of await sights(person, await answer.text())) {
      faults.push(...(await judge(person, html)).map((f) => `${name}, script ${script}: ${f}`));
      count.judged++;
    }
  } catch (e) {
    faults.push(`${name}: ${String(e).split("\n")[0]}`);
  }
  seen.add(patternOf(here(person)));
  count.pages++;
  page.off("console", console).off("pageerror", thrown);
  for (const words of heard) faults.push(`${name}: the console says ${words}`);
}

// sights are a page as it came, read by what reads pages in a browser and runs no
// script of theirs, and as it is now, if that is another.
async function sights(person, came) {
  const [off, on] = await person.page.evaluate((came) => {
    const spell = (d) => `<!doctype html>${d.documentElement.outerHTML}`;
    return [spell(new DOMParser().parseFromString(came, "text/html")), spell(document)];
  }, came);
  return [{ script: "off", html: off }, { script: "on", html: on }].slice(0, off === on ? 1 : 2);
}

// sent presses the button of a form and returns the answer.
const sent = (person, form, spoil) => person.leaves(() => form.evaluate(spoil));

// empty sends a page's form with nothing in it, past what the browser itself
// would say, and looks at how it comes back.
async function empty(person, address) {
  const { page } = await person.sit();
  const form = person.at("main form[method=post]:has([required]:not([type=radio]))").first();
  const way = async () => {
    const answer = await sent(person, form, (f) => {
      for (const x of f.querySelectorAll("input:not([type=hidden]):not([type=radio]), textarea")) x.value = "", x.checked = false;
      f.noValidate = true;
      f.querySelector("button[type=submit], button:not([type])").click();
    });
    if (await person.at("[role=alert]").count() === 0) faults.push(`${address} sent empty: nothing says what is wrong`);
    return answer;
  };
  if (page.url() !== person.house.url + address) await person.comes(address);
  if (await form.count() === 0) return;
  count.empty++;
  await look(person, way, { name: `${address} sent empty`, status: 422 });
}

// crawl follows links from the first screen, and notes for every pattern the
// addresses that this person can open: of rounds many, of others one.
async function crawl(person, found) {
  const queue = ["/", ...patterns.map((p) => p.name).filter((n) => !n.includes("{"))];
  const known = new Set(queue);
  while (queue.length > 0) {
    const address = queue.shift();
    const pattern = patternOf(address.split("?")[0]);
    if (!pattern || noPage.has(pattern)) continue;
    const list = found.get(pattern) ?? found.set(pattern, []).get(pattern);
    if (list.filter((x) => x.person === person).length >= (pattern === "/r/{ref}" ? 20 : 2)) continue;
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

// unfound are the addresses that nobody has come to yet, nor will come to later.
const unfound = (found) => patterns.map((p) => p.name)
  .filter((name) => !seen.has(name) && !noPage.has(name) && !found.get(name)?.length && !/^\/(lost|kept)\b|\/rebind\b/.test(name));

async function members(demo, lang) {
  const people = [];
  for (const [, name, words] of demo.log.matchAll(/name=(\S+) words="([^"]+)"/g)) {
    const p = await demo.person(name, { lang });
    p.words = words;
    await p.pen.signIn();
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
  await table(moss, "day;gave;got;minutes\n2026-10-05;Moss;Ember;30\n");
  await moss.send();

  await moss.go("/invite");
  await moss.send();
  const code = (await moss.page.content()).match(/join\?code=([A-Z0-9-]+)/)?.[1] ?? (await moss.text()).match(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/)[0];
  const guest = await moss.house.person("Robin", { lang: "en" });
  await guest.go(`/join?code=${code}`);
  await guest.write("name", "Robin");
  await guest.send();
  await guest.pick("written", "1");
  await guest.send();
}

// together brings two of them and a keeper to where they write down a plan.
async function together([moss, heron, tide]) {
  await moss.go("/circles/call");
  await moss.at("label.tick", { hasText: heron.name }).locator("input").check();
  await moss.send();
  const circle = here(moss);
  const does = async (p, act) => {
    await p.go(circle);
    await p.submit(`/${act}`);
  };
  await does(heron, "come");
  await moss.go(circle);
  await moss.at('select[name="whom"]').selectOption({ label: tide.name });
  await moss.submit("/ask");
  await does(tide, "agree");
  for (const act of ["accept", "ready"]) {
    for (const p of [moss, heron]) await does(p, act);
    if (act === "accept") await does(tide, "begin");
  }
  await tide.go(circle);
  await tide.write("day", "2030-03-01");
  await tide.submit("/plan");
  await does(tide, "held");
  await heron.go(circle);
  await heron.write("what", "Bring the cart back by noon");
  await heron.submit("/will");
}

// table brings a file of four columns as far as its dry run, and returns that.
async function table(person, csv) {
  await person.go("/ledger/import");
  await person.page.setInputFiles('[name="file"]', { name: "old.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await person.send();
  for (const [i, what] of ["day", "giver", "receiver", "amount"].entries()) await person.at(`[name="col-${i}"]`).selectOption(what);
  return person.send();
}

// a second router, by the long code that its page would show
const hall = (() => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const opening = randomBytes(32);
  const word = sign(null, Buffer.concat([Buffer.from("celld router v1\0"), opening]), privateKey);
  return `celld-router-${Buffer.concat([key, opening, word]).toString("base64url")}`;
})();

async function routers(moss) {
  const check = async () => {
    await moss.comes("/routers/add");
    await moss.at("summary").first().click();
    await moss.write("router", hall);
    return sent(moss, moss.at('form:has([name="router"])'), (f) => f.querySelector("button").click());
  };
  await look(moss, check, { name: "the six words of another router" });
  await moss.write("place", "Hall");
  await moss.send();
  await look(moss, "/routers", { name: "two routers" });
  await look(moss, "/", { name: "the first screen of a lonely router" });
}

// Pages of the beginning are gone once a cell lives.
async function beginning(lang) {
  const house = await House.open(["-mesh", "127.0.0.1:0", "-announce", "off"]);
  try {
    const [moss, heron] = [await house.person("Moss", { lang }), await house.person("Heron", { lang })];
    await look(moss, "/claim");
    await empty(moss, "/claim");
    await moss.go("/claim");
    await moss.write("code", house.claim());
    await moss.send();
    await look(moss, "/found");
    await look(moss, "/taken");
    await moss.submit("/taken/back"); // it founds a cell of its own after all
    await empty(moss, "/found");
    await moss.go("/found");
    await moss.readWords();
    await moss.write("cell", "Mill Lane");
    await moss.write("name", "Moss");
    await moss.pick("written", "1");
    await moss.send();
    await look(moss, "/door");
    await look(moss, "/");
    const door = (await moss.page.context().request.get(`${house.url}/door`).then((r) => r.text())).match(/id="door-code">([^<]*)</)[1].trim();
    await look(heron, "/in");
    await look(heron, `/join?code=${door}`);
    await heron.write("name", "Heron");
    await heron.send();
    await look(heron, "/join/words");
    await heron.pick("written", "1");
    await heron.send();
    await look(heron, "/join/wait");
    await look(moss, "/door", { name: "the door with somebody at it" });
    await moss.submit("/yes");
    await look(moss, "/rounds/founding");
    await moss.submit("/rounds/founding");
    const round = here(moss);
    await moss.say(round, "consent");
    await heron.go("/join/wait");
    await heron.say(round, "consent");
    await nothingYet(moss);
    await gone(moss, heron);
    await heron.page.goto("about:blank"); // whose open page would tell of the power cut, whenever it hears of it
    await house.cutPower();
    await look(heron, "/in", { name: "/in of a sealed router" });
  } finally {
    await house.close();
  }
}

// nothingYet looks at the pages of a cell in which nothing has been written.
async function nothingYet(moss) {
  const lists = ["/", "/rounds", "/ledger", "/ledger/tin", "/ledger/pledges", "/ledger/buckets", "/ledger/goods", "/ledger/close",
    "/people", "/turns", "/meetings", "/routers", "/neighbours", "/board"];
  for (const page of lists.filter((p) => p === "/" || has(p))) await look(moss, page, { name: `${page} of a new cell` });
}

// gone is a loss that both have agreed on, to be carried together.
async function gone(moss, heron) {
  await tin(pens([moss, heron]), "80");
  await loss([moss, heron], "79");
  await moss.go("/ledger/tin");
  await look(moss, await moss.at('main a[href*="/ledger/carry/"]').first().getAttribute("href"));
}

// lost: Fern has lost the five words, and a neighbour looks at it.
async function lost(demo, [neighbour], lang) {
  const fern = await demo.person("Fern", { lang });
  await look(fern, "/lost");
  await fern.write("name", "Fern");
  await fern.send();
  await look(fern, "/lost/words");
  await fern.pick("written", "1");
  await fern.send();
  await look(fern, "/lost/asked");
  await neighbour.go("/people");
  const page = await neighbour.at("a.row", { hasText: "Fern" }).first().getAttribute("href");
  await look(neighbour, `${page}/rebind`);
  await look(neighbour, `${page}/rebind/round`);
}

// wrong is what people meet who took a wrong turn, or typed something else.
async function wrong(demo, [moss], lang) {
  await look(moss, "/nowhere", { status: 404 });
  await look(moss, "/r/1111111111111-1", { status: 404 });
  const stale = async () => {
    await moss.comes("/rounds/new");
    await moss.write("what", "A bench");
    await moss.write("why", "To sit on");
    return sent(moss, moss.at("main form").first(), (f) => {
      f.querySelector("[name=token]").value = "old";
      f.querySelector("button.btn").click();
    });
  };
  await look(moss, stale, { name: "a form from another evening", status: 403 });
  const rows = () => table(moss, "day;gave;got;minutes\n5 May;Moss;Ember;30\n2026-10-06;Moss;Nobody;x\n");
  await look(moss, rows, { name: "a table of which no row can be taken" });
  const stranger = await demo.person("Nobody", { lang });
  for (const address of ["/in", "/join", "/lost"]) await empty(stranger, address);
}

// kept: a session ended while somebody wrote.
async function kept(demo, { name, words }, lang) {
  const away = await demo.person(name, { lang });
  away.words = words;
  await away.signIn();
  await away.go("/rounds/new");
  await away.write("what", "A bench");
  await away.write("why", "To sit on");
  await away.context.clearCookies({ name: "celld" });
  await away.send();
  await look(away, "/in", { name: "/in with something kept" });
  await away.go("/in");
  await away.write("name", name);
  await away.write("words", words);
  await away.send();
  await away.goOn();
  await look(away, "/kept");
  await away.go("/kept");
  await away.send();
  assert.match(here(away), /^\/r\//, "what was kept was not sent");
}

// walk is the one test of its file; another one may come after it in the same lane.
export function walk(lang) {
  test(`every page reads well in ${lang}`, { timeout: 1_800_000 }, async (t) => {
    seen.clear();
    faults.length = 0;
    Object.assign(count, { pages: 0, judged: 0, empty: 0 });
    const demo = await House.open(["-demo"]);
    t.after(() => demo.close());
    await beginning(lang);
    const people = await members(demo, lang);
    await busy(people);
    await together(people);
    await routers(people[0]);
    const found = new Map();
    for (const p of people) {
      if (unfound(found).length > 0) await crawl(p, found);
    }
    for (const [pattern, list] of found) if (list.length === 0) found.delete(pattern);
    await lost(demo, people, lang);
    for (const [pattern, list] of found) {
      for (const [i, { person, address }] of list.slice(0, pattern === "/r/{ref}" ? 6 : 1).entries()) {
        await look(person, address);
        if (i === 0) await empty(person, address);
      }
    }
    await wrong(demo, people, lang);
    await kept(demo, people[1], lang);
    assert.equal(await people[0].at("html").getAttribute("lang"), lang);
    t.diagnostic(`${count.pages} pages, ${count.empty} forms sent empty, ${count.judged} judgements`);
    assert.ok(count.empty >= 10, `only ${count.empty} forms were sent empty`);
    assert.equal(faults.length, 0, faults.join("\n"));
    const forgotten = patterns.map((p) => p.name).filter((name) => !seen.has(name) && !noPage.has(name));
    assert.deepEqual(forgotten, [], "nobody has looked at these");
  });
}
