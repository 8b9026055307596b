// Three routers of one cell, the air between them, and people who walk from one
// to the next.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { House, cell, here, launch } from "./house.mjs";

const hang = 5 * 60_000; // who waits longer than this waits for ever

// until tries again and again until ok says yes.
export async function until(what, ok, told = async () => "") {
  for (const end = Date.now() + hang; Date.now() < end; await new Promise((go) => setTimeout(go, 300))) {
    if (await ok()) return;
  }
  const routers = await Promise.all((Town.now?.houses ?? []).map((house) => house.peers()));
  throw new Error(`never: ${what}\n${await told()}\n\n${routers.join("\n")}`);
}

async function ear(host) {
  const s = createSocket("udp4");
  s.bind(0, host);
  await once(s, "listening");
  return s;
}

// Air carries datagrams between two routers, each of which knows the other one
// by an address of the air. While it is cut nothing passes, and nobody is told.
class Air {
  static async between(a, b) {
    const air = new Air();
    Object.assign(air, { ends: [a, b], cut: false, sockets: [] });
    for (const [from, to] of [[a, b], [b, a]]) from.peers.push(await air.way(to));
    return air;
  }

  // way is an address behind which a router is: who sends there has a socket of
  // their own on the other side, by which the answers come back.
  async way(to) {
    const near = await ear("127.0.0.1"), mouths = new Map();
    this.sockets.push(near);
    near.on("message", async (b, from) => {
      const key = `${from.address}:${from.port}`;
      if (!mouths.has(key)) mouths.set(key, this.mouth(near, from));
      const far = await mouths.get(key);
      if (!this.cut && !this.closed) far.send(b, to.port, to.host);
    });
    return `127.0.0.1:${near.address().port}`;
  }

  async mouth(near, from) {
    const far = await ear("127.0.0.1");
    this.sockets.push(far);
    far.on("message", (b) => this.cut || this.closed || near.send(b, from.port, from.address));
    return far;
  }

  close() {
    this.closed = true;
    for (const s of this.sockets) s.close();
  }
}

// Town is three routers that nobody has claimed yet. The newest is told of when
// something never comes.
export class Town {
  static now;

  static async open(t, { clock = ["ntp", "ntp", "ntp"] } = {}) {
    const town = Town.now = new Town();
    t.after(() => town.close());
    town.browser = await launch();
    const ends = [];
    for (const host of ["127.0.0.1", "127.0.0.2", "127.0.0.3"]) {
      const free = await ear(host);
      ends.push({ host, port: free.address().port, peers: [] });
      free.close();
    }
    town.air = [];
    for (const [i, j] of [[0, 1], [1, 2], [0, 2]]) town.air.push(await Air.between(ends[i], ends[j]));
    town.houses = [];
    for (const [i, name] of ["Kitchen", "Hall", "Mill"].entries()) {
      const { host, port, peers } = ends[i];
      const house = await House.open(["-clock", clock[i], "-mesh", `${host}:${port}`, "-announce", "off", "-peers", peers.join(",")],
        { name, host, browser: town.browser, lit: true });
      house.end = ends[i];
      town.houses.push(house);
    }
    return town;
  }

  // part cuts the air between two routers, or all of it around one.
  part(a, b) { this.set(true, a, b); }

  meet(a, b) { this.set(false, a, b); }

  set(cut, a, b) {
    for (const air of this.air) {
      if (air.ends.includes(a.end) && (!b || air.ends.includes(b.end))) air.cut = cut;
    }
  }

  // burn ends a router for ever, with all that was on it.
  async burn(house) {
    house.program.kill("SIGKILL");
    await house.ended;
    await rm(house.dir, { recursive: true, force: true });
    this.houses.splice(this.houses.indexOf(house), 1);
  }

  async close() {
    for (const house of this.houses ?? []) await house.close();
    for (const air of this.air ?? []) air.close();
    await this.browser?.close();
  }
}

// sees waits for words on the page that somebody has open. A seat and the script
// make it go on by itself; without them people look again.
export async function sees(p, words) {
  const text = () => p.text();
  await until(`${p.name} reads ${words} at ${p.page.url()}`, async () => {
    if (words.test(await text())) return true;
    if (!p.script || await p.at("body[data-stream^='/']").count() === 0) await p.page.reload();
    return false;
  }, text);
}

// finds waits until a page is there and says something: what is written on
// another router comes in its own time.
export async function finds(p, address, words) {
  await until(`${p.name} finds ${words} at ${address}`, async () => {
    await p.go(address);
    return words.test(await p.text());
  }, () => p.text());
  return p.text();
}

// walk takes somebody to another router, and to their seat there.
export async function walk(p, house) {
  p.house = house;
  await p.go("/");
  if (here(p) === "/in") await p.signIn();
  assert.equal(here(p), "/", `${p.name} has no seat at ${house.name}: ${await p.text()}`);
}

// sixWords are those on the page that somebody has open.
const sixWords = async (p) => (await p.at(".words li").allInnerTexts()).map((w) => w.trim()).join(" ");

// takeIn takes a router in: guide stands at its page, member sits at one of the
// cell's. Both compare the six words of both routers.
export async function takeIn(member, guide) {
  await guide.go("/claim");
  await guide.write("code", guide.house.claim());
  await guide.press("Found a cell");
  await guide.press("We have a cell already: this router joins it");
  const words = await sixWords(guide);
  assert.equal(words.split(" ").length, 6);
  await guide.at("summary", { hasText: "the long code" }).click();
  const code = (await guide.at("code").innerText()).trim();
  await guide.at("summary", { hasText: "the long code" }).click();

  await member.go("/routers/add");
  await member.at("summary").click();
  await member.write("router", code);
  await member.press("Go on");
  assert.equal(await sixWords(member), words, "both pages show the same six words");
  await member.write("place", guide.house.name);
  await member.press("The words are the same: take it in");
  assert.match(await member.text(), new RegExp(`${guide.house.name} is one of ours`));

  await sees(guide, /Is that your cell\?/);
  const asks = await sixWords(guide);
  assert.notEqual(asks, words, "now the words are those of who asks");
  assert.ok((await ownWords(member)).includes(asks), "and they are those of a router of ours");
  await guide.press("The words are the same: yes");
  assert.match(await guide.text(), /Your cell is on its way here|This router is asleep/);
}

// sits takes somebody to a router that has only just been taken in: as soon as
// their seat has come there, they sit down.
export async function sits(p, house) {
  await until(`${p.name} has a seat at ${house.name}`, async () => {
    p.house = house;
    await p.go("/in");
    if (here(p) === "/in") await p.signIn();
    return here(p) === "/";
  }, () => p.text());
}

// settled is a cell that lives on three routers: all of names sit in the
// kitchen, the first one sits in every room, and a guide has stood at each new
// router.
export async function settled(t, names, { script, clock } = {}) {
  const town = await Town.open(t, { clock });
  const [kitchen, ...others] = town.houses;
  const people = await cell(kitchen, names, { script });
  for (const house of others) {
    await takeIn(people[0], await house.person("Guide", { script }));
    await sits(people[0], house);
    people[0].house = kitchen;
  }
  return { town, people };
}

// last waits until somebody is the only one who has not been heard.
export const last = (p, round) => finds(p, round, /not heard from\?\s+You\.\s+(?!And)/);

// open lets people in at the router where somebody sits.
export async function open(p) {
  await p.go("/door");
  const button = p.at("button", { hasText: "Open the door for an hour" });
  if (await button.count() > 0) await p.press("Open the door for an hour");
  p.house.door = (await p.at("#door-code").innerText()).trim();
}

// comes brings somebody in by the door where host sits.
export async function comes(p, host) {
  await p.arrive();
  await host.go("/door");
  await host.press(`Yes, let ${p.name} in`);
  await p.lookAgain();
  assert.equal(here(p), "/", `${p.name} has no seat: ${await p.text()}`);
}

// ownWords are the six words of each of the cell's routers, by their pages.
async function ownWords(p) {
  await p.go("/routers");
  const pages = await p.at("main a.row").evaluateAll((rows) => rows.map((a) => a.getAttribute("href")));
  const all = [];
  for (const page of pages) {
    await p.go(page);
    all.push(await sixWords(p));
  }
  return all;
}

// agree waits until the routers where these people sit add up to the same, by
// the words that people compare themselves.
export async function agree(people) {
  const check = async (p) => {
    await p.go("/router");
    return (await p.text()).match(/Check words, the same on every router of ours\s+(.*)/)[1];
  };
  let all;
  await until("all routers show the same check words", async () => {
    all = await Promise.all(people.map(check));
    return new Set(all).size === 1;
  }, async () => all.join("\n"));
}

// alike holds what pages say on every router against the others: one person
// walks from each to the next. It returns what they say. Around midnight they walk
// once more: what was of today is of yesterday then.
export async function alike(p, houses, addresses) {
  const day = new Date().toDateString(), said = await round(p, houses, addresses);
  if (new Date().toDateString() !== day) return alike(p, houses, addresses);
  for (const [i, pages] of said.entries()) {
    for (const [j, text] of pages.entries()) assert.equal(text, said[0][j], `${addresses[j]} on ${houses[i].name} and ${houses[0].name}`);
  }
  return said[0];
}

// round reads pages on one router after the other.
async function round(p, houses, addresses) {
  const said = [];
  for (const house of houses) {
    await walk(p, house);
    const pages = [];
    for (const address of addresses) {
      if (here(p) !== address) await p.go(address);
      pages.push((await p.at("main").innerText()).replaceAll("\u00a0", " "));
    }
    said.push(pages);
  }
  return said;
}

// wayOut waits until a new text lies before who objected, and opens it.
export async function wayOut(p, round, words) {
  await finds(p, round, /Help find a way/);
  await p.press("Help find a way");
  await finds(p, here(p), words);
}
