// Story 1, of it what needs no Wi-Fi: seven people, no internet, no clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House, cell } from "./house.mjs";

const names = ["Moss", "Heron", "Lantern", "Tide", "Ember", "Fern", "Kite"];

for (const script of [false, true]) {
  test(`the first evening, script ${script ? "on" : "off"}, in 1970`, { timeout: 600_000 }, async (t) => {
    const house = await House.open(["-clock", "none"], { lit: true });
    t.after(() => house.close());
    const people = await cell(house, names, { script });
    const [moss, , , , ember, fern, kite] = people;
    assert.match(await kite.text(), /it is agreed/, "the last voice founds the cell");

    const round = await fern.bring("Bread on Fridays, baked in turns", "The bakery closed.");
    for (const p of people) await p.say(round, "consent");
    assert.match(await kite.text(), /it is agreed/);

    await ember.go("/ledger/pay");
    await ember.at('select[name="to"]').selectOption({ label: "Kite" });
    await ember.write("h", "1");
    await ember.write("for", "Carrying flour");
    await ember.press("Send it to");
    await kite.go("/");
    assert.match(await kite.text(), /Carrying flour/, "what waits for a yes is on the first screen");
    await kite.press("Look at it");
    await kite.press("Yes");
    assert.match(await kite.text(), /Both said yes, and it counts/);
    await moss.go("/ledger");
    assert.match(await moss.text(), /Ember\s+\+1:00[^]*Kite\s+−1:00[^]*Together\s+0:00/, "everyone sees every balance");
    for (const p of people) {
      assert.deepEqual(p.failures, []);
      assert.ok(p.loads <= 12, `${p.name} needed ${p.loads} page loads`);
    }
    t.diagnostic(people.map((p) => `${p.name} ${p.loads}`).join(", "));
  });
}
