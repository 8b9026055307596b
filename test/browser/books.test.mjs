// Stories 5 and 6: hours, bread and a tin; bus fare from the tin.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { House, cell } from "./house.mjs";

const here = (p) => new URL(p.page.url()).pathname;

// writeDown fills the form in which people write down hours.
async function writeDown(p, { to, hours, what, way = "gave" }) {
  await p.go("/ledger/pay");
  await p.pick("way", way);
  await p.page.locator('select[name="to"]').selectOption({ label: to });
  await p.write("h", String(hours));
  await p.write("for", what);
  await p.press("Send it to");
  return here(p);
}

async function yes(p, transfer) {
  await p.go(transfer);
  await p.press("Yes, so it was");
}

// stepByStep goes through questions and first thoughts, in which nobody has
// anything to say, as a weighty decision does.
async function stepByStep(people, round) {
  for (const step of ["Begin with questions", "Go on to first thoughts", "Go on to the consent check"]) {
    for (const p of people) {
      await p.go(round);
      const pass = p.page.locator('form[action$="/pass"] button');
      if (await pass.count() > 0) await Promise.all([p.page.waitForNavigation(), pass.first().click()]);
    }
    for (const p of people) {
      await p.go(round);
      if (await p.page.locator("button", { hasText: step }).count() > 0) await p.press(step);
    }
  }
}

// tin agrees on a tin for euro with everybody, and puts something into it.
async function tin(people, amount) {
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
  await first.page.locator("details:has([name=amount]) summary").click();
  await first.write("amount", amount);
  await first.page.locator('form:has([name="amount"]) button').click();
  await first.page.waitForURL(/\/ledger\/t\//);
  await yes(second, here(first));
}

test("hours and bread, and the books agree with hledger", { timeout: 180_000 }, async (t) => {
  const house = await House.open(["-clock", "ntp"]);
  t.after(() => house.close());
  const [moss, heron, tide] = await cell(house, ["Moss", "Heron", "Tide"]);

  // A bill, which who gave writes; and a credit, which who received writes.
  await yes(heron, await writeDown(moss, { to: "Heron", hours: 5, what: "Roof" }));
  await yes(moss, await writeDown(tide, { to: "Moss", hours: 2, what: "Bread", way: "got" }));

  // Heron has received five of ten hours.
  await writeDown(tide, { to: "Heron", hours: 8, what: "Too much" });
  assert.match(await tide.text(), /Heron can receive 5 h more, not 8 h/);
  assert.match(await tide.text(), /Ways on[^]*Write 5 h now/, "the limit is said with ways on");

  // The five hours were a mistake.
  await moss.go("/ledger");
  await moss.press("Roof");
  const mistaken = here(moss);
  await moss.page.locator("summary", { hasText: "Put it right together" }).click();
  await moss.write("why", "It was the other roof");
  await moss.press("Put it right");
  const correction = here(moss);
  await heron.go(mistaken);
  assert.equal(await heron.page.locator("s, del, .struck").count(), 0, "it stands until both say yes");
  await yes(heron, correction);
  await heron.go("/ledger");
  assert.ok(await heron.page.locator("s, del, .struck").filter({ hasText: "Roof" }).count() > 0, "the line is struck, and still there");

  await heron.go("/ledger/export");
  const [file] = await Promise.all([heron.page.waitForEvent("download"), heron.page.locator('a[href$="export.journal"]').click()]);
  const journal = path.join(house.dir, "books.journal");
  await file.saveAs(journal);
  execFileSync("hledger", ["-f", journal, "check"]);
  const csv = execFileSync("hledger", ["-f", journal, "bal", "-N", "--flat", "-E", "-O", "csv"], { encoding: "utf8" });
  const status = JSON.parse(execFileSync(process.env.CELLD, ["ctl", "-dir", house.dir, "status", "-json"], { encoding: "utf8" }));
  const theirs = [...csv.matchAll(/"(-?\d+) min"/g)].map((m) => m[1]).sort();
  const ours = status.ledger.balances.filter((b) => b.unit === "min").map((b) => b.amount).sort();
  assert.deepEqual(ours, ["-120", "120"]);
  assert.deepEqual(theirs, ours, "a stranger adds up the same balances");
  for (const p of [moss, heron, tide]) assert.deepEqual(p.failures, []);
});

// photo is a small JPEG that says where it was taken.
async function photo(house) {
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

// stored is every byte of the house's folder.
async function stored(dir) {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  return Buffer.concat(await Promise.all(files.filter((f) => f.isFile()).map((f) => readFile(path.join(f.parentPath, f.name)))));
}

async function ask(p, { what, amount, picture }) {
  await p.go("/ledger/expense/new");
  await p.write("for", what);
  await p.write("amount", amount);
  if (picture) await p.page.setInputFiles('[name="picture"]', { name: "ticket.jpg", mimeType: "image/jpeg", buffer: picture });
  await p.send();
  return here(p);
}

test("bus fare from the tin", { timeout: 180_000 }, async (t) => {
  const house = await House.open(["-clock", "ntp"]);
  t.after(() => house.close());
  const people = await cell(house, ["Moss", "Heron", "Tide", "Ember"]);
  const [moss, heron, tide, ember] = people;
  await tin(people, "80");

  const request = await ask(moss, { what: "Bus fare to the clinic", amount: "32.50", picture: await photo(house) });
  assert.match(await moss.text(), /Fingerprint/, "the picture's fingerprint is kept");
  assert.doesNotMatch(await moss.page.content(), /NobodysPhone/);
  assert.ok(!(await stored(house.dir)).includes("NobodysPhone"), "what the phone told of the place is nowhere");
  assert.equal(await moss.page.locator("button", { hasText: "I approve it" }).count(), 0, "who asks cannot approve");
  await heron.go(request);
  await heron.press("I approve it");
  await ember.go(request);
  assert.equal(await ember.page.locator("button", { hasText: "I have paid it out" }).count(), 0, "one approval is not enough");
  await tide.go(request);
  await tide.press("I approve it");
  await moss.go(request);
  assert.equal(await moss.page.locator("button", { hasText: "I have paid it out" }).count(), 0, "who asks cannot pay");
  await ember.go(request);
  await ember.press("I have paid it out");
  for (const p of people) {
    await p.go(request);
    assert.match(await p.text(), /(Ember|You) paid out 32\.50/, `${p.name} sees it`);
  }
  for (const p of people) assert.deepEqual(p.failures, []);
});

test("between two, an expense becomes a round", { timeout: 120_000 }, async (t) => {
  const house = await House.open(["-clock", "ntp"]);
  t.after(() => house.close());
  const people = await cell(house, ["Moss", "Heron"]);
  const [moss, heron] = people;
  await tin(people, "80");
  const request = await ask(moss, { what: "Bus fare", amount: "32.50" });
  assert.equal(await moss.page.locator("button", { hasText: "I approve it" }).count(), 0);
  await moss.press("Bring it to the circle");
  const round = here(moss);
  for (const p of people) await p.say(round, "consent");
  await heron.go(request);
  await heron.press("I have paid it out");
  assert.match(await heron.text(), /paid out 32\.50/);

  // Both find two euro fewer than the book says; what becomes of them is a round.
  await moss.go("/ledger/tin");
  await moss.page.locator("details:has([name=counted]) summary").click();
  await moss.write("counted", "45.50");
  await moss.page.locator('form:has([name="counted"]) button').click();
  await moss.page.waitForLoadState();
  await heron.go("/ledger/tin");
  await heron.page.locator('form[action*="/ledger/tin/count/"] button').first().click();
  await heron.page.waitForLoadState();
  await heron.press("The count and the book differ");
  await heron.write("why", "We do not know where it went.");
  await heron.send();
  const loss = here(heron);
  await stepByStep(people, loss);
  for (const p of people) await p.say(loss, "consent");
  await moss.go("/ledger/tin");
  await moss.press("The count and the book differ");
  await moss.press("Write it into the book");
  await moss.go("/ledger/tin");
  assert.match(await moss.text(), /45\.50/);
  assert.doesNotMatch(await moss.text(), /differ/);
  for (const p of people) assert.deepEqual(p.failures, []);
});
