// Story 11, of it what the cell does without a wipe: somebody acts at once against
// a danger and answers for it before all; and a round keeps what people leave for
// each other for fewer days.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House, date, here, played, stepByStep } from "./house.mjs";
import { pens, seated } from "./pen.mjs";

const pauses = "/safety/pause";

// A cell in a router that knows the date by two of its members alone.
async function three(t, { lang, script }) {
  const house = await House.open(["-clock", "none"]);
  t.after(() => house.close());
  const people = await seated(house, ["Moss", "Heron", "Fern"], { script });
  await date(pens(people), 0);
  for (const p of people) await p.go(`/?lang=${lang}`);
  assert.equal(await people[0].at("html").getAttribute("lang"), lang);
  return people;
}

// gives writes down that somebody gave time to another, who then owes it, and
// returns where that is; undefined where it cannot be.
async function gives(p, whom) {
  await p.go("/ledger/pay");
  await p.at('select[name="to"]').selectOption({ label: whom });
  await p.write("h", "1");
  await p.write("for", "Bread");
  await p.send();
  return here(p).startsWith("/ledger/t/") ? here(p) : undefined;
}

// onFirst counts the ways on the first screen that lead to an address.
async function onFirst(p, address) {
  await p.go("/");
  return p.at(`main a[href="${address}"]`).count();
}

// offered are the answers that somebody can give to what is paused.
async function offered(p) {
  await p.go(pauses);
  const acts = await p.at(`form[action^="${pauses}/"]`).evaluateAll((all) => all.map((f) => f.getAttribute("action").split("/").pop()));
  return acts.sort().join(" ");
}

async function stops(p, whose) {
  await p.go(pauses);
  await p.at('select[name="account"]').selectOption({ label: whose });
  await p.submit(pauses);
}

const wrong = (p) => p.at(".banner.wrong, [role=alert]").count();

// Moss sees somebody else's hand in Heron's account, and stops what goes out of it.
async function pause(t, how) {
  const people = await three(t, how);
  const [moss, heron, fern] = people;
  const bill = await gives(fern, "Heron");
  assert.ok(bill, "what waits for a yes");
  for (const p of people) assert.equal(await onFirst(p, pauses), 0, "nothing is paused, and it is told");

  await moss.go("/safety");
  await moss.leaves(() => moss.at(`main a[href="${pauses}"]`).click());
  const chosen = moss.at('select[name="account"]');
  assert.equal(await chosen.inputValue(), "", "an account is chosen already");
  assert.equal(await chosen.evaluate((x) => x.checkValidity()), false, "and may be none");
  await stops(moss, "Heron");
  for (const p of people) {
    assert.equal(await onFirst(p, pauses), 1, `${p.name} is not told`);
    assert.ok((await p.text()).includes("Moss"), "and not who did it");
  }
  assert.equal(await offered(moss), "end tell", "who did it tells why, or ends it");
  assert.equal(await offered(heron), "", "whose account it is answers nothing");
  assert.equal(await offered(fern), "stay", "anybody else says that it should stay");

  // what waited, and what is new: nothing goes; what comes, comes
  await heron.go(bill);
  await heron.submit("/yes");
  assert.ok(await wrong(heron) > 0, "signed through");
  assert.equal(await gives(fern, "Heron"), undefined);
  assert.ok(await wrong(fern) > 0, "and nothing says why");
  assert.ok((await fern.text()).includes("Heron"));
  assert.ok(await gives(heron, "Fern"), "what comes to it is stopped, too");

  await moss.go(pauses);
  await moss.write("why", "Somebody else has the phone of Heron.");
  await moss.submit("/tell");
  assert.equal(await offered(moss), "end");
  await fern.go(pauses);
  assert.ok((await fern.text()).includes("Somebody else has the phone of Heron."));
  await fern.submit("/stay");
  assert.equal(await offered(fern), "end", "who says that it should stay may end it, too");
  await date(pens(people), 5);
  assert.equal(await onFirst(heron, pauses), 1, "confirmed, it ended after three days");
  await fern.go(pauses);
  await fern.submit("/end");
  for (const p of people) assert.equal(await onFirst(p, pauses), 0);
  await heron.go(bill);
  await heron.submit("/yes");
  assert.equal(await wrong(heron), 0);

  // the same by another, who never says why: it ends by itself after a day
  await stops(fern, "Heron");
  assert.equal(await onFirst(moss, pauses), 1);
  await date(pens(people), 7);
  assert.equal(await onFirst(moss, pauses), 0, "untold, it stays");
  assert.ok(await gives(fern, "Heron"));
  for (const p of people) assert.deepEqual(p.failures, []);
}

// A round decides that notes go after three days; what hangs there already has
// its own day.
async function sooner(t, how) {
  const people = await three(t, how);
  const [moss, heron, fern] = people;
  const hangs = async (p, words) => {
    await p.go("/board");
    return (await p.text()).includes(words);
  };
  const pins = async (p, words) => {
    await p.go("/board");
    await p.write("words", words);
    await p.send();
  };
  await pins(fern, "Bread on Friday");
  await moss.go("/safety");
  await moss.leaves(() => moss.at('main a[href="/safety/kept"]').click());
  await moss.leaves(() => moss.at('main a[href="/safety/kept/round?days=3"]').click());
  await moss.at('[name="what"]').waitFor();
  await moss.send();
  const round = here(moss);
  assert.match(round, /^\/r\//, await moss.text());
  await heron.go("/safety/kept");
  assert.equal(await heron.at(`main a[href="${round}"]`).count(), 1, "the round that is open is not to be found");
  assert.equal(await heron.at('main a[href^="/safety/kept/round"]').count(), 0, "a second one is offered");
  await stepByStep(pens(people), round);
  for (const p of pens(people)) await p.say(round, "consent");
  await heron.go("/safety/kept");
  assert.equal(await heron.at('main a[href="/safety/kept/round?days=3"]').count(), 0, "agreed, and offered again");
  assert.equal(await heron.at('main a[href="/safety/kept/round?days=14"]').count(), 1, "and no way back");

  await pins(heron, "Soup at seven");
  await date(pens(people), 2);
  assert.ok(await hangs(fern, "Soup at seven") && await hangs(fern, "Bread on Friday"));
  await date(pens(people), 4);
  assert.ok(!await hangs(fern, "Soup at seven"), "it hangs there longer than was agreed");
  assert.ok(await hangs(fern, "Bread on Friday"), "and what hung there before goes sooner than was told");
  await date(pens(people), 15);
  assert.ok(!await hangs(fern, "Bread on Friday"));
  for (const p of people) assert.deepEqual(p.failures, []);
}

for (const how of played([{ lang: "en", script: true }, { lang: "es", script: false }, { lang: "ar", script: true }, { lang: "en", script: false }], 0, 1)) {
  const mode = `${how.lang}, script ${how.script ? "on" : "off"}`;
  test(`somebody acts at once against a danger, ${mode}`, { timeout: 600_000 }, (t) => pause(t, how));
  test(`a round keeps notes for fewer days, ${mode}`, { timeout: 600_000 }, (t) => sooner(t, how));
}
