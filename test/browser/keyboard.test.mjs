// The first evening for somebody who has a keyboard and nothing else: no mouse,
// no script. What has the focus can be seen, and nothing is out of reach.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House, here } from "./house.mjs";

// focus tells where the keyboard is, and whether an eye can find it.
const focus = (person) => person.at(":focus").evaluate((e) => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const at = { tag: e.localName, type: e.type, name: e.name, value: e.value, text: e.innerText?.trim() ?? "", href: e.getAttribute("href") };
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  return { ...at, seen };
});

const press = (person, key) => person.page.keyboard.press(key);

// to goes on with the tabulator until the focus is where it is wanted.
async function to(person, what, wanted) {
  for (let i = 0; i < 60; i++) {
    await press(person, "Tab");
    if (await person.at(":focus").count() === 0) continue; // past the end, where the browser itself comes
    const at = await focus(person);
    assert.ok(at.seen, `on ${here(person)} nobody sees that the focus is on ${JSON.stringify(at)}`);
    if (wanted(at)) return at;
  }
  assert.fail(`on ${here(person)} the keyboard does not reach ${what}:\n${await person.text()}`);
}

async function type(person, field, words) {
  await to(person, field, (at) => at.name === field);
  await person.page.keyboard.type(words);
}

// enter follows or sends what has the focus.
const enter = (person) => person.leaves(() => press(person, "Enter"));

async function follow(person, words) {
  await to(person, words, (at) => at.text.includes(words));
  await enter(person);
}

// choose takes one of several by the arrow keys.
async function choose(person, name, value) {
  await to(person, name, (at) => at.name === name);
  await press(person, "Space");
  for (let i = 0; i < 12 && (await focus(person)).value !== value; i++) await press(person, "ArrowDown");
  assert.equal((await focus(person)).value, value);
}

async function tick(person, name) {
  await to(person, name, (at) => at.name === name);
  await press(person, "Space");
}

async function arrive(person, door) {
  await person.go(`/join?code=${door}`);
  await type(person, "name", person.name);
  await enter(person);
  await person.readWords();
  await tick(person, "written");
  await follow(person, "Go on");
}

test("the first evening by keyboard alone, script off", { timeout: 600_000 }, async (t) => {
  const house = await House.open(["-clock", "none"]);
  t.after(() => house.close());
  const options = { script: false };
  const [moss, heron] = [await house.person("Moss", options), await house.person("Heron", options)];

  await moss.go("/");
  await type(moss, "code", "AAAA-AAAA");
  await enter(moss);
  assert.equal((await focus(moss)).text, "Go to the field", "what is wrong has the focus");
  await press(moss, "Enter");
  assert.equal((await focus(moss)).name, "code", "it leads to the field");
  await press(moss, "Control+A");
  await moss.page.keyboard.type(house.claim());
  await enter(moss);
  await moss.readWords();
  await type(moss, "cell", "Mill Lane");
  await type(moss, "name", "Moss");
  await tick(moss, "written");
  await follow(moss, "Found the cell");
  const door = (await moss.at("#door-code").innerText()).trim();

  await arrive(heron, door);
  await moss.go("/door");
  await follow(moss, "Yes, let Heron in");
  await follow(heron, "Look again");

  await moss.go("/rounds/founding");
  await follow(moss, "Bring it to the circle");
  const round = here(moss);
  for (const p of [moss, heron]) {
    await p.go(`${round}/say`);
    await choose(p, "voice", "consent");
    await enter(p);
  }
  assert.match(await heron.text(), /it is agreed/);

  await heron.go("/rounds/new");
  await type(heron, "what", "Bread on Fridays");
  await type(heron, "why", "The bakery closed.");
  await follow(heron, "Bring it to the circle");
  await moss.go("/");
  await press(moss, "Tab");
  assert.equal((await focus(moss)).href, "#main", "the first stop leads past the head");
  await press(moss, "Enter");
  await follow(moss, "Say what you think");
  assert.match(here(moss), /^\/r\//);

  // A real objection, and the way to what both can live with.
  const bread = here(moss).replace(/\/say$/, "");
  await moss.go(`${bread}/say`);
  await choose(moss, "voice", "objection");
  await type(moss, "reason-objection", "On Fridays I am away.");
  await to(moss, "lens", (at) => at.value === "harm");
  await press(moss, "Space");
  await enter(moss);
  assert.match(await moss.text(), /Nothing is decided while your objection stands/);
  await heron.go(bread);
  await follow(heron, "Help find a way");
  await follow(heron, "Change the text");
  await to(heron, "what", (at) => at.name === "what");
  await press(heron, "Control+A");
  await heron.page.keyboard.type("Bread on Saturdays");
  await follow(heron, "Put the new text on the table");
  await moss.go(bread);
  await follow(moss, "Help find a way");
  await follow(moss, "Yes, it does");
  for (const p of [moss, heron]) {
    await p.go(`${bread}/say`);
    await choose(p, "voice", "consent");
    await enter(p);
  }
  assert.match(await heron.text(), /it is agreed[^]*Bread on Saturdays/);

  // And an hour, which the other one confirms.
  await heron.go("/ledger/pay");
  await choose(heron, "way", "gave");
  await type(heron, "to", "Moss");
  await type(heron, "h", "2");
  await type(heron, "for", "Baking bread");
  await follow(heron, "Send it to");
  const hour = here(heron);
  assert.match(hour, /^\/ledger\/t\//);
  await moss.go("/");
  await follow(moss, "Look at it");
  await follow(moss, "Yes");
  assert.match(await moss.text(), /Baking bread/);
});
