// Story 1 on the three routers of one cell: whoever sits at any of them
// sits at the one table.
import assert from "node:assert/strict";
import { test } from "node:test";
import { here } from "./house.mjs";
import { Town, agree, alike, comes, finds, last, open, sees, sits, takeIn } from "./town.mjs";

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
  await ember.page.locator('select[name="to"]').selectOption({ label: "Kite" });
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

for (const script of [false, true]) {
  const mode = `script ${script ? "on" : "off"}`;
  test(`the first evening on three routers, ${mode}`, hang, (t) => firstEvening(t, script));
}
