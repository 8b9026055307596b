// Story 4: facilitation moves on. Three months by dates that two of them set: a
// term ends, who is next declines, who stands in goes on, what is handed over is
// ticked by both, and in the end it is even; nobody speaks for the cell outside,
// and all can see that.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House, date, here, played } from "./house.mjs";
import { pens, seated } from "./pen.mjs";

const names = ["Moss", "Heron", "Tide", "Kite", "Fern"];
const rounds = "/turns/facilitator";

// whoever can press a button on a page: who it is, having pressed it or not. Whose
// page has the button is asked of all; only who has it comes to the page.
async function whoever(people, page, action, press = true) {
  for (const p of people) {
    await p.pen.go(page);
    if (!p.pen.has(action)) continue;
    await p.go(page);
    assert.ok(await p.has(action));
    if (press) await p.submit(action);
    return p;
  }
  assert.fail(`nobody can ${action} on ${page}`);
}

// tickAll ticks everything that is handed over.
async function tickAll(p, page) {
  await p.go(page);
  const boxes = p.at('form[action$="/tick"] input[type=checkbox]');
  assert.ok(await boxes.count() > 1, `${p.name} has nothing to tick`);
  for (let i = 0; i < await boxes.count(); i++) await boxes.nth(i).check();
  await p.submit("/tick");
}

// turnsOf reads the drawing: how many pieces of each member are the rounds'.
const turnsOf = (p) => p.at("table.bars tbody tr").evaluateAll((rows) => Object.fromEntries(rows.map((r) =>
  [r.querySelector("th").textContent.trim(), r.querySelectorAll("svg rect[fill=currentColor]").length])));

async function movesOn(t, { lang, script }) {
  const house = await House.open(["-clock", "none"]);
  t.after(() => house.close());
  const people = await seated(house, names, { script });
  for (const p of people) await p.go(`/?lang=${lang}`);
  assert.equal(await people[0].at("html").getAttribute("lang"), lang);
  await date(pens(people), 0);
  const first = await whoever(people, rounds, "/begin");
  const notes = await whoever(people, "/turns/note-keeper", "/begin");

  // the term ends; who is next says "not this time", without a reason
  await date(pens(people), 15);
  const shy = await whoever(people, rounds, "/decline");
  assert.notEqual(shy, first, "nobody goes on at once while another can");
  const second = await whoever(people, rounds, "/begin");
  assert.ok(second !== shy && second !== first, "who declined is not asked again, and the next one is");

  // both tick what is handed over
  await tickAll(first, rounds);
  assert.ok(await first.at("fieldset").count() > 0, "one alone hands nothing over");
  await tickAll(second, rounds);
  assert.equal(await second.at("fieldset").count(), 0, "both ticked, and it is not handed over");

  // a round waits for who facilitates; after a day another may go on
  const bringer = people.find((p) => p !== second && p !== notes);
  await bringer.go("/rounds/new");
  await bringer.write("what", "A lamp for the back stairs");
  await bringer.write("why", "Fern fell in March.");
  await bringer.at('details:has([name="class"]) summary').first().click();
  await bringer.at('label[for="class-agreement"]').click();
  await bringer.send();
  const round = here(bringer);
  const leads = await whoever(people, round, "/phase/clarifying", false);
  assert.equal(leads.name, second.name, "who has the turn looks after the round");
  await date(pens(people), 17);
  const stands = await whoever(people.filter((p) => p !== second), round, "/phase/clarifying");
  assert.notEqual(stands, bringer, "who brought it does not lead it");
  assert.ok(stands === notes || notes === bringer, "the note-keeper stands in first");

  // and on it goes, for three months and more
  const had = [second];
  for (let day = 30; day <= 105; day += 15) {
    await date(pens(people), day);
    had.push(await whoever(people, rounds, "/begin"));
  }
  assert.ok(had.indexOf(shy) > 0 && had.indexOf(shy) <= 3, "who declined has not served, and comes soon");

  await people[0].go("/turns");
  const turns = await turnsOf(people[0]);
  const counts = Object.values(turns);
  assert.equal(counts.length, names.length);
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `not even: ${JSON.stringify(turns)}`);
  assert.ok(counts.reduce((a, b) => a + b) >= 6, `a quarter has more than ${JSON.stringify(turns)}`);
  const lists = people[0].at("main ul.rows");
  assert.equal(await lists.nth(0).locator("a").count(), 2, "two have somebody");
  assert.ok(await lists.nth(1).locator('a[href="/turns/liaison"]').count() === 1, "nobody speaks for us outside, and it is not seen");
  await people[0].go("/");
  assert.equal(await people[0].at('main a[href="/turns/liaison"]').count(), 0, "a turn that nobody has nags");
  if (lang === "en") {
    await people[0].go("/turns");
    assert.match(await people[0].text(), /The last three months\. Even: /);
    assert.match(await people[0].text(), /Nobody has these now/);
  }
  for (const p of people) assert.deepEqual(p.failures, []);
}

// A meeting from its day to its minutes, by whose turn it is.
async function meets(t, { lang, script }) {
  const house = await House.open(["-clock", "none"]);
  t.after(() => house.close());
  const people = await seated(house, names.slice(0, 3), { script });
  for (const p of people) await p.go(`/?lang=${lang}`);
  const [moss, heron, tide] = people;
  await moss.go("/meetings/new");
  await moss.write("what", "The winter");
  await moss.write("day", "2026-12-04");
  await moss.write("time", "after supper");
  await moss.send();
  const meeting = here(moss);
  await heron.go("/");
  assert.equal(await heron.at(`main a[href="${meeting}"]`).count(), 1, "what is near is on the first screen, also without a date");
  await tide.go(meeting);
  await tide.write("words", "Who has the key");
  await tide.submit("/item");
  assert.match(await tide.text(), /Who has the key/);
  const pen = [];
  for (const p of people) {
    await p.go(meeting);
    if (await p.at('main a[href$="/minutes"]').count() > 0) pen.push(p);
  }
  assert.equal(pen.length, 1, "one takes the notes");
  await pen[0].go(`${meeting}/minutes`);
  await pen[0].write("words", "Heron has the key.\n\nWe meet again.");
  await pen[0].send();
  await moss.go(meeting);
  assert.equal(await moss.at("main p.speak").count(), 2, "two paragraphs");
  await moss.go(`${meeting}/sheet`);
  assert.match(await moss.text(), /Heron has the key\./);
  for (const p of people) assert.deepEqual(p.failures, []);
}

for (const how of played([{ lang: "en", script: true }, { lang: "en", script: false }, { lang: "es", script: true }, { lang: "ar", script: false }], 2, 3)) {
  const mode = `${how.lang}, script ${how.script ? "on" : "off"}`;
  test(`facilitation moves on, ${mode}`, { timeout: 600_000 }, (t) => movesOn(t, how));
  test(`a meeting and its minutes, ${mode}`, { timeout: 600_000 }, (t) => meets(t, how));
}
