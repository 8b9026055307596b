// What the stories stand on: the real program in a folder of its own, and
// people who each have a browser of their own.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { after } from "node:test";
import { chromium } from "playwright-core";
import { Thing, faceDown, faceUp } from "./hands.mjs";
import { Pen, pens } from "./pen.mjs";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// The headless shell is the same engine without the windows around it, for two
// thirds of the work. Now and then it crashes while it starts, before it has seen
// a page: that says nothing about celld, so it is told and started once more.
export async function launch(start = () => chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: flags })) {
  try {
    return await start();
  } catch (crash) {
    console.error(`the browser crashed while it started, and is started once more: ${crash.message.split("\n")[0]}`);
    return start();
  }
}

// A story that is told in several ways, by language and with or without script, is
// told in two of them, which differ in both; scripts/soak asks for every one.
export const played = (all, ...two) => (process.env.EVERY_WAY ? all : two.map((i) => all[i]));

// All stories of a lane are played in one browser, in which everybody has a profile of
// their own with nothing in it.
let shared;
after(async () => (await shared)?.close());

async function common() {
  if (!shared || !(await shared.catch(() => null))?.isConnected()) shared = launch();
  return shared;
}

// A new phone is as much work as four pages: whose people have gone are wiped, and
// given to others who want one of the same kind.
const laid = new WeakMap(); // of a browser: kind to phones

async function phone(browser, kind) {
  const name = JSON.stringify(kind), store = laid.get(browser) ?? laid.set(browser, new Map()).get(browser);
  const list = store.get(name) ?? store.set(name, []).get(name);
  const got = list.pop();
  if (got) return got;
  const context = await browser.newContext(kind);
  context.setDefaultTimeout(60_000);
  return { context, page: await context.newPage(), list };
}

// wipe leaves nothing of somebody on a phone: no page, no way back, no cookie.
async function wipe({ context, page, list }) {
  for (const other of context.pages()) if (other !== page) await other.close();
  await page.goto("about:blank");
  await context.clearCookies();
  await context.setExtraHTTPHeaders({});
  await context.unrouteAll();
  const wire = await context.newCDPSession(page);
  await wire.send("Page.resetNavigationHistory");
  await wire.detach();
  list.push({ context, page, list });
}

// House is one router: its folder outlives the program.
export class House {
  static async open(args = [], { name = "Kitchen router", host = "127.0.0.1", browser, dir, lit = false } = {}) {
    const h = new House();
    h.dir = dir ?? await mkdtemp(path.join(tmpdir(), "celld-test-"));
    Object.assign(h, { args, name, host, lit, people: [], browser: browser ?? await common() });
    await h.start();
    return h;
  }

  // start runs the program and waits until it serves. The port is kept over a
  // restart, as it is on a router.
  async start() {
    const at = this.url ? new URL(this.url).host : `${this.host}:0`;
    this.log = "";
    this.program = spawn(process.env.CELLD, ["-dir", this.dir, "-http", at, "-name", this.name, ...this.args]);
    const program = this.program;
    this.ended = new Promise((done) => program.once("exit", done));
    const served = new Promise((done, fail) => {
      program.stderr.on("data", (b) => {
        this.log += b;
        const url = this.log.match(/msg=serving url=(\S+)/);
        if (url) { this.url = url[1]; done(); }
      });
      program.once("exit", (code) => fail(new Error(`celld ended with ${code}:\n${this.log}`)));
    });
    await served;
  }

  claim() { return [...this.log.matchAll(/claim=(\S+)/g)].at(-1)[1]; }

  // cutPower ends the program as a power cut does, and starts it again.
  async cutPower() {
    this.program.kill("SIGKILL");
    await this.ended;
    await this.start();
  }

  // peers is what an operator reads of the routers that this one meets, and of what it
  // holds itself.
  async peers() {
    const ctl = (...args) => promisify(execFile)(process.env.CELLD, ["ctl", "-dir", this.dir, ...args]).then(({ stdout }) => stdout, String);
    return `${this.name}:\n${await ctl("peers")}${await ctl("status")}`;
  }

  async close() {
    this.program.kill("SIGTERM");
    await this.ended;
    for (const p of this.people) await p.goes();
    await rm(this.dir, { recursive: true, force: true });
  }

  // person has a browser with nothing in it.
  async person(name, { script = true, lang = "en", width = 390, scheme = "light" } = {}) {
    const kind = { javaScriptEnabled: script, locale: lang, colorScheme: scheme, viewport: { width, height: 800 } };
    const person = new Person(this, name, await phone(this.browser, kind), script);
    this.people.push(person);
    return person;
  }
}

// Whose phone is in the hand. The others lie face down, where a page holds no stream
// open and fetches nothing, unless all are to stay lit in a house: seven that fetch
// anew what each of them writes are half of the work of an evening.
let held;

export class Person {
  constructor(house, name, phone, script) {
    Object.assign(this, { house, name, phone, context: phone.context, script, loads: 0, visited: new Set(), failures: [], patience: 60_000 });
    this.pen = new Pen(this);
  }

  // takesUp has this phone in the hand, and lays down the one that was.
  async takesUp() {
    if (held === this || !this.script || this.house.lit) return;
    const before = held;
    held = this;
    await before?.turns(true);
    await this.turns(false);
  }

  // turns the phone face down, or up again.
  async turns(down) {
    if (!this.page || this.down === down || this.house.lit) return;
    this.down = down;
    await this.page.evaluate(down ? faceDown : faceUp).catch(() => {}); // whose house was closed, or whose page is going away
  }

  // goes gives the phone back.
  async goes() {
    if (held === this) held = undefined;
    if (this.notes) this.page.off("response", this.notes);
    if (!this.house.browser.isConnected()) return;
    this.page = undefined;
    await wipe(this.phone).catch(() => this.context.close());
  }

  // sit opens the person's one page and counts what it loads.
  async sit() {
    if (this.page) return this;
    this.page = this.phone.page;
    this.page.on("response", this.notes = (r) => {
      if (r.request().resourceType() !== "document") return;
      this.visited.add(`${r.request().method()} ${new URL(r.url()).pathname}`);
      if (r.status() >= 300 && r.status() < 400) return;
      this.loads++;
      if (r.status() >= 500) this.failures.push(`${r.status()} ${r.url()}`);
    });
    return this;
  }

  // comes opens a page by its address and returns the answer; go returns its title.
  async comes(to) {
    await this.sit();
    this.down = false; // as every page is that comes anew
    await this.takesUp();
    return this.page.goto(new URL(to, this.house.url).href);
  }

  async go(to) {
    await this.comes(to);
    return this.title();
  }

  // at is something on the page, told by a way to it.
  at(css, how) { return new Thing(this, []).locator(css, how); }

  // path is where somebody is.
  get path() { return new URL(this.page.url()).pathname; }

  // has tells whether the page has a form that ends in an address.
  async has(address) { return await this.at(`form[action$="${address}"]`).count() > 0; }

  // sendWith sends the form that has a field, which may be folded away.
  async sendWith(field) { await this.leaves(() => this.at(`form:has([name="${field}"]) button`).click()); }

  // unfold opens what stands behind a summary, for a field in it.
  async unfold(field) {
    if (!await this.at(`[name="${field}"]`).isVisible()) await this.at(`details:has([name="${field}"]) summary`).click();
  }

  // leaves does something that leads to another page, and returns the answer as soon as
  // that is there.
  async leaves(act) {
    const [answer] = await Promise.all([this.page.waitForNavigation(), act()]);
    return answer;
  }

  async title() { return (await this.at("h1").first().innerText()).replaceAll("\n", " "); }

  // text is what the page says, without what only typesetters see.
  async text() { return (await this.at("body").innerText()).replaceAll("\u00a0", " ").replaceAll(/[\u2066-\u2069]/g, ""); }

  // press submits a form or follows a link by its words.
  async press(words) {
    const it = this.at("button, a", { hasText: words }).filter({ visible: true }).first();
    try {
      await this.leaves(() => it.click());
    } catch (cause) {
      throw new Error(`${this.name} could not press "${words}" on ${this.page.url()}:\n${await this.text()}`, { cause });
    }
  }

  // lookAgain is what somebody presses who waits. With script the page goes on by
  // itself, at any moment: then they only read it.
  async lookAgain() {
    if (this.script) await this.at("body[data-stream^='/'], body:not(:has([data-live]))").waitFor();
    else await this.press("Look again");
  }

  // send submits the one form of the page, whatever its button is called.
  async send() { return this.leaves(() => this.at("main form button.btn").first().click()); }

  // submit sends the form that ends in an address, whatever its button says.
  async submit(address) {
    await this.leaves(() => this.at(`form[action$="${address}"] button`).first().click());
  }

  async write(field, words) { await this.at(`[name="${field}"]`).first().fill(words); }

  async pick(field, value) { await this.at(`input[name="${field}"][value="${value}"]`).check({ force: true }); }

  // words reads the five words from the page, as somebody with a pen does.
  async readWords() {
    this.words = (await this.at(".words li").allInnerTexts()).map((w) => w.trim()).join(" ");
  }

  async found(cell) {
    await this.go("/");
    await this.write("code", this.house.claim());
    await this.press("Found a cell");
    await this.readWords();
    await this.write("cell", cell);
    await this.write("name", this.name);
    await this.pick("written", "1");
    await this.press("Found the cell");
    this.house.door = (await this.at("#door-code").innerText()).trim();
  }

  // arrive asks for a seat at the open door and waits.
  async arrive() {
    await this.go(`/join?code=${this.house.door}`);
    await this.write("name", this.name);
    await this.press("Ask to sit down");
    await this.readWords();
    await this.pick("written", "1");
    await this.press("Go on");
  }

  async signIn() {
    await this.go("/in");
    await this.write("name", this.name);
    await this.write("words", this.words);
    await this.send();
    await this.goOn();
  }

  // goOn leaves a page that has told how far long work was.
  async goOn() {
    if (await this.at(".far").count() > 0) await this.leaves(() => this.at("main a.btn").first().click());
  }

  // say gives a voice on the round that lies open, by its page of voices.
  async say(round, voice, { reason, lens } = {}) {
    await this.go(`${round}/say`);
    await this.pick("voice", voice);
    if (reason) await this.write(`reason-${voice}`, reason);
    if (lens) await this.pick("lens", lens);
    await this.send();
    const told = this.at(".banner.done"); // in any language
    assert.ok(await told.count() > 0, `nobody tells ${this.name} that the voice was heard:\n${await this.text()}`);
  }

  // bring opens a plain round and returns its address.
  async bring(what, why) {
    await this.go("/rounds/new");
    await this.write("what", what);
    await this.write("why", why);
    await this.press("Bring it to the circle");
    return this.path;
  }
}

// cell founds a cell and seats everybody, the founding round included.
export async function cell(house, names, options = {}) {
  const people = [];
  for (const name of names) people.push(await house.person(name, options));
  await people[0].found("Mill Lane");
  for (const p of people.slice(1)) await p.arrive();
  // Each lets in the next: who sits confirms who comes.
  for (let i = 1; i < people.length; i++) {
    const host = people[i - 1];
    await host.go("/door");
    await host.press(`Yes, let ${people[i].name} in`);
    await people[i].lookAgain();
  }
  await people[0].go("/rounds/founding");
  await people[0].press("Bring it to the circle");
  const round = here(people[0]);
  for (const p of people) await p.say(round, "consent");
  return people;
}

// here is where somebody is.
export const here = (p) => p.path;

// date is a day that two of them set, so many days after the first: each says so
// by the form, which is there also when a date was set before.
export async function date(people, days) {
  const day = new Date(Date.UTC(2026, 10, 23 + days)).toISOString().slice(0, 10);
  for (const p of people.slice(0, 2)) {
    await p.go("/router/time");
    await p.write("day", day);
    await p.write("hour", "18:30");
    await p.sendWith("day");
  }
}

export async function yes(p, transfer) {
  await p.go(transfer);
  await p.submit("/yes");
}

// stepByStep goes through questions and first thoughts, in which nobody has
// anything to say, as a weighty decision does.
export async function stepByStep(people, round) {
  for (const step of ["clarifying", "reacting", "checking"]) {
    for (const p of people) {
      await p.go(round);
      if (await p.has("/pass")) await p.submit("/pass");
    }
    for (const p of people) {
      await p.go(round);
      if (!await p.has(`/phase/${step}`)) continue;
      await p.submit(`/phase/${step}`);
      break; // who looks after the round is one of them
    }
  }
}

// tin agrees on a tin for euro with everybody, and puts something into it.
export async function tin(people, amount) {
  const [first, second] = people;
  await first.go("/ledger/rules/new?rule=cash");
  await first.write("currency", "EUR");
  await first.write("why", "For bus fares.");
  await first.send();
  const round = here(first);
  assert.match(round, /^\/r\//, await first.text());
  await stepByStep(people, round);
  for (const p of people) await p.say(round, "consent");
  await first.go("/ledger/tin");
  await first.unfold("amount");
  await first.write("amount", amount);
  await first.sendWith("amount");
  assert.match(here(first), /^\/ledger\/t\//, await first.text());
  await yes(second, here(first));
}

// loss lets two count less in the tin than the book says, and everybody agree
// that it is gone.
export async function loss(people, counted) {
  const [first, second] = people;
  await first.go("/ledger/tin");
  await first.unfold("counted");
  await first.write("counted", counted);
  await first.sendWith("counted");
  await second.go("/ledger/tin");
  await second.leaves(() => second.at('form[action*="/ledger/tin/count/"] button').first().click());
  await second.leaves(() => second.at("main a.row[href*='rule=']").first().click());
  await second.write("why", "We do not know where it went.");
  await second.send();
  const round = here(second);
  await stepByStep(pens(people), round);
  for (const p of pens(people)) await p.say(round, "consent");
}

// photo is a small JPEG that says where it was taken.
export async function photo(house) {
  const p = await house.person("camera");
  await p.sit();
  const plain = Buffer.from(await p.page.evaluate(() => {
    const c = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    c.getContext("2d").fillRect(8, 8, 20, 20);
    return c.toDataURL("image/jpeg").split(",")[1];
  }), "base64");
  const gps = Buffer.from("Exif\0\0MM\0*\0\0\0\x08GPS 52.5200N 13.4050E NobodysPhone", "latin1");
  const app1 = Buffer.concat([Buffer.from([0xff, 0xe1, 0, gps.length + 2]), gps]);
  return Buffer.concat([plain.subarray(0, 2), app1, plain.subarray(2)]);
}
