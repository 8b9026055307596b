// Story 2: a real objection, with the power pulled twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.mjs";
import { seated } from "./pen.mjs";

for (const script of [true, false]) {
  test(`a real objection, script ${script ? "on" : "off"}`, { timeout: 600_000 }, async (t) => {
    const house = await House.open(["-clock", "ntp"]);
    t.after(() => house.close());
    const [moss, lantern, ember] = await seated(house, ["Moss", "Lantern", "Ember"], { script });
    const round = await lantern.bring("We use the church hall every Thursday.", "The kitchen is too small.");

    await moss.go(round);
    await moss.at("summary", { hasText: "Ask something" }).click();
    await moss.write("question", "Who has the key?");
    await moss.press(/^Ask$/);
    assert.match(await moss.text(), /Who has the key/);
    await moss.say(round, "concern", { reason: "Who locks up in winter?" });
    await ember.say(round, "objection", { reason: "Thursday is the food bank’s evening.", lens: "harm" });
    assert.match(await ember.text(), /Nothing is decided while your objection stands/);

    await house.cutPower();
    await lantern.signIn();
    await lantern.go(round);
    assert.match(await lantern.text(), /Thursday is the food bank/, "nothing acknowledged is lost");

    await moss.pen.signIn();
    await moss.go(round); // looks after the round: never the proposer
    await moss.press("Go on to the objections");
    await lantern.go(round);
    await lantern.press("Help find a way");
    await lantern.press("Change the text");
    await lantern.write("what", "We use the church hall every Tuesday.");
    await lantern.press("Put the new text on the table");

    await house.cutPower();
    await ember.pen.signIn();
    await ember.go(round);
    await ember.press("Help find a way");
    assert.match(await ember.text(), /Tuesday/);
    await ember.press("Yes, it does");

    await moss.signIn();
    assert.match(await moss.text(), /The text changed after you spoke/);
    await moss.go(round);
    assert.match(await moss.text(), /The text changed after you spoke[^]*you had said: consent, with a concern/, "an earlier voice is stale, and its owner is told");
    await moss.say(round, "concern", { reason: "Who locks up in winter?" });
    await ember.say(round, "consent");
    await lantern.pen.signIn();
    await lantern.say(round, "consent");
    const agreed = await lantern.text();
    assert.match(agreed, /it is agreed/);
    assert.match(agreed, /Who locks up in winter/, "the concern stays beside the agreement");
    assert.match(agreed, /We look again on/, "every agreement has a day to look again");

    await lantern.go(`${round}/sheet`);
    assert.match(await lantern.text(), /every Tuesday/);
    for (const p of [moss, lantern, ember]) assert.deepEqual(p.failures, []);
  });
}
