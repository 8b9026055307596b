// Signing in, and everything that goes wrong with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.mjs";
import { seated } from "./pen.mjs";

const at = (p) => new URL(p.page.url()).pathname;

for (const script of [true, false]) {
  test(`faults at the door, script ${script ? "on" : "off"}`, { timeout: 600_000 }, async (t) => {
    const house = await House.open();
    t.after(() => house.close());
    const [moss, heron] = await seated(house, ["Moss", "Heron"], { script });
    const phone = await house.person("Moss", { script });

    // A word that is none is told, with the nearest that is one.
    phone.words = moss.words.replace(/^\S+/, (w) => `${w}q`);
    await phone.signIn();
    const first = moss.words.split(" ")[0];
    assert.match(await phone.text(), new RegExp(`“${first}q” is not one of the words. Perhaps “${first}”`));

    // Somebody else's words are words, but not these.
    phone.words = heron.words;
    await phone.signIn();
    assert.match(await phone.text(), /The name and the words do not go together/);
    // Each wrong guess doubles the wait, so that even a slow browser meets it.
    for (let guess = 0; guess < 8 && !/Wait/.test(await phone.text()); guess++) await phone.signIn();
    assert.match(await phone.text(), /Wait/, "guessing is slowed down");
    assert.equal(phone.failures.length, 0);

    await house.cutPower(); // waits are in memory, as keys are
    const stranger = await house.person("Nobody", { script });
    await stranger.go("/join");
    await moss.go("/");
    assert.equal(at(moss), "/in", "a power cut locks the router");
    phone.words = moss.words;
    await phone.signIn();
    assert.equal(at(phone), "/");
    await phone.go("/people");
    assert.match(await phone.text(), /Heron/, "the first sign-in wakes the router");

    await moss.signIn();
    await heron.signIn();
    await moss.go("/me");
    await moss.press("Sign out everywhere");
    assert.equal(at(moss), "/in");
    await phone.go("/people");
    assert.equal(at(phone), "/in", "the other browser is signed out, too");
    await heron.go("/people");
    assert.equal(at(heron), "/people", "nobody else is");

    await moss.signIn();
    await moss.go("/router");
    await moss.press(/^Lock/);
    await heron.go("/people");
    assert.equal(at(heron), "/in", "locking signs everybody out");
    assert.doesNotMatch(await heron.text(), /Heron, Moss/);
    await heron.signIn();
    assert.equal(at(heron), "/", "and the next who signs in wakes it");
    for (const p of [moss, heron, phone]) assert.deepEqual(p.failures, []);
  });
}
