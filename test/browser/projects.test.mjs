// A project, what it needs, what is promised for that, and a box that runs low.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House, here, yes } from "./house.mjs";
import { seated } from "./pen.mjs";

const soon = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

// open unfolds what stands behind a summary.
async function open(p, words) {
  const part = p.at("details").filter({ has: p.at("summary", { hasText: words }) });
  if (!(await part.getAttribute("open") !== null)) await part.locator("summary").click();
  return part;
}

async function put(p, words) {
  await p.write("words", words);
  await p.press("Add it");
}

// bring takes a batch into the store, and the other says that it is there.
async function bring(p, other, good, { n, by, batch }) {
  await p.go(good);
  await open(p, "Something came");
  await p.write("amount", String(n));
  if (by) await p.write("useby", by);
  if (batch) await p.write("batch", batch);
  await p.press("Write down what came");
  await yes(other, here(p));
}

for (const script of [true, false]) {
  test(`a project, a need, a promise and a box that runs low, script ${script ? "on" : "off"}`, { timeout: 600_000 }, async (t) => {
    const house = await House.open(["-clock", "ntp"]);
    t.after(() => house.close());
    const [moss, heron, tide] = await seated(house, ["Moss", "Heron", "Tide"], { script });

    // What we decided is what the project rests on.
    const round = await moss.bring("A stove for the workshop", "Nobody can hold a plane there in winter.");
    for (const p of [moss, heron, tide]) await p.say(round, "consent");
    await moss.go("/");
    await moss.press("Projects");
    assert.match(await moss.text(), /Nothing is under way yet/);
    await moss.press("Begin a project");
    await moss.write("name", "The stove");
    await moss.at("main form").evaluate((f) => f.noValidate = true);
    await moss.send();
    assert.match(await moss.text(), /Nothing says yet what it is for/);
    assert.equal(await moss.at('[name="name"]').inputValue(), "The stove", "what was typed is still there");
    await moss.write("why", "So that we can work in winter.");
    await moss.at('select[name="round"]').selectOption({ label: "A stove for the workshop" });
    await moss.write("review", soon(30));
    await moss.send();
    const project = here(moss);
    assert.match(await moss.text(), /We decided it here: A stove for the workshop/);

    // A task that nobody takes is seen, and calls nobody.
    await put(moss, "Lay a floor of bricks");
    await put(moss, "Ask the sweep");
    assert.match(await moss.text(), /0 of 2 done. 2 things wait for somebody/);
    await heron.go("/");
    assert.doesNotMatch(await heron.text(), /Ask the sweep/);
    await heron.go(project);
    await heron.leaves(() => heron.at("article", { hasText: "Lay a floor" }).locator("button", { hasText: "I do it" }).click());
    assert.equal(here(heron), project);
    assert.match(await heron.text(), /Taken on by Heron/);
    await heron.go(project);
    await heron.leaves(() => heron.at("article", { hasText: "Lay a floor" }).locator("button", { hasText: "It is done" }).click());
    assert.match(await heron.text(), /Done by Heron/);
    assert.match(await heron.text(), /1 of 2 done. One thing waits for somebody/);

    // It needs something; who can help is told, and promises it.
    await tide.go("/directory/new?sort=offer");
    await tide.write("words", "Old bricks, a heap of them");
    await tide.at('select[name="area"]').selectOption({ label: "Tools and things" });
    await tide.send();
    await moss.go(project);
    await moss.press("Write down what it needs");
    await moss.write("words", "Forty whole bricks");
    await moss.at('select[name="area"]').selectOption({ label: "Tools and things" });
    await moss.send();
    const need = here(moss);
    for (const [p, words] of [[moss, /Tide may have what you need/], [tide, /Moss needs it/]]) {
      await p.go("/");
      assert.match(await p.text(), words);
      await p.go("/directory");
      assert.match(await p.text(), words);
    }
    await tide.press("Forty whole bricks");
    await tide.press("I can do something about it");
    assert.equal(await tide.at('[name="what"]').inputValue(), "Forty whole bricks");
    await tide.press("Promise it");
    const promise = here(tide);
    await tide.go(project);
    assert.match(await tide.text(), /Forty whole bricks[^]*promised by Tide/);
    await tide.go("/");
    assert.doesNotMatch(await tide.text(), /Moss needs it/, "a need that is answered asks no more");
    await moss.go(promise);
    await moss.press("Yes, gladly");
    await moss.press("It was kept");
    await moss.go(need);
    await moss.press("Take it down");
    await moss.go(project);
    assert.match(await moss.text(), /Nothing that anybody wrote down/);

    // What we keep for emergencies: what ends first is taken first, and what runs
    // low asks by itself.
    await moss.go("/ledger/goods");
    await moss.write("name", "Swabs");
    await moss.leaves(() => moss.at('form[action$="/ledger/goods/new"] button').click());
    await moss.press("Swabs");
    const swabs = here(moss);
    await open(moss, "How many should there be?");
    await moss.write("least", "10");
    await moss.at('select[name="use"]').selectOption({ label: "First aid" });
    await moss.press("Keep it so");
    assert.match(await moss.text(), /0 of at least 10 are there/);
    await bring(moss, heron, swabs, { n: 12, by: soon(400), batch: "late" });
    await bring(moss, heron, swabs, { n: 4, by: soon(20), batch: "early" });
    await heron.go("/directory");
    assert.match(await heron.text(), /Swabs[^]*4 will be past their day before they are used/);
    await heron.press("Swabs");
    const lots = await heron.at("table.figures tbody tr").allInnerTexts();
    assert.match(lots[0], /early/, "what ends first stands first");
    await heron.write("taken", "7");
    await heron.write("for", "Scraped knees");
    await heron.press("Write down what was taken");
    assert.match(await heron.text(), /Take those first whose day comes first: 4 of .* 3 of /);
    await yes(moss, here(heron));
    await tide.go("/directory");
    assert.match(await tide.text(), /Swabs[^]*9 of at least 10 are there/);
    await tide.press("Swabs");
    assert.equal(await tide.at("table.figures tbody tr").count(), 1, "the early batch is used up");
    await tide.press("I can bring some");
    await tide.write("amount-1", "6");
    await tide.press("Promise it");
    const swabPromise = here(tide);
    await heron.go(swabPromise);
    await heron.press("Yes, gladly");
    await tide.go(swabPromise);
    await tide.press("Write down what was given");
    assert.equal(await tide.at('[name="amount"]').inputValue(), "6");
    await tide.press("Write down what came");
    await yes(moss, here(tide));
    await tide.go("/directory");
    assert.doesNotMatch(await tide.text(), /Swabs/, "what was seen to asks no more");

    // In the end it says how it went, and anybody may go on.
    await heron.go(project);
    await open(heron, "Close it");
    await heron.write("how", "It burns.");
    await heron.press("It is over");
    assert.match(await heron.text(), /It is over[^]*It burns/);
    await tide.go("/projects");
    await tide.press("The stove");
    await tide.press("Go on with the project");
    assert.match(await tide.text(), /It goes on/);

    // Guests see nothing of the money, as nobody agreed to that.
    const guest = await house.person("Nobody", { script });
    await guest.go("/fund");
    assert.doesNotMatch(await guest.text(), /How our fund goes/);
    for (const p of [moss, heron, tide]) assert.deepEqual(p.failures, []);
  });
}
