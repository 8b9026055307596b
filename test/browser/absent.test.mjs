// Story 3: one voice is out of reach, and the router forgets what day it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.mjs";
import { seated } from "./pen.mjs";

async function outOfReach(t, script) {
  const house = await House.open(["-clock", "none"]);
  t.after(() => house.close());
  const [moss, heron, tide, kite] = await seated(house, ["Moss", "Heron", "Tide", "Kite"], { script });
  const round = await moss.bring("A lamp for the back stairs", "Fern fell in March.");
  for (const p of [moss, heron, tide]) await p.say(round, "consent");
  assert.doesNotMatch(await tide.text(), /it is agreed/, "three of four do not agree for the fourth");

  await house.cutPower(); // it comes back to 1970
  await heron.pen.signIn();
  await heron.go(round);
  assert.match(await heron.text(), /Deadlines are waiting/, "timers are held, and the page says so");
  assert.doesNotMatch(await heron.text(), /In force since/);

  await heron.go(`${round}/relay`);
  await heron.at('select[name="who"]').selectOption({ label: "Kite" });
  await heron.pick("voice", "objection");
  await heron.write("reason-objection", "It shines into my window.");
  await heron.pick("lens", "harm");
  await heron.press("Pass it on");
  assert.match(await heron.text(), /marked as passed on by you/);

  await kite.signIn();
  assert.match(await kite.text(), /A lamp for the back stairs/, "it waits for its owner on the first screen");
  await kite.go(round);
  assert.match(await kite.text(), /Heron passed on your word/, "and says who passed it on");
  await kite.press("Take my objection back");
  await kite.say(round, "consent");
  assert.match(await kite.text(), /it is agreed/, "the last awaited voice needs no clock");
  for (const p of [moss, heron, tide, kite]) assert.deepEqual(p.failures, []);
}

async function setTheDate(t, script) {
  const house = await House.open(["-clock", "none"]);
  t.after(() => house.close());
  const [moss, heron] = await seated(house, ["Moss", "Heron"], { script });
  await moss.go("/router/time");
  await moss.write("day", "2026-11-23");
  await moss.write("hour", "18:30");
  await moss.press("It is this day and time");
  assert.match(await moss.text(), /a second member has to say so too/);
  await heron.go("/router/time");
  await heron.press("Yes, that is right");
  assert.match(await heron.text(), /Now it knows the time/);
  await moss.go("/");
  assert.doesNotMatch(await moss.text(), /Deadlines are waiting/);
}

for (const script of [true, false]) {
  const mode = `script ${script ? "on" : "off"}`;
  test(`one voice is out of reach, ${mode}`, { timeout: 600_000 }, (t) => outOfReach(t, script));
  test(`two members set the date together, one cannot, ${mode}`, { timeout: 600_000 }, (t) => setTheDate(t, script));
}
