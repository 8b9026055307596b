// Stories 5 and 6: hours, bread and a tin; bus fare from the tin.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { House, here, loss, photo, tin, yes } from "./house.mjs";
import { pens, seated } from "./pen.mjs";
import { beancount, bent, exported, hledger, ours } from "./judges.mjs";

// writeDown fills the form in which people write down hours.
async function writeDown(p, { to, hours, what, way = "gave" }) {
  await p.go("/ledger/pay");
  await p.pick("way", way);
  await p.at('select[name="to"]').selectOption({ label: to });
  await p.write("h", String(hours));
  await p.write("for", what);
  await p.press("Send it to");
  return here(p);
}

// promise makes a promise, and the other accepts it.
async function promise(p, other, { what, unit = "", hours, euro }) {
  await p.go("/ledger/pledge/new");
  await p.write("what", what);
  await p.pick("unit", unit);
  if (hours) await p.write("h", hours);
  if (euro) await p.write("amount-1", euro);
  else await p.at('select[name="to"]').selectOption({ label: other.name });
  await p.press("Promise it");
  const promised = here(p);
  await other.go(promised);
  await other.press("Yes, gladly");
  return promised;
}

for (const script of [true, false]) {
  const mode = `script ${script ? "on" : "off"}`;

  test(`hours, bread and a tin, and strangers add up the books, ${mode}`, { timeout: 600_000 }, async (t) => {
    const house = await House.open(["-clock", "ntp"]);
    t.after(() => house.close());
    const people = await seated(house, ["Moss", "Heron", "Tide"], { script });
    const [moss, heron, tide] = people;

    // Promises of time and of a skill are kept; they change no balance.
    const time = await promise(moss, heron, { what: "Mending the roof", unit: "0", hours: "5" });
    const skill = await promise(tide, moss, { what: "Baking lessons" });
    assert.deepEqual(ours(house.dir), { count: 0, sums: [] }, "a promise is no money");
    await moss.go(skill);
    await moss.press("It was kept");
    assert.match(await moss.text(), /kept/i);

    // A bill, which who gave writes; and a credit, which who received writes.
    await moss.go(time);
    await moss.press("Write down what was given");
    await moss.write("h", "5");
    await moss.write("for", "Roof");
    await moss.press("Send it to");
    const roof = here(moss);
    await moss.go("/ledger");
    assert.match(await moss.text(), /Waits for Heron/, "nothing counts before the other's yes");
    await moss.page.setViewportSize({ width: 195, height: 800 }); // as a phone that shows all twice as large
    assert.deepEqual(await moss.at(".bars tbody .num").evaluateAll((list) => list.filter((td) => {
      const range = document.createRange();
      range.selectNodeContents(td);
      return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
    }).map((td) => td.textContent)), [], "figures broken over lines");
    await moss.page.setViewportSize({ width: 390, height: 800 });
    await yes(heron, roof);
    await heron.go(time);
    await heron.press("It was kept");
    await yes(moss, await writeDown(tide, { to: "Moss", hours: 2, what: "Bread", way: "got" }));

    // Heron has received five of ten hours.
    await writeDown(tide, { to: "Heron", hours: 8, what: "Too much" });
    assert.match(await tide.text(), /Heron can receive 5 h more, not 8 h/);
    assert.match(await tide.text(), /Ways on[^]*Write 5 h now/, "the limit is said with ways on");
    assert.equal(await tide.at('[name="h"]').first().inputValue(), "8", "what was typed is still there");

    // Cash is promised to the tin, and put into it.
    await tin(pens(people), "80");
    const cash = await promise(tide, heron, { what: "Five euro for the roof", unit: "1", euro: "5" });
    await tide.go(cash);
    await tide.press("Write down what was given");
    await tide.unfold("amount");
    await tide.write("amount", "5");
    await tide.sendWith("amount");
    await yes(heron, here(tide));

    // The five hours were a mistake.
    await moss.go(roof);
    await moss.at("summary", { hasText: "Put it right together" }).click();
    await moss.write("why", "It was the other roof");
    await moss.press("Put it right");
    const correction = here(moss);
    await heron.go(roof);
    assert.equal(await heron.at("s, del, .struck").count(), 0, "it stands until both say yes");
    await yes(heron, correction);
    await heron.go("/ledger");
    assert.ok(await heron.at("s, del, .struck").filter({ hasText: "Roof" }).count() > 0, "the line is struck, and still there");

    const want = ours(house.dir);
    assert.deepEqual(want.sums, ["eur outside -85", "eur tin 85", "min moss 120", "min tide -120"]);
    const journal = await exported(heron, "export.journal"), bean = await exported(heron, "export.beancount");
    assert.deepEqual(hledger(journal), want);
    assert.deepEqual(beancount(bean), want);
    assert.equal(want.count, 5, "roof, bread, twice into the tin, and the correction");
    const [bentJournal, bentBean] = [await bent(journal, / (120) min/), await bent(bean, / (120) CELL/)];
    assert.throws(() => hledger(bentJournal), /unbalanced|balance/i, "hledger sees one changed amount");
    assert.throws(() => beancount(bentBean), "and so does beancount");
    for (const p of people) assert.deepEqual(p.failures, []);
  });
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

// A day on which the evening of these tests is, and a day after it.
const evening = 1795503600;
const day = 24 * 60 * 60;

for (const script of [true, false]) {
  test(`bus fare from the tin, script ${script ? "on" : "off"}`, { timeout: 600_000 }, async (t) => {
    const house = await House.open(["-clock", String(evening)]);
    t.after(() => house.close());
    const people = await seated(house, ["Moss", "Heron", "Tide", "Ember"], { script });
    const [moss, heron, tide, ember] = people;
    await tin(pens(people), "80");

    const request = await ask(moss, { what: "Bus fare to the clinic", amount: "32.50", picture: await photo(house) });
    const stands = async (p) => (await p.context.request.get(`${house.url}${request}/picture`)).status();
    assert.match(await moss.text(), /Fingerprint/, "the picture's fingerprint is kept");
    const picture = await (await moss.context.request.get(`${house.url}${request}/picture`)).body();
    assert.equal(picture.subarray(0, 2).toString("hex"), "ffd8", "who asked sees the picture");
    assert.ok(!picture.includes("NobodysPhone") && !picture.includes("Exif"), "without what the phone wrote into it");
    const disk = await stored(house.dir);
    assert.ok(!disk.includes("NobodysPhone"), "what the phone told of the place is nowhere");
    assert.ok(!disk.includes(picture.subarray(20, 120)), "and the picture lies sealed");
    assert.equal(await moss.at("button", { hasText: "I approve it" }).count(), 0, "who asks cannot approve");
    await heron.go(request);
    await heron.press("I approve it");
    await ember.go(request);
    assert.equal(await ember.at("button", { hasText: "I have paid it out" }).count(), 0, "one approval is not enough");
    await tide.go(request);
    await tide.press("I approve it");
    await moss.go(request);
    assert.equal(await moss.at("button", { hasText: "I have paid it out" }).count(), 0, "who asks cannot pay");
    await ember.go(request);
    await ember.press("I have paid it out");
    assert.equal(await ember.at("button", { hasText: "It agrees with the receipt" }).count(), 0, "who paid cannot check");
    for (const p of people) {
      await p.go(request);
      assert.match(await p.text(), /(Ember|You) paid out 32\.50/, `${p.name} sees it`);
    }
    await tide.go(request);
    await tide.at("summary", { hasText: "See the picture" }).click();
    await tide.at("img.photo").holds((e) => e.naturalWidth === 64);
    await tide.press("It agrees with the receipt");
    assert.match(await tide.text(), /Kept until/);

    // A power cut and 29 days later it is still there; after 31 it is gone.
    for (const [days, status] of [[29, 200], [31, 404]]) {
      house.args = ["-clock", String(evening + days * day)];
      await house.cutPower();
      await tide.pen.signIn();
      await tide.go(request);
      assert.equal(await stands(tide), status, `after ${days} days`);
    }
    assert.match(await tide.text(), /The picture is gone, as we agreed[^]*Fingerprint/);
    assert.deepEqual(await readdir(path.join(house.dir, "receipts")), [], "nothing is left on the disk");
    for (const p of people) assert.deepEqual(p.failures, []);
  });
}

async function betweenTwo(t, script) {
  const house = await House.open(["-clock", "ntp"]);
  t.after(() => house.close());
  const people = await seated(house, ["Moss", "Heron"], { script });
  const [moss, heron] = people;
  await tin(people, "80");
  const request = await ask(moss, { what: "Bus fare", amount: "32.50" });
  assert.equal(await moss.at("button", { hasText: "I approve it" }).count(), 0);
  await moss.press("Bring it to the circle");
  const round = here(moss);
  for (const p of people) await p.say(round, "consent");
  await heron.go(request);
  await heron.press("I have paid it out");
  assert.match(await heron.text(), /paid out 32\.50/);

  // Both find two euro fewer than the book says; what becomes of them is a round.
  await loss(people, "45.50");
  await moss.go("/ledger/tin");
  await moss.press("The count and the book differ");
  await moss.press("Write it into the book");
  await moss.go("/ledger/tin");
  assert.match(await moss.text(), /45\.50/);
  assert.doesNotMatch(await moss.text(), /differ/);
  for (const p of people) assert.deepEqual(p.failures, []);
}

for (const script of [true, false]) {
  test(`between two, an expense becomes a round, script ${script ? "on" : "off"}`, { timeout: 600_000 }, (t) => betweenTwo(t, script));
}
