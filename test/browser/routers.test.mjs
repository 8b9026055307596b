// Stories 1 to 3 on the three routers of one cell: whoever sits at any of them
// sits at the one table.
import assert from "node:assert/strict";
import { test } from "node:test";
import { here } from "./house.mjs";
import { Town, agree, alike, comes, finds, last, open, settled, sees, sits, takeIn, walk, wayOut } from "./town.mjs";

const hang = { timeout: 1_200_000 };

// In the mill only the hall can be heard: what is written in the kitchen comes
// there over the hall. Arrivals sit down where they arrive.
async function firstEvening(t, script) {
  const town = await Town.open(t, { clock: ["none", "none", "none"] });
  const [kitchen, hall, mill] = town.houses;
  town.part(kitchen, mill);
  const [moss, heron, ember] = await Promise.all(["Moss", "Heron", "Ember"].map((name) => kitchen.person(name, { script })));
  await moss.found("Mill Lane");
  await comes(heron, moss);
  await comes(ember, moss);

  await takeIn(moss, await hall.person("Guide", { script }));
  await sits(heron, hall);
  await open(heron);
  const tide = await hall.person("Tide", { script }), fern = await hall.person("Fern", { script });
  await comes(tide, heron);
  await comes(fern, heron);
  await takeIn(heron, await mill.person("Guide", { script }));
  await sits(fern, mill);
  await open(fern);
  const kite = await mill.person("Kite", { script }), lantern = await mill.person("Lantern", { script });
  await comes(kite, fern);
  await comes(lantern, fern);

  await finds(moss, "/people", /Kite[^]*Lantern/);
  await moss.go("/rounds/founding");
  await moss.press("Bring it to the circle");
  const founding = here(moss), people = [moss, ember, heron, tide, fern, kite, lantern];
  for (const p of people) {
    await finds(p, founding, /We begin/);
    if (p === lantern) await last(p, founding);
    await p.say(founding, "consent");
  }
  assert.match(await lantern.text(), /it is agreed/, "the last voice founds the cell, wherever it is given");
  await finds(moss, founding, /We agreed on this/);

  const round = await tide.bring("Bread on Fridays, baked in turns", "The bakery closed.");
  for (const p of people) {
    await finds(p, round, /Bread on Fridays/);
    if (p === lantern) await last(p, round);
    await p.say(round, "consent");
  }
  await finds(tide, round, /We agreed on this/);

  await ember.go("/ledger/pay");
  await ember.at('select[name="to"]').selectOption({ label: "Kite" });
  await ember.write("h", "1");
  await ember.write("for", "Carrying flour");
  await ember.press("Send it to");
  await kite.go("/");
  await sees(kite, /Carrying flour/);
  await kite.press("Look at it");
  await kite.press("Yes");
  assert.match(await kite.text(), /Both said yes, and it counts/);
  for (const p of people) await finds(p, "/ledger", /^(?=[^]*(Ember|You)\s+\+1:00)(?=[^]*(Kite|You)\s+−1:00)[^]*Together\s+0:00/);
  await agree([moss, heron, kite]);
  await alike(moss, town.houses, ["/", "/rounds", "/ledger", "/people", founding, round]);
  for (const p of people) assert.deepEqual(p.failures, []);
}

// Each of three speaks on another router. The power is pulled on two of them,
// and whoever sat there goes on at the next.
async function realObjection(t, script) {
  const { town, people } = await settled(t, ["Moss", "Lantern", "Ember"], { script });
  const [kitchen, hall, mill] = town.houses, [moss, lantern, ember] = people;
  await walk(moss, hall);
  await walk(ember, mill);
  const round = await lantern.bring("We use the church hall every Thursday.", "The kitchen is too small.");

  await finds(moss, round, /church hall/);
  await moss.at("summary", { hasText: "Ask something" }).click();
  await moss.write("question", "Who has the key?");
  await moss.press(/^Ask$/);
  await moss.say(round, "concern", { reason: "Who locks up in winter?" });
  await finds(ember, round, /Who has the key/);
  await ember.say(round, "objection", { reason: "Thursday is the food bank’s evening.", lens: "harm" });
  assert.match(await ember.text(), /Nothing is decided while your objection stands/);
  await lantern.go(round);
  await sees(lantern, /Thursday is the food bank/);

  await kitchen.cutPower();
  await walk(lantern, hall);
  await finds(lantern, round, /Thursday is the food bank/);
  await moss.go(round); // looks after the round, here as there
  await moss.press("Go on to the objections");
  await lantern.go(round);
  await lantern.press("Help find a way");
  await lantern.press("Change the text");
  await lantern.write("what", "We use the church hall every Tuesday.");
  await lantern.press("Put the new text on the table");

  await hall.cutPower(); // asleep it still passes on what is sealed
  await wayOut(ember, round, /Tuesday/);
  await ember.press("Yes, it does");

  await walk(moss, kitchen);
  await finds(moss, "/", /The text changed after you spoke/);
  await finds(moss, round, /The text changed after you spoke[^]*you had said: consent, with a concern/);
  await moss.say(round, "concern", { reason: "Who locks up in winter?" });
  await ember.say(round, "consent");
  await walk(lantern, hall);
  await finds(lantern, round, /second text/); // to the first one, too, hers is the last voice there, until the hall has heard that it was answered
  await last(lantern, round);
  await lantern.say(round, "consent");
  for (const p of people) {
    const agreed = await finds(p, round, /We agreed on this/);
    assert.match(agreed, /Who locks up in winter/, "the concern stays beside the agreement");
    assert.match(agreed, /We look again on/);
  }
  await agree(people);
  const [text, changes] = await alike(moss, town.houses, [round, `${round}/changes`]);
  assert.match(text, /Tuesday/);
  assert.match(changes, /Thursday/);
  await ember.go(`${round}/sheet`);
  assert.match(await ember.text(), /every Tuesday/);
  for (const p of people) assert.deepEqual(p.failures, []);
}

// Nobody knows the date on any of the three, and one voice is missing.
async function outOfReach(t, script) {
  const { town, people } = await settled(t, ["Moss", "Heron", "Tide", "Kite"], { script, clock: ["none", "none", "none"] });
  const [, hall, mill] = town.houses, [moss, heron, tide, kite] = people;
  const round = await moss.bring("A lamp for the back stairs", "Fern fell in March.");
  await moss.say(round, "consent");
  await walk(heron, hall);
  await walk(tide, mill);
  for (const p of [heron, tide]) {
    await finds(p, round, /A lamp/);
    await p.say(round, "consent");
  }

  await hall.cutPower(); // it comes back to 1970
  await walk(heron, hall);
  await finds(heron, round, /not heard from\?\s+Kite\./);
  assert.match(await heron.text(), /Deadlines are waiting/, "timers are held, and the page says so");
  assert.doesNotMatch(await heron.text(), /In force since|We agreed on this/, "three of four do not agree for the fourth");
  await heron.go(`${round}/relay`);
  await heron.at('select[name="who"]').selectOption({ label: "Kite" });
  await heron.pick("voice", "objection");
  await heron.write("reason-objection", "It shines into my window.");
  await heron.pick("lens", "harm");
  await heron.press("Pass it on");
  assert.match(await heron.text(), /marked as passed on by you/);
  await moss.go(round);
  await sees(moss, /Kite objects[^]*Passed on by Heron/);

  // The mill has the internet again, and with it the date.
  mill.args[1] = "ntp";
  await mill.cutPower();

  await walk(kite, mill);
  await finds(kite, "/", /Heron passed on your word[^]*A lamp for the back stairs|A lamp for the back stairs[^]*Heron passed on your word/);
  await kite.go(round);
  assert.match(await kite.text(), /Heron passed on your word/, "and says who passed it on");
  await kite.press("Take my objection back");
  await kite.say(round, "consent");
  assert.match(await kite.text(), /it is agreed/, "the last awaited voice needs no clock");
  await walk(tide, mill);
  for (const p of people) await finds(p, round, /We agreed on this/);
  await agree([moss, heron, tide]);
  await finds(moss, "/router", /from a neighbour’s router/);
  await finds(heron, "/router", /from a neighbour’s router/);
  assert.doesNotMatch(await finds(heron, "/", /What waits/), /Deadlines are waiting/);
  await alike(moss, town.houses, [round]);
  for (const p of people) assert.deepEqual(p.failures, []);
}

for (const script of [false, true]) {
  const mode = `script ${script ? "on" : "off"}`;
  test(`the first evening on three routers, ${mode}`, hang, (t) => firstEvening(t, script));
  test(`a real objection on three routers, ${mode}`, hang, (t) => realObjection(t, script));
  test(`one voice is out of reach of three routers, ${mode}`, hang, (t) => outOfReach(t, script));
}
